/** Does something one turn at a time; asked for in the meantime, once more and not more often. */
export class Turns {
  #act;
  #asked = false;
  #running = null;

  constructor(act) {
    this.#act = act;
  }

  /** Returns when it was done at least once from now on. Throws what it throws. */
  ask() {
    this.#asked = true;
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run() {
    try {
      while (this.#asked) {
        this.#asked = false;
        await this.#act();
      }
    } finally {
      this.#running = null;
    }
  }
}

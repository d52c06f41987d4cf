/** Doing again what failed because the server cannot be reached, or what is asked for once more. */

import { HttpError } from "./http.js";

const SHORTEST_WAIT = 400;
const LONGEST_WAIT = 15_000;

/** Milliseconds to wait before try number `failures` + 1, spread so that clients do not gather. */
export function backOff(failures, random = Math.random) {
  const longest = Math.min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** (failures - 1));
  return longest * (0.5 + random() / 2);
}

/** Whether an error is one that the next try may mend: a lost line, a server without time. */
export function passes(error) {
  return !(error instanceof HttpError) || [429, 502, 503, 504].includes(error.status);
}

/** Tries again, after waits that grow. */
export class Patience {
  /** How often it failed in a row. */
  failures = 0;

  #onConnection;
  #random;
  #wake = () => {};

  /** `onConnection` hears 0 when the server is there, else how often it failed in a row. */
  constructor({ onConnection = () => {}, random = Math.random } = {}) {
    this.#onConnection = onConnection;
    this.#random = random;
  }

  /** The server is there. */
  reached() {
    this.#onConnection(0);
  }

  /** Something failed: returns after a while, and not before `atLeast` milliseconds. */
  async wait(atLeast = 0) {
    this.failures += 1;
    this.#onConnection(this.failures);
    let timer;
    await new Promise((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, Math.max(atLeast, backOff(this.failures, this.#random)));
    });
    clearTimeout(timer);
    this.#wake = () => {};
  }

  /** Ends a wait: the network, or the tab, is back. */
  retryNow() {
    this.#wake();
  }

  /** What a request gives, repeated until the server answers it. Throws what it refuses with. */
  async persist(request) {
    for (;;) {
      try {
        const given = await request();
        this.failures = 0;
        this.reached();
        return given;
      } catch (error) {
        if (!passes(error)) throw error;
        await this.wait(error.retryAfter);
      }
    }
  }
}

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

/** Paints at most once a frame, however often something changes. */
export class Frame {
  #paint;
  #request = null;

  constructor(paint) {
    this.#paint = paint;
  }

  /** Something has changed. */
  ask() {
    this.#request ??= requestAnimationFrame(() => {
      this.#request = null;
      this.#paint();
    });
  }

  /** What was asked for is not needed any more. */
  cancel() {
    cancelAnimationFrame(this.#request);
    this.#request = null;
  }
}

/** How far from the end, in pixels, a reader still counts as being there. */
const NEAR = 4;

/**
 * Keeps the end of a growing scroller in view, unless the reader has scrolled up.
 *
 * Any movement upwards lets go at once, by a wheel before it has moved anything; only coming to
 * the very end takes hold again.
 */
export class End {
  #scroller;
  #onChange;
  #held = null;
  #top = 0;
  #height = 0;

  /**
   * `onChange` hears whether the end is held, which `hold` or `look` decides first. The listeners go
   * with the signal.
   */
  constructor(scroller, { signal, onChange }) {
    this.#scroller = scroller;
    this.#onChange = onChange;
    scroller.addEventListener("scroll", () => this.#scrolled(), { signal, passive: true });
    scroller.addEventListener("wheel", (event) => this.#wheeled(event), { signal, passive: true });
    const observer = new ResizeObserver(() => this.follow());
    observer.observe(scroller);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  /** Goes to the end, and stays there. */
  hold() {
    this.#set(true);
    this.follow();
  }

  /** Goes along with what has grown. */
  follow() {
    if (!this.#held) return;
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#remember();
  }

  /** Finds out anew whether the end is in view: what is shown is another. */
  look() {
    this.#set(this.#near);
    this.#remember();
  }

  get #near() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    return scrollHeight - clientHeight - scrollTop <= NEAR;
  }

  #scrolled() {
    const { scrollTop, scrollHeight } = this.#scroller;
    const shrank = scrollHeight < this.#height;
    if (scrollTop < this.#top && !shrank) this.#set(false);
    else if (this.#near) this.#set(true);
    this.#remember();
  }

  #wheeled({ deltaY }) {
    const { scrollHeight, clientHeight } = this.#scroller;
    if (deltaY < 0 && scrollHeight > clientHeight) this.#set(false);
  }

  #remember() {
    this.#top = this.#scroller.scrollTop;
    this.#height = this.#scroller.scrollHeight;
  }

  #set(held) {
    if (held === this.#held) return;
    this.#held = held;
    this.#onChange(held);
  }
}

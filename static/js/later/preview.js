/** The preview of a source: what stands in the row of sources, beside the number that cites it. */

import { part } from "../dom/part.js";

const EDGE = 8;
const GAP = 6;

/** Where something of this size goes beside an anchor: below it, or above; never outside the view. */
export function placeBeside(anchor, { width, height }, view) {
  const below = anchor.bottom + GAP;
  const above = anchor.top - GAP - height;
  const fits = below + height <= view.height - EDGE || above < EDGE;
  const middle = (anchor.left + anchor.right - width) / 2;
  return {
    left: within(middle, view.width - EDGE - width),
    top: within(fits ? below : above, view.height - EDGE - height),
  };
}

function within(place, most) {
  return Math.max(EDGE, Math.min(place, most));
}

export class Preview {
  #chip;
  #onGone;
  #element;
  #page = new AbortController();

  /** The preview for a number or a name; null where its source is not there, or open already. */
  static of(chip, onGone) {
    const source = sourceOf(chip);
    return source ? new Preview(chip, source, onGone) : null;
  }

  /** `onGone` hears when the chip is not in view any more. */
  constructor(chip, source, onGone) {
    this.#chip = chip;
    this.#onGone = onGone;
    this.#element = filled(source);
    chip.closest("chat-answer").append(this.#element);
    chip.setAttribute("aria-describedby", "preview-title");
    this.#element.showPopover();
    this.#place();
    const { signal } = this.#page;
    document.addEventListener("scroll", (event) => this.#scrolled(event), { capture: true, signal });
    addEventListener("resize", () => this.#place(), { signal });
  }

  get chip() {
    return this.#chip;
  }

  contains(node) {
    return this.#element.contains(node);
  }

  /** Takes it away. */
  remove() {
    this.#page.abort();
    this.#element.remove();
    this.#chip.removeAttribute("aria-describedby");
  }

  #scrolled({ target }) {
    if (!this.contains(target)) this.#place();
  }

  #place() {
    const view = { width: document.documentElement.clientWidth, height: innerHeight };
    const anchor = this.#chip.getClientRects()[0];
    const seen = anchor && anchor.bottom > 0 && anchor.top < view.height;
    if (!seen) return this.#onGone();
    const { left, top } = placeBeside(anchor, this.#element.getBoundingClientRect(), view);
    this.#element.style.left = `${left}px`;
    this.#element.style.top = `${top}px`;
    return undefined;
  }
}

/** The source in the row; null where it is open, so that its words are seen already. */
function sourceOf(chip) {
  const named = chip.closest('[data-part="source"]');
  const cited = chip.hash ? document.getElementById(decodeURIComponent(chip.hash.slice(1))) : null;
  const source = named ?? cited?.closest('[data-part="source"]');
  const open = named?.querySelector("details").open;
  return source && !open ? source : null;
}

function filled(source) {
  const wordsOf = (name) => part(source, name)?.textContent.trim() ?? "";
  const element = document.createElement("div");
  element.className = "preview";
  element.popover = "manual";
  element.role = "tooltip";
  const [title, place] = [wordsOf("source-title"), wordsOf("source-place")];
  const head = made("p", "preview__title", title);
  head.id = "preview-title";
  if (place && place !== title) head.append(" ", made("span", "preview__place", place));
  element.append(head);
  const words = wordsOf("source-words");
  if (words) element.append(made("div", "preview__words", words));
  return element;
}

function made(name, className, text) {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

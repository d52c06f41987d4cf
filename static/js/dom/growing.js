/** Text that grows on the page: only what is new is touched, and only ever as text. */

import { Blocks } from "../lib/blocks.js";

const TAGS = { paragraph: "p", code: "pre" };

/** Shows growing Markdown as paragraphs and blocks of code. */
export class GrowingText {
  #place;
  #blocks = new Blocks();
  #shown = 0;
  #last = null;

  constructor(place) {
    this.#place = place;
    place.replaceChildren();
  }

  /** Shows the text so far; one that became shorter is shown anew. */
  show(text) {
    if (text.length < this.#shown) this.#clear();
    if (text.length === this.#shown) return;
    for (const step of this.#blocks.take(text.slice(this.#shown))) this.#apply(step);
    this.#shown = text.length;
  }

  #clear() {
    this.#place.replaceChildren();
    this.#blocks = new Blocks();
    this.#shown = 0;
  }

  #apply({ open, append }) {
    if (append) return this.#last.appendData(append);
    const block = document.createElement(TAGS[open]);
    this.#last = document.createTextNode("");
    block.append(this.#last);
    this.#place.append(block);
    return undefined;
  }
}

/** Shows growing text as it is. */
export class GrowingWords {
  #node = document.createTextNode("");

  constructor(place) {
    place.replaceChildren(this.#node);
  }

  show(text) {
    const shown = this.#node.length;
    if (text.length > shown) this.#node.appendData(text.slice(shown));
  }
}

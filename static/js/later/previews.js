/** When previews of sources come and go: for a pointer, for the keyboard, for a finger. */

import { Preview } from "./preview.js";

/** What has a preview: a number in the text, and a name in the row of sources. */
const CHIPS = ".citation, .source__toggle";

/** Milliseconds until a preview comes, and until it goes: nobody is startled on the way elsewhere. */
const CALM = 300;
const GRACE = 200;

/**
 * Shows previews of what is cited below `root`. Where a pointer rests or the keyboard's focus is,
 * there is a preview; a finger's first tap shows it, the second one follows the link. Escape takes
 * it away, and it does not come back until something else was pointed at or focused.
 */
export class Previews {
  #wanted = null;
  #shown = null;
  #timer = 0;
  #byFinger = false;

  constructor(root) {
    root.addEventListener("pointerover", (event) => this.#point(event));
    root.addEventListener("pointerdown", (event) => this.#press(event));
    root.addEventListener("focusin", (event) => this.#focus(event));
    root.addEventListener("focusout", () => this.#leaveSoon());
    root.addEventListener("click", (event) => this.#click(event));
    root.addEventListener("keydown", (event) => this.#type(event), { capture: true });
    root.documentElement.addEventListener("pointerleave", () => this.#leaveSoon());
    const before = [...root.querySelectorAll(CHIPS)].find((chip) => chip.matches(":hover"));
    if (before) this.#want(before);
    root.documentElement.dataset.previews = "ready";
  }

  #point({ target, pointerType }) {
    if (pointerType === "touch") return;
    const chip = target.closest(CHIPS);
    if (this.#shown?.contains(target)) this.#stay();
    else if (chip) this.#want(chip);
    else if (!this.#wanted?.matches(":focus-visible")) this.#leaveSoon();
  }

  #press({ target, pointerType }) {
    this.#byFinger = pointerType === "touch";
    const own = target.closest(CHIPS) === this.#wanted || this.#shown?.contains(target);
    if (!own) this.#leave();
  }

  #focus({ target }) {
    const chip = target.closest(CHIPS);
    if (!chip?.matches(":focus-visible")) return;
    if (!this.#shown) this.#wanted = null; // who comes back to it means it
    this.#want(chip);
  }

  #click(event) {
    const chip = event.target.closest(CHIPS);
    if (!chip) return;
    const first = this.#byFinger && chip.matches(".citation") && this.#shown?.chip !== chip;
    if (first) event.preventDefault();
    this.#leave();
    if (first) this.#want(chip, 0);
  }

  #type(event) {
    if (event.key !== "Escape" || !this.#shown) return;
    event.stopPropagation();
    this.#hide();
  }

  /** It stays as it is. */
  #stay() {
    clearTimeout(this.#timer);
  }

  #want(chip, wait = CALM) {
    this.#stay();
    if (chip === this.#wanted) return;
    this.#wanted = chip;
    this.#timer = setTimeout(() => this.#show(chip), wait);
  }

  #leaveSoon() {
    this.#stay();
    if (this.#wanted) this.#timer = setTimeout(() => this.#leave(), GRACE);
  }

  #leave() {
    this.#stay();
    this.#wanted = null;
    this.#hide();
  }

  #hide() {
    this.#shown?.remove();
    this.#shown = null;
  }

  #show(chip) {
    this.#hide();
    if (!chip.isConnected) return;
    this.#shown = Preview.of(chip, () => this.#leave());
  }
}

/** Saved prompts, offered above the composer while its words are a slash and what is looked for. */

import { LANGUAGE, _ } from "../lib/words.js";
import { say } from "../page.js";
import { blankIn, fitting } from "./fitting.js";

const ADDRESS = "/api/prompts?limit=200";
const SLASHED = /^\/([^\n]*)$/;
const LIST = "slash-list";

/** Characters of a prompt that are shown below its title. */
const EXCERPT = 160;

/**
 * A list beside a field that keeps the focus, as in
 * https://www.w3.org/WAI/ARIA/apg/patterns/combobox/; a field of several lines stays a textbox
 * (https://www.w3.org/TR/html-aria/#el-textarea).
 */
export class Prompts {
  #client;
  #field;
  #menu = document.createElement("div");
  #list = document.createElement("ul");
  #prompts = [];
  #found = [];
  #active = 0;
  #asked = 0;

  constructor(composer, client) {
    this.#client = client;
    this.#field = composer.words;
    this.#build();
    this.#field.addEventListener("input", () => this.#typed());
    // Before the composer, to which Enter, Escape and the arrow mean something, too.
    composer.addEventListener("keydown", (event) => this.#pressed(event), { capture: true });
    composer.addEventListener("focusout", (event) => this.#left(event));
    composer.addEventListener("composer:submit", () => this.close());
  }

  /** Asks for what is saved now, and shows it unless the slash is gone by then. */
  async offer() {
    const asked = (this.#asked += 1);
    const prompts = await this.#fetch();
    if (asked !== this.#asked || this.#typedWords === null) return;
    this.#prompts = prompts;
    this.#open();
  }

  /** Shows nothing; what is still on its way is not shown either. */
  close() {
    this.#asked += 1;
    if (this.#menu.hidden) return;
    this.#menu.hidden = true;
    for (const name of ["aria-controls", "aria-autocomplete", "aria-haspopup"]) {
      this.#field.removeAttribute(name);
    }
    this.#field.removeAttribute("aria-activedescendant");
    say("");
  }

  #build() {
    this.#menu.className = "slash";
    this.#menu.hidden = true;
    Object.assign(this.#list, { id: LIST, className: "slash__list", role: "listbox" });
    this.#list.setAttribute("aria-label", _("Saved prompts"));
    const more = document.createElement("a");
    Object.assign(more, { className: "slash__more", href: "/prompts" });
    this.#menu.append(this.#list, more);
    this.#menu.addEventListener("mousedown", (event) => event.preventDefault()); // keeps the focus
    this.#list.addEventListener("click", ({ target }) => {
      const option = target.closest('[role="option"]');
      if (option) this.#put(this.#found[[...this.#list.children].indexOf(option)]);
    });
    this.#field.after(this.#menu);
  }

  /** Who is nobody yet has saved nothing, and asks for nothing. */
  async #fetch() {
    if (!document.querySelector('meta[name="known"]')) return [];
    const { items } = await this.#client.json("GET", ADDRESS);
    return items;
  }

  /** What stands behind the slash, or null without one. */
  get #typedWords() {
    return SLASHED.exec(this.#field.value)?.[1] ?? null;
  }

  #open() {
    this.#menu.hidden = false;
    this.#field.setAttribute("aria-controls", LIST);
    this.#field.setAttribute("aria-autocomplete", "list");
    this.#field.setAttribute("aria-haspopup", "listbox");
    this.#menu.lastChild.textContent = this.#prompts.length
      ? _("Edit saved prompts")
      : _("Nothing is saved yet. Save a prompt");
    this.#show(this.#typedWords);
  }

  #typed() {
    if (this.#menu.hidden) return;
    const words = this.#typedWords;
    if (words === null) this.close();
    else this.#show(words);
  }

  /** Shows what fits; where nothing does, somebody writes words that begin with a slash. */
  #show(words) {
    this.#found = fitting(this.#prompts, words, LANGUAGE);
    if (words && !this.#found.length) {
      this.close();
      return;
    }
    this.#list.hidden = !this.#found.length;
    this.#list.replaceChildren(...this.#found.map(optionOf));
    this.#activate(0);
    const count = _("Saved prompts: %(count)s", { count: this.#found.length });
    say(this.#found.length ? count : this.#menu.lastChild.textContent);
  }

  #activate(index) {
    this.#active = index;
    for (const [place, option] of [...this.#list.children].entries()) {
      option.setAttribute("aria-selected", String(place === index));
    }
    const option = this.#list.children[index];
    if (!option) return this.#field.removeAttribute("aria-activedescendant");
    this.#field.setAttribute("aria-activedescendant", option.id);
    return option.scrollIntoView({ block: "nearest" });
  }

  #pressed(event) {
    if (this.#menu.hidden || event.target !== this.#field) return;
    if (event.isComposing || event.keyCode === 229) return;
    const act = this.#actOf(event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** What a key means here; nothing where it is one for the field. */
  #actOf({ key, shiftKey, altKey, ctrlKey, metaKey }) {
    if (shiftKey || altKey || ctrlKey || metaKey) return null;
    if (key === "Escape") return () => this.close();
    const count = this.#found.length;
    if (!count) return null;
    if (key === "ArrowDown") return () => this.#activate((this.#active + 1) % count);
    if (key === "ArrowUp") return () => this.#activate((this.#active + count - 1) % count);
    if (key === "Enter" || key === "Tab") return () => this.#put(this.#found[this.#active]);
    return null;
  }

  /** Puts the words in the place of the slash, so that the browser can undo it. */
  #put({ content }) {
    this.close();
    this.#field.focus();
    this.#field.select();
    if (!document.execCommand("insertText", false, content)) {
      this.#field.setRangeText(content, 0, this.#field.value.length, "end");
      this.#field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
    const blank = blankIn(content);
    if (blank) this.#field.setSelectionRange(...blank);
  }

  #left({ relatedTarget }) {
    if (relatedTarget !== this.#field && !this.#menu.contains(relatedTarget)) this.close();
  }
}

function optionOf({ title, content }, index) {
  const option = document.createElement("li");
  const [name, excerpt] = [document.createElement("span"), document.createElement("span")];
  Object.assign(option, { id: `${LIST}-${index}`, className: "slash__option", role: "option" });
  Object.assign(name, { className: "slash__title", textContent: title });
  const words = content.slice(0, EXCERPT * 2).replace(/\s+/g, " ").slice(0, EXCERPT);
  Object.assign(excerpt, { className: "slash__excerpt", textContent: words });
  option.append(name, " ", excerpt);
  return option;
}

/**
 * The list of commands: a field, and below it what can be done and which conversations there are.
 * The field keeps the focus, and names the option that Enter takes
 * (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/).
 */

import { part } from "../dom/part.js";
import { fit } from "./fuzzy.js";
import { HttpError } from "../lib/http.js";

const SEARCH_AFTER = 120;
const FOUND = 6;

export class Palette {
  #dialog;
  #client;
  #offers;
  #act;
  #commands;
  #active = null;
  #chosen = null;
  #asked = 0;
  #timer;

  /** `offers` says whether a deed can be done now, `act` does it. */
  constructor(dialog, { client, offers, act }) {
    this.#dialog = dialog;
    this.#client = client;
    this.#offers = offers;
    this.#act = act;
    this.#commands = [...this.#list.children];
    this.#field.addEventListener("input", () => this.#narrow());
    this.#field.addEventListener("keydown", (event) => this.#pressed(event));
    this.#list.addEventListener("pointermove", (event) => this.#pointed(event));
    this.#list.addEventListener("mousedown", (event) => event.preventDefault());
    dialog.addEventListener("click", (event) => this.#clicked(event));
    dialog.addEventListener("close", () => this.#closed());
  }

  /** Shows it, empty. The focus goes back to where it was when it closes, as with any dialog. */
  open() {
    this.#chosen = null;
    this.#field.value = "";
    this.#dialog.showModal();
    this.#narrow();
  }

  get #field() {
    return part(this.#dialog, "words");
  }

  get #list() {
    return part(this.#dialog, "options");
  }

  /** Whether there is anybody to have conversations: the first one makes a guest of nobody. */
  get #known() {
    const begun = document.querySelector("chat-conversation")?.dataset.id;
    return "known" in this.#dialog.dataset || Boolean(begun);
  }

  get #words() {
    return this.#field.value.trim();
  }

  #narrow() {
    const fitting = this.#commands
      .filter(({ dataset }) => !dataset.deed || isOpening(dataset.deed) || this.#offers(dataset.deed))
      .map((option) => ({ option, score: fit(this.#words, option.dataset.name) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score);
    this.#show(fitting.map(({ option }) => option));
    clearTimeout(this.#timer);
    if (this.#known) {
      this.#timer = setTimeout(() => this.#seek(), this.#words ? SEARCH_AFTER : 0);
    }
  }

  /** Shows the conversations that fit below the commands. */
  async #seek() {
    const asked = ++this.#asked;
    const query = new URLSearchParams({ query: this.#words, limit: FOUND });
    try {
      const { items } = await this.#client.json("GET", `/api/conversations?${query}`);
      if (asked !== this.#asked || !this.#dialog.open) return;
      const commands = [...this.#list.children].filter((each) => !each.dataset.found);
      this.#show([...commands, ...items.map((each) => this.#optionFor(each))], this.#active);
    } catch (error) {
      if (!(error instanceof HttpError) && navigator.onLine) console.error(error);
    }
  }

  #optionFor({ id, title }) {
    const option = part(this.#dialog, "found").content.firstElementChild.cloneNode(true);
    option.id = `command-${id}`;
    option.dataset.address = `/c/${id}`;
    option.dataset.found = "true";
    part(option, "title").textContent = title;
    return option;
  }

  #show(options, active = null) {
    this.#list.replaceChildren(...options);
    part(this.#dialog, "none").hidden = options.length > 0;
    const told = options.length ? this.#dialog.dataset.count.replace("0", options.length) : "";
    part(this.#dialog, "count").textContent = told;
    this.#activate(options.includes(active) ? active : (options[0] ?? null));
  }

  #activate(option) {
    this.#active?.setAttribute("aria-selected", "false");
    this.#active = option;
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.#field.setAttribute("aria-activedescendant", option.id);
    else this.#field.removeAttribute("aria-activedescendant");
  }

  #pressed(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in steps) this.#step(steps[event.key]);
    else if (event.key === "Enter") this.#choose(this.#active);
    else if (event.key.toLowerCase() === "k" && event.ctrlKey !== event.metaKey) this.#dialog.close();
    else return;
    event.preventDefault();
  }

  /** One step at an end goes around; a longer one stays there. */
  #step(by) {
    const options = [...this.#list.children];
    if (!options.length) return;
    const wanted = options.indexOf(this.#active) + by;
    const around = (wanted + options.length) % options.length;
    const bounded = Math.min(Math.max(wanted, 0), options.length - 1);
    this.#activate(options[Math.abs(by) === 1 ? around : bounded]);
  }

  #pointed(event) {
    const option = event.target.closest('[role="option"]');
    if (option && option !== this.#active) this.#activate(option);
  }

  #clicked(event) {
    if (event.target === this.#dialog || event.target.closest('[data-action="close"]')) {
      this.#dialog.close();
    } else this.#choose(event.target.closest('[role="option"]'));
  }

  /** It is done once the dialog has closed, and given the focus back. */
  #choose(option) {
    if (!option) return;
    this.#chosen = option;
    this.#dialog.close();
  }

  #closed() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    if (!this.#chosen) return;
    const { address, deed, value } = this.#chosen.dataset;
    if (address) location.assign(address);
    else this.#act(deed, value);
  }
}

/** These open something of their own, and need nothing of the page. */
function isOpening(deed) {
  return deed === "keys";
}

import { part, tell } from "../dom/part.js";

const LONG = 600;

/** A question. Tells `question:edit`. */
class ChatQuestion extends HTMLElement {
  #page;

  connectedCallback() {
    this.#page = new AbortController();
    this.addEventListener("click", (event) => this.#clicked(event), this.#page);
  }

  disconnectedCallback() {
    this.#page.abort();
  }

  get words() {
    return part(this, "words").textContent;
  }

  set words(words) {
    part(this, "words").textContent = words;
    if (words.length > LONG) this.dataset.length = "long";
  }

  get messageId() {
    return this.dataset.id;
  }

  /** The message that this question follows; empty for the first one. */
  get parentId() {
    return this.dataset.parent;
  }

  /** Takes the names that the server gave. */
  name(id, parentId) {
    this.id = `m-${id}`;
    this.dataset.id = id;
    this.dataset.parent = parentId;
    this.querySelector('[data-action="edit"]').href = `/m/${id}/edit`;
  }

  /** Shows the versions that a newer form of it has. */
  renew(question) {
    part(this, "versions").replaceWith(part(question, "versions"));
  }

  #clicked(event) {
    const asked = event.target.closest('[data-action="edit"]');
    if (!asked || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    tell(this, "question:edit");
  }
}

customElements.define("chat-question", ChatQuestion);

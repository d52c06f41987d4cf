import { copyOf, part, tell } from "../dom/part.js";

const SEARCH_AFTER = 200;

/**
 * The list of conversations. Tells `sidebar:rename` with `{id, title}`, `sidebar:delete` with
 * `{id}`, and `sidebar:search` with the words.
 */
class ChatSidebar extends HTMLElement {
  #page;
  #timer;

  connectedCallback() {
    this.#page = new AbortController();
    this.addEventListener("submit", (event) => this.#submitted(event), this.#page);
    this.addEventListener("input", (event) => this.#typed(event), this.#page);
  }

  disconnectedCallback() {
    this.#page.abort();
    clearTimeout(this.#timer);
  }

  /** Puts a conversation on top, whether it is listed already or new. */
  putFirst({ id, title }) {
    const old = this.#find(id);
    const item = old ?? this.#make({ id, title });
    this.#mark(item);
    part(this, "items").prepend(item);
    this.#count();
  }

  /** Shows another title. */
  rename(id, title) {
    const item = this.#find(id);
    if (!item) return;
    this.#write(item, { id, title });
    item.querySelector("details").open = false;
    item.querySelector("a").focus();
  }

  remove(id) {
    const item = this.#find(id);
    const next = item?.nextElementSibling ?? item?.previousElementSibling;
    item?.remove();
    next?.querySelector("a").focus();
    this.#count();
  }

  /** Shows these conversations and no others. */
  list(conversations, currentId) {
    const items = conversations.map((conversation) => this.#make(conversation));
    part(this, "items").replaceChildren(...items);
    const current = this.#find(currentId);
    if (current) this.#mark(current);
    this.#count();
  }

  #find(id) {
    return [...part(this, "items").children].find((item) => item.dataset.id === id) ?? null;
  }

  #make(conversation) {
    const item = copyOf("item-template");
    this.#write(item, conversation);
    return item;
  }

  #write(item, { id, title }) {
    item.dataset.id = id;
    for (const words of item.querySelectorAll('[data-part="title"]')) words.textContent = title;
    item.querySelector("a").href = `/c/${id}`;
    for (const form of item.querySelectorAll("form")) {
      form.action = `/c/${id}/${form.dataset.action}`;
      if (form.elements.title) form.elements.title.value = title;
    }
  }

  #mark(item) {
    for (const other of this.querySelectorAll('[data-state="current"]')) {
      delete other.dataset.state;
      other.querySelector("a").ariaCurrent = null;
    }
    item.dataset.state = "current";
    item.querySelector("a").ariaCurrent = "page";
  }

  #count() {
    part(this, "none").hidden = part(this, "items").childElementCount > 0;
  }

  #submitted(event) {
    const { action } = event.target.dataset;
    const id = event.target.closest("[data-id]")?.dataset.id;
    event.preventDefault();
    if (action === "search") this.#search(event.target.elements.q.value);
    else tell(this, `sidebar:${action}`, { id, title: event.target.elements.title?.value.trim() });
  }

  #typed(event) {
    if (event.target.type !== "search") return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#search(event.target.value), SEARCH_AFTER);
  }

  #search(words) {
    clearTimeout(this.#timer);
    tell(this, "sidebar:search", words.trim());
  }
}

customElements.define("chat-sidebar", ChatSidebar);

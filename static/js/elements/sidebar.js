import { part, tell } from "../dom/part.js";

const SEARCH_AFTER = 200;

/**
 * The list of conversations. Tells `sidebar:rename` with `{id, title}`, `sidebar:delete` with
 * `{id}`, and `sidebar:search` with the words.
 */
class ChatSidebar extends HTMLElement {
  #page;
  #timer;
  #wanted = null;

  connectedCallback() {
    this.#page = new AbortController();
    this.addEventListener("submit", (event) => this.#submitted(event), this.#page);
    this.addEventListener("input", (event) => this.#typed(event), this.#page);
  }

  disconnectedCallback() {
    this.#page.abort();
    clearTimeout(this.#timer);
  }

  /** Where the piece of the list that is wanted can be had. */
  get address() {
    return this.#wanted ?? part(this, "list").dataset.address;
  }

  set address(address) {
    this.#wanted = address;
  }

  /** Shows a piece of the list as the server gave it. What is in use stays as it is. */
  show(fresh, currentId) {
    const giveFocusBack = this.#holdFocus();
    const list = part(this, "list");
    const moved = idsOf(fresh) !== idsOf(list) || fresh.dataset.address !== list.dataset.address;
    const items = [...itemsOf(fresh)].map((item) => this.#renew(item));
    if (moved) {
      part(fresh, "items").replaceChildren(...items);
      list.replaceWith(fresh);
    }
    this.#mark(this.#find(currentId));
    giveFocusBack();
  }

  /** Shows another title. */
  rename(id, title) {
    const item = this.#find(id);
    if (!item) return;
    this.#write(item, title);
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

  #find(id) {
    return [...itemsOf(this)].find((item) => item.dataset.id === id) ?? null;
  }

  /** The item that is shown already, with what is new; else the fresh one. */
  #renew(fresh) {
    const { id } = fresh.dataset;
    const item = this.#find(id);
    if (!item) return fresh;
    const title = part(fresh, "title").textContent;
    if (part(item, "title").textContent !== title) this.#write(item, title);
    part(item, "answering").hidden = part(fresh, "answering").hidden;
    return item;
  }

  /** Returns what gives the focus back, to the next item where its own has gone. */
  #holdFocus() {
    const focused = document.activeElement;
    const at = [...itemsOf(this)].findIndex((item) => item.contains(focused));
    return () => {
      if (at < 0 || focused === document.activeElement) return;
      const items = itemsOf(this);
      const next = items[Math.min(at, items.length - 1)]?.querySelector("a");
      (focused.isConnected ? focused : next)?.focus();
    };
  }

  #write(item, title) {
    for (const words of item.querySelectorAll('[data-part="title"]')) words.textContent = title;
    item.querySelector('[name="title"]').value = title;
  }

  #mark(item) {
    for (const other of this.querySelectorAll('[data-state="current"]')) {
      delete other.dataset.state;
      other.querySelector("a").ariaCurrent = null;
    }
    if (!item) return;
    item.dataset.state = "current";
    item.querySelector("a").ariaCurrent = "page";
  }

  #count() {
    part(this, "none").hidden = part(this, "items").childElementCount > 0;
  }

  #submitted(event) {
    const { action } = event.target.dataset;
    if (!action) return; // a form of the page's own, such as the one that signs out
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

function itemsOf(list) {
  return part(list, "items").children;
}

function idsOf(list) {
  return Array.from(itemsOf(list), (item) => item.dataset.id).join();
}

customElements.define("chat-sidebar", ChatSidebar);

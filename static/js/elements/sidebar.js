import { part, tell } from "../dom/part.js";

const SEARCH_AFTER = 200;
const UNDO_FOR = 20_000;

/**
 * The list of conversations. Tells `sidebar:rename` with `{id, title}`, `sidebar:pin` and
 * `sidebar:archive` with `{id, on}`, `sidebar:delete` and `sidebar:restore` with `{id}`,
 * `sidebar:search` with the words, and `sidebar:more` when older ones come into view.
 */
class ChatSidebar extends HTMLElement {
  #page;
  #timer;
  #undo;
  #wanted = null;
  #watch = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) tell(this, "sidebar:more");
  });

  connectedCallback() {
    this.#page = new AbortController();
    this.addEventListener("submit", (event) => this.#submitted(event), this.#page);
    this.addEventListener("input", (event) => this.#typed(event), this.#page);
    const { signal } = this.#page;
    this.addEventListener("toggle", ({ target }) => this.#left(target), { capture: true, signal });
    const drawer = this.closest("[popover]");
    drawer.addEventListener("beforetoggle", (event) => this.#toggling(event), this.#page);
    drawer.addEventListener("toggle", (event) => this.#toggled(event), this.#page);
    this.#watchEnd();
    this.#withdrawLater();
  }

  disconnectedCallback() {
    this.#page.abort();
    this.#watch.disconnect();
    clearTimeout(this.#timer);
    clearTimeout(this.#undo);
  }

  /** Where the piece of the list that is wanted can be had. */
  get address() {
    return this.#wanted ?? part(this, "list").dataset.address;
  }

  set address(address) {
    this.#wanted = address;
  }

  /** How many conversations are shown. */
  get count() {
    return itemsOf(this).length;
  }

  /** Where those older than the ones that are shown can be had; null where there are none. */
  get older() {
    const link = part(this, "older");
    return link && `/list${link.search}`;
  }

  /** Shows a piece of the list as the server gave it. What is in use stays as it is. */
  show(fresh, currentId) {
    const giveFocusBack = this.#holdFocus();
    const list = part(this, "list");
    const moved = outline(fresh) !== outline(list);
    for (const item of itemsOf(fresh)) this.#renew(item, moved);
    if (moved) {
      list.dataset.address = fresh.dataset.address;
      list.replaceChildren(...fresh.children);
      this.#watchEnd();
    }
    this.#mark(this.#find(currentId));
    giveFocusBack();
  }

  /** Shows those older ones, too, in place of what led to them. */
  append(fresh, currentId) {
    const giveFocusBack = this.#holdFocus();
    for (const item of itemsOf(fresh)) if (this.#find(item.dataset.id)) item.remove();
    const [last] = [...partsOf(this, "day")].slice(-1);
    const [first] = partsOf(fresh, "day");
    if (last && first?.dataset.name === last.dataset.name) {
      part(last, "items").append(...part(first, "items").children);
      first.remove();
    }
    const link = part(this, "older");
    link.before(...partsOf(fresh, "day"));
    const next = part(fresh, "older");
    if (next) link.replaceWith(next);
    else link.remove();
    this.#watchEnd();
    this.#mark(this.#find(currentId));
    giveFocusBack();
  }

  /** Shows another title. */
  rename(id, title) {
    const item = this.#find(id);
    if (!item) return;
    this.#write(item, title);
    this.closeMenu(id);
  }

  /** Closes the menu of a conversation, and puts the focus on what opens it. */
  closeMenu(id) {
    const menu = this.#find(id)?.querySelector("details");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  }

  /** Puts the focus on a conversation. */
  focusOn(id) {
    this.#find(id)?.querySelector("a").focus();
  }

  /** Offers for a while to bring back what was deleted. */
  offerUndo(notice) {
    this.withdrawUndo();
    part(this, "list").after(notice);
    this.#withdrawLater();
    if (!this.contains(document.activeElement)) notice.querySelector("button").focus();
  }

  /** Offers it no more. */
  withdrawUndo() {
    clearTimeout(this.#undo);
    part(this, "deleted")?.remove();
  }

  remove(id) {
    const item = this.#find(id);
    if (!item) return;
    const items = [...itemsOf(this)];
    const at = items.indexOf(item);
    const day = item.closest('[data-part="day"]');
    item.remove();
    if (!day.querySelector("[data-id]")) day.remove();
    (items[at + 1] ?? items[at - 1])?.querySelector("a").focus();
    part(this, "none").hidden = this.count > 0;
  }

  /** Not while somebody is about to press it. */
  #withdrawLater() {
    const notice = part(this, "deleted");
    if (!notice) return;
    this.#undo = setTimeout(() => {
      if (notice.matches(":hover, :focus-within")) this.#withdrawLater();
      else notice.remove();
    }, UNDO_FOR);
  }

  #find(id) {
    return [...itemsOf(this)].find((item) => item.dataset.id === id) ?? null;
  }

  /** Gives what is new to the item that is shown already, which takes the fresh one's place. */
  #renew(fresh, moved) {
    const item = this.#find(fresh.dataset.id);
    if (!item) return;
    const title = part(fresh, "title").textContent;
    this.#write(item, title);
    part(item, "answering").hidden = part(fresh, "answering").hidden;
    for (const name of ["title", "context"]) {
      const [shown, wanted] = [part(item, name), part(fresh, name)];
      if (shown.innerHTML !== wanted.innerHTML) shown.replaceChildren(...wanted.childNodes);
    }
    if (item.dataset.marks !== fresh.dataset.marks) {
      item.dataset.marks = fresh.dataset.marks;
      part(item, "actions").replaceWith(part(fresh, "actions"));
    }
    if (moved) fresh.replaceWith(item);
  }

  #watchEnd() {
    this.#watch.disconnect();
    const link = part(this, "older");
    if (link) this.#watch.observe(link);
  }

  /** Returns what gives the focus back, to the next item where its own has gone. */
  #holdFocus() {
    const focused = document.activeElement;
    const held = [...itemsOf(this)];
    const older = focused !== null && focused === part(this, "older");
    const at = older ? held.length : held.findIndex((item) => item.contains(focused));
    return () => {
      if (at < 0 || focused === document.activeElement) return;
      const items = itemsOf(this);
      const next = items[Math.min(at, items.length - 1)]?.querySelector("a");
      (focused.isConnected ? focused : next)?.focus();
    };
  }

  /** What somebody types stays, and so does what they are about to change. */
  #write(item, title) {
    for (const words of item.querySelectorAll('[data-part="title"]')) {
      if (words.textContent !== title) words.textContent = title;
    }
    const field = item.querySelector('[name="title"]');
    if (field !== document.activeElement) field.defaultValue = title;
  }

  /** What was typed in a menu and not sent is forgotten when it closes. */
  #left(menu) {
    const item = menu.open ? null : menu.closest("[data-id]");
    if (!item) return;
    const field = item.querySelector('[name="title"]');
    field.form.reset();
    field.defaultValue = part(item, "title").textContent;
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

  /** Over the chat, the list has the focus to itself; closed, whatever opened it gets it back. */
  #toggling({ newState, target }) {
    const open = newState === "open";
    document.querySelector(".chat").inert = open;
    this.role = open ? "dialog" : null;
    this.ariaModal = open ? "true" : null;
    this.ariaLabel = open ? target.ariaLabel : null;
  }

  #toggled({ newState }) {
    if (newState === "open" && !this.contains(document.activeElement)) part(this, "close").focus();
  }

  #submitted(event) {
    const { submitter, target } = event;
    const action = submitter?.dataset.action ?? target.dataset.action;
    if (!action) return undefined; // a form of the page's own, such as the one that signs out
    const id = event.target.closest("[data-id]")?.dataset.id;
    event.preventDefault();
    if (action === "search") return this.#search(target.elements.q.value);
    const title = target.elements.title?.value.trim();
    tell(this, `sidebar:${action}`, { id, title, on: submitter?.value === "1" });
    return undefined;
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

function partsOf(root, name) {
  return root.querySelectorAll(`[data-part="${name}"]`);
}

function itemsOf(list) {
  return list.querySelectorAll("li[data-id]");
}

/** What a list has in which order, without the words. */
function outline(list) {
  const rows = list.querySelectorAll('[data-id], [data-part="day"], [data-part="older"]');
  const names = Array.from(rows, ({ dataset, search }) => dataset.id ?? dataset.name ?? search);
  return [list.dataset.address, ...names].join();
}

customElements.define("chat-sidebar", ChatSidebar);

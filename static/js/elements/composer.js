import { part, tell } from "../dom/part.js";
import { EnterKey } from "../lib/enter.js";
import { makeId } from "../lib/http.js";

const GROWS_BY_ITSELF = CSS.supports("field-sizing", "content");

/**
 * The form that asks. Tells `composer:send` with the form's data, unless somebody prevents the
 * `composer:submit` before it; and `composer:stop`.
 */
class ChatComposer extends HTMLElement {
  #page;
  #enter = new EnterKey();
  #sent = null;

  connectedCallback() {
    this.#page = new AbortController();
    const { signal } = this.#page;
    const listen = (target, name, act) => target.addEventListener(name, act, { signal });
    listen(this.form, "submit", (event) => this.#submitted(event));
    listen(this.words, "keydown", (event) => this.#pressed(event));
    listen(this.words, "compositionend", (event) => this.#enter.compositionEnded(event.timeStamp));
    listen(this.words, "input", () => this.#grow());
    listen(part(this, "stop"), "click", () => tell(this, "composer:stop"));
    listen(this, "click", (event) => this.#clicked(event));
    if (part(this, "editing").hidden) this.form.elements.parent_id?.remove(); // for want of scripts
    this.answering = this.dataset.state === "answering";
  }

  disconnectedCallback() {
    this.#page.abort();
  }

  get form() {
    return this.querySelector("form");
  }

  get words() {
    return this.form.elements.content;
  }

  /** While an answer is being written, Stop takes the place of Send. */
  set answering(answering) {
    const [send, stop] = [part(this, "send"), part(this, "stop")];
    const focused = [send, stop].includes(document.activeElement);
    this.dataset.state = answering ? "answering" : "ready";
    send.hidden = answering;
    stop.hidden = !answering;
    if (focused) this.words.focus();
  }

  get answering() {
    return this.dataset.state === "answering";
  }

  /** The conversation that is asked from now on. */
  set conversation(id) {
    this.form.action = `/c/${id}`;
    const documents = part(this, "documents");
    if (documents) documents.href = `/c/${id}/documents`;
  }

  /** Empties the form once its words are on their way as a `question`. Tells `composer:clear`. */
  clear(question) {
    this.#sent = { words: this.words.value, id: this.form.elements.client_id.value };
    this.#write("");
    this.form.elements.client_id.value = makeId();
    this.trouble = "";
    this.leaveEditing();
    tell(this, "composer:clear", question);
  }

  /**
   * Gives words back that could not be sent. Sent again as they are, they keep their name, so that
   * a server which did hear them does not answer twice. Tells `composer:give-back`.
   */
  giveBack(words, trouble) {
    if (!this.words.value) this.#write(words);
    if (this.#sent?.words === words) this.form.elements.client_id.value = this.#sent.id;
    tell(this, "composer:give-back");
    this.trouble = trouble;
    this.words.focus();
  }

  /** Takes a question up again; its new words begin a branch below `parentId`. */
  edit(words, parentId) {
    this.leaveEditing();
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "parent_id", value: parentId });
    this.form.append(field);
    part(this, "editing").hidden = false;
    this.#write(words);
    this.words.focus();
  }

  leaveEditing() {
    this.form.elements.parent_id?.remove();
    part(this, "editing").hidden = true;
  }

  /** Takes no more questions; words that stand here already can still be copied. */
  close() {
    this.hidden = !this.words.value;
    this.words.readOnly = true;
    part(this, "send").disabled = true;
  }

  /** What went wrong, in words; empty for nothing. */
  set trouble(words) {
    part(this, "trouble").hidden = !words;
    part(this, "trouble-words").textContent = words;
  }

  #write(words) {
    this.words.value = words;
    this.#grow();
  }

  #grow() {
    if (GROWS_BY_ITSELF) return;
    this.words.style.blockSize = "auto";
    this.words.style.blockSize = `${this.words.scrollHeight}px`;
  }

  #pressed(event) {
    if (!this.#enter.sends(event)) return;
    event.preventDefault();
    if (!this.answering) this.form.requestSubmit();
  }

  #submitted(event) {
    event.preventDefault();
    if (this.answering || this.words.readOnly || !this.words.value.trim()) return;
    const last = new CustomEvent("composer:submit", { cancelable: true });
    if (this.dispatchEvent(last)) tell(this, "composer:send", new FormData(this.form));
  }

  #clicked(event) {
    if (!event.target.closest('[data-action="cancel-edit"]')) return;
    event.preventDefault();
    this.leaveEditing();
    tell(this, "composer:leave-editing");
    this.#write("");
    this.words.focus();
  }
}

customElements.define("chat-composer", ChatComposer);

import { Draft } from "../dom/draft.js";
import { part, tell } from "../dom/part.js";
import { EnterKey } from "../lib/enter.js";
import { makeId } from "../lib/http.js";

const GROWS_BY_ITSELF = CSS.supports("field-sizing", "content");

/** Where a question is edited; drafts are kept by addresses. */
const EDITING = /^\/m\/(\w+)\/edit$/;

/** A screen is typed on: its Enter breaks lines, as in every other field of a phone. */
const TOUCHED = matchMedia("(hover: none) and (pointer: coarse)");

/**
 * The form that asks. Tells `composer:send` with the form's data, unless somebody prevents the
 * `composer:submit` before it; `composer:stop`; `composer:edit-last` for the key that takes the last
 * question up again; and `composer:slash` where a slash is the first that is typed.
 */
class ChatComposer extends HTMLElement {
  #page;
  #draft;
  #enter = new EnterKey();
  #sent = null;
  #returned = null;

  connectedCallback() {
    this.#page = new AbortController();
    const { signal } = this.#page;
    const listen = (target, name, act) => target.addEventListener(name, act, { signal });
    listen(this.form, "submit", (event) => this.#submitted(event));
    listen(this.words, "keydown", (event) => this.#pressed(event));
    listen(this.words, "compositionend", (event) => this.#enter.compositionEnded(event.timeStamp));
    listen(this.words, "input", () => this.#typed());
    listen(part(this, "stop"), "click", () => tell(this, "composer:stop"));
    listen(this, "click", (event) => this.#clicked(event));
    if (part(this, "editing").hidden) this.form.elements.parent_id?.remove(); // for want of scripts
    if (TOUCHED.matches) this.words.enterKeyHint = "enter";
    const onElsewhere = (words) => this.#write(words);
    this.#draft = new Draft(this.words, { place: this.#place, signal, onElsewhere });
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
    this.#draft.rename(this.#place);
    const documents = part(this, "documents");
    if (documents) documents.href = `/c/${id}/documents`;
  }

  /**
   * Shows what was typed here before, unless somebody was faster; what is the last question
   * already, was sent.
   */
  async restore(lastQuestion) {
    await this.#draft.open();
    const { words, sent } = this.#draft.found;
    if (sent && words === lastQuestion) this.#draft.discard();
    else if (words && !this.words.value && !this.#sent) {
      if (sent) this.#returned = { words, id: sent };
      this.#write(words);
    }
  }

  /** The question whose edit was left in the middle, of those that `isHere`; or null. */
  leftEdit(isHere) {
    return this.#draft.newest(EDITING, isHere);
  }

  /**
   * Empties itself once the words of its `form` are on their way as a `question`; `arrived` or
   * `giveBack` follows. Tells `composer:clear`.
   */
  clear(question, form) {
    if (form.get("client_id") !== this.form.elements.client_id.value) return; // of another form
    this.#sent = { words: this.words.value, id: this.form.elements.client_id.value };
    this.#draft.send(this.#sent.id);
    this.trouble = "";
    if (this.editing) this.leaveEditing();
    else this.#write("");
    tell(this, "composer:clear", question);
  }

  /** What was sent is there. */
  arrived() {
    this.#draft.arrived();
  }

  /**
   * Gives words back that could not be sent, in front of what was typed since. Sent again as they
   * are, they keep their name, so that a server which did hear them does not answer twice. Tells
   * `composer:give-back`.
   */
  giveBack(words, trouble) {
    const since = this.editing ? "" : this.words.value;
    if (this.#sent?.words === words) this.#returned = this.#sent;
    this.#write(since ? `${words}\n\n${since}` : words);
    this.#draft.comeBack();
    tell(this, "composer:give-back");
    this.trouble = trouble;
    this.words.focus();
  }

  /** Takes a question up again, as far as it was changed; it becomes a branch below `parentId`. */
  edit({ messageId, words, parentId }) {
    this.leaveEditing();
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "parent_id", value: parentId });
    this.form.append(field);
    part(this, "editing").hidden = false;
    this.words.setAttribute("aria-describedby", "editing");
    this.#draft.go(`/m/${messageId}/edit`);
    this.#write(this.#draft.found.words || words);
    this.words.focus();
  }

  /** Whether a question is being asked differently. */
  get editing() {
    return Boolean(this.form.elements.parent_id);
  }

  /** Goes back to what was being written before. */
  leaveEditing() {
    if (!this.editing) return;
    this.form.elements.parent_id.remove();
    part(this, "editing").hidden = true;
    this.words.removeAttribute("aria-describedby");
    this.#draft.go(this.#place);
    this.#write(this.#draft.found.words);
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

  /** Where the words are sent to, and with whom a new chat begins. */
  get #place() {
    const assistant = this.form.elements.assistant_id?.value;
    const { pathname } = new URL(this.form.action);
    return assistant && pathname === "/" ? `/?assistant=${assistant}` : pathname;
  }

  #write(words) {
    this.words.value = words;
    this.#grow();
  }

  /**
   * Lets the field be as high as its words, within the limits of its style. To be measured it
   * shrinks for a moment, and its form keeps its height meanwhile: else what scrolls above would
   * be given room, lose its place at the end, and jump.
   */
  #grow() {
    if (GROWS_BY_ITSELF) return;
    this.form.style.blockSize = `${this.form.offsetHeight}px`;
    this.words.style.blockSize = "auto";
    this.words.style.blockSize = `${this.words.scrollHeight}px`;
    this.form.style.blockSize = "";
  }

  #typed() {
    this.#grow();
    if (this.words.value === "/") tell(this, "composer:slash");
  }

  #pressed(event) {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Escape" && this.editing) return this.#cancel(event);
    if (event.key === "ArrowUp" && this.#isUntouched(event)) return this.#editLast(event);
    if (!this.#enter.sends(event, { breaks: TOUCHED.matches })) return undefined;
    event.preventDefault();
    if (!this.answering) this.form.requestSubmit();
    return undefined;
  }

  #isUntouched({ shiftKey, altKey, ctrlKey, metaKey }) {
    const alone = !(shiftKey || altKey || ctrlKey || metaKey);
    return alone && !this.words.value && !this.editing && !this.answering;
  }

  #editLast(event) {
    event.preventDefault();
    tell(this, "composer:edit-last");
  }

  #submitted(event) {
    event.preventDefault();
    if (this.answering || this.words.readOnly || !this.words.value.trim()) return;
    const last = new CustomEvent("composer:submit", { cancelable: true });
    if (!this.dispatchEvent(last)) return;
    const { words, id } = this.#returned ?? {};
    this.form.elements.client_id.value = this.words.value === words ? id : makeId();
    this.#returned = null;
    tell(this, "composer:send", new FormData(this.form));
  }

  #clicked(event) {
    if (event.target.closest('[data-action="cancel-edit"]')) this.#cancel(event);
  }

  #cancel(event) {
    event.preventDefault();
    this.#draft.discard();
    this.leaveEditing();
    tell(this, "composer:leave-editing");
    this.words.focus();
  }
}

customElements.define("chat-composer", ChatComposer);

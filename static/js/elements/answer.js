import { frame } from "../dom/frames.js";
import { GrowingText, GrowingWords, settle } from "../dom/growing.js";
import { holdFocus, part, tell } from "../dom/part.js";
import { anchorsIn, showSources } from "../dom/sources.js";
import { WORDS } from "../lib/words.js";

/**
 * An answer. Tells `answer:stop`, `answer:regenerate`, `answer:continue` and `answer:feedback`, each
 * with its form, `answer:choose` with the link to the models, and `answer:copy`.
 */
class ChatAnswer extends HTMLElement {
  #page;
  #text = null;
  #cited = 0;
  #anchors = new Map();
  #reasoning = null;

  connectedCallback() {
    this.#page = new AbortController();
    this.addEventListener("submit", (event) => this.#submitted(event), this.#page);
    this.addEventListener("click", (event) => this.#clicked(event), this.#page);
    this.#finish();
  }

  disconnectedCallback() {
    this.#page.abort();
  }

  get messageId() {
    return this.dataset.id;
  }

  /** Whether its words are still to come, and there is a place for them. */
  get running() {
    const begun = ["pending", "streaming"].includes(this.dataset.state);
    return begun && part(this, "text") !== null;
  }

  /** What the page shows already, for an answer that goes on. */
  get shown() {
    const wordsOf = (name) => part(this, name)?.textContent ?? "";
    return {
      messageId: this.messageId,
      reasoning: wordsOf("reasoning-words"),
      text: wordsOf("text"),
    };
  }

  /** Where to read on. */
  get cursor() {
    return this.dataset.cursor;
  }

  /** Shows an answer as far as it has come. */
  show(answer) {
    if (answer.messageId && answer.messageId !== this.messageId) this.#name(answer);
    this.dataset.state = answer.text ? "streaming" : "pending";
    if (answer.sources.length > this.#cited) this.#showSources(answer.sources);
    this.#text ??= this.#growingText();
    this.#text.show(answer.text);
    if (answer.reasoning) this.#showReasoning(answer.reasoning);
  }

  /** Takes the final form that the server made; what it has already stays in place, selected or not. */
  settle(fresh) {
    fresh.takeOver(this);
    const [text, final] = [this, fresh].map((each) => part(each, "text"));
    const stays = text !== null && text.className === final?.className;
    holdFocus(this, () => {
      if (stays) settle(text, final);
      settle(this, fresh, (old, made) => old.isEqualNode(made) || (stays && made === final));
    });
    for (const { name, value } of fresh.attributes) this.setAttribute(name, value);
    delete this.dataset.cursor;
    this.#text = this.#reasoning = null;
    this.#finish();
  }

  /** Takes over what a person did with the answer whose place this one takes. */
  takeOver(old) {
    const opened = part(old, "reasoning")?.open;
    if (opened) part(this, "reasoning").open = true;
    for (const body of old.querySelectorAll(".source details[open] > [data-part]")) {
      const same = this.querySelector(`[data-part="source-body"][data-number="${body.dataset.number}"]`);
      if (same) same.parentElement.open = true;
    }
  }

  /** Takes the buttons of the same answer as the server has it now; who rated it may say why. */
  renewFoot(fresh) {
    const [before, after] = [this, fresh].map((each) => part(each, "foot"));
    const { rating } = document.activeElement?.dataset ?? {};
    const focused = before.contains(document.activeElement);
    showCopyButton(after);
    before.replaceWith(after);
    const why = part(after, "why");
    if (why && rating && !part(why, "comment").value) why.open = true;
    if (why?.open) why.scrollIntoView({ block: "nearest" });
    if (!focused) return;
    const same = rating && after.querySelector(`[data-rating="${rating}"]`);
    (same || why?.firstElementChild)?.focus();
  }

  /** Says for a moment whether copying worked. */
  copied(done) {
    flash(this.querySelector('[data-action="copy"]'), done);
  }

  /** Offers what there is to do with an answer, and puts frames in it once it is whole. */
  #finish() {
    showCopyButton(this);
    if (!this.running && part(this, "text")) frame(part(this, "text"));
    if (part(this, "sources")) offerPreviews();
  }

  #showSources(sources) {
    showSources(this, sources);
    offerPreviews();
    this.#cited = sources.length;
    for (const [number, anchor] of anchorsIn(this)) this.#anchors.set(number, anchor);
  }

  #growingText() {
    const place = part(this, "text");
    place.classList.remove("prose--growing"); // which shows text that nobody has formatted
    for (const [number, anchor] of anchorsIn(this)) this.#anchors.set(number, anchor);
    return new GrowingText(place, this.#anchors);
  }

  #name({ messageId, model }) {
    this.id = `m-${messageId}`;
    this.dataset.id = messageId;
    part(this, "model").textContent = model;
  }

  #showReasoning(words) {
    part(this, "reasoning").hidden = false;
    this.#reasoning ??= new GrowingWords(part(this, "reasoning-words"));
    this.#reasoning.show(words);
  }

  #submitted(event) {
    event.preventDefault();
    tell(this, `answer:${event.target.dataset.action}`, new FormData(event.target, event.submitter));
  }

  async #clicked(event) {
    const button = event.target.closest("[data-action]");
    if (button?.dataset.action === "copy") tell(this, "answer:copy");
    if (button?.dataset.action === "choose" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      tell(this, "answer:choose", button);
    }
    if (button?.dataset.action !== "copy-code") return;
    const { copyText } = await import("../later/clipboard.js");
    flash(button, await copyText(button.closest(".code").querySelector("pre").textContent));
  }
}

let previews = null;

/** Sources have previews from now on; where that cannot be loaded, the next answer tries again. */
function offerPreviews() {
  previews ??= import("../later/previews.js").then(
    ({ Previews }) => new Previews(document),
    () => (previews = null),
  );
}

/** A button that needs scripts is hidden without them. */
function showCopyButton(root) {
  const copy = root.querySelector('[data-action="copy"]');
  if (copy) copy.hidden = false;
}

function flash(button, done) {
  const words = done ? WORDS.copied : WORDS.copyFailed;
  const [name, text] = [button.ariaLabel, button.textContent];
  button.dataset.state = done ? "done" : "failed";
  if (text.trim()) button.textContent = words;
  else button.ariaLabel = words;
  tell(button, "page:say", words);
  setTimeout(() => {
    delete button.dataset.state;
    if (text.trim()) button.textContent = text;
    else button.ariaLabel = name;
  }, 1600);
}

customElements.define("chat-answer", ChatAnswer);

import { End } from "../dom/end.js";
import { copyOf, part, tell } from "../dom/part.js";

/** Milliseconds that a screen reader takes to look at what was put on the page. */
const QUIET = 1000;

/** Frames in which all that has come near takes its size. */
const FRAMES = 3;

/**
 * The log of questions and answers. Tells `conversation:end` with whether its end is in view; a
 * link in it tells `conversation:version` when somebody follows it to another version of a message,
 * and `conversation:more` when it leads to further messages and comes into reach.
 */
class ChatConversation extends HTMLElement {
  #page;
  #end;
  #reach;
  #busy = false;
  #noise;

  connectedCallback() {
    this.#page = new AbortController();
    const { signal } = this.#page;
    this.#end = new End(this, {
      signal,
      onChange: (held) => tell(this, "conversation:end", held),
    });
    if (location.hash) addEventListener("load", () => this.#end.look(), { signal, once: true });
    else this.#end.hold();
    this.addEventListener("click", (event) => this.#clicked(event), { signal });
    this.#reach = new IntersectionObserver((seen) => reached(seen), {
      root: this,
      rootMargin: "100% 0px",
    });
    this.watch();
  }

  disconnectedCallback() {
    this.#page.abort();
    this.#reach.disconnect();
  }

  /** The conversation's id; empty before the first answer begins. */
  get conversationId() {
    return this.dataset.id;
  }

  set conversationId(id) {
    this.dataset.id = id;
  }

  /** The message that has chosen the branch; empty where the newest of all did. */
  get at() {
    return this.dataset.at;
  }

  set at(id) {
    this.dataset.at = id;
  }

  /** The answer that is being written, where the page came in the middle of one. */
  get runningAnswer() {
    return [...this.querySelectorAll("chat-answer")].find((answer) => answer.running) ?? null;
  }

  /** The newest message as `<id>-<status>`; empty where it is not known, or may have changed. */
  get newest() {
    if (this.at || this.later) return this.dataset.newest;
    const last = this.messages.at(-1);
    return last?.dataset.id && !last.running ? `${last.dataset.id}-${last.dataset.state}` : "";
  }

  /** What is shown, the oldest first. */
  get messages() {
    return messagesIn(part(this, "messages"));
  }

  /** The link to what follows the messages that are shown, or null. */
  get later() {
    return part(this, "later");
  }

  set busy(busy) {
    this.#busy = busy;
    this.ariaBusy = busy;
  }

  /** Whether messages are being fetched. */
  set loading(loading) {
    this.ariaBusy = loading || this.#busy;
  }

  get lastId() {
    return this.messages.at(-1)?.dataset.id ?? "";
  }

  /** The newest question, or null. */
  get lastQuestion() {
    return [...this.querySelectorAll("chat-question")].at(-1) ?? null;
  }

  /** The question of this id, or null. */
  questionOf(id) {
    return this.querySelector(`chat-question[data-id="${id}"]`);
  }

  /** Shows a question that was just asked, and returns it. */
  ask(words) {
    const question = copyOf("question-template");
    part(this, "messages").append(question);
    question.words = words;
    return question;
  }

  /** Shows an answer that is to come, at the end or in the place of another; returns it. */
  awaitAnswer(old = null) {
    const answer = copyOf("answer-template");
    const focused = old?.contains(document.activeElement);
    if (old) old.replaceWith(answer);
    else part(this, "messages").append(answer);
    if (focused) this.focus({ preventScroll: true });
    return answer;
  }

  /** Shows the end of a branch. Messages that are shown already, from the first on, stay. */
  show(piece) {
    const [old, fresh] = [this.messages, messagesIn(piece)];
    const place = old.findIndex((message) => message.dataset.id === fresh[0]?.dataset.id);
    const ahead = fresh.findIndex((message) => message.dataset.id === old[0]?.dataset.id);
    if (place < 0) this.#putAhead(piece, fresh.splice(0, Math.max(ahead, 0)), old[0]);
    const kept = old.slice(Math.max(place, 0));
    while (fresh.length && isSame(kept[0], fresh[0])) renewVersions(kept.shift(), fresh.shift());
    for (const element of kept) element.remove();
    this.#append(fresh, piece);
    if (kept[0]?.takeOver && kept[0].dataset.id === fresh[0]?.dataset.id) {
      fresh[0].takeOver(kept[0]);
    }
    this.follow();
  }

  /** Shows a piece in the place of a message and of all that follow it, or of everything. */
  showFrom(message, piece) {
    this.cutFrom(message ?? part(this, "messages").firstElementChild);
    const fresh = messagesIn(piece);
    if (!message) this.#putAhead(piece, [], null);
    this.#append(fresh, piece);
    return fresh[0];
  }

  /** Shows a piece in the place of the link that led to it. */
  extend(link, piece) {
    const name = link.dataset.part;
    const next = part(piece, name);
    link.replaceWith(...(name === "earlier" && next ? [next] : []), ...messagesIn(piece),
      ...(name === "later" && next ? [next] : []));
    this.watch();
  }

  /** Takes away a message and all that follow it; returns what puts them back. */
  cutFrom(message) {
    const gone = [];
    for (let next = message; next; next = next.nextElementSibling) gone.push(next);
    for (const element of gone) element.remove();
    return () => part(this, "messages").append(...gone);
  }

  /**
   * Changes what is shown, so that what `find` finds before and after stays where the reader sees
   * it, and nothing of it is read aloud.
   */
  keep(find, change) {
    const top = find().getBoundingClientRect().top;
    this.#hush();
    this.style.overflowAnchor = "none"; // where the browser keeps the place, too, that is once enough
    change();
    this.#hold(find(), top);
    this.style.overflowAnchor = "";
  }

  /** Goes to the end and stays there. */
  goToEnd() {
    this.#end.hold();
  }

  /** Goes along with what has grown, unless the reader has scrolled up. */
  follow() {
    this.#end.follow();
  }

  /** Goes to a message. */
  goTo(message) {
    message.scrollIntoView();
    this.#hold(message, message.getBoundingClientRect().top);
  }

  /** Watches for the links to further messages. */
  watch() {
    this.#reach.disconnect();
    for (const name of ["earlier", "later"]) {
      const link = part(this, name);
      if (link) this.#reach.observe(link);
    }
  }

  #putAhead(piece, messages, before) {
    part(this, "earlier")?.remove();
    const link = part(piece, "earlier");
    part(this, "messages").prepend(...(link ? [link] : []));
    if (before) before.before(...messages);
  }

  #append(messages, piece) {
    this.dataset.newest = piece.dataset.newest;
    this.later?.remove();
    const link = part(piece, "later");
    part(this, "messages").append(...messages, ...(link ? [link] : []));
    this.watch();
  }

  /**
   * Holds a message at a height, now and in the next frames: what was out of sight takes its size
   * only as it comes near, and not every browser keeps the place then.
   */
  #hold(message, top, frames = FRAMES) {
    this.scrollTop += message.getBoundingClientRect().top - top;
    this.#end.look();
    const at = this.scrollTop;
    if (frames === 0) return;
    requestAnimationFrame(() => {
      if (message.isConnected && this.scrollTop === at) this.#hold(message, top, frames - 1);
    });
  }

  #hush() {
    this.setAttribute("aria-live", "off");
    clearTimeout(this.#noise);
    this.#noise = setTimeout(() => this.removeAttribute("aria-live"), QUIET);
  }

  #clicked(event) {
    const link = event.target.closest("a");
    const name = nameOf(link);
    if (!name || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    tell(link, name);
  }
}

function messagesIn(place) {
  return [...place.querySelectorAll(":scope > :is(chat-question, chat-answer)")];
}

/** What a link tells where somebody follows it. */
function nameOf(link) {
  if (link?.dataset.action === "version") return "conversation:version";
  return ["earlier", "later"].includes(link?.dataset.part) ? "conversation:more" : null;
}

function reached(seen) {
  for (const { isIntersecting, target } of seen) {
    if (isIntersecting) tell(target, "conversation:more");
  }
}

function isSame(shown, message) {
  const { id, state } = message.dataset;
  return shown?.dataset.id === id && shown.dataset.state === state;
}

function renewVersions(shown, message) {
  const [old, fresh] = [part(shown, "versions"), part(message, "versions")];
  if (!old || !fresh || old.outerHTML === fresh.outerHTML) return;
  const way = old.contains(document.activeElement) && document.activeElement.dataset.way;
  old.replaceWith(fresh);
  if (way) focusOn(fresh, way);
}

/** Puts the focus on the link to another version, in the same direction where there is one. */
export function focusOn(versions, way) {
  const link = versions.querySelector(`[data-way="${way}"]`) ?? versions.querySelector("a");
  link?.focus({ preventScroll: true });
}

customElements.define("chat-conversation", ChatConversation);

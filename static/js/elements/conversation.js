import { End } from "../dom/end.js";
import { copyOf, part, tell } from "../dom/part.js";

/** The log of questions and answers. Tells `conversation:end` with whether its end is in view. */
class ChatConversation extends HTMLElement {
  #page;
  #end;

  connectedCallback() {
    this.#page = new AbortController();
    const { signal } = this.#page;
    this.#end = new End(this, {
      signal,
      onChange: (held) => tell(this, "conversation:end", held),
    });
    if (!location.hash) this.#end.follow();
  }

  disconnectedCallback() {
    this.#page.abort();
  }

  /** The conversation's id; empty before the first answer begins. */
  get conversationId() {
    return this.dataset.id;
  }

  set conversationId(id) {
    this.dataset.id = id;
  }

  /** The answer that is being written, where the page came in the middle of one. */
  get runningAnswer() {
    return [...this.querySelectorAll("chat-answer")].find((answer) => answer.running) ?? null;
  }

  /** The newest message as `<id>-<status>`; empty where it is not known, or may have changed. */
  get newest() {
    const last = part(this, "messages").lastElementChild;
    return last?.dataset.id && !last.running ? `${last.dataset.id}-${last.dataset.state}` : "";
  }

  set busy(busy) {
    this.ariaBusy = busy;
  }

  get lastId() {
    return part(this, "messages").lastElementChild?.dataset.id ?? "";
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

  /** Shows these messages. Those that are shown already, from the first on, stay as they are. */
  show(messages) {
    const old = [...part(this, "messages").children];
    let same = 0;
    while (same < messages.length && isSame(old[same], messages[same])) same += 1;
    const before = old[same];
    for (const element of old.slice(same)) element.remove();
    part(this, "messages").append(...messages.slice(same));
    if (before?.takeOver && before.dataset.id === messages[same]?.dataset.id) {
      messages[same].takeOver(before);
    }
    this.follow();
  }

  /** Takes away a message and all that follow it; returns what puts them back. */
  cutFrom(message) {
    const gone = [];
    for (let next = message; next; next = next.nextElementSibling) gone.push(next);
    for (const element of gone) element.remove();
    return () => part(this, "messages").append(...gone);
  }

  /** Goes to the end and stays there. */
  goToEnd() {
    this.#end.hold();
  }

  /** Goes along with what has grown, unless the reader has scrolled up. */
  follow() {
    this.#end.follow();
  }
}

function isSame(shown, message) {
  const { id, state } = message.dataset;
  return shown?.dataset.id === id && shown.dataset.state === state;
}

customElements.define("chat-conversation", ChatConversation);

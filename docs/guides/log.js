/** What was said, as bubbles that grow; painted once a frame, however fast the words come. */

const NEAR = 80;

/** The list of bubbles. It scrolls along, unless somebody reads further up. */
export class Log {
  #list;
  #view;

  constructor(list) {
    this.#list = list;
    this.#view = list.parentElement;
  }

  /** Shows what somebody asked. */
  ask(words) {
    this.#add("question").textContent = words;
    this.#view.scrollTo({ top: this.#view.scrollHeight });
  }

  /** Shows an answer that is still to come. */
  answer() {
    return new Answer(this.#add("answer"), () => this.#followed());
  }

  /** Says in a bubble of its own what went wrong. */
  fail(words) {
    const bubble = this.#add("trouble");
    bubble.setAttribute("role", "alert");
    bubble.textContent = words;
    this.#view.scrollTo({ top: this.#view.scrollHeight });
  }

  /** Forgets everything. */
  clear() {
    for (const bubble of this.#list.querySelectorAll(".bubble")) bubble.remove();
  }

  #add(kind) {
    const bubble = document.createElement("div");
    bubble.className = `bubble bubble--${kind}`;
    this.#list.append(bubble);
    return bubble;
  }

  /** Whether the end is in sight, so that the view goes along with it. */
  #followed() {
    const { scrollTop, scrollHeight, clientHeight } = this.#view;
    if (scrollHeight - scrollTop - clientHeight > NEAR) return () => {};
    return () => this.#view.scrollTo({ top: this.#view.scrollHeight });
  }
}

/** One answer, with a pulsing cursor while it grows. */
class Answer {
  /** What has arrived. */
  text = "";

  #bubble;
  #words = new Text();
  #cursor = document.createElement("span");
  #frame = null;
  #follow;

  constructor(bubble, follow) {
    this.#bubble = bubble;
    this.#follow = follow;
    this.#cursor.className = "cursor";
    this.#cursor.setAttribute("aria-hidden", "true");
    bubble.append(this.#words, this.#cursor);
    follow()();
  }

  /** Adds words; many pieces that come within one frame are painted together. */
  add(words) {
    this.text += words;
    this.#frame ??= requestAnimationFrame(() => this.#paint());
  }

  /** Shows on what the answer rests: `{title, content, url, position}` of each. */
  cite(sources) {
    if (!sources.length) return;
    const list = document.createElement("ol");
    list.className = "sources";
    list.append(...sources.map(sourceOf));
    this.#bubble.append(list);
    this.#follow()();
  }

  /** Begins anew. */
  clear() {
    this.text = "";
    this.#paint();
  }

  /** Nothing more will come. `note` is a word on how it ended. */
  end(note = "") {
    cancelAnimationFrame(this.#frame);
    this.#paint();
    this.#cursor.remove();
    if (note) this.#note(note);
    if (!this.text && !note) this.#bubble.remove();
  }

  #note(words) {
    const note = document.createElement("small");
    note.className = "bubble__note";
    note.textContent = words;
    this.#bubble.append(note);
  }

  #paint() {
    this.#frame = null;
    const follow = this.#follow();
    this.#words.data = this.text;
    follow();
  }
}

function sourceOf({ title, content, url, position }) {
  const item = document.createElement("li");
  const details = item.appendChild(document.createElement("details"));
  details.appendChild(document.createElement("summary")).textContent = `[${position}] ${title}`;
  details.appendChild(document.createElement("blockquote")).textContent = content;
  if (/^https?:/.test(url ?? "")) {
    const link = details.appendChild(document.createElement("a"));
    link.href = url;
    link.textContent = "Open";
  }
  return item;
}

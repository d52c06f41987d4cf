/** One answer while it is being written: from its first event to its final form. */

import { parsed } from "./dom/part.js";
import { Patience } from "./lib/again.js";
import { Answer } from "./lib/answer.js";
import { AnswerStream } from "./lib/stream.js";

export class Exchange {
  #client;
  #element;
  #onBegin;
  #answer;
  #stream;
  #patience;
  #frame;
  #left = false;

  /** Whether somebody wants the answer to stop, though it may not have a name yet. */
  stopping = false;

  /**
   * `first` is what asks or follows, `element` the `chat-answer` that grows. `onBegin` hears the
   * `start` event once, `onPaint` every change on the page, `onConnection` what a `Line` tells.
   */
  constructor({ client, element, first, onBegin, onPaint, onConnection }) {
    this.#client = client;
    this.#element = element;
    this.#onBegin = onBegin;
    this.#answer = new Answer(element.shown);
    this.#frame = new Frame(() => {
      element.show(this.#answer);
      onPaint();
    });
    const send = (url, init) => client.send(url, init);
    this.#stream = new AnswerStream(first, { send, onConnection });
    this.#patience = new Patience({ onConnection });
  }

  /** Whether the answer exists: what fails now is no reason to ask again. */
  get begun() {
    return Boolean(this.#answer.messageId);
  }

  /**
   * Reads to the end; returns the element in its final form, or null where it was left before.
   * Throws what the stream throws.
   */
  async run() {
    const begunBefore = this.begun;
    for await (const event of this.#stream) {
      this.#answer.apply(event);
      if (event.type === "start" && !begunBefore) this.#onBegin(event);
      this.#frame.ask();
    }
    this.#frame.cancel();
    if (this.#left) return null;
    this.#element.show(this.#answer);
    return this.#settle();
  }

  /** Reads no more; the answer itself goes on. */
  leave() {
    this.#left = true;
    this.#stream.close();
  }

  /** Stops the writing; before the answer has a name, that is left to `onBegin`. */
  async stop() {
    this.stopping = true;
    if (this.begun) await this.#client.json("POST", `/api/messages/${this.#answer.messageId}/stop`);
  }

  /** The tab is back. */
  retryNow() {
    this.#stream.retryNow();
    this.#patience.retryNow();
  }

  /** The network is another one. */
  reconnect() {
    this.#stream.reconnect();
    this.#patience.retryNow();
  }

  async #settle() {
    this.#element.dataset.state = this.#answer.status;
    const url = `/m/${this.#answer.messageId}`;
    const settled = parsed(await this.#patience.persist(() => this.#client.text(url)));
    if (this.#left) return null;
    this.#element.settle(settled);
    return this.#element;
  }
}

/** Milliseconds: a page that was held up shows again soon. */
const LONGEST_REST = 100;

/**
 * Paints at most once a frame, however often something changes, and then leaves the page as much
 * time for what a person does as that took: on a slow machine more words come at once.
 */
class Frame {
  #paint;
  #request = null;
  #asked = false;
  #resting = false;

  constructor(paint) {
    this.#paint = paint;
  }

  /** Something has changed. */
  ask() {
    this.#asked = true;
    if (!this.#resting) this.#request ??= requestAnimationFrame(() => this.#show());
  }

  /** What was asked for is not needed any more. */
  cancel() {
    cancelAnimationFrame(this.#request);
    this.#request = null;
    this.#asked = false;
  }

  #show() {
    const begun = performance.now();
    this.#request = null;
    this.#asked = false;
    this.#resting = true;
    this.#paint();
    setTimeout(() => this.#rest(performance.now() - begun)); // behind layout and painting
  }

  #rest(took) {
    setTimeout(() => {
      this.#resting = false;
      if (this.#asked) this.ask();
    }, Math.min(took, LONGEST_REST));
  }
}

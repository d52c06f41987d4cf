/** One answer while it is being written: from its first event to its final form. */

import { Frame } from "./dom/frame.js";
import { parsed } from "./dom/part.js";
import { Answer } from "./lib/answer.js";
import { AnswerStream, backOff } from "./lib/stream.js";

const TRIES = 4;

export class Exchange {
  #client;
  #element;
  #onBegin;
  #answer;
  #stream;
  #frame;

  /** Whether somebody wants the answer to stop, though it may not have a name yet. */
  stopping = false;

  /**
   * `first` is what asks or follows, `element` the `chat-answer` that grows. `onBegin` hears the
   * `start` event once, `onPaint` every change on the page, `onConnection` what a stream tells.
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
  }

  /** Whether the answer exists: what fails now is no reason to ask again. */
  get begun() {
    return Boolean(this.#answer.messageId);
  }

  /** Reads to the end; returns the element in its final form. Throws what the stream throws. */
  async run() {
    const begunBefore = this.begun;
    for await (const event of this.#stream) {
      this.#answer.apply(event);
      if (event.type === "start" && !begunBefore) this.#onBegin(event);
      this.#frame.ask();
    }
    this.#frame.cancel();
    this.#element.show(this.#answer);
    return this.#settle();
  }

  /** Stops the writing; before the answer has a name, that is left to `onBegin`. */
  async stop() {
    this.stopping = true;
    if (this.begun) await this.#client.json("POST", `/api/messages/${this.#answer.messageId}/stop`);
  }

  /** The network, or the tab, is back. */
  retryNow() {
    this.#stream.retryNow();
  }

  async #settle() {
    const settled = parsed(await this.#read(`/m/${this.#answer.messageId}`));
    this.#element.replaceWith(settled);
    settled.takeOver(this.#element);
    return settled;
  }

  async #read(url, failures = 0) {
    try {
      const response = await this.#client.send(url);
      return await response.text();
    } catch (error) {
      this.#element.dataset.state = this.#answer.status;
      if (failures + 1 === TRIES) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, backOff(failures + 1)));
    return this.#read(url, failures + 1);
  }
}

/** One answer, read to its end. */

import { passes } from "./again.js";
import { HttpError } from "./http.js";
import { Line, NotAStream } from "./line.js";
import { EventTooLarge } from "./sse.js";

const TRIES_BEFORE_START = 4;

/** What makes an answer: a request that asks for it, repeated until the server has heard it. */
export function asking(url, init) {
  return { url, init: { ...init, headers: { Accept: "text/event-stream", ...init.headers } } };
}

/** What follows an answer that exists, from a cursor. */
export function following(messageId, cursor) {
  const headers = { Accept: "text/event-stream" };
  if (cursor) headers["Last-Event-ID"] = cursor;
  return { url: `/api/messages/${messageId}/stream`, init: { headers }, messageId, cursor };
}

/**
 * The events of one answer, each exactly once: `for await (const event of new AnswerStream(…))`.
 *
 * A lost connection is followed by another one from the cursor, until `end`. Throws `HttpError`
 * where the server refuses, and what `fetch` throws where it cannot be reached with a question.
 */
export class AnswerStream {
  #first;
  #line;
  #messageId;
  #cursor;

  /** `first` comes from `asking` or `following`; the options are those of `Line`. */
  constructor(first, options) {
    this.#first = first;
    this.#messageId = first.messageId ?? null;
    this.#cursor = first.cursor ?? "";
    this.#line = new Line(
      { ask: () => this.#ask(), bears: (error) => this.#bears(error) },
      options,
    );
  }

  /** Stops reading; the answer itself goes on. */
  close() {
    this.#line.close();
  }

  /** The tab is back: a wait ends, and a connection that looks dead is left for another one. */
  retryNow() {
    this.#line.retryNow();
  }

  /** The network is another one: whatever there is of a connection is left. */
  reconnect() {
    this.#line.reconnect();
  }

  async *[Symbol.asyncIterator]() {
    for await (const [event, id] of this.#line) {
      if (event.type === "start") this.#messageId = event.message_id;
      this.#cursor = id;
      yield event;
      if (event.type === "end") return;
    }
  }

  #ask() {
    return this.#messageId ? following(this.#messageId, this.#cursor) : this.#first;
  }

  #bears(error) {
    if (error instanceof EventTooLarge || error instanceof NotAStream) return false;
    if (this.#messageId) return passes(error);
    const limited = error instanceof HttpError && error.status === 429;
    return passes(error) && !limited && this.#line.failures + 1 < TRIES_BEFORE_START;
  }
}

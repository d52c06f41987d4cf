/** One answer, read to its end over as many connections as that takes. */

import { HttpError, errorFrom } from "./http.js";
import { EventTooLarge, SseParser } from "./sse.js";
import { WORDS } from "./words.js";

const SHORTEST_WAIT = 400;
const LONGEST_WAIT = 15_000;
const TRIES_BEFORE_START = 4;

/** Milliseconds without a byte after which a connection counts as dead; heartbeats come sooner. */
const SILENCE = 45_000;

/** The same, for a tab that comes back from the background. */
const SILENCE_AFTER_SLEEP = 20_000;

/** The server said something that is not an answer. */
export class NotAStream extends Error {
  constructor() {
    super(WORDS.nonsense);
    this.name = "NotAStream";
  }
}

/** Milliseconds to wait before try number `failures` + 1, spread so that clients do not gather. */
export function backOff(failures, random = Math.random) {
  const longest = Math.min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** (failures - 1));
  return longest * (0.5 + random() / 2);
}

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
 * Any error of reading is a lost connection (browsers do not tell them apart), and is followed by
 * another one from the cursor, until `end`. Throws `HttpError` where the server refuses, and what
 * `fetch` throws where it cannot be reached with a question.
 */
export class AnswerStream {
  #first;
  #send;
  #onConnection;
  #silence;
  #random;
  #messageId;
  #cursor;
  #failures = 0;
  #heardAt = 0;
  #closed = new AbortController();
  #connection = null;
  #wake = () => {};

  /**
   * `first` comes from `asking` or `following`. `send` requests as `fetch` does, and may throw
   * `HttpError` itself; `onConnection` hears `true` for a connection and `false` for its loss.
   */
  constructor(first, { send, onConnection = () => {}, silence = SILENCE, random = Math.random }) {
    this.#first = first;
    this.#send = send;
    this.#onConnection = onConnection;
    this.#silence = silence;
    this.#random = random;
    this.#messageId = first.messageId ?? null;
    this.#cursor = first.cursor ?? "";
  }

  /** Stops reading; the answer itself goes on. */
  close() {
    this.#closed.abort();
    this.#wake();
  }

  /** The network, or the tab, is back: a wait ends, and a connection that looks dead is left. */
  retryNow() {
    this.#wake();
    if (Date.now() - this.#heardAt > SILENCE_AFTER_SLEEP) this.#connection?.abort();
  }

  async *[Symbol.asyncIterator]() {
    while (!this.#closed.signal.aborted) {
      let wait = 0;
      try {
        for await (const event of this.#connect()) {
          yield event;
          if (event.type === "end") return;
        }
        if (this.#closed.signal.aborted) return;
      } catch (error) {
        if (this.#closed.signal.aborted) return;
        if (!this.#bears(error)) throw error;
        wait = error.retryAfter ?? 0;
      }
      await this.#pause(wait);
    }
  }

  /** The events of one connection. */
  async *#connect() {
    const { url, init } = this.#messageId ? following(this.#messageId, this.#cursor) : this.#first;
    this.#connection = new AbortController();
    this.#heardAt = Date.now();
    const watch = setInterval(() => this.#leaveSilent(), this.#silence / 8);
    const leave = () => this.#connection.abort();
    this.#closed.signal.addEventListener("abort", leave);
    try {
      const response = await this.#send(url, { ...init, signal: this.#connection.signal });
      if (!response.ok) throw await errorFrom(response);
      if (response.status === 204) return void this.close();
      yield* this.#read(response);
    } finally {
      clearInterval(watch);
      this.#closed.signal.removeEventListener("abort", leave);
      this.#connection.abort();
    }
  }

  async *#read(response) {
    const type = response.headers.get("Content-Type") ?? "";
    if (!type.startsWith("text/event-stream")) throw new NotAStream();
    this.#onConnection(true);
    const parser = new SseParser();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#heardAt = Date.now();
      for (const { data, id } of parser.feed(value)) yield this.#take(data, id);
    }
  }

  #take(data, id) {
    const event = parseEvent(data);
    this.#failures = 0;
    if (event.type === "start") this.#messageId = event.message_id;
    this.#cursor = id;
    return event;
  }

  #leaveSilent() {
    if (Date.now() - this.#heardAt > this.#silence) this.#connection.abort();
  }

  /** Whether an error is one that another connection may mend. */
  #bears(error) {
    if (error instanceof EventTooLarge || error instanceof NotAStream) return false;
    const refused = error instanceof HttpError;
    const passing = [502, 503, 504].includes(error.status);
    if (this.#messageId) return !refused || passing || error.status === 429;
    return (!refused || passing) && this.#failures + 1 < TRIES_BEFORE_START;
  }

  async #pause(atLeast) {
    this.#failures += 1;
    this.#onConnection(false);
    const wait = Math.max(atLeast, backOff(this.#failures, this.#random));
    let timer;
    await new Promise((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, wait);
    });
    clearTimeout(timer);
    this.#wake = () => {};
  }
}

function parseEvent(data) {
  try {
    return JSON.parse(data);
  } catch {
    throw new NotAStream();
  }
}

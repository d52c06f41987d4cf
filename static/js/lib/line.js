/** One stream of events, read over as many connections as that takes. */

import { Patience } from "./again.js";
import { errorFrom } from "./http.js";
import { SseParser } from "./sse.js";
import { WORDS } from "./words.js";

/** Milliseconds without a byte after which a connection counts as dead; heartbeats come sooner. */
const SILENCE = 45_000;

/** The same, for a tab that comes back from the background. */
const SILENCE_AFTER_SLEEP = 20_000;

/** The server said something that is not a stream of ours. */
export class NotAStream extends Error {
  constructor() {
    super(WORDS.nonsense);
    this.name = "NotAStream";
  }
}

/**
 * Events as `[event, id]`: `for await (const [event, id] of new Line(…))`.
 *
 * Any error of reading is a lost connection (browsers do not tell them apart: Safari says `Load
 * failed` for all), and so is a stream that closes. Another connection follows, until `close`.
 */
export class Line {
  #ask;
  #bears;
  #send;
  #silence;
  #patience;
  #heardAt = 0;
  #closed = new AbortController();
  #connection = null;

  /**
   * `ask` gives the `{url, init}` of the next connection, and `bears` says of an error whether one
   * is to follow; what it does not bear is thrown. `send` requests as `fetch` does, and may throw
   * `HttpError` itself. `onConnection` hears 0 for a connection, else how many failed in a row.
   */
  constructor({ ask, bears }, { send, silence = SILENCE, ...patience }) {
    this.#ask = ask;
    this.#bears = bears;
    this.#send = send;
    this.#silence = silence;
    this.#patience = new Patience(patience);
  }

  /** How many connections failed in a row. */
  get failures() {
    return this.#patience.failures;
  }

  /** Stops reading. */
  close() {
    this.#closed.abort();
    this.#patience.retryNow();
  }

  /** The tab is back: a wait ends, and a connection that looks dead is left for another one. */
  retryNow() {
    this.#patience.retryNow();
    if (Date.now() - this.#heardAt > SILENCE_AFTER_SLEEP) this.#connection?.abort();
  }

  /** The network is another one: whatever there is of a connection is left. */
  reconnect() {
    this.#patience.failures = 0;
    this.#patience.retryNow();
    this.#connection?.abort();
  }

  async *[Symbol.asyncIterator]() {
    while (!this.#closed.signal.aborted) {
      let atLeast = 0;
      try {
        yield* this.#connect();
      } catch (error) {
        if (this.#closed.signal.aborted) return;
        if (!this.#bears(error)) throw error;
        atLeast = error.retryAfter;
      }
      if (!this.#closed.signal.aborted) await this.#patience.wait(atLeast);
    }
  }

  /** The events of one connection. */
  async *#connect() {
    const { url, init } = this.#ask();
    const connection = (this.#connection = new AbortController());
    this.#heardAt = Date.now();
    const watch = setInterval(() => this.#leaveSilent(), this.#silence / 8);
    const leave = () => connection.abort();
    this.#closed.signal.addEventListener("abort", leave);
    try {
      const response = await this.#send(url, { ...init, signal: connection.signal });
      if (!response.ok) throw await errorFrom(response);
      if (response.status === 204) this.close();
      else yield* this.#read(response);
    } finally {
      clearInterval(watch);
      this.#closed.signal.removeEventListener("abort", leave);
      leave();
    }
  }

  async *#read(response) {
    const type = response.headers.get("Content-Type") ?? "";
    if (!type.startsWith("text/event-stream")) throw new NotAStream();
    this.#patience.reached();
    const parser = new SseParser();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#heardAt = Date.now();
      for (const { data, id } of parser.feed(value)) yield [this.#take(data), id];
    }
  }

  #take(data) {
    this.#patience.failures = 0;
    try {
      return JSON.parse(data);
    } catch {
      throw new NotAStream();
    }
  }

  #leaveSilent() {
    if (Date.now() - this.#heardAt > this.#silence) this.#connection.abort();
  }
}

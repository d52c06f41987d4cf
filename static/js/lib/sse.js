/**
 * Server-Sent Events, read exactly as the standard says.
 *
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */

/** Characters that one event may hold before its sender is given up. */
export const EVENT_LIMIT = 8 * 1024 * 1024;

const LINE_END = /\r\n|\n|\r/;

/** An event is longer than the parser accepts. */
export class EventTooLarge extends Error {
  constructor(limit) {
    super(`A server-sent event is longer than ${limit} characters.`);
    this.name = "EventTooLarge";
  }
}

/**
 * Turns a stream, cut anywhere, into events; the cost is linear in its length.
 *
 * An event is dispatched by the blank line behind it: what has none at the end of the stream is
 * discarded, as the standard says.
 */
export class SseParser {
  /** Milliseconds that the server last asked to wait before reconnecting, or null. */
  retry = null;
  /** The id that a reconnecting client sends back. */
  lastEventId = "";

  #limit;
  #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #atStart = true;
  #skipLineFeed = false;
  #held = 0;
  #line = [];
  #data = [];
  #event = "";
  #id = "";

  constructor({ limit = EVENT_LIMIT } = {}) {
    this.#limit = limit;
  }

  /**
   * Takes bytes or text and returns the events it completes, as `{event, data, id}`.
   * Throws `EventTooLarge`.
   */
  feed(chunk) {
    const text = typeof chunk === "string" ? chunk : this.#decoder.decode(chunk, { stream: true });
    const events = [];
    if (text) this.#takeText(this.#trimStart(text), events);
    return events;
  }

  /** A byte order mark may open the stream; a line feed may be the second half of CRLF. */
  #trimStart(text) {
    let start = this.#atStart && text.startsWith("\uFEFF") ? 1 : 0;
    this.#atStart = false;
    if (this.#skipLineFeed && text[start] === "\n") start += 1;
    this.#skipLineFeed = text.endsWith("\r");
    return text.slice(start);
  }

  #takeText(text, events) {
    const lines = text.split(LINE_END);
    const rest = lines.pop();
    for (const line of lines) this.#endLine(line, events);
    if (rest) this.#hold(rest);
  }

  #hold(piece) {
    this.#line.push(piece);
    this.#held += piece.length;
    if (this.#held > this.#limit) throw new EventTooLarge(this.#limit);
  }

  #endLine(rest, events) {
    this.#hold(rest);
    const line = this.#line.join("");
    this.#line = [];
    if (line === "") this.#dispatch(events);
    else if (line.startsWith(":")) this.#held -= line.length;
    else this.#takeField(line);
  }

  #takeField(line) {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const start = line[colon + 1] === " " ? colon + 2 : colon + 1;
    const value = colon < 0 ? "" : line.slice(start);
    if (name === "data") this.#data.push(value);
    else if (name === "event") this.#event = value;
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    else if (name === "retry" && /^\d+$/.test(value)) this.retry = Number(value);
  }

  #dispatch(events) {
    this.lastEventId = this.#id;
    if (this.#data.length) {
      const data = this.#data.join("\n");
      events.push({ event: this.#event || "message", data, id: this.#id });
    }
    this.#data = [];
    this.#event = "";
    this.#held = 0;
  }
}

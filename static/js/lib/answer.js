/** An answer as its reader knows it: events, folded into parts. */

/** The first `count` code points of a text. */
export function cut(text, count) {
  if (text.length <= count) return text;
  let end = 0;
  for (const character of text) {
    if (count === 0) break;
    count -= 1;
    end += character.length;
  }
  return text.slice(0, end);
}

/**
 * Grows by `apply`. `parts` are `{type, …}` as in the API; `status` is `pending`, `streaming`, or
 * how the answer ended.
 */
export class Answer {
  parts = [];
  status = "pending";
  finishReason = null;
  error = null;
  usage = null;
  messageId = null;
  conversationId = null;
  questionId = null;
  model = null;

  /** Begins with what a page already shows. */
  constructor({ messageId = null, reasoning = "", text = "" } = {}) {
    this.messageId = messageId;
    if (reasoning) this.#grow({ type: "reasoning", text: reasoning });
    if (text) this.#grow({ type: "text", text });
  }

  /** What people read. */
  get text() {
    return this.#wordsOf("text");
  }

  /** What the model thought before. */
  get reasoning() {
    return this.#wordsOf("reasoning");
  }

  /** What the answer rests on. */
  get sources() {
    return this.parts.flatMap((part) => (part.type === "sources" ? part.sources : []));
  }

  /** Whether no event will change it any more. */
  get ended() {
    return !["pending", "streaming"].includes(this.status);
  }

  /** Takes one event of the typed stream; kinds that are not known change nothing. */
  apply(event) {
    switch (event.type) {
      case "start":
        return this.#start(event);
      case "content":
        return this.#grow({ type: "text", text: event.content });
      case "reasoning":
        return this.#grow({ type: "reasoning", text: event.content });
      case "sources":
        return this.#grow({ type: "sources", sources: event.sources });
      case "usage":
        this.usage = { input: event.input_tokens, output: event.output_tokens };
        return undefined;
      case "error":
        this.error = { code: event.code, words: event.error, retryable: event.retryable };
        return undefined;
      case "end":
        return this.#end(event);
      default:
        return undefined;
    }
  }

  #start(event) {
    this.messageId = event.message_id;
    this.conversationId = event.conversation_id;
    this.questionId = event.question_id;
    this.model = event.model;
  }

  #grow(piece) {
    this.status = "streaming";
    const last = this.parts.at(-1);
    if (last?.type === piece.type && "text" in piece) last.text += piece.text;
    else this.parts.push(piece);
  }

  #end(event) {
    this.status = event.status;
    this.finishReason = event.finish_reason;
    this.#cutBack(event.text_length);
  }

  /** After a crash a reader may hold more than was stored, and what is stored counts. */
  #cutBack(length) {
    let left = length;
    for (const part of this.parts) {
      if (part.type !== "text") continue;
      part.text = cut(part.text, left);
      left -= [...part.text].length;
    }
  }

  #wordsOf(type) {
    const parts = this.parts.filter((part) => part.type === type);
    return parts.length === 1 ? parts[0].text : parts.map((part) => part.text).join("");
  }
}

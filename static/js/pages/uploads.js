/** Files on their way: each with a bar that tells how much has gone, and what became of it. */

import { copyOf, part } from "../dom/part.js";
import { HttpError } from "../lib/http.js";
import { LANGUAGE, WORDS, _ } from "../lib/words.js";

/** Browsers open six connections to a server; the page needs some for itself. */
const AT_ONCE = 3;

const SAID = {
  waiting: _("Waiting"),
  queued: _("Sent. Waiting to be read"),
  indexing: _("Being read"),
  ready: _("Ready"),
  deleted: _("Deleted"),
};

const SHARE = new Intl.NumberFormat(LANGUAGE, { style: "percent" });

export class Uploads {
  #list;
  #sender;
  #reasonOf;
  #say;
  #largest;
  #atOnce;
  #onSent;
  #waiting = [];
  #sending = 0;
  #items = new Map();
  #told = new Map();

  /**
   * `reasonOf` fetches the state of a document and why it failed; `say` tells a screen reader.
   * `largest` is in bytes, `atOnce` the number of files that are sent at one time. `onSent` hears
   * what became of the file of an item.
   */
  constructor(list, { sender, reasonOf, say, largest, atOnce = AT_ONCE, onSent = () => {} }) {
    this.#list = list;
    this.#sender = sender;
    this.#reasonOf = reasonOf;
    this.#say = say;
    this.#largest = largest;
    this.#atOnce = atOnce;
    this.#onSent = onSent;
  }

  /** Whether leaving the page would lose something. */
  get busy() {
    return this.#sending > 0 || this.#waiting.length > 0;
  }

  /** Sends files, a few at a time, in their order; one that is told `upload:remove` no more. */
  add(files, shared) {
    for (const { file, name } of files) {
      const item = copyOf("upload-template");
      part(item, "name").textContent = name;
      part(item, "bar").setAttribute("aria-label", name);
      this.#list.append(item);
      if (file.size > this.#largest) fail(item, WORDS.tooLarge);
      else this.#waiting.push({ item, upload: { file, name, shared, signal: signalOf(item) } });
    }
    this.#go();
  }

  /** What `/events` tells of a document. */
  async hear(id, state) {
    const item = this.#items.get(id);
    if (!item) this.#told.set(id, state);
    else if (state === "failed") await this.#look(id, item);
    else this.#settle(id, item, state);
  }

  /** Fetches what may have been missed. */
  async catchUp() {
    for (const [id, item] of this.#items) await this.#look(id, item);
  }

  #go() {
    while (this.#sending < this.#atOnce && this.#waiting.length) this.#send(this.#waiting.shift());
  }

  async #send({ item, upload }) {
    this.#sending += 1;
    try {
      const sent = await this.#sender.send(upload, (share) => grow(item, share));
      this.#onSent(item, sent);
      this.#items.set(sent.id, item);
      await this.#take(sent.id, item, sent);
    } catch (error) {
      fail(item, wordsFor(error));
    } finally {
      this.#sending -= 1;
      this.#go();
    }
  }

  /** What is known when a file has arrived; the news may have been faster. */
  #take(id, item, { state, error }) {
    const told = this.#told.get(id);
    this.#told.delete(id);
    if (told) return this.hear(id, told);
    return this.#settle(id, item, state, error);
  }

  async #look(id, item) {
    const { state, error } = await this.#reasonOf(id);
    this.#settle(id, item, state, error);
  }

  #settle(id, item, state, reason) {
    if (["ready", "failed", "deleted"].includes(state)) this.#items.delete(id);
    const name = part(item, "name").textContent;
    if (state === "failed") fail(item, reason);
    else tell(item, state, SAID[state]);
    if (state === "ready" || state === "failed") this.#say(`${name}: ${reason || SAID[state]}`);
  }
}

/** What ends the sending of an item's file. */
function signalOf(item) {
  const leaving = new AbortController();
  item.addEventListener("upload:remove", () => leaving.abort(), { once: true });
  return leaving.signal;
}

function grow(item, share) {
  part(item, "bar").value = share;
  const sent = SHARE.format(Math.floor(share * 100) / 100);
  tell(item, "sending", _("%(share)s sent", { share: sent }));
}

function fail(item, words) {
  tell(item, "failed", words);
}

/** What comes after the sending takes as long as it takes: the bar says no number then. */
function tell(item, state, words) {
  item.dataset.state = state;
  part(item, "words").textContent = words;
  if (state === "queued" || state === "indexing") part(item, "bar").removeAttribute("value");
}

function wordsFor(error) {
  return error instanceof HttpError ? error.message : WORDS.noAnswer;
}

/** A person's own live feed: what happens in their other tabs and devices. */

import { HttpError } from "./http.js";
import { Line } from "./line.js";

const ADDRESS = "/events";

/**
 * Open whenever nothing speaks against it; at first, that nobody is known does.
 *
 * After each opening the feed says `{type: "sync"}`: what was missed is to be fetched.
 */
export class Feed {
  #onNotice;
  #onRefusal;
  #options;
  #reasons = new Set(["nobody"]);
  #line = null;

  /**
   * `onNotice` hears each notice, `onRefusal` the error with which the server shows the door. The
   * other options are those of `Line`.
   */
  constructor({ onNotice, onRefusal, ...options }) {
    this.#onNotice = onNotice;
    this.#onRefusal = onRefusal;
    this.#options = options;
  }

  /** Says whether a reason to be closed holds. */
  rest(reason, holds) {
    if (holds) this.#reasons.add(reason);
    else this.#reasons.delete(reason);
    if (this.#reasons.size) this.#close();
    else if (!this.#line) this.#read();
  }

  /** The tab is back: a wait ends, and a connection that looks dead is left for another one. */
  retryNow() {
    this.#line?.retryNow();
  }

  /** The network is another one: whatever there is of a connection is left. */
  reconnect() {
    this.#line?.reconnect();
  }

  #close() {
    this.#line?.close();
    this.#line = null;
  }

  async #read() {
    const line = (this.#line = new Line({ ask, bears }, this.#options));
    try {
      for await (const [notice] of line) {
        if (line !== this.#line) return;
        if (notice.type) this.#onNotice(notice);
      }
    } catch (error) {
      if (line === this.#line) this.#onRefusal(error);
    }
  }
}

function ask() {
  return { url: ADDRESS, init: { headers: { Accept: "text/event-stream" } } };
}

/** All but being nobody any more: whatever else is wrong, the feed can wait for. */
function bears(error) {
  return !(error instanceof HttpError) || ![401, 403].includes(error.status);
}

/** What the server has of a conversation: fetched until it answers. */

import { HttpError } from "./lib/http.js";
import { Patience } from "./lib/patience.js";

export class News {
  #client;
  #patience = new Patience();

  constructor(client) {
    this.#client = client;
  }

  /** The network, or the tab, is back. */
  retryNow() {
    this.#patience.retryNow();
  }

  /** The title of a conversation. Throws `HttpError`. */
  async title(id) {
    const url = `/api/conversations/${id}`;
    const { title } = await this.#patience.persist(() => this.#client.json("GET", url));
    return title;
  }

  /** Its messages as HTML; empty where the newest one is `known`. Throws `HttpError`. */
  messages(id, known) {
    const url = `/c/${id}/messages?${new URLSearchParams({ known })}`;
    return this.#patience.persist(() => this.#client.text(url));
  }
}

/** Whether an error says that there is no such thing any more. */
export function isGone(error) {
  return error instanceof HttpError && error.status === 404;
}

/** What the server has of a conversation: fetched until it answers. */

import { parsed } from "./dom/part.js";
import { Patience } from "./lib/again.js";
import { HttpError } from "./lib/http.js";

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

  /**
   * A piece of its messages, which `asked` names as the address of a page does; null where the
   * newest one of all is `known`, and the `title`. Throws `HttpError`.
   */
  async piece(id, asked) {
    const url = `/c/${id}/messages?${new URLSearchParams(asked)}`;
    const html = await this.#patience.persist(() => this.#client.text(url));
    return html ? parsed(html) : null;
  }

  /** A message alone, as an element. Throws `HttpError`. */
  async message(id) {
    return parsed(await this.#patience.persist(() => this.#client.text(`/m/${id}`)));
  }
}

/** Whether an error says that there is no such thing any more. */
export function isGone(error) {
  return error instanceof HttpError && error.status === 404;
}

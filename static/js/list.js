/** The list of conversations, as the server has it. */

import { parsed } from "./dom/part.js";
import { Patience } from "./lib/patience.js";
import { Turns } from "./lib/turns.js";
import { conversation, sidebar } from "./page.js";

export class List {
  #client;
  #patience = new Patience();
  #turns = new Turns(() => this.#read());

  constructor(client) {
    this.#client = client;
  }

  /** Shows what has changed. */
  refresh() {
    return this.#turns.ask();
  }

  /** Shows what is found; everything, where nothing is sought. */
  search(words) {
    sidebar.address = words ? `/list?${new URLSearchParams({ q: words })}` : "/list";
    return this.refresh();
  }

  /** The network, or the tab, is back. */
  retryNow() {
    this.#patience.retryNow();
  }

  async #read() {
    const { address } = sidebar;
    const html = await this.#patience.persist(() => this.#client.text(address));
    if (address === sidebar.address) sidebar.show(parsed(html), conversation.conversationId);
  }
}

/** The list of conversations, as the server has it. */

import { parsed } from "./dom/part.js";
import { Patience, Turns } from "./lib/again.js";
import { conversation, sidebar } from "./page.js";

export class List {
  #client;
  #patience = new Patience();
  #turns = new Turns(() => this.#read());
  #stale = false;
  #wanting = false;

  constructor(client) {
    this.#client = client;
  }

  /** Shows what has changed. */
  refresh() {
    this.#stale = true;
    return this.#turns.ask();
  }

  /** Shows those that are older than the ones that are shown. */
  more() {
    this.#wanting = true;
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
    if (this.#stale) await this.#renew();
    if (this.#wanting) await this.#append();
  }

  async #renew() {
    this.#stale = false;
    const { address } = sidebar;
    const fresh = await this.#get(address, { shown: sidebar.count });
    if (address === sidebar.address) sidebar.show(fresh, conversation.conversationId);
  }

  async #append() {
    this.#wanting = false;
    const { older } = sidebar;
    if (!older) return;
    const fresh = await this.#get(older);
    if (older === sidebar.older) sidebar.append(fresh, conversation.conversationId);
  }

  async #get(address, asked = {}) {
    const url = new URL(address, location.href);
    for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
    return parsed(await this.#patience.persist(() => this.#client.text(url)));
  }
}

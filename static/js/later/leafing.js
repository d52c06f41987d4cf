/** Other pieces of the conversation: versions of a message, and what is further up or down. */

import { part } from "../dom/part.js";
import { focusOn } from "../elements/conversation.js";
import { News } from "../news.js";
import { conversation, say } from "../page.js";

export class Leafing {
  #talk;
  #news;
  #turning = false;
  #extending = new Set();

  constructor(client, talk) {
    this.#talk = talk;
    this.#news = new News(client);
  }

  /** Shows another version of a message with what followed it, in the place of this one. */
  async turn(link) {
    if (this.#turning || this.#talk.asking) return;
    this.#turning = true;
    try {
      await this.#turn(link);
    } finally {
      this.#turning = false;
    }
  }

  /** Shows the messages that a link leads to, in its place. */
  async extend(link) {
    if (this.#extending.has(link)) return;
    this.#extending.add(link);
    try {
      const piece = await this.#fetch(Object.fromEntries(new URL(link.href).searchParams));
      if (!link.isConnected) return;
      const mark = conversation.messages.at(link.dataset.part === "earlier" ? 0 : -1);
      conversation.keep(() => mark, () => conversation.extend(link, piece));
    } finally {
      this.#extending.delete(link);
    }
  }

  /** Shows the end of the branch. */
  async showEnd() {
    const { at } = conversation;
    const piece = await this.#fetch({ at, last: "" });
    if (at === conversation.at && conversation.later) conversation.showFrom(null, piece);
  }

  /** Shows a message among its neighbours; the end, where there is no such message. */
  async goTo(id) {
    if (this.#talk.asking) return;
    const piece = await this.#fetch({ at: id });
    if (piece.dataset.at !== id) return conversation.goToEnd();
    this.#talk.leave();
    conversation.showFrom(null, piece);
    this.#settle(id, `?at=${id}#m-${id}`);
    conversation.goTo(document.getElementById(`m-${id}`));
  }

  async #turn(link) {
    const message = link.closest("[data-id]");
    const { way } = link.dataset;
    const id = new URL(link.href).searchParams.get("at");
    const focused = link === document.activeElement;
    const piece = await this.#fetch({ at: id, from: id });
    if (!message.isConnected || this.#talk.asking) return;
    this.#talk.leave();
    let shown = message;
    conversation.keep(
      () => part(shown, "versions"),
      () => {
        shown = conversation.showFrom(message, piece);
        this.#settle(id, link.href);
      },
    );
    const versions = part(shown, "versions");
    if (focused) focusOn(versions, way);
    say(versions.ariaLabel);
  }

  /** The page shows the branch of a message, and its address says so. */
  #settle(id, address) {
    conversation.at = id;
    history.replaceState(null, "", address);
    this.#talk.settle();
  }

  async #fetch(asked) {
    conversation.loading = true;
    try {
      return await this.#news.piece(conversation.conversationId, asked);
    } finally {
      conversation.loading = false;
    }
  }
}

/** What happens in the person's other tabs and devices is shown here too. */

import { Turns } from "./lib/again.js";
import { Feed } from "./lib/feed.js";
import { composer, conversation, showConnection, wordsFor } from "./page.js";

export class Live {
  #list;
  #feed;
  #news;
  #known = document.querySelector('meta[name="known"]') !== null;

  constructor({ client, list, talk }) {
    this.#list = list;
    this.#news = new Turns(() => talk.catchUp());
    this.#feed = new Feed({
      send: (url, init) => client.send(url, init),
      onNotice: (notice) => this.#hear(notice),
      onConnection: showConnection,
      onRefusal: (error) => {
        composer.trouble = wordsFor(error);
      },
    });
  }

  /**
   * While an answer is being read, the feed rests: browsers open six connections to a server over
   * HTTP/1.1 for all tabs together, so no tab takes more than one for good.
   */
  set answering(answering) {
    this.#feed.rest("answering", answering);
    this.#feed.rest("nobody", !this.#known && !conversation.conversationId);
  }

  /** A page that nobody sees listens to nothing. */
  set shown(shown) {
    this.#feed.rest("hidden", !shown);
  }

  /** What a page does before it goes is no news to it. */
  set leaving(leaving) {
    this.#feed.rest("leaving", leaving);
  }

  /** The tab is back. */
  retryNow() {
    this.#feed.retryNow();
  }

  /** The network is another one. */
  reconnect() {
    this.#feed.reconnect();
  }

  #hear({ type, conversation_id: id }) {
    if (type === "document.updated") return;
    this.#list.refresh();
    if (type === "sync" || id === conversation.conversationId) this.#news.ask();
  }
}

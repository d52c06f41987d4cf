/** What is said in the conversation: questions are sent, and their answers shown as they grow. */

import { replace, tell } from "./dom/part.js";
import { Exchange } from "./exchange.js";
import { makeId } from "./lib/http.js";
import { asking, following } from "./lib/stream.js";
import { WORDS } from "./lib/words.js";
import { News, isGone } from "./news.js";
import {
  attempt,
  composer,
  conversation,
  leaveGreeting,
  offerShare,
  say,
  showConnection,
  showGone,
  showTitle,
  shownTitle,
  wordsFor,
} from "./page.js";

export class Talk {
  #client;
  #list;
  #onAnswering;
  #news;
  #exchange = null;
  #edited = null;
  #givenUp = new Set();
  #sent = {};

  /** `onAnswering` hears when an answer is being read, and when it is not any more. */
  constructor({ client, list, onAnswering }) {
    this.#client = client;
    this.#news = new News(client);
    this.#list = list;
    this.#onAnswering = onAnswering;
  }

  /** Whether an answer is being read. */
  get answering() {
    return this.#exchange !== null;
  }

  /** Whether a question is on its way that the server may not have heard yet. */
  get asking() {
    return this.#exchange !== null && !this.#exchange.begun;
  }

  /** Reads no more of the answer that is being written: the page shows another branch. */
  leave() {
    this.#exchange?.leave();
    if (this.#exchange) this.#end();
  }

  /** Goes on with the answer that the page came in the middle of. */
  resume() {
    const element = conversation.runningAnswer;
    if (!element || this.#givenUp.has(element.messageId)) return;
    this.#write(element, following(element.messageId, element.cursor));
  }

  /** Shows what was said in this conversation elsewhere, and follows what is being written. */
  async catchUp() {
    const id = conversation.conversationId;
    if (!id || this.#exchange) return;
    const { at, newest, lastId } = conversation;
    try {
      if (conversation.later) return showTitle(await this.#news.title(id)); // the new comes behind it
      const asked = { at, known: newest, last: lastId, title: shownTitle() };
      const piece = await this.#news.piece(id, asked);
      if (piece) showTitle(piece.dataset.title);
      const same = at === conversation.at && lastId === conversation.lastId;
      if (piece && same && !this.#exchange) this.#show(piece);
    } catch (error) {
      if (!isGone(error)) throw error;
      showGone();
    }
  }

  /** Takes a question up again, to be asked differently. */
  edit(question) {
    if (this.#exchange) return;
    this.#edited = question;
    composer.edit(question);
  }

  /** Takes up again what was being written here, or the edit that was left in the middle. */
  async restore() {
    await composer.restore(conversation.lastQuestion?.words);
    const left = composer.leftEdit((id) => conversation.questionOf(id));
    if (left) tell(conversation.questionOf(left), "question:edit");
  }

  /** Sends what a form holds; words that cannot be sent go back to the composer. */
  async send(form) {
    if (this.#exchange) return;
    const words = form.get("content");
    const editing = form.has("parent_id");
    if (!editing) this.#place(form);
    const parentId = form.get("parent_id") ?? "";
    const putBack = editing ? conversation.cutFrom(this.#edited) : () => {};
    leaveGreeting();
    const question = conversation.ask(words);
    const element = conversation.awaitAnswer();
    composer.clear(question, form);
    conversation.goToEnd();

    const first = asking(composer.form.action, { method: "POST", body: form });
    const trouble = await this.#write(element, first, (id) => {
      question.name(id, parentId);
      if (editing) attempt(async () => question.renew(await this.#news.message(id)));
    });
    if (!trouble) return;
    question.remove();
    element.remove();
    putBack();
    if (editing) composer.edit(this.#edited);
    composer.giveBack(words, trouble);
  }

  /**
   * Writes another answer in the place of one: to `regenerate` it, or to `continue` it; by another
   * `model` where one is named.
   */
  async sendAgain(old, verb, model = null) {
    if (this.#exchange) return;
    const putBack = conversation.cutFrom(old.nextElementSibling);
    const element = conversation.awaitAnswer(old);
    conversation.goToEnd();
    const first = asking(`/api/messages/${old.messageId}/${verb}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ client_id: makeId(), ...(model && { model }) }),
    });
    const trouble = await this.#write(element, first);
    if (!trouble) return;
    replace(element, old);
    putBack();
    composer.trouble = trouble;
  }

  /** Stops the answer that is being written. */
  stop() {
    attempt(() => this.#exchange?.stop());
  }

  /** The tab is back. */
  retryNow() {
    this.#exchange?.retryNow();
    this.#news.retryNow();
  }

  /** The network is another one. */
  reconnect() {
    this.#exchange?.reconnect();
    this.#news.retryNow();
  }

  /** What was put on the page, in the place of something else perhaps, is gone on with. */
  settle() {
    if (this.#edited && !this.#edited.isConnected) composer.leaveEditing();
    this.resume();
  }

  #show(piece) {
    conversation.show(piece);
    if (conversation.at !== piece.dataset.at) this.#goTo(piece.dataset.at);
    this.settle();
  }

  /** The page shows the branch of a message, or where that is empty, what was said last. */
  #goTo(at) {
    conversation.at = at;
    const { pathname } = new URL(composer.form.action);
    history.replaceState(null, "", at ? `${pathname}?at=${at}` : pathname);
  }

  /**
   * A question follows what is shown. Sent again as it was, it follows what it followed then: it is
   * the same.
   */
  #place(form) {
    const id = form.get("client_id");
    if (this.#sent.id !== id) this.#sent = { id, parentId: conversation.lastId };
    if (this.#sent.parentId) form.set("parent_id", this.#sent.parentId);
  }

  /** Shows an answer growing to its end; returns, in words, why it could not even begin. */
  async #write(element, first, onQuestion = () => {}) {
    const exchange = new Exchange({
      client: this.#client,
      element,
      first,
      onBegin: (start) => {
        composer.arrived();
        onQuestion(start.question_id);
        attempt(() => this.#adopt(start.conversation_id));
        if (exchange.stopping) this.stop();
      },
      onPaint: () => conversation.follow(),
      onConnection: showConnection,
    });
    this.#begin(exchange);
    try {
      const settled = await exchange.run();
      if (settled) say(settled.dataset.state === "failed" ? "" : WORDS.answered);
    } catch (error) {
      const words = wordsFor(error);
      if (!exchange.begun) return words;
      this.#givenUp.add(element.messageId);
      if (isGone(error)) showGone();
      else composer.trouble = words;
    } finally {
      if (this.#exchange === exchange) this.#end();
    }
    return "";
  }

  #begin(exchange) {
    this.#exchange = exchange;
    composer.answering = conversation.busy = true;
    this.#onAnswering(true);
    say(WORDS.answering);
    conversation.follow();
  }

  #end() {
    this.#exchange = null;
    composer.answering = conversation.busy = false;
    showConnection(0);
    conversation.follow();
    this.#onAnswering(false);
  }

  /** The conversation is answered: it has an address, and a place in the list. */
  async #adopt(id) {
    if (!conversation.conversationId) {
      conversation.conversationId = id;
      composer.conversation = id;
      offerShare(id);
    }
    this.#goTo("");
    this.#list.refresh();
    showTitle(await this.#news.title(id));
  }
}

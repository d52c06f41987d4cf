/** Wires the elements of the page, which do not know each other, to the server and to each other. */

import "./elements/answer.js";
import "./elements/composer.js";
import "./elements/conversation.js";
import "./elements/question.js";
import "./elements/sidebar.js";

import { copyText } from "./dom/clipboard.js";
import { part } from "./dom/part.js";
import { Exchange } from "./exchange.js";
import { Client, HttpError } from "./lib/http.js";
import { makeId } from "./lib/ids.js";
import { NotAStream, asking, following } from "./lib/stream.js";
import { WORDS } from "./lib/words.js";

const chat = document.querySelector(".chat");
const conversation = document.querySelector("chat-conversation");
const composer = document.querySelector("chat-composer");
const sidebar = document.querySelector("chat-sidebar");
const client = new Client(document.querySelector('meta[name="csrf-token"]').content);

/** The answer that is being written, if any. */
let exchange = null;

/** The question that is being edited, if any. */
let edited = null;

function say(words) {
  part(document, "status").textContent = words;
}

function wordsFor(error) {
  if (error instanceof HttpError || error instanceof NotAStream) return error.message;
  console.error(error);
  return WORDS.noAnswer;
}

/** Does what may fail because of the network or the server, and says so. */
async function attempt(act) {
  try {
    composer.trouble = "";
    return await act();
  } catch (error) {
    composer.trouble = wordsFor(error);
    return undefined;
  }
}

async function send(form) {
  const words = form.get("content");
  const putBack = edited && form.has("parent_id") ? conversation.cutFrom(edited) : () => {};
  const parentId = form.get("parent_id") ?? conversation.lastId;
  part(document, "starters")?.remove();
  document.querySelector(".welcome")?.remove();
  chat.dataset.state = "talk";

  const question = conversation.ask(words);
  const element = conversation.awaitAnswer();
  composer.clear();
  const begin = ({ question_id: id }) => question.name(id, parentId);
  const first = asking(composer.form.action, { method: "POST", body: form });
  const trouble = await write(element, first, begin);
  if (!trouble) return;
  question.remove();
  element.remove();
  putBack();
  composer.giveBack(words, trouble);
}

/** Writes another answer in the place of one: the same again, or its continuation. */
async function sendAgain(old, verb) {
  if (exchange) return;
  const putBack = conversation.cutFrom(old.nextElementSibling);
  const element = conversation.awaitAnswer(old);
  const first = asking(`/api/messages/${old.messageId}/${verb}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ client_id: makeId() }),
  });
  const trouble = await write(element, first);
  if (!trouble) return;
  element.replaceWith(old);
  putBack();
  composer.trouble = trouble;
}

/** Shows an answer growing to its end; returns, in words, why it could not even begin. */
async function write(element, first, onBegin = () => {}) {
  exchange = new Exchange({
    client,
    element,
    first,
    onBegin: (start) => {
      onBegin(start);
      adopt(start.conversation_id);
    },
    onPaint: () => conversation.follow(),
    onConnection: showConnection,
  });
  composer.answering = conversation.busy = true;
  say(WORDS.answering);
  conversation.goToEnd();
  try {
    await exchange.run();
    say(WORDS.answered);
  } catch (error) {
    if (!exchange.begun) return wordsFor(error);
    composer.trouble = wordsFor(error);
  } finally {
    exchange = null;
    composer.answering = conversation.busy = false;
    showConnection(true);
    conversation.follow();
  }
  return "";
}

/** The conversation is answered: from now on it has an address, and is the first of the list. */
async function adopt(id) {
  if (!conversation.conversationId) {
    conversation.conversationId = id;
    composer.conversation = id;
    history.replaceState(null, "", `/c/${id}`);
  }
  const { title } = await client.json("GET", `/api/conversations/${id}`);
  sidebar.putFirst({ id, title });
  showTitle(title);
}

function showTitle(title) {
  part(document, "heading").textContent = title;
  document.title = `${title} · chatapp`;
}

function showConnection(up) {
  const line = part(document, "connection");
  line.hidden = up;
  line.textContent = up ? "" : WORDS.lost;
}

function follow(element) {
  write(element, following(element.messageId, element.cursor));
}

const listen = (name, act) => document.addEventListener(name, act);

listen("composer:send", ({ detail: form }) => send(form));
listen("composer:stop", () => attempt(() => exchange?.stop()));
listen("page:say", ({ detail: words }) => say(words));
listen("conversation:end", ({ detail: held }) => {
  part(document, "to-end").hidden = held;
});
part(document, "to-end").addEventListener("click", () => conversation.goToEnd());
part(document, "starters")?.addEventListener("submit", (event) => {
  event.preventDefault();
  send(new FormData(event.target, event.submitter));
});

listen("question:edit", ({ target }) => {
  if (exchange) return;
  edited = target;
  composer.edit(target.words, target.parentId);
});

listen("answer:stop", () => attempt(() => exchange?.stop()));
listen("answer:regenerate", ({ target }) => sendAgain(target, "regenerate"));
listen("answer:continue", ({ target }) => sendAgain(target, "continue"));
listen("answer:copy", ({ target }) =>
  attempt(async () => {
    const { text } = await client.json("GET", `/api/messages/${target.messageId}`);
    target.copied(await copyText(text));
  }),
);
listen("answer:feedback", ({ target, detail: rating }) =>
  attempt(async () => {
    const body = { rating: rating || null };
    await client.json("POST", `/api/messages/${target.messageId}/feedback`, body);
    target.rating = rating;
  }),
);

listen("sidebar:rename", ({ detail: { id, title } }) =>
  attempt(async () => {
    await client.json("PATCH", `/api/conversations/${id}`, { title });
    sidebar.rename(id, title);
    if (id === conversation.conversationId) showTitle(title);
  }),
);
listen("sidebar:delete", ({ detail: { id } }) =>
  attempt(async () => {
    await client.json("DELETE", `/api/conversations/${id}`);
    sidebar.remove(id);
    if (id === conversation.conversationId) location.assign("/");
  }),
);
listen("sidebar:search", ({ detail: words }) =>
  attempt(async () => {
    const query = new URLSearchParams({ query: words });
    const { items } = await client.json("GET", `/api/conversations?${query}`);
    sidebar.list(items, conversation.conversationId);
  }),
);

addEventListener("online", () => exchange?.retryNow());
addEventListener("pageshow", () => exchange?.retryNow());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") exchange?.retryNow();
});

if (new URLSearchParams(location.search).has("stream")) {
  history.replaceState(null, "", location.pathname + location.hash);
}
if (conversation.runningAnswer) follow(conversation.runningAnswer);

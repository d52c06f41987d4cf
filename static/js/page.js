/** The elements of the page, and what the page says to a person. */

import { part, remove } from "./dom/part.js";
import { HttpError } from "./lib/http.js";
import { NotAStream } from "./lib/line.js";
import { WORDS } from "./lib/words.js";

export const conversation = document.querySelector("chat-conversation");
export const composer = document.querySelector("chat-composer");
export const sidebar = document.querySelector("chat-sidebar");

/** Tells the server how many minutes east of UTC the reader is, whose days the list is divided by. */
export function setClock() {
  const minutes = -new Date().getTimezoneOffset();
  document.cookie = `clock=${minutes}; path=/; max-age=31536000; samesite=lax`;
}

/** Tells a screen reader, when it has time. */
export function say(words) {
  part(document, "status").textContent = words;
}

/** Shows the conversation's title. */
/** The title of the conversation that is shown. */
export function shownTitle() {
  return part(document, "heading").textContent;
}

export function showTitle(title) {
  part(document, "heading").textContent = title;
  document.title = `${title} · chatapp`;
}

/** Offers to share the conversation that has just begun. */
export function offerShare(id) {
  const link = part(document, "share");
  link.href = `/c/${id}/share`;
  link.hidden = false;
}

/** Failures in a row from which a person is told. */
const TOLD_AFTER = 3;
let failures = 0;

/** Shows whether the server can be reached; `count` is how often that failed in a row. */
export function showConnection(count = failures) {
  failures = count;
  const lost = failures >= TOLD_AFTER ? WORDS.lost : "";
  const words = navigator.onLine ? lost : WORDS.offline;
  const line = part(document, "connection");
  if (line.textContent !== words) line.textContent = words;
}

/** Shows that the conversation does not exist any more. */
export function showGone() {
  part(document, "gone").hidden = false;
  document.querySelector(".chat").dataset.state = "gone";
  if (composer.contains(document.activeElement)) conversation.focus({ preventScroll: true });
  composer.close();
  conversation.follow();
  say(WORDS.gone);
}

/** The greeting makes room for the first question. */
export function leaveGreeting() {
  const starters = part(document, "starters");
  if (starters) remove(starters, conversation);
  document.querySelector(".welcome")?.remove();
  document.querySelector(".chat").dataset.state = "talk";
}

/** An error in words for a person; what only a developer understands goes to the console. */
export function wordsFor(error) {
  if (error instanceof HttpError || error instanceof NotAStream) return error.message;
  console.error(error);
  return WORDS.noAnswer;
}

/** Does what the network or the server may refuse, and says so where they do. */
export async function attempt(act) {
  try {
    composer.trouble = "";
    return await act();
  } catch (error) {
    composer.trouble = wordsFor(error);
    return undefined;
  }
}

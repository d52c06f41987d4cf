/** The elements of the page, and what the page says to a person. */

import { part } from "./dom/part.js";
import { HttpError } from "./lib/http.js";
import { NotAStream } from "./lib/stream.js";
import { WORDS } from "./lib/words.js";

export const conversation = document.querySelector("chat-conversation");
export const composer = document.querySelector("chat-composer");
export const sidebar = document.querySelector("chat-sidebar");

/** Tells a screen reader, when it has time. */
export function say(words) {
  part(document, "status").textContent = words;
}

/** Shows the conversation's title. */
export function showTitle(title) {
  part(document, "heading").textContent = title;
  document.title = `${title} · chatapp`;
}

/** Shows whether the answer that is being written can be read. */
export function showConnection(up) {
  const line = part(document, "connection");
  line.hidden = up;
  line.textContent = up ? "" : WORDS.lost;
}

/** The greeting makes room for the first question. */
export function leaveGreeting() {
  part(document, "starters")?.remove();
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

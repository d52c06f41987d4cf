/**
 * The words that scripts say; what the server renders is not repeated here.
 *
 * A page in another language than English brings them along, by the English ones.
 */

const brought = globalThis.document?.getElementById("catalogue")?.textContent;
const WORDS_HERE = brought ? JSON.parse(brought) : {};

/** The page's language. */
export const LANGUAGE = globalThis.document?.documentElement.lang || "en";

/** English words in the page's language, with `values` in the places that have their names. */
export function _(words, values = {}) {
  const put = (whole, name) => values[name] ?? whole;
  return (WORDS_HERE[words] ?? words).replace(/%\((\w+)\)s/g, put);
}

export const WORDS = {
  answering: _("Writing the answer …"),
  answered: _("The answer is ready."),
  code: _("Code"),
  copied: _("Copied"),
  copy: _("Copy"),
  copyCode: _("Copy code"),
  copyFailed: _("Copying failed. Press Ctrl+C."),
  deleted: _("Deleted. Undo brings it back."),
  formula: _("Formula"),
  gone: _("This conversation was deleted."),
  lost: _("The server cannot be reached. Trying again …"),
  noAnswer: _("The server could not be reached. Try again."),
  nonsense: _("The server's reply could not be read. Reload the page."),
  offline: _("You are offline. What is being written goes on."),
  openPage: _("Open the page"),
  rated: _("Your rating is kept."),
  refused: _("The server refused this. Reload the page and try again."),
  signedOut: _("You are signed out. Reload the page to sign in again."),
  table: _("Table"),
  trouble: _("The server is in trouble. Try again in a moment."),
  unrated: _("Your rating is taken back."),
  tooLarge: _("This file is larger than the server accepts."),
  tooMany: _("That was too much at once. Wait a moment and try again."),
};

/** What is wide in an answer scrolls by itself, and only what scrolls is reached by keyboard. */

import { WORDS } from "../lib/words.js";

/** An element may come to the page again, with its frames. */
const BARE = ":not(.frame > *)";
const WIDE = ".frame:has(> table), .formula, pre";

/** What each is to a screen reader while it scrolls. */
const ROLES = {
  DIV: ["region", WORDS.table],
  P: ["group", WORDS.formula],
  PRE: ["group", WORDS.code],
};

const reach = new ResizeObserver((entries) => {
  for (const { target } of entries) offer(target, target.scrollWidth > target.clientWidth);
});

/** Puts frames around the tables and the code of an answer that is whole. */
export function frame(text) {
  for (const table of text.querySelectorAll(`table${BARE}`)) framed(table);
  for (const pre of text.querySelectorAll(`pre${BARE}`)) framed(pre, "code").append(...barOf(pre));
  for (const wide of text.querySelectorAll(WIDE)) reach.observe(wide);
}

function framed(element, kind = "") {
  const made = document.createElement("div");
  made.className = `frame ${kind}`.trim();
  element.replaceWith(made);
  made.append(element);
  return made;
}

/** The language of a block of code where it is known, and the button that copies it. */
function barOf(pre) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button code__copy";
  button.dataset.action = "copy-code";
  button.textContent = WORDS.copy;
  button.ariaLabel = WORDS.copyCode;
  const language = /(?:^| )language-(\S+)/.exec(pre.firstElementChild?.className)?.[1];
  if (!language) return [button];
  const name = document.createElement("span");
  name.className = "code__language";
  name.textContent = language;
  return [name, button];
}

function offer(element, scrolls) {
  const [role, words] = ROLES[element.tagName];
  element.role = scrolls ? role : null;
  element.ariaLabel = scrolls ? words : null;
  if (scrolls) element.tabIndex = 0;
  else element.removeAttribute("tabindex");
}

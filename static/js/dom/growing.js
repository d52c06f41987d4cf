/**
 * Text that grows on the page: only what is new is touched, and words only ever become text. In the
 * end it takes its final form.
 */

import { Markdown } from "../lib/markdown.js";

/** Shows growing Markdown. */
export class GrowingText {
  #place;
  #anchors;
  #markdown;
  #shown = 0;

  /** `anchors` leads from the numbers of sources to their places on the page. */
  constructor(place, anchors = new Map()) {
    this.#place = place;
    this.#anchors = anchors;
    this.#begin();
  }

  /** Shows the text so far; one that became shorter is shown anew. */
  show(text) {
    if (text.length < this.#shown) this.#begin();
    if (text.length === this.#shown) return;
    this.#markdown.take(text.slice(this.#shown));
    this.#shown = text.length;
  }

  #begin() {
    this.#place.replaceChildren();
    this.#markdown = new Markdown(new Builder(this.#place), this.#anchors);
    this.#shown = 0;
  }
}

/** Builds elements as `Markdown` tells. */
class Builder {
  #open;
  #nodes = [];

  constructor(place) {
    this.#open = place;
  }

  open(name, attributes) {
    const made = madeOf(name, attributes);
    this.#open.append(made);
    this.#open = made;
    this.#nodes = [];
  }

  close() {
    this.#open = this.#open.parentNode;
    this.#nodes = [];
  }

  discard() {
    const gone = this.#open;
    this.close();
    gone.remove();
  }

  show(nodes) {
    patch(this.#open, this.#nodes, nodes);
    this.#nodes = nodes;
  }

  append(text) {
    const { lastChild } = this.#open;
    if (lastChild) lastChild.appendData(text);
    else this.#open.append(text);
  }
}

/** Makes of what shows `old` what shows `nodes`; what both have stays. */
function patch(place, old, nodes) {
  for (const [index, node] of nodes.entries()) {
    const shown = place.childNodes[index];
    if (!shown) place.append(built(node));
    else if (!renew(shown, old[index], node)) shown.replaceWith(built(node));
  }
  while (place.childNodes.length > nodes.length) place.lastChild.remove();
}

/** Brings a node that is shown up to date; false where it must be another one. */
function renew(shown, old, node) {
  if (old === node) return true;
  if (typeof node === "string") {
    if (typeof old !== "string") return false;
    if (node.startsWith(old)) shown.appendData(node.slice(old.length));
    else shown.data = node;
    return true;
  }
  if (typeof old === "string" || !isSame(old, node)) return false;
  patch(shown, old.children, node.children);
  return true;
}

function isSame(old, node) {
  const [before, after] = [Object.entries(old.attributes), Object.entries(node.attributes)];
  const same = ([name, value]) => old.attributes[name] === value;
  return old.name === node.name && before.length === after.length && after.every(same);
}

function built(node) {
  if (typeof node === "string") return document.createTextNode(node);
  const made = madeOf(node.name, node.attributes);
  made.append(...node.children.map(built));
  return made;
}

function madeOf(name, attributes) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** Shows growing text as it is. */
export class GrowingWords {
  #node = document.createTextNode("");

  constructor(place) {
    place.replaceChildren(this.#node);
  }

  show(text) {
    const shown = this.#node.length;
    if (text.length > shown) this.#node.appendData(text.slice(shown));
  }
}

/** Elements that hold other blocks, with blank text between them that shows nowhere. */
const HOLDERS = "ul, ol, li, blockquote, table, thead, tbody, tr";

/**
 * Makes the elements of `place` those of `fresh`, one for one from the first on. Where the two are
 * `alike` the one that is shown stays, with its layout, its focus and what is selected in it.
 */
export function settle(place, fresh, alike = isAlike) {
  const [shown, made] = [place, fresh].map((each) => [...each.children]);
  for (const [index, element] of made.entries()) {
    const old = shown[index];
    if (!old) place.append(element);
    else if (!alike(old, element)) old.replaceWith(element);
  }
  for (const old of shown.slice(made.length)) old.remove();
}

/** Whether two blocks show the same: in an item, words look alike with a paragraph and without. */
function isAlike(old, made) {
  if (old.nodeType === Node.TEXT_NODE) return old.data.trim() === made.data?.trim();
  if (!made.matches?.(HOLDERS)) return old.isEqualNode(made);
  if (!old.cloneNode().isEqualNode(made.cloneNode())) return false;
  const [before, after] = [held(old), held(made)];
  return before.length === after.length && before.every((each, at) => isAlike(each, after[at]));
}

function held(holder) {
  const all = [...holder.childNodes].flatMap((node) => (isLoose(node) ? [...node.childNodes] : node));
  return all.filter((node) => node.nodeType !== Node.TEXT_NODE || node.data.trim());
}

function isLoose({ nodeName, parentNode }) {
  return nodeName === "P" && parentNode.nodeName === "LI";
}

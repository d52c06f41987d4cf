/**
 * What is inside a paragraph: CommonMark's inlines with strikethrough, bare links and citations.
 *
 * It makes what the server makes of a finished text (chatapp/chat/markdown.py), and something that
 * changes little for one that still grows: an opened `**` already counts.
 */

import { element, resolve, runAt } from "./emphasis.js";
import { formulaAt, openFormulaAt } from "./formulas.js";

/** What a link may lead to; anything that is relative would lead into the chat itself. */
const ADDRESS = /^(?:https?:\/\/|mailto:)[^\s\\]+$/i;
const SIMPLE = /^[\w:/?#[\]@!$&'()*+,;=.~%-]+$/;
const FORBIDDEN = /^(?:javascript|vbscript|file|data):/i;
const REL = "noopener noreferrer nofollow";

const PLAIN = /[^\\`<&*_~![\]\nhw$]+/y;
const BARE = /(?:https?:\/\/|www\.)[^\s<>`[\]]{1,2000}/y;
const ANGLED = /<((?:https?:\/\/|mailto:)[^\s<>]{1,2000}|[\w.+-]{1,80}@[\w.-]{1,80})>/y;
const ENTITY = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(\w{1,10}));/y;
const TARGET =
  /\(\s{0,9}(?:<([^<>\n]{0,2000})>|((?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.){0,500}\)){0,2000}))(?:\s{1,9}(?:"((?:[^"\\]|\\.){0,500})"|'((?:[^'\\]|\\.){0,500})'|\(([^()]{0,500})\)))?\s{0,9}\)/y;
const BEGUN_TARGET = /\([^\s()]{0,2000}(?:\s+["'(][^"')\n]{0,500}["']?)?$/y;
const NUMBERS = /^\d{1,3}(?: ?[,;] ?\d{1,3})*$/;
const ESCAPABLE = /[!-/:-@[-`{-~]/;
const NAMED = {
  colon: ":", Tab: "\t", NewLine: "\n", lpar: "(", rpar: ")",
  amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0", copy: "©", reg: "®",
  hellip: "…", mdash: "—", ndash: "–", times: "×", rarr: "→", larr: "←", deg: "°", euro: "€",
};

/** The address that a link may have; empty for none, null where it is to be no link at all. */
export function checkedAddress(address) {
  const trimmed = address.trim();
  if (FORBIDDEN.test(trimmed)) return null;
  if (!ADDRESS.test(trimmed) || !URL.canParse(trimmed)) return "";
  return SIMPLE.test(trimmed) ? trimmed : new URL(trimmed).href;
}

/**
 * The nodes of a text: strings, and elements as `{name, attributes, children}`.
 *
 * `anchors` leads from the numbers of sources to their places on the page.
 */
export function inline(text, { growing = false, anchors = new Map() } = {}) {
  return new Inline(text, growing, anchors).parse();
}

class Inline {
  #text;
  #growing;
  #anchors;
  #at = 0;
  #nodes = [];
  #brackets = [];
  #unclosed = new Set();

  constructor(text, growing, anchors) {
    this.#text = text;
    this.#growing = growing;
    this.#anchors = anchors;
  }

  parse() {
    while (this.#at < this.#text.length) this.#step();
    return resolve(this.#nodes, { growing: this.#growing });
  }

  #step() {
    const character = this.#text[this.#at];
    switch (character) {
      case "$":
        return this.#formula() || this.#say("$");
      case "\\":
        return this.#formula() || this.#escape();
      case "`":
        return this.#code();
      case "<":
        return this.#angle();
      case "&":
        return this.#entity();
      case "*":
      case "_":
      case "~":
        return this.#run();
      case "!":
        return this.#text[this.#at + 1] === "[" ? this.#open("![") : this.#say("!");
      case "[":
        return this.#open("[");
      case "]":
        return this.#close();
      case "\n":
        return this.#break();
      case "h":
      case "w":
        return this.#bare();
      default:
        return this.#say(this.#match(PLAIN)[0]);
    }
  }

  #match(pattern) {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text);
  }

  /** Text that stands for `length` characters of the source. */
  #say(text, length = text.length) {
    const nodes = this.#nodes;
    if (typeof nodes.at(-1) === "string" && nodes.length > this.#floor) nodes.push(nodes.pop() + text);
    else nodes.push(text);
    this.#at += length;
  }

  get #floor() {
    return this.#brackets.at(-1)?.index ?? 0;
  }

  #put(node, length) {
    this.#nodes.push(node);
    this.#at += length;
  }

  /** Puts a formula, as it is written; false where none begins here. */
  #formula() {
    const found =
      formulaAt(this.#text, this.#at) ?? (this.#growing ? openFormulaAt(this.#text, this.#at) : null);
    if (!found) return false;
    this.#put(formula(found.tex), found.end - this.#at);
    return true;
  }

  #escape() {
    const next = this.#text[this.#at + 1] ?? "";
    if (next === "\n") this.#put(element("br"), 2);
    else if (ESCAPABLE.test(next)) this.#say(next, 2);
    else this.#say("\\");
  }

  #code() {
    const ticks = /`+/y;
    ticks.lastIndex = this.#at;
    const fence = ticks.exec(this.#text)[0];
    const start = this.#at + fence.length;
    const end = this.#unclosed.has(fence.length) ? -1 : closing(this.#text, fence, start);
    if (end < 0) return this.#openCode(fence, start);
    this.#at = end + fence.length;
    this.#put(element("code", [codeWords(this.#text.slice(start, end))]), 0);
    return undefined;
  }

  #openCode(fence, start) {
    this.#unclosed.add(fence.length);
    if (!this.#growing || this.#text.indexOf("`", start) >= 0) return this.#say(fence);
    const words = this.#text.slice(start);
    this.#at = this.#text.length;
    if (words) this.#put(element("code", [words.replaceAll("\n", " ")]), 0);
    return undefined;
  }

  #angle() {
    const found = this.#match(ANGLED);
    if (!found) return this.#say("<");
    const mail = found[1].includes("@") && !found[1].includes(":");
    const link = linkTo(mail ? `mailto:${found[1]}` : found[1], "", [found[1]]);
    return link ? this.#put(link, found[0].length) : this.#say(found[0]);
  }

  #entity() {
    const found = this.#match(ENTITY);
    if (!found) return this.#say("&");
    const [whole, ...groups] = found;
    const character = characterOf(groups);
    return character === null ? this.#say("&") : this.#say(character, whole.length);
  }

  #run() {
    const run = runAt(this.#text, this.#at);
    this.#put(run, run.count);
  }

  #open(mark) {
    this.#put(mark, mark.length);
    this.#brackets.push({ index: this.#nodes.length, at: this.#at, image: mark === "![" });
  }

  #close() {
    const bracket = this.#brackets.pop();
    if (!bracket) return this.#say("]");
    const words = this.#text.slice(bracket.at, this.#at);
    this.#at += 1;
    const target = this.#text[this.#at] === "(" ? this.#match(TARGET) : null;
    const begun = target ? null : this.#growing && this.#match(BEGUN_TARGET);
    const done = target ? this.#link(bracket, target) : this.#openLink(bracket, begun);
    if (!done && !this.#cite(bracket, words)) this.#say("]", 0);
    return undefined;
  }

  #link({ index, image }, target) {
    const [whole, angled, bare, ...titles] = target;
    const title = unescaped(titles.find((each) => each !== undefined) ?? "");
    const inner = withoutLinks(resolve(this.#nodes, { bottom: index }));
    const address = unescaped(angled ?? bare);
    const words = inner.length || !image ? inner : [address];
    const link = linkTo(address, image ? "" : title, image ? [wordsOf(words)] : words);
    if (!link) {
      this.#nodes.push(...inner);
      return false;
    }
    this.#nodes.splice(index - 1, 1, link); // in the place of its bracket
    this.#at += whole.length;
    return true;
  }

  /** The words of a link whose address is still being written. */
  #openLink({ index }, begun) {
    if (!begun) return false;
    const inner = resolve(this.#nodes, { bottom: index });
    this.#nodes.splice(index - 1, 1, ...inner);
    this.#at += begun[0].length;
    return true;
  }

  #cite({ index, image }, words) {
    if (image || !NUMBERS.test(words)) return false;
    const numbers = words.match(/\d+/g).map(Number);
    if (!numbers.every((number) => this.#anchors.has(number))) return false;
    const links = numbers.map((number) => citation(number, this.#anchors.get(number)));
    this.#nodes.splice(index - 1, this.#nodes.length, ...links);
    return true;
  }

  #break() {
    const last = this.#nodes.at(-1);
    const hard = typeof last === "string" && last.endsWith("  ");
    if (typeof last === "string") this.#nodes.push(this.#nodes.pop().trimEnd());
    if (hard) this.#put(element("br"), 1);
    else this.#say("\n");
  }

  #bare() {
    const before = this.#text[this.#at - 1] ?? " ";
    const found = /\w/.test(before) ? null : this.#match(BARE);
    if (!found) return this.#say(this.#text[this.#at]);
    const words = withoutEnd(found[0]);
    const address = words.startsWith("www.") ? `http://${words}` : words;
    const link = linkTo(address, "", [words]);
    return link ? this.#put(link, words.length) : this.#say(words);
  }
}

/** A formula in TeX, until the server sets it. */
export function formula(tex) {
  return element("code", [tex.trim()], { class: "math" });
}

/** Where a run of exactly these ticks begins, or -1. */
function closing(text, fence, start) {
  for (let at = text.indexOf(fence, start); at >= 0; at = text.indexOf(fence, at)) {
    let end = at;
    while (text[end] === "`") end += 1;
    if (end - at === fence.length) return at;
    at = end;
  }
  return -1;
}

function codeWords(text) {
  const words = text.replaceAll("\n", " ");
  const padded = words.startsWith(" ") && words.endsWith(" ") && words.trim() !== "";
  return padded ? words.slice(1, -1) : words;
}

/** The character that a reference stands for, or null where its name is not known here. */
function characterOf([decimal, hexadecimal, name]) {
  if (name) return Object.hasOwn(NAMED, name) ? NAMED[name] : null;
  const code = decimal ? Number(decimal) : Number.parseInt(hexadecimal, 16);
  const known = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return known ? String.fromCodePoint(code) : "\ufffd";
}

function unescaped(text) {
  const plain = text.replaceAll(/\\([!-/:-@[-`{-~])/g, "$1");
  return plain.replaceAll(new RegExp(ENTITY, "g"), (whole, ...groups) => characterOf(groups) ?? whole);
}

/** A link, without an address where it has none that may be followed; null for no link. */
function linkTo(address, title, children) {
  const checked = checkedAddress(address);
  if (checked === null) return null;
  const attributes = { rel: REL };
  if (checked) attributes.href = checked;
  if (title) attributes.title = title;
  return element("a", children, attributes);
}

function citation(number, anchor) {
  return element("a", [String(number)], { class: "citation", href: `#${anchor}` });
}

/** Nodes for the inside of a link: a link has none in it. */
function withoutLinks(nodes) {
  return nodes.flatMap((node) => {
    if (typeof node === "string") return [node];
    const children = withoutLinks(node.children);
    if (node.attributes.class === "citation") return ["[", ...children, "]"];
    return node.name === "a" ? children : [{ ...node, children }];
  });
}

function wordsOf(nodes) {
  return nodes.map((node) => (typeof node === "string" ? node : wordsOf(node.children))).join("");
}

/** A bare address without the marks of the sentence that it ends. */
function withoutEnd(address) {
  let words = address;
  for (;;) {
    const shorter = words.replace(/[.,:;!?'"*_~\]]+$/, "");
    const open = shorter.split("(").length >= shorter.split(")").length;
    const next = shorter.endsWith(")") && !open ? shorter.slice(0, -1) : shorter;
    if (next === words) return words;
    words = next;
  }
}

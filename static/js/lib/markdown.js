/**
 * Markdown that arrives in pieces, told to somebody who builds it: nothing that is finished is ever
 * touched again.
 *
 * Lines are read as CommonMark's algorithm for blocks does (spec 0.31, appendix): first which of
 * the open containers go on, then what begins, then the words. Only the words of the block that is
 * still open are read again when they grow, and they only up to `LONGEST`.
 */

import { endOfFormula } from "./formulas.js";
import { formula, inline } from "./inline.js";
import {
  UNDERLINE,
  QUOTE,
  alignments,
  blockAt,
  cells,
  expanded,
  indentOf,
  isBlank,
  isDefinition,
  undecided,
} from "./lines.js";

/** Characters of a block of words that are formatted while it grows. */
export const LONGEST = 4_000;

/** Quotes and lists within one another. */
const DEEPEST = 20;

/** How many elements there are around those that hold the words. */
const MORE = { code: 1, table: 2 };

const CHECKBOX = /^\[([ xX])\](?=\s)/;
const PERHAPS_CHECKBOX = /^\[[ xX]?\]?$/;

/**
 * Tells `builder` what to build, in the order of the document:
 *
 * `open(name, attributes)` begins an element inside the one that is open, `close()` ends it,
 * `discard()` ends it and takes it away. `show(nodes)` says what the open element holds from now
 * on (nodes as in inline.js), `append(text)` adds to the text that it holds.
 */
export class Markdown {
  #builder;
  #anchors;
  #line = "";
  #begun = false;
  #containers = [];
  #leaf = null;
  #changed = false;

  /** `anchors` leads from the numbers of sources to their places on the page. */
  constructor(builder, anchors = new Map()) {
    this.#builder = builder;
    this.#anchors = anchors;
  }

  /** Takes the next piece of the text. */
  take(piece) {
    const lines = piece.replaceAll("\r", "").replaceAll("\0", "\ufffd").split("\n");
    lines.forEach((text, index) => {
      if (index) this.#endLine();
      this.#grow(text);
    });
    this.#show(true);
  }

  /** There is no more text: what is open ends as it is. */
  end() {
    this.#endLine();
    this.#closeTo(0);
  }

  #grow(text) {
    if (text === "") return;
    if (this.#begun) return this.#say(text);
    this.#line += text;
    const line = expanded(this.#line);
    if (undecided(line, this.#leaf?.type === "paragraph")) return undefined;
    return this.#begin(line);
  }

  #endLine() {
    if (!this.#begun) this.#begin(expanded(this.#line));
    this.#line = "";
    this.#begun = false;
    if (this.#leaf?.type === "heading" || this.#isEnded()) this.#closeLeaf();
  }

  /** Reads the beginning of a line, as far as it takes to know where its words belong. */
  #begin(line) {
    this.#begun = true;
    let [depth, rest] = this.#goOn(line);
    const all = depth === this.#containers.length;
    if (all && this.#leaf?.type === "code" && this.#goOnWithCode(rest)) return undefined;
    if (isBlank(rest)) return this.#leaveBlank(depth);
    if (all && this.#leaf?.type === "formula") return this.#say(`\n${rest}`);
    if (all && this.#leaf?.type === "paragraph" && this.#turn(rest)) return undefined;
    let below = this.#leaf?.type === "paragraph" ? (all ? "same" : "lazy") : "";
    for (let block = blockAt(rest, below); block; block = blockAt(rest, below)) {
      if (depth >= DEEPEST && ["quote", "item"].includes(block.type)) break;
      depth = this.#open(block, depth);
      rest = block.rest;
      below = "";
      if (this.#leaf) return this.#say(rest);
      if (block.type === "rule" || isBlank(rest)) return undefined;
    }
    return this.#addWords(depth, rest);
  }

  /** How many containers a line goes on with, and what is left of it. */
  #goOn(line) {
    let rest = line;
    for (const [depth, container] of this.#containers.entries()) {
      if (container.type === "quote") {
        const mark = QUOTE.exec(rest);
        if (!mark) return [depth, rest];
        rest = rest.slice(mark[0].length);
      } else if (container.type === "item") {
        if (isBlank(rest)) rest = "";
        else if (indentOf(rest) >= container.width) rest = rest.slice(container.width);
        else return [depth, rest];
      }
    }
    return [this.#containers.length, rest];
  }

  #leaveBlank(depth) {
    this.#closeLeaf();
    if (this.#containers[depth]?.type === "quote") this.#closeTo(depth);
  }

  /** Adds words to the paragraph that is open, also from outside of it; or begins one. */
  #addWords(depth, rest) {
    if (this.#leaf?.type === "paragraph") return this.#say(`\n${rest.trimStart()}`);
    if (this.#leaf?.type === "table" && depth === this.#containers.length) return this.#addRow(rest);
    this.#closeTo(this.#withoutList(depth));
    return this.#beginWords("paragraph", "p", rest.trimStart());
  }

  /** A list whose item ended ends too, where no other item follows. */
  #withoutList(depth) {
    return this.#containers[depth - 1]?.type === "list" ? depth - 1 : depth;
  }

  #beginWords(type, name, text, attributes = {}) {
    this.#builder.open(name, attributes);
    this.#leaf = { type, text: "" };
    this.#say(text);
  }

  // Containers and blocks

  /** Begins a block below this many containers; returns how many there are then. */
  #open(block, depth) {
    const kind = this.#containers[depth - 1]?.kind;
    const goesOn = block.type === "item" && kind === block.kind;
    this.#closeTo(goesOn ? depth : this.#withoutList(depth));
    switch (block.type) {
      case "quote":
        this.#builder.open("blockquote", {});
        this.#containers.push({ type: "quote" });
        break;
      case "item":
        this.#openItem(block, goesOn);
        break;
      case "rule":
        this.#builder.open("hr", {});
        this.#builder.close();
        break;
      case "heading":
        this.#beginWords("heading", `h${block.level}`, "");
        break;
      case "formula":
        this.#builder.open("p", { class: "formula" });
        this.#leaf = { type: "formula", mark: block.mark, text: "" };
        break;
      default:
        this.#openCode(block);
    }
    return this.#containers.length;
  }

  #openItem({ kind, start, width }, goesOn) {
    if (!goesOn) {
      const ordered = start !== undefined;
      this.#builder.open(ordered ? "ol" : "ul", ordered && start !== 1 ? { start } : {});
      this.#containers.push({ type: "list", kind });
    }
    this.#builder.open("li", {});
    this.#containers.push({ type: "item", width });
  }

  /** Ends all but so many containers. */
  #closeTo(depth) {
    this.#closeLeaf();
    while (this.#containers.length > depth) {
      this.#containers.pop();
      this.#builder.close();
    }
  }

  #closeLeaf() {
    if (this.#leaf?.type === "formula" && !this.#isEnded()) this.#turnIntoWords();
    if (!this.#leaf) return;
    const { type, text } = this.#leaf;
    this.#changed = type !== "code";
    this.#show(false);
    this.#leaf = null;
    for (let more = MORE[type] ?? 0; more > 0; more -= 1) this.#builder.close();
    if (type === "paragraph" && withoutDefinitions(text) === "") this.#builder.discard();
    else this.#builder.close();
  }

  // Code

  #openCode({ marks = "", language = "", indent = 0 }) {
    this.#builder.open("pre", {});
    this.#builder.open("code", language ? { class: `language-${language}` } : {});
    this.#leaf = { type: "code", marks, indent, breaks: 0, begun: !marks };
  }

  /** A further line of code; false where the code ended before it. */
  #goOnWithCode(rest) {
    const { marks, indent } = this.#leaf;
    if (!marks && isBlank(rest)) {
      this.#leaf.breaks += 1;
      return true;
    }
    if (!marks && indentOf(rest) < 4) return false;
    if (marks && isEndOf(marks, rest)) {
      this.#closeLeaf();
      return true;
    }
    if (this.#leaf.begun) this.#leaf.breaks += 1;
    this.#leaf.begun = true;
    this.#say(rest.slice(Math.min(indentOf(rest), marks ? indent : 4)));
    return true;
  }

  // Formulas

  /** Whether the open formula has come to its end, with nothing behind it. */
  #isEnded() {
    if (this.#leaf?.type !== "formula") return false;
    const { text, mark } = this.#leaf;
    const end = endOfFormula(text, mark.length, mark);
    return end >= 0 && isBlank(text.slice(end + mark.length)) && !isBlank(text.slice(2, end));
  }

  /** What began like a formula, and is none. */
  #turnIntoWords() {
    const { text } = this.#leaf;
    this.#builder.discard();
    this.#leaf = null;
    this.#beginWords("paragraph", "p", text);
  }

  // Words

  #say(text) {
    if (!this.#leaf) return;
    if (this.#leaf.type === "code") this.#appendCode(text);
    else {
      this.#leaf.text += text;
      this.#changed = true;
    }
  }

  #appendCode(text) {
    if (!text) return;
    this.#builder.append("\n".repeat(this.#leaf.breaks) + text);
    this.#leaf.breaks = 0;
  }

  /** Makes something else of a paragraph, where the line below it says so. */
  #turn(line) {
    const { text } = this.#leaf;
    const columns = alignments(line);
    const header = text.slice(text.lastIndexOf("\n") + 1);
    if (columns && header.includes("|") && cells(header).length === columns.length) {
      this.#turnIntoTable(text.slice(0, -header.length), header, columns);
      return true;
    }
    const [, underline] = UNDERLINE.exec(line) ?? [];
    if (!underline) return false;
    this.#builder.discard();
    this.#beginWords("heading", underline.startsWith("=") ? "h1" : "h2", text);
    this.#closeLeaf();
    return true;
  }

  #turnIntoTable(before, header, columns) {
    this.#leaf.text = before.trimEnd();
    if (before) this.#closeLeaf();
    else this.#builder.discard();
    this.#builder.open("table", {});
    this.#builder.open("thead", {});
    this.#builder.open("tr", {});
    this.#builder.show(this.#row(header, "th", columns, false));
    this.#builder.close();
    this.#builder.close();
    this.#leaf = { type: "table", text: "", columns, rows: 0 };
    this.#builder.open("tbody", {});
    this.#builder.open("tr", {});
  }

  #addRow(line) {
    if (this.#leaf.rows > 0) {
      this.#changed = true;
      this.#show(false);
      this.#builder.close();
      this.#builder.open("tr", {});
    }
    this.#leaf.rows += 1;
    this.#leaf.text = "";
    this.#say(line);
  }

  #row(line, name, columns, growing) {
    const texts = cells(line);
    const last = Math.min(texts.length, columns.length) - 1;
    return columns.map((align, index) => ({
      name,
      attributes: align ? { align } : {},
      children: this.#inline(texts[index] ?? "", growing && index === last),
    }));
  }

  /** Shows the words of the open block, if there are new ones. */
  #show(growing) {
    if (!this.#changed || !this.#leaf) return;
    this.#changed = false;
    const { type, text, columns, fixed } = this.#leaf;
    if (type === "formula") this.#builder.show([this.#formula()]);
    else if (fixed) this.#builder.show([...fixed, text.slice(LONGEST)]);
    else if (type === "table") this.#builder.show(this.#row(text, "td", columns, growing));
    else this.#builder.show(this.#words(type, text, growing));
  }

  #formula() {
    const { text, mark } = this.#leaf;
    const end = endOfFormula(text, mark.length, mark);
    return formula(text.slice(mark.length, end < 0 ? undefined : end));
  }

  #words(type, text, growing) {
    if (text.length > LONGEST) return this.#fix(text);
    if (type === "heading") return this.#inline(text.replace(/(?:^|[ \t]+)#*[ \t]*$/, ""), growing);
    const shown = growing ? withoutHeld(text) : withoutDefinitions(text);
    const box = this.#containers.at(-1)?.type === "item" && CHECKBOX.exec(shown);
    if (!box) {
      const held = this.#containers.length > 0 && growing && PERHAPS_CHECKBOX.test(shown);
      return held ? [] : this.#inline(growing ? shown : shown.trimEnd(), growing);
    }
    const words = this.#inline(shown.slice(box[0].length), growing);
    return [checkbox(box[1] !== " "), ...words];
  }

  /** What a block of words holds that is too long to be read again and again. */
  #fix(text) {
    this.#leaf.fixed = this.#inline(text.slice(0, LONGEST), false);
    return [...this.#leaf.fixed, text.slice(LONGEST)];
  }

  #inline(text, growing) {
    return inline(text.slice(0, LONGEST), { growing, anchors: this.#anchors });
  }
}

function isEndOf(marks, line) {
  const end = /^ {0,3}(`+|~+)[ \t]*$/.exec(line);
  return end !== null && end[1].startsWith(marks);
}

/** A growing paragraph without a last line that may become the head of a table. */
function withoutHeld(text) {
  const last = text.lastIndexOf("\n") + 1;
  const held = text.startsWith("|", last) && text.length - last < 400;
  return withoutDefinitions(held ? text.slice(0, last) : text);
}

/** The paragraph without what only says where links lead. */
function withoutDefinitions(text) {
  if (!text.startsWith("[")) return text;
  const lines = text.split("\n");
  const first = lines.findIndex((line) => !isDefinition(line));
  return first < 0 ? "" : lines.slice(first).join("\n");
}

function checkbox(checked) {
  const attributes = { type: "checkbox", disabled: "" };
  if (checked) attributes.checked = "";
  return { name: "input", attributes, children: [] };
}

/** What a line of Markdown begins, by the rules of CommonMark and of GitHub's tables. */

import { openingOf } from "./formulas.js";

export const FENCE = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})(.{0,80})$/;
export const RULE = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
export const UNDERLINE = /^ {0,3}(=+|-+)[ \t]*$/;
export const QUOTE = /^ {0,3}> ?/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+|$)/;
const ITEM = /^( {0,3})(?:([-+*])|(\d{1,9})([.)]))( +|$)/;
const DELIMITERS = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
const DEFINITION = /^ {0,3}\[[^\]]{1,200}\]:[ \t]*\S+(?:[ \t]+(?:"[^"]*"|'[^']*'|\([^)]*\)))?[ \t]*$/;

/** What a line may still begin while it is not whole, behind the marks of quotes and lists. */
const MARKS = /^(?: *(?:>|(?:[-+*]|\d{1,9}[.)]) +(?=\S)))* */;
const UNDECIDED = [
  /^$/,
  /^([-*_])(?:[ \t]*\1)*[ \t]*$/,
  /^\+ *$/,
  /^(?:\$|\\)$/,
  /^\d{1,9}(?:[.)] *)?$/,
  /^#{1,6} *$/,
  /^(?:`{1,2}|`{3,}[^`]{0,80}|~{1,2}|~{3,}.{0,80})$/,
];
const UNDECIDED_BELOW_WORDS = [/^=+[ \t]*$/, /^[|:\- \t]+$/, /^(?:\$\$|\\\[).{0,400}$/];

/** Whether more of a line could make something else of it; `below` says that it follows words. */
export function undecided(line, below) {
  const rest = line.slice(MARKS.exec(line)[0].length);
  const matches = (pattern) => pattern.test(rest);
  return UNDECIDED.some(matches) || (below && UNDECIDED_BELOW_WORDS.some(matches));
}

/** A line whose leading tabs are spaces. */
export function expanded(line) {
  let column = 0;
  let at = 0;
  for (; line[at] === " " || line[at] === "\t"; at += 1) {
    column += line[at] === "\t" ? 4 - (column % 4) : 1;
  }
  return " ".repeat(column) + line.slice(at);
}

export function isBlank(line) {
  return /^[ \t]*$/.test(line);
}

export function indentOf(line) {
  return /^ */.exec(line)[0].length;
}

/**
 * The block that a line begins, as `{type, rest, …}`, or null. `below` is `same` where it would part
 * a paragraph, which not everything may, and `lazy` where that is in a container it does not go on.
 */
export function blockAt(line, below) {
  if (indentOf(line) >= 4) return below ? null : { type: "indented", rest: line.slice(4) };
  const quote = QUOTE.exec(line);
  if (quote) return { type: "quote", rest: line.slice(quote[0].length) };
  const heading = HEADING.exec(line);
  if (heading) {
    return { type: "heading", level: heading[1].length, rest: line.slice(heading[0].length) };
  }
  const mark = openingOf(line.trimStart());
  if (mark) return { type: "formula", mark, rest: line.trimStart() };
  const fence = FENCE.exec(line);
  if (fence) return fenced(fence, indentOf(line));
  if (RULE.test(line)) return { type: "rule", rest: "" };
  return itemAt(line, below === "same");
}

function fenced([, marks, info], indent) {
  const language = info.trim().split(/\s/, 1)[0];
  return { type: "fence", marks, language, indent, rest: "" };
}

function itemAt(line, parts) {
  const found = ITEM.exec(line);
  if (!found) return null;
  const [whole, indent, bullet, number, dot, gap] = found;
  const rest = line.slice(whole.length);
  if (parts && (isBlank(rest) || (number && Number(number) !== 1))) return null;
  const mark = bullet ?? number + dot;
  const tooFar = gap.length > 4 || isBlank(rest);
  const width = indent.length + mark.length + (tooFar ? 1 : gap.length);
  const kind = bullet ?? dot;
  return { type: "item", kind, start: number && Number(number), width, rest: line.slice(width) };
}

/** How the columns of a table are aligned, where the line says that; else null. */
export function alignments(line) {
  if (!DELIMITERS.test(line)) return null;
  return cells(line).map((cell) => {
    const [left, right] = [cell.startsWith(":"), cell.endsWith(":")];
    return left && right ? "center" : right ? "right" : left ? "left" : "";
  });
}

/** The cells of a table's row. */
export function cells(line) {
  const found = line.trim().split(/(?<!\\)\|/);
  if (found[0] === "") found.shift();
  if (found.at(-1)?.trim() === "" && line.trim().endsWith("|")) found.pop();
  return found.map((cell) => cell.trim().replaceAll("\\|", "|"));
}

/** Whether a paragraph of this line alone only says where links lead. */
export function isDefinition(line) {
  return DEFINITION.test(line);
}

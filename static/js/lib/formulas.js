/**
 * Where there is mathematics in Markdown: `$…$`, `$$…$$`, `\(…\)` and `\[…\]`, by the same rules as
 * on the server (chatapp/chat/markdown_math.py).
 */

const LONGEST_SEARCH = 2_500;

const ENDS = { "$$": "$$", "\\[": "\\]", "\\(": "\\)", $: "$" };
const SIGN = /[\\^_={}]/;
const WORD = /\s\(?\p{L}{2,}(?![^\s,.;:!?)/-])/u;
const TEX = /[\\^_={}+<>]/;
const BEGUN_TEX = /\\[A-Za-z]|[\^{]/;
const BLANK_LINE = /\n[ \t]*\n/;
const ALNUM = /[\p{L}\p{N}]/u;

/** The mark by which a line begins a formula of its own; null for another line. */
export function openingOf(line) {
  const mark = line.slice(0, 2);
  if (mark !== "$$" && mark !== "\\[") return null;
  const end = endOfFormula(line, 2, mark);
  return end < 0 || line.slice(end + 2).trim() === "" ? mark : null;
}

/** Where the mark stands that ends the formula with this opening; -1 where there is none. */
export function endOfFormula(text, start, opening) {
  const mark = ENDS[opening];
  let at = text.indexOf(mark, start);
  while (at >= 0 && isEscaped(text, start, at)) at = text.indexOf(mark, at + 1);
  return at <= start + LONGEST_SEARCH - mark.length ? at : -1;
}

/** The formula that begins at this place, as `{tex, end}`, or null. */
export function formulaAt(text, at) {
  const opening = Object.keys(ENDS).find((mark) => text.startsWith(mark, at));
  if (!opening) return null;
  const start = at + opening.length;
  const close = endOfFormula(text, start, opening);
  const tex = text.slice(start, close);
  if (close < 0 || !tex.trim() || tex.includes("`") || BLANK_LINE.test(tex)) return null;
  const end = close + opening.length;
  const [before, after] = [text[at - 1] ?? "", text[end] ?? ""];
  if (opening === "$" && !isFormula(tex, before, after)) return null;
  if (opening === "$$" && (before === "$" || tex[0] === "$")) return null;
  if (opening === "\\[" && !TEX.test(tex)) return null;
  return { tex, end };
}

/** A formula that is still being written at the end of a text, as far as it can be told from words. */
export function openFormulaAt(text, at) {
  const opening = Object.keys(ENDS).find((mark) => text.startsWith(mark, at));
  if (!opening || at < text.length - LONGEST_SEARCH) return null;
  const start = at + opening.length;
  const tex = text.slice(start);
  const closed = endOfFormula(text, start, opening) >= 0;
  if (closed || tex.includes("`") || !tex.trim() || BLANK_LINE.test(tex)) return null;
  if (opening === "$" && (/^\s/.test(tex) || ALNUM.test(text[at - 1] ?? ""))) return null;
  if (opening !== "\\(" && !BEGUN_TEX.test(tex)) return null;
  return { tex, end: text.length };
}

function isFormula(tex, before, after) {
  const outside = ![before, after].some((each) => each === "$" || ALNUM.test(each));
  return outside && tex.trim() === tex && !isMoney(tex);
}

/** Whether an amount and words stand between the dollars of two amounts. */
function isMoney(tex) {
  return /^\d/.test(tex) && !SIGN.test(tex) && WORD.test(tex);
}

function isEscaped(text, start, at) {
  let before = at;
  while (before > start && text[before - 1] === "\\") before -= 1;
  return (at - before) % 2 === 1;
}

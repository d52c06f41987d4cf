/**
 * Emphasis among inline nodes, by CommonMark's rules for runs of `*`, `_` and `~`.
 *
 * A node is a string, or `{name, attributes, children}` for an element; a run is `{mark, count, …}`.
 */

const WORDLESS = /[\s\p{P}\p{S}]/u;
const BLANK = /\s/u;
const LAST_CHARACTER = /.$/su;

/** More than this would be nested by nobody who wants to be read. */
export const DEEPEST = 20;

/** An element around nodes, or null where that would nest too deeply. */
export function element(name, children = [], attributes = {}) {
  const depth = 1 + Math.max(0, ...children.map((child) => child.depth ?? 0));
  return depth > DEEPEST ? null : { name, attributes, children, depth };
}

/** The run of marks at `start` of a text, with what it may do there. */
export function runAt(text, start) {
  const mark = text[start];
  let end = start;
  while (text[end] === mark) end += 1;
  const before = start ? LAST_CHARACTER.exec(text.slice(Math.max(0, start - 2), start))[0] : " ";
  const after = end < text.length ? String.fromCodePoint(text.codePointAt(end)) : " ";
  const left = !BLANK.test(after) && (!WORDLESS.test(after) || WORDLESS.test(before));
  const right = !BLANK.test(before) && (!WORDLESS.test(before) || WORDLESS.test(after));
  const within = mark === "_";
  return {
    mark,
    count: end - start,
    length: end - start,
    opens: left && (!within || !right || WORDLESS.test(before)),
    closes: right && (!within || !left || WORDLESS.test(after)),
  };
}

/**
 * The nodes from `bottom` on with their runs resolved; `growing` takes what is still open there for
 * something that will be closed. Changes the array.
 */
export function resolve(nodes, { bottom = 0, growing = false } = {}) {
  const floors = new Map();
  for (let at = bottom; at < nodes.length; at += 1) {
    while (nodes[at]?.closes && nodes[at].count > 0) {
      const opener = findOpener(nodes, at, bottom, floors);
      if (opener < 0 || !wrap(nodes, opener, at)) break;
      for (const [kind, floor] of floors) floors.set(kind, Math.min(floor, opener));
      at = opener + 2;
    }
  }
  if (growing) closeAll(nodes, bottom);
  const tail = nodes.splice(bottom).map(asText).filter((node) => node !== "");
  return joined(tail);
}

/** Text in the place of what turned out to be no emphasis. */
function asText(node) {
  return node.mark ? node.mark.repeat(node.count) : node;
}

function joined(nodes) {
  const all = [];
  for (const node of nodes) {
    if (typeof node === "string" && typeof all.at(-1) === "string") all.push(all.pop() + node);
    else all.push(node);
  }
  return all;
}

/** Where the run begins that the one at `at` ends; `floors` says below what there is known to be none. */
function findOpener(nodes, at, bottom, floors) {
  const closer = nodes[at];
  const kind = `${closer.mark}${closer.opens}${closer.length % 3}`;
  const floor = floors.get(kind) ?? bottom;
  for (let index = at - 1; index >= floor; index -= 1) {
    if (fits(nodes[index], closer)) return index;
  }
  floors.set(kind, at);
  return -1;
}

function fits(opener, closer) {
  if (opener.mark !== closer.mark || !opener.opens || opener.count === 0) return false;
  if (closer.mark === "~") return opener.count > 1 && closer.count > 1;
  const both = opener.closes || closer.opens;
  const third = (opener.length + closer.length) % 3 === 0;
  return !both || !third || (opener.length % 3 === 0 && closer.length % 3 === 0);
}

/** Puts what is between two runs into an element behind the first; false where that is too deep. */
function wrap(nodes, from, to) {
  const [opener, closer] = [nodes[from], nodes[to]];
  const count = Math.min(opener.count, closer.count, 2);
  const name = opener.mark === "~" ? "s" : count === 2 ? "strong" : "em";
  const inner = joined(nodes.slice(from + 1, to).map(asText).filter((node) => node !== ""));
  const made = element(name, inner);
  if (!made) return false;
  opener.count -= count;
  closer.count -= count;
  nodes.splice(from + 1, to - from - 1, made);
  return true;
}

/** Ends what is open at the end of a text that grows, the innermost first. */
function closeAll(nodes, bottom) {
  if (nodes.length > bottom && nodes.at(-1).mark) nodes.pop(); // it may still become more
  for (let at = nodes.length - 2; at >= bottom; at -= 1) {
    const { mark, count, opens } = nodes[at];
    if (!mark || !opens || count === 0 || count > 3 || (mark === "~" && count !== 2)) continue;
    nodes.push({ mark, count, length: count, closes: true });
    const wrapped = wrap(nodes, at, nodes.length - 1);
    nodes.pop();
    if (wrapped && nodes[at].count > 0) at += 1;
  }
}

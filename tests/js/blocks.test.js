import assert from "node:assert/strict";
import { test } from "node:test";

import { Blocks } from "../../static/js/lib/blocks.js";

const CASES = [
  ["a blank line parts paragraphs", "a\n\nb", ["a", "b"]],
  ["many blank lines are one border", "a\n\n \n\nb", ["a", "b"]],
  ["a single break stays", "a\nb", ["a\nb"]],
  ["a fence is left out", "a\n```py\nx = 1\n\ny\n```\nb", ["a", "code:x = 1\n\ny", "b"]],
  ["an open fence grows", "```\nx", ["code:x"]],
  ["tildes fence too", "~~~\nx\n~~~", ["code:x"]],
  ["a shorter fence does not close", "````\n```\nx\n````\nb", ["code:```\nx", "b"]],
  ["another kind of fence does not close", "```\n~~~\n```\nb", ["code:~~~", "b"]],
  ["a fence with words does not close", "```\n``` x\n```\nb", ["code:``` x", "b"]],
  ["code in a line is no fence", "`a` and ``b``\nc", ["`a` and ``b``\nc"]],
  ["three ticks in a line are no fence", "```a``` b\n\nc", ["```a``` b", "c"]],
  ["indented code keeps its blanks", "```\n  x\n    y\n```", ["code:  x\n    y"]],
  ["characters beyond 16 bits stay whole", "🦊\n\n🦊🦊", ["🦊", "🦊🦊"]],
];

function blocksOf(pieces) {
  const blocks = new Blocks();
  const shown = [];
  for (const step of pieces.flatMap((piece) => blocks.take(piece))) {
    if (step.open) shown.push(step.open === "code" ? "code:" : "");
    else shown[shown.length - 1] += step.append;
  }
  return shown;
}

for (const [fact, text, expected] of CASES) {
  test(fact, () => {
    assert.deepEqual(blocksOf([`${text}\n`]), expected);
    assert.deepEqual(blocksOf([...text, "\n"]), expected);
    for (let border = 1; border < text.length; border += 1) {
      assert.deepEqual(blocksOf([text.slice(0, border), text.slice(border), "\n"]), expected);
    }
  });
}

test("words are shown before their line ends", () => {
  assert.deepEqual(blocksOf(["Hel", "lo"]), ["Hello"]);
});

test("what may become a fence is held back", () => {
  assert.deepEqual(blocksOf(["a\n", "``"]), ["a"]);
  assert.deepEqual(blocksOf(["a\n", "``", "x"]), ["a\n``x"]);
});

test("a long line after three ticks is not held for ever", () => {
  assert.deepEqual(blocksOf(["```", "x".repeat(100)]), [`\`\`\`${"x".repeat(100)}`]);
});

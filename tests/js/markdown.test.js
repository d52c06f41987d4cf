import assert from "node:assert/strict";
import { test } from "node:test";

import { LONGEST, Markdown } from "../../static/js/lib/markdown.js";
import { Tree, ended, grown } from "./built.js";

const GROWING = [
  ["words are shown before their line ends", "Hel", "<p>Hel</p>"],
  ["a heading grows as one", "## Ti", "<h2>Ti</h2>"],
  ["what may become a heading waits", "a\n##", "<p>a</p>"],
  ["what may become a list waits", "a\n\n12.", "<p>a</p>"],
  ["a number alone does not wait for long", "1 ", "<p>1 </p>"],
  ["an item is one from its first letter", "- a", "<ul><li><p>a</p></li></ul>"],
  ["what may become a task waits", "- [ ]", "<ul><li><p></p></li></ul>"],
  ["what may become a fence waits", "a\n``", "<p>a</p>"],
  ["what is no fence after all is shown", "a\n``x", "<p>a\n<code>x</code></p>"],
  ["an open fence grows", "```py\nx", '<pre><code class="language-py">x</code></pre>'],
  ["what may become a table waits", "a\n\n| b | c |", "<p>a</p><p></p>"],
  ["opened emphasis counts already", "a **b *c", "<p>a <strong>b <em>c</em></strong></p>"],
  ["marks without words behind them wait", "a **", "<p>a </p>"],
  ["opened code counts already", "a `b", "<p>a <code>b</code></p>"],
  ["a link is its words until its address is whole", "[a b](https://x.ex", "<p>a b</p>"],
  ["a citation is one once it is whole", "a [1", "<p>a [1</p>"],
  ["a citation leads to its source", "a [1]", '<p>a <a class="citation" href="#source-m-1">1</a></p>'],
  ["a number without a source stays", "a [3]", "<p>a [3]</p>"],
  ["a formula grows as it is written", "a $x^2", '<p>a <code class="math">x^2</code></p>'],
  ["an amount of money is none", "a $5 and", "<p>a $5 and</p>"],
  ["a formula of its own grows", "$$\n- x", '<p class="formula"><code class="math">- x</code></p>'],
  ["what may become a formula waits", "a\n$", "<p>a</p>"],
  ["characters beyond 16 bits stay whole", "🦊\n\n**🦊🦊**", "<p>🦊</p><p><strong>🦊🦊</strong></p>"],
];

for (const [fact, text, expected] of GROWING) {
  test(fact, () => {
    assert.equal(grown(text), expected);
    assert.equal(grown(text, 1000), expected);
  });
}

test("what was opened and never closed is words in the end", () => {
  assert.equal(ended("a **b\n\nc `d"), "<p>a **b</p><p>c `d</p>");
});

test("a long line after three ticks is not held for ever", () => {
  assert.match(grown(`\`\`\`${"x".repeat(100)}`), /x{100}/);
});

test("what is finished is never told again", () => {
  const tree = new Tree();
  const markdown = new Markdown(tree);
  markdown.take("# a\n\n- b\n- c\n\n| d | e |\n|---|---|\n| f | g |\n\n```\nh\n```\n\ni");
  const finished = tree.root.children.slice(0, -1).map((element) => JSON.stringify(element));
  const children = tree.root.children.slice(0, -1).map((element) => Object.freeze(element.children));
  assert.equal(children.length, 4);
  for (const word of " j **k** l\n- m\n".repeat(50)) markdown.take(word);
  const after = tree.root.children.slice(0, 4).map((element) => JSON.stringify(element));
  assert.deepEqual(after, finished);
});

test("each piece of code is told once, however long the code is", () => {
  const tree = new Tree();
  const markdown = new Markdown(tree);
  markdown.take("```\n");
  const before = tree.told;
  for (let line = 0; line < 1000; line += 1) markdown.take(`line ${line}\n`);
  assert.ok(tree.told - before <= 1001);
});

test("a paragraph without an end is formatted to a limit, and goes on as text", () => {
  const text = `*a* ${"b ".repeat(LONGEST)}*c*`;
  assert.match(grown(text, 100), /^<p><em>a<\/em> .*b \*c\*<\/p>$/);
});

test("no nesting is too deep for a page", () => {
  for (const deep of ["> ".repeat(500), "- ".repeat(500), "*a ".repeat(500), "**a*".repeat(500)]) {
    const depth = Math.max(...depthsOf(ended(`${deep}x${" *".repeat(500)}`, 50)));
    assert.ok(depth <= 60, `${deep.slice(0, 8)} is ${depth} deep`);
  }
});

function depthsOf(html) {
  let depth = 0;
  return [...html.matchAll(/<(\/?)[a-z]/g)].map(([, closing]) => (depth += closing ? -1 : 1));
}

test("a link leads to a page elsewhere, or nowhere", () => {
  assert.match(grown("[a](https://x.example)"), /href="https:\/\/x\.example"/);
  for (const address of ["/a", "//x.example", "#a", "http:a", "a", "blob:x", "https:\\\\x"]) {
    assert.doesNotMatch(grown(`[a](${address})`), /href/, address);
  }
  for (const address of ["javascript:a", "JAVASCRIPT:a", "data:text/html,a", "javascript&colon;a"]) {
    assert.doesNotMatch(grown(`[a](${address})`), /<a/, address);
  }
});

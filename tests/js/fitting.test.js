import assert from "node:assert/strict";
import { test } from "node:test";

import { blankIn, fitting } from "../../static/js/later/fitting.js";

const prompts = ["Translate", "Sum up", "Résumé of a text", "Text 10", "Text 9"].map((title) => ({
  title,
}));
const found = (typed) => fitting(prompts, typed, "en").map(({ title }) => title);

test("all are there at first, by the alphabet, and numbers by their size", () => {
  assert.deepEqual(found(""), ["Résumé of a text", "Sum up", "Text 9", "Text 10", "Translate"]);
  assert.deepEqual(found(" "), found(""));
});

test("what begins with the words comes first", () => {
  assert.deepEqual(found("tex"), ["Text 9", "Text 10", "Résumé of a text"]);
});

test("every word counts, in any order; case and accents do not", () => {
  assert.deepEqual(found("TEXT resume"), ["Résumé of a text"]);
  assert.deepEqual(found("text translate"), []);
});

test("letters that mean something to a pattern mean themselves", () => {
  assert.deepEqual(found(".*("), []);
});

test("the first blank is found by where it begins and ends", () => {
  assert.deepEqual(blankIn("Sum up {{text}} for {{whom}}."), [7, 15]);
  for (const words of ["Sum up.", "{{}}", "{ {a} }", "{{a\nb}}"]) assert.equal(blankIn(words), null);
});

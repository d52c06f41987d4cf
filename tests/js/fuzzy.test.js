import assert from "node:assert/strict";
import { test } from "node:test";

import { fit } from "../../static/js/later/fuzzy.js";

test("everything fits where nothing is sought", () => {
  assert.ok(fit("", "Settings") > 0);
});

test("words are found in any order, with and without accents", () => {
  assert.ok(fit("answer copy", "Copy the last answer") > 0);
  assert.ok(fit("creme", "Crème brûlée") > 0);
  assert.equal(fit("copy question", "Copy the last answer"), 0);
});

test("letters are enough where they stand in order and begin a word", () => {
  assert.ok(fit("stgs", "Settings") > 0);
  assert.ok(fit("lst", "Copy the last answer") > 0);
  assert.equal(fit("ttings x", "Settings"), 0);
  assert.equal(fit("gnes", "Settings"), 0);
});

test("a beginning is better than a middle, and a middle than letters", () => {
  const scores = ["Documents", "Choose documents", "Undocumented", "Do count"].map((text) =>
    fit("docu", text),
  );
  assert.deepEqual(scores, [...scores].sort((a, b) => b - a));
  assert.equal(new Set(scores).size, scores.length);
});

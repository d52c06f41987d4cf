import assert from "node:assert/strict";
import { test } from "node:test";

const WORDS = { Ready: "Siap", "%(share)s sent": "terkirim %(share)s" };

/** The module as a page in some language loads it. */
async function load(name, lang, words) {
  globalThis.document = {
    documentElement: { lang },
    getElementById: (id) => (id === "catalogue" && words ? { textContent: JSON.stringify(words) } : null),
  };
  return import(`../../static/js/lib/words.js?${name}`);
}

test("a page in another language brings its words along", async () => {
  const { _, LANGUAGE } = await load("indonesian", "id", WORDS);
  assert.equal(LANGUAGE, "id");
  assert.equal(_("Ready"), "Siap");
  assert.equal(_("%(share)s sent", { share: "5 %" }), "terkirim 5 %");
  assert.equal(_("Unknown"), "Unknown");
});

test("an English page needs none", async () => {
  const { _, LANGUAGE } = await load("english", "en", null);
  assert.equal(LANGUAGE, "en");
  assert.equal(_("%(share)s sent", { share: "$&" }), "$& sent");
});

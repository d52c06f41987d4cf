import assert from "node:assert/strict";
import { test } from "node:test";

import { EnterKey } from "../../static/js/lib/enter.js";

const enter = (fields = {}) => ({ key: "Enter", keyCode: 13, timeStamp: 1000, ...fields });

test("Enter sends", () => {
  assert.ok(new EnterKey().sends(enter()));
});

test("Enter sends with Ctrl and Cmd too", () => {
  assert.ok(new EnterKey().sends(enter({ ctrlKey: true })));
  assert.ok(new EnterKey().sends(enter({ metaKey: true })));
});

test("Enter with Shift or Alt breaks the line", () => {
  assert.ok(!new EnterKey().sends(enter({ shiftKey: true })));
  assert.ok(!new EnterKey().sends(enter({ altKey: true })));
});

test("another key does not send", () => {
  assert.ok(!new EnterKey().sends(enter({ key: "a" })));
});

test("Enter that accepts a candidate does not send", () => {
  assert.ok(!new EnterKey().sends(enter({ isComposing: true })));
  assert.ok(!new EnterKey().sends(enter({ keyCode: 229 })));
});

test("Enter just behind the end of composing does not send", () => {
  const key = new EnterKey();
  key.compositionEnded(990);
  assert.ok(!key.sends(enter()));
  assert.ok(key.sends(enter({ timeStamp: 1100 })));
});

test("a keydown of a hangul or kana input method with another name does not send", () => {
  assert.ok(!new EnterKey().sends(enter({ key: "Process", keyCode: 229 })));
  assert.ok(!new EnterKey().sends(enter({ key: "Unidentified", keyCode: 229 })));
});

test("where Enter breaks lines, it sends with Ctrl or Cmd only", () => {
  const key = new EnterKey();
  assert.ok(!key.sends(enter(), { breaks: true }));
  assert.ok(key.sends(enter({ ctrlKey: true }), { breaks: true }));
  assert.ok(key.sends(enter({ metaKey: true }), { breaks: true }));
});

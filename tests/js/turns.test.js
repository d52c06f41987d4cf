import assert from "node:assert/strict";
import { test } from "node:test";

import { Turns } from "../../static/js/lib/turns.js";

/** Turns that end when they are told to. */
function gated() {
  const gates = [];
  const turns = new Turns(() => new Promise((resolve, reject) => gates.push({ resolve, reject })));
  return { gates, turns };
}

const aMoment = () => new Promise((resolve) => setImmediate(resolve));

test("one turn follows another", async () => {
  const { gates, turns } = gated();
  for (const count of [1, 2]) {
    const done = turns.ask();
    assert.equal(gates.length, count);
    gates.at(-1).resolve();
    await done;
  }
});

test("asked for three times in a turn, it is done once more", async () => {
  const { gates, turns } = gated();
  const done = [turns.ask(), turns.ask(), turns.ask(), turns.ask()];
  assert.equal(gates.length, 1);
  gates[0].resolve();
  await aMoment();
  assert.equal(gates.length, 2);
  gates[1].resolve();
  await Promise.all(done);
  assert.equal(gates.length, 2);
});

test("a failure ends its turn, and no later one", async () => {
  const { gates, turns } = gated();
  const failed = turns.ask();
  gates[0].reject(new Error("away"));
  await assert.rejects(failed, { message: "away" });
  const done = turns.ask();
  gates[1].resolve();
  await done;
});

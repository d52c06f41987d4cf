import assert from "node:assert/strict";
import { test } from "node:test";

import { HttpError } from "../../static/js/lib/http.js";
import { Patience, Turns, backOff, passes } from "../../static/js/lib/again.js";

const refusal = (status, retryAfter = 0) => new HttpError("no", { status, retryAfter });
const AT_ONCE = { random: () => -1 };

/** A request that fails with each of the errors, and then gives `answer`. */
function failing(...errors) {
  return async () => {
    if (errors.length) throw errors.shift();
    return "answer";
  };
}

test("waits grow, spread, and have a limit", () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 8].map((failures) => backOff(failures, () => 1));
  assert.deepEqual(longest, [400, 800, 1600, 3200, 6400, 12800, 15000, 15000]);
  assert.equal(backOff(1, () => 0), 200);
});

test("a lost line passes, and a refusal does not", () => {
  assert.ok(passes(new TypeError("Load failed")));
  const statuses = [400, 401, 403, 404, 429, 500, 502, 503, 504];
  assert.deepEqual(statuses.filter((status) => passes(refusal(status))), [429, 502, 503, 504]);
});

test("a request is repeated until it is answered", async () => {
  const told = [];
  const patience = new Patience({ ...AT_ONCE, onConnection: (failures) => told.push(failures) });
  const lost = new TypeError("Load failed");
  assert.equal(await patience.persist(failing(lost, refusal(502), lost)), "answer");
  assert.deepEqual(told, [1, 2, 3, 0]);
});

test("what is refused is not repeated", async () => {
  const patience = new Patience(AT_ONCE);
  await assert.rejects(patience.persist(failing(refusal(404))), { status: 404 });
});

test("failures count from the last success on", async () => {
  const told = [];
  const patience = new Patience({ ...AT_ONCE, onConnection: (failures) => told.push(failures) });
  await patience.persist(failing(new TypeError("Load failed")));
  await patience.persist(failing(new TypeError("Load failed")));
  assert.deepEqual(told, [1, 0, 1, 0]);
});

test("a wait that the server asked for is kept, unless someone is back", async () => {
  const patience = new Patience(AT_ONCE);
  let answered = false;
  const answer = patience.persist(failing(refusal(503, 600_000))).then(() => (answered = true));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(answered, false);
  patience.retryNow();
  await answer;
});

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

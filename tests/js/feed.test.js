import assert from "node:assert/strict";
import { test } from "node:test";

import { Feed } from "../../static/js/lib/feed.js";
import { breakOff, problem, serve, stall, stream } from "./server.js";

const WELCOME = ["", { sender: "Server", message: "Welcome to the SSE connection!" }];
const SYNC = ["", { type: "sync" }];
const CREATED = ["", { type: "conversation.created", conversation_id: "c1" }];

/** A feed, and what it tells: `next` waits for the next notice, `refused` for a refusal. */
function listen(t, server) {
  const told = [];
  let wake = () => {};
  let refuse;
  const refused = new Promise((resolve) => (refuse = resolve));
  const feed = new Feed({
    send: server.fetch,
    random: () => -1,
    onNotice: (notice) => {
      told.push(notice.type);
      wake();
    },
    onRefusal: refuse,
  });
  t.after(() => feed.rest("the end", true));
  const next = async () => {
    while (!told.length) await new Promise((resolve) => (wake = resolve));
    return told.shift();
  };
  return { feed, next, refused };
}

/** A stream that stays open; `left` resolves when its reader goes. */
function staying(...frames) {
  let leave;
  const left = new Promise((resolve) => (leave = resolve));
  return { reply: stream(frames, (response) => response.on("close", leave)), left };
}

test("notices are told, and the welcome is not", async (t) => {
  const server = await serve(t, [stream([WELCOME, SYNC, CREATED], stall)]);
  const { feed, next } = listen(t, server);
  feed.rest("nobody", false);
  assert.deepEqual([await next(), await next()], ["sync", "conversation.created"]);
  assert.equal(server.requests[0].url, "/events");
});

test("nobody listens before somebody is known", async (t) => {
  const server = await serve(t, [stream([SYNC], stall)]);
  const { feed, next } = listen(t, server);
  feed.rest("hidden", false);
  feed.rest("answering", false);
  assert.equal(server.requests.length, 0);
  feed.rest("nobody", false);
  assert.equal(await next(), "sync");
});

test("a feed with a reason to rest is closed, and opened when the last one goes", async (t) => {
  const first = staying(SYNC);
  const server = await serve(t, [first.reply, stream([SYNC], stall)]);
  const { feed, next } = listen(t, server);
  feed.rest("nobody", false);
  await next();
  feed.rest("hidden", true);
  feed.rest("answering", true);
  await first.left;
  feed.rest("hidden", false);
  assert.equal(server.requests.length, 1);
  feed.rest("answering", false);
  assert.equal(await next(), "sync");
  assert.equal(server.requests.length, 2);
});

test("a reason that goes twice opens no second connection", async (t) => {
  const server = await serve(t, [stream([SYNC], stall)]);
  const { feed, next } = listen(t, server);
  feed.rest("nobody", false);
  feed.rest("nobody", false);
  await next();
  assert.equal(server.requests.length, 1);
});

test("nothing is told once the feed rests", async (t) => {
  const server = await serve(t, [stream([SYNC, CREATED], stall), stream([CREATED], stall)]);
  const told = [];
  let opened = 0;
  await new Promise((resolve) => {
    const feed = new Feed({
      send: server.fetch,
      onRefusal: resolve,
      onNotice: ({ type }) => {
        told.push(type);
        opened += 1;
        feed.rest("answering", true);
        if (opened === 1) feed.rest("answering", false);
        else resolve();
      },
    });
    feed.rest("nobody", false);
  });
  assert.deepEqual(told, ["sync", "conversation.created"]);
});

test("a feed that breaks off or closes is opened again", async (t) => {
  const server = await serve(t, [
    stream([SYNC], breakOff),
    stream([SYNC]),
    problem(503, {}, { "Retry-After": "0" }),
    problem(500),
    stream([SYNC, CREATED], stall),
  ]);
  const { feed, next } = listen(t, server);
  feed.rest("nobody", false);
  const told = [await next(), await next(), await next(), await next()];
  assert.deepEqual(told, ["sync", "sync", "sync", "conversation.created"]);
});

test("a network that changed is another connection at once", async (t) => {
  const first = staying(SYNC);
  const server = await serve(t, [first.reply, stream([SYNC], stall)]);
  const { feed, next } = listen(t, server);
  feed.rest("nobody", false);
  await next();
  feed.reconnect();
  await first.left;
  assert.equal(await next(), "sync");
});

for (const [status, words] of [
  [401, "You are signed out. Reload the page to sign in again."],
  [403, "Not here."],
]) {
  test(`${status} is the end, and told`, async (t) => {
    const server = await serve(t, [problem(status, { detail: "Not here." })]);
    const { feed, refused } = listen(t, server);
    feed.rest("nobody", false);
    assert.equal((await refused).message, words);
    assert.equal(server.requests.length, 1);
  });
}

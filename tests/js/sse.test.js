import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { EventTooLarge, SseParser } from "../../static/js/lib/sse.js";

const OWN_CASES = [
  ["a line feed ends a line", "data: a\n\n", ["a"]],
  ["a carriage return ends a line", "data: a\r\rdata: b\r\r", ["a", "b"]],
  ["both together end one line", "data: a\r\ndata: b\r\n\r\n", ["a\nb"]],
  ["a byte order mark opens the stream", "\uFEFFdata: a\n\n", ["a"]],
  ["a second byte order mark belongs to the name", "\uFEFF\uFEFFdata: a\n\n", []],
  ["U+2028 ends no line", "data: a\u2028b\n\n", ["a\u2028b"]],
  ["one blank behind the colon is dropped", "data:  a\n\n", [" a"]],
  ["a tab behind the colon stays", "data:\ta\n\n", ["\ta"]],
  ["a name alone is an empty value", "data\ndata\n\n", ["\n"]],
  ["a block without data is no event", "event: x\nid: 1\n\n: hello\n\n", []],
  ["an event without its blank line is lost", "data: a\n\ndata: b\n", ["a"]],
  ["characters may be cut anywhere", "data: 🦊é✓\n\n", ["🦊é✓"]],
];

function parse(chunks, options) {
  const parser = new SseParser(options);
  const events = chunks.flatMap((chunk) => parser.feed(chunk));
  return { events, retry: parser.retry, lastEventId: parser.lastEventId };
}

function cutAt(bytes, ...borders) {
  const all = [0, ...borders, bytes.length];
  return all.slice(1).map((end, index) => bytes.subarray(all[index], end));
}

/** As one chunk, byte by byte, and in two at every border (at some 200 of a long input). */
function* waysToCut(bytes) {
  yield [bytes];
  yield Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
  const step = bytes.length > 3000 ? Math.ceil(bytes.length / 200) : 1;
  for (let border = 1; border < bytes.length; border += step) yield cutAt(bytes, border);
}

for (const [fact, text, data] of OWN_CASES) {
  test(fact, () => {
    for (const chunks of waysToCut(new TextEncoder().encode(text))) {
      assert.deepEqual(parse(chunks).events.map((event) => event.data), data);
    }
    assert.deepEqual(parse([text]).events.map((event) => event.data), data);
    assert.deepEqual(parse([...text]).events.map((event) => event.data), data);
  });
}

test("an id lasts until the next one", () => {
  const { events } = parse(["id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n"]);
  assert.deepEqual(events.map((event) => event.id), ["1", "1", ""]);
});

test("an id with a NUL is ignored", () => {
  assert.equal(parse(["id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n"]).lastEventId, "1");
});

test("an id counts once its block is complete", () => {
  assert.equal(parse(["id: 1\n"]).lastEventId, "");
  assert.equal(parse(["id: 1\n\n"]).lastEventId, "1");
});

test("an event's name is forgotten behind it", () => {
  const { events } = parse(["event: x\ndata: a\n\ndata: b\n\n"]);
  assert.deepEqual(events.map((event) => event.event), ["x", "message"]);
});

test("retry takes digits alone", () => {
  assert.equal(parse(["retry: 02000\n", "retry: 1.5\n", "retry: -1\n", "retry:\n"]).retry, 2000);
});

test("an event over the limit is refused", () => {
  const line = `data: ${"x".repeat(90)}\n`;
  assert.equal(parse([line, "\n", line, "\n"], { limit: 100 }).events.length, 2);
  assert.throws(() => parse([line, line], { limit: 100 }), EventTooLarge);
  assert.throws(() => parse(["data: ", "x".repeat(101)], { limit: 100 }), EventTooLarge);
  assert.throws(() => parse([`id: ${"x".repeat(101)}\n`], { limit: 100 }), EventTooLarge);
});

test("comments count towards no event", () => {
  const comment = `: ${"x".repeat(50)}\n`;
  const { events } = parse([...Array(10).fill(comment), "data: a\n\n"], { limit: 100 });
  assert.equal(events.length, 1);
});

test("a line of 4 MB in small pieces arrives whole", () => {
  const piece = "x".repeat(1024);
  const { events } = parse(["data: ", ...Array(4096).fill(piece), "\n\n"]);
  assert.equal(events[0].data.length, 4 * 1024 * 1024);
});

const recordings = process.env.RECORDINGS;
const skip = recordings ? false : "set RECORDINGS to the folder with sse-cases.json";

test("every recorded case is read as expected, however it is cut", { skip }, async (t) => {
  const { cases } = JSON.parse(readFileSync(join(recordings, "sse-cases.json"), "utf8"));
  for (const recorded of cases) await t.test(recorded.name, () => checkRecorded(recorded));
});

function checkRecorded({ chunks, expected, retry, last_event_id: lastEventId }) {
  const given = chunks.map((chunk) => Buffer.from(chunk, "base64"));
  for (const way of [given, ...waysToCut(Buffer.concat(given))]) {
    const parsed = parse(way);
    assert.deepEqual(parsed.events, expected);
    if (lastEventId !== undefined) assert.equal(parsed.lastEventId, lastEventId);
    assert.equal(parsed.retry, retry);
  }
}

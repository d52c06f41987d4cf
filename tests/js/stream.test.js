import assert from "node:assert/strict";
import { test } from "node:test";

import { HttpError } from "../../static/js/lib/http.js";
import { NotAStream } from "../../static/js/lib/line.js";
import { AnswerStream, asking, following } from "../../static/js/lib/stream.js";
import { breakOff, problem, serve, stall, stream } from "./server.js";

const START = ["0.0", { type: "start", message_id: "m1", conversation_id: "c1" }];
const HEL = ["0.3", { type: "content", content: "Hel" }];
const LO = ["0.5", { type: "content", content: "lo" }];
const END = ["end", { type: "end", status: "complete", finish_reason: "stop", text_length: 5 }];

const POST = asking("/c/c1", { method: "POST", body: "content=Hi&client_id=1" });

/** Reads a stream that waits for almost no time between two connections. */
async function read(server, first, { options = {}, onEvent = () => {} } = {}) {
  const answer = new AnswerStream(first, { send: server.fetch, random: () => -0.99, ...options });
  const types = [];
  for await (const event of answer) {
    types.push(event.content ?? event.type);
    onEvent(event, answer);
  }
  return types;
}

test("a question is asked, and its answer read to the end", async (t) => {
  const server = await serve(t, [stream([START, HEL, LO, END])]);
  assert.deepEqual(await read(server, POST), ["start", "Hel", "lo", "end"]);
  const [asked] = server.requests;
  assert.equal(asked.method, "POST");
  assert.equal(asked.headers.accept, "text/event-stream");
  assert.equal(asked.body, "content=Hi&client_id=1");
});

test("a broken connection is followed by another one from the cursor", async (t) => {
  const server = await serve(t, [stream([START, HEL], breakOff), stream([LO, END])]);
  assert.deepEqual(await read(server, POST), ["start", "Hel", "lo", "end"]);
  const { method, url, headers } = server.requests[1];
  assert.equal(method, "GET");
  assert.equal(url, "/api/messages/m1/stream");
  assert.equal(headers["last-event-id"], "0.3");
});

test("a stream that closes without its end was cut", async (t) => {
  const server = await serve(t, [stream([START, HEL]), stream([LO]), stream([END])]);
  assert.deepEqual(await read(server, POST), ["start", "Hel", "lo", "end"]);
  assert.deepEqual(
    server.requests.map((request) => request.headers["last-event-id"]),
    [undefined, "0.3", "0.5"],
  );
});

test("a connection that never came is tried again, with the same question", async (t) => {
  const drop = (request) => request.socket.destroy();
  const server = await serve(t, [drop, drop, stream([START, END])]);
  assert.deepEqual(await read(server, POST), ["start", "end"]);
  assert.deepEqual(
    server.requests.map((request) => [request.method, request.body]),
    Array(3).fill(["POST", "content=Hi&client_id=1"]),
  );
});

test("a question that cannot be delivered is given up", async (t) => {
  const server = await serve(t, [(request) => request.socket.destroy()]);
  await assert.rejects(read(server, POST), TypeError);
  assert.equal(server.requests.length, 4);
});

test("an answer that has begun is never given up", async (t) => {
  const drop = (request) => request.socket.destroy();
  const server = await serve(t, [stream([START], breakOff), ...Array(9).fill(drop), stream([END])]);
  const options = { random: () => -1 };
  assert.deepEqual(await read(server, POST, { options }), ["start", "end"]);
});

test("nothing more to read is the end", async (t) => {
  const server = await serve(t, [(_request, response) => response.writeHead(204).end()]);
  assert.deepEqual(await read(server, following("m1", "end")), []);
  assert.equal(server.requests.length, 1);
});

test("a refusal is an error in the server's words", async (t) => {
  const words = { code: "too_large", detail: "The message is too long." };
  const server = await serve(t, [problem(413, words)]);
  await assert.rejects(read(server, POST), (error) => {
    assert.ok(error instanceof HttpError);
    assert.deepEqual([error.status, error.code, error.message], [413, "too_large", words.detail]);
    return true;
  });
  assert.equal(server.requests.length, 1);
});

test("a limit before the answer began is told, not waited for", async (t) => {
  const server = await serve(t, [problem(429, { detail: "Too many." }, { "Retry-After": "30" })]);
  await assert.rejects(read(server, POST), { status: 429, retryAfter: 30_000 });
});

test("a server that is about to end is asked again", async (t) => {
  const server = await serve(t, [problem(503), problem(502), stream([START, END])]);
  assert.deepEqual(await read(server, POST), ["start", "end"]);
});

test("a follower that lost its right to read stops", async (t) => {
  const server = await serve(t, [stream([START], breakOff), problem(404, { detail: "Gone." })]);
  await assert.rejects(read(server, POST), { status: 404, message: "Gone." });
});

test("a page in the place of a stream is an error", async (t) => {
  const page = (_request, response) => {
    response.writeHead(200, { "Content-Type": "text/html" });
    response.end("<p>Sign in to this network");
  };
  await assert.rejects(read(await serve(t, [page]), POST), NotAStream);
});

test("a frame that is not JSON is an error", async (t) => {
  const garbled = (_request, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.end("data: {oops\n\n");
  };
  await assert.rejects(read(await serve(t, [garbled]), POST), NotAStream);
});

test("a silent connection is left for another one", async (t) => {
  const server = await serve(t, [stream([START, HEL], stall), stream([LO, END])]);
  const options = { silence: 80 };
  assert.deepEqual(await read(server, POST, { options }), ["start", "Hel", "lo", "end"]);
  assert.equal(server.requests[1].headers["last-event-id"], "0.3");
});

test("a wait ends when the network is back", async (t) => {
  const server = await serve(t, [
    stream([START], breakOff),
    problem(503, {}, { "Retry-After": "600" }),
    stream([END]),
  ]);
  let lost = 0;
  const answer = new AnswerStream(POST, {
    send: server.fetch,
    random: () => -1,
    onConnection: (failures) => {
      lost += failures ? 1 : 0;
      if (lost === 2) setImmediate(() => answer.retryNow());
    },
  });
  const types = [];
  for await (const event of answer) types.push(event.type);
  assert.deepEqual(types, ["start", "end"]);
});

test("connections and losses are told", async (t) => {
  const server = await serve(t, [stream([START, HEL], breakOff), stream([LO, END])]);
  const told = [];
  const options = { onConnection: (failures) => told.push(failures) };
  await read(server, POST, { options });
  assert.deepEqual(told, [0, 1, 0]);
});

test("closing ends the reading and the connection", async (t) => {
  let left;
  const gone = new Promise((resolve) => (left = resolve));
  const server = await serve(t, [stream([START], (response) => response.on("close", left))]);
  const onEvent = (_event, answer) => answer.close();
  assert.deepEqual(await read(server, POST, { onEvent }), ["start"]);
  await gone;
  assert.equal(server.requests.length, 1);
});

test("another network is another connection at once, from the cursor", async (t) => {
  const server = await serve(t, [stream([START, HEL], stall), stream([LO, END])]);
  const onEvent = (event, answer) => event.content === "Hel" && answer.reconnect();
  assert.deepEqual(await read(server, POST, { onEvent }), ["start", "Hel", "lo", "end"]);
  assert.equal(server.requests[1].headers["last-event-id"], "0.3");
});

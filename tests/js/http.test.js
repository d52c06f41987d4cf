import assert from "node:assert/strict";
import { test } from "node:test";

import { Client } from "../../static/js/lib/http.js";
import { json, problem, serve } from "./server.js";

const STALE = problem(403, { code: "csrf_failed", detail: "The form has expired." });

test("a request that changes something carries the token", async (t) => {
  const server = await serve(t, [json({ id: "c1" })]);
  const client = new Client("token-1", server.fetch);
  const answered = await client.json("PATCH", "/api/conversations/c1", { title: "New" });
  assert.deepEqual(answered, { id: "c1" });
  const [{ method, headers, body }] = server.requests;
  assert.equal(method, "PATCH");
  assert.equal(headers["x-csrftoken"], "token-1");
  assert.equal(headers["content-type"], "application/json");
  assert.equal(body, '{"title":"New"}');
});

test("a request that only reads carries none", async (t) => {
  const server = await serve(t, [json({ items: [] })]);
  await new Client("token-1", server.fetch).json("GET", "/api/conversations");
  assert.equal(server.requests[0].headers["x-csrftoken"], undefined);
});

test("a stale token is renewed, and the request repeated once", async (t) => {
  const server = await serve(t, [STALE, json({ csrf_token: "token-2" }), json({ done: true })]);
  const client = new Client("token-1", server.fetch);
  assert.deepEqual(await client.json("POST", "/api/messages/m1/stop"), { done: true });
  assert.deepEqual(
    server.requests.map((request) => [request.url, request.headers["x-csrftoken"]]),
    [
      ["/api/messages/m1/stop", "token-1"],
      ["/api/me", undefined],
      ["/api/messages/m1/stop", "token-2"],
    ],
  );
});

test("a form takes the renewed token into its body", async (t) => {
  const server = await serve(t, [STALE, json({ csrf_token: "token-2" }), json({})]);
  const body = new FormData();
  body.set("content", "Hi");
  await new Client("token-1", server.fetch).send("/", { method: "POST", body });
  assert.match(server.requests[0].body, /token-1/);
  assert.match(server.requests[2].body, /token-2/);
});

test("a token refused twice is an error", async (t) => {
  const server = await serve(t, [STALE, json({ csrf_token: "token-2" }), STALE]);
  const request = new Client("token-1", server.fetch).json("POST", "/api/messages/m1/stop");
  await assert.rejects(request, { status: 403, code: "csrf_failed" });
  assert.equal(server.requests.length, 3);
});

test("another refusal is not repeated", async (t) => {
  const server = await serve(t, [problem(404, { code: "not_found", detail: "No such message." })]);
  const request = new Client("token-1", server.fetch).json("POST", "/api/messages/m1/stop");
  await assert.rejects(request, { status: 404, message: "No such message." });
  assert.equal(server.requests.length, 1);
});

test("a proxy's page in the place of a problem still is an error in words", async (t) => {
  const page = (_request, response) => {
    response.writeHead(502, { "Content-Type": "text/html" });
    response.end("<h1>Bad gateway");
  };
  const request = new Client("", (await serve(t, [page])).fetch).json("GET", "/api/me");
  await assert.rejects(request, { status: 502, message: /trouble/ });
});

test("an answer without a body is null", async (t) => {
  const empty = (status) => (_request, response) => response.writeHead(status).end();
  const server = await serve(t, [empty(204), empty(202)]);
  const client = new Client("", server.fetch);
  assert.equal(await client.json("DELETE", "/api/conversations/c1"), null);
  assert.equal(await client.json("POST", "/api/messages/m1/stop"), null);
});

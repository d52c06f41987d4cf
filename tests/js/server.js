/** A server of scripted replies, for tests of what reads them over a real socket. */

import { createServer } from "node:http";

/**
 * Answers request number n with `replies[n]`, a function of `(request, response)`, and keeps what
 * was asked. The last reply serves all further requests. Closes with the test.
 */
export async function serve(t, replies) {
  const requests = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const reply = replies[Math.min(requests.length, replies.length - 1)];
    requests.push({
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    });
    reply(request, response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { requests, fetch: (url, init) => fetch(new URL(url, origin), init) };
}

/** Frames with these `[id, value]`, and then what `then` does with the response. */
export function stream(frames, then = (response) => response.end()) {
  return (_request, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8" });
    for (const [id, value] of frames) {
      response.write(`id: ${id}\ndata: ${JSON.stringify(value)}\n\n`);
    }
    then(response);
  };
}

/** The connection breaks off once all that was written is on its way. */
export const breakOff = (response) => response.write(": bye\n\n", () => response.destroy());

/** The connection stays open, and nothing comes. */
export const stall = () => {};

/** A problem document. */
export function problem(status, members = {}, headers = {}) {
  return (_request, response) => {
    response.writeHead(status, { "Content-Type": "application/problem+json", ...headers });
    response.end(JSON.stringify({ status, ...members }));
  };
}

/** A document of JSON. */
export function json(value) {
  return (_request, response) => {
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end(JSON.stringify(value));
  };
}

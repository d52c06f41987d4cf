/** A person's feed and a hello, by a bearer token: with `fetch`, or with an `EventSource`. */

import { address, wordsOf } from "./server.js";
import { read } from "./sse.js";

const [form, token, connect, status, list, empty, way, hello, greeting] = [
  "form", "token", "connect", "status", "events", "empty", "way", "hello", "greeting",
].map((id) => document.getElementById(id));

let line = null;

function bearer(headers = {}) {
  return { Authorization: `Bearer ${token.value.trim()}`, ...headers };
}

/** Opens an address with the token in a header. Throws what the server refuses with. */
async function open(path, signal) {
  const response = await fetch(address(path), {
    headers: bearer({ Accept: "text/event-stream" }),
    signal,
  });
  if (!response.ok) throw new Error(await wordsOf(response));
  return response;
}

/** The address with a ticket: an `EventSource` can send no header. */
async function withTicket(path) {
  const response = await fetch(address("/api/stream-tickets"), {
    method: "POST",
    headers: bearer({ "Content-Type": "application/json" }),
    body: JSON.stringify({ path }),
  });
  if (!response.ok) throw new Error(await wordsOf(response));
  return address(path, { ticket: (await response.json()).ticket });
}

/** Hears every `data` of an address until `signal` says that it is enough. */
async function listen(path, hear, signal) {
  if (way.value === "source") {
    const source = new EventSource(await withTicket(path));
    signal.addEventListener("abort", () => source.close());
    source.onmessage = ({ data }) => hear(data);
    return;
  }
  for await (const data of read(await open(path, signal))) hear(data);
}

function show(data) {
  const { type, sender, ...rest } = JSON.parse(data);
  const row = document.createElement("li");
  row.className = "event";
  row.append(cell("kind", type ?? sender), cell("rest", wordsIn(rest)));
  list.prepend(row);
}

function wordsIn(rest) {
  return Object.entries(rest).map(([name, value]) => `${name}: ${value}`).join("\n");
}

function cell(name, words) {
  const span = document.createElement("span");
  span.className = `event__${name}`;
  span.textContent = words;
  return span;
}

/** Asks the model to say hello: whether words stream through the whole chain, at a glance. */
async function greet() {
  const turn = new AbortController();
  hello.disabled = true;
  greeting.hidden = false;
  greeting.textContent = "";
  try {
    await listen("/hello", (data) => {
      if (data === "[DONE]") {
        turn.abort();
        hello.disabled = false;
        return;
      }
      greeting.textContent += JSON.parse(data).choices?.[0]?.delta.content ?? "";
    }, turn.signal);
  } catch (error) {
    if (!turn.signal.aborted) explain(error);
  }
}

function disconnect() {
  line?.abort();
  line = null;
  connect.textContent = "Connect";
  hello.disabled = true;
}

function explain(error) {
  status.textContent = error.message;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (line) {
    disconnect();
    return;
  }
  line = new AbortController();
  const { signal } = line;
  connect.textContent = "Disconnect";
  status.textContent = "";
  hello.disabled = false;
  empty.hidden = true;
  try {
    await listen("/events", show, signal);
  } catch (error) {
    if (signal.aborted) return;
    disconnect();
    explain(error);
  }
});
hello.addEventListener("click", greet);

/** Chat rooms whose answers bring their sources, read by an `EventSource`. */

import { Log } from "./log.js";
import { address, call, whoami } from "./server.js";

const [form, words, send, status, gate, empty, rooms, login, another] = [
  "form", "words", "send", "status", "gate", "empty", "rooms", "login", "new",
].map((id) => document.getElementById(id));
const log = new Log(document.getElementById("log"));

let person = null;
let source = null;

async function welcome() {
  person = await whoami();
  gate.hidden = person !== null;
  empty.hidden = person === null;
  login.href = address("/login");
  if (person === null) return;
  const { items } = await call("/api/conversations?limit=30");
  rooms.replaceChildren(...items.map(option));
  if (items.length) await enter(items[0].id);
  else await open();
}

function option({ id, title }) {
  return new Option(title || "New room", id);
}

/** Makes a room, and goes there. */
async function open() {
  allow(false);
  const headers = { "X-CSRFToken": person.csrf_token };
  const room = await call("/api/conversations", { method: "POST", body: {}, headers });
  rooms.prepend(option(room));
  await enter(room.id);
}

/** Shows what was said in a room. */
async function enter(id) {
  allow(false);
  source?.close();
  rooms.value = id;
  log.clear();
  const { items } = await call(`/api/conversations/${id}/messages`);
  for (const message of items) show(message);
  allow(true);
}

function show({ role, text, sources, status: how }) {
  if (role === "user") {
    log.ask(text);
    return;
  }
  const answer = log.answer();
  answer.add(text);
  answer.cite(sources);
  answer.end(how === "complete" ? "" : how);
}

function ask(message) {
  log.ask(message);
  const answer = log.answer();
  const room = rooms.selectedOptions[0];
  allow(false);
  source = new EventSource(address("/api/chat/stream", { message, chatRoomId: room.value }), {
    withCredentials: true,
  });
  const end = (trouble = "") => {
    source.close();
    status.textContent = "";
    answer.end();
    if (trouble) log.fail(trouble);
    if (room.text === "New room") room.text = message.slice(0, 60);
    allow(true);
  };
  source.addEventListener("message", ({ data }) => {
    const told = JSON.parse(data);
    if (told.event === "start") status.textContent = told.data.message;
    else answer.add(told.content);
  });
  source.addEventListener("sources", ({ data }) => answer.cite(JSON.parse(data).sources));
  source.addEventListener("end", () => end());
  source.addEventListener("error", ({ data }) => {
    if (data) end(JSON.parse(data).error);
    else if (source.readyState === EventSource.CLOSED) end("The room cannot be reached.");
    else status.textContent = "The line broke. Coming back …"; // the browser does, by itself
  });
}

function allow(may) {
  send.disabled = rooms.disabled = another.disabled = words.disabled = !may;
  if (may) words.focus();
}

function explain(error) {
  log.fail(error.message);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const message = words.value.trim();
  if (!message || send.disabled) return;
  words.value = "";
  ask(message);
});
rooms.addEventListener("change", () => enter(rooms.value).catch(explain));
another.addEventListener("click", () => open().catch(explain));
addEventListener("focus", () => gate.hidden || welcome().catch(explain));
addEventListener("pagehide", () => source?.close());
welcome().catch(explain);

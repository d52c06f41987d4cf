/** The coach, read by an `EventSource`: for people with an account, who sign up first. */

import { Log } from "./log.js";
import { address, TOKEN, whoami } from "./server.js";

const [form, words, send, status, gate, empty, who, signup] = [
  "form", "words", "send", "status", "gate", "empty", "who", "signup",
].map((id) => document.getElementById(id));
const log = new Log(document.getElementById("log"));

let source = null;

/** Finds out who is here, now and whenever somebody comes back from signing up. */
async function welcome() {
  const person = TOKEN ? {} : await whoami();
  const known = Boolean(TOKEN || person?.email);
  gate.hidden = known;
  empty.hidden = !known;
  words.disabled = !known;
  signup.href = address("/signup");
  if (known) who.textContent = introduce(person);
  allow(known && !source);
}

function introduce({ name, age, gender, interests }) {
  const told = [name?.split(" ")[0], age, gender, interests?.join(", ")].filter(Boolean);
  return told.length ? `The coach knows: ${told.join(" · ")}` : "The coach knows nothing of you yet.";
}

function ask(input) {
  log.ask(input);
  const answer = log.answer();
  allow(false);
  const end = (trouble = "") => {
    source.close();
    source = null;
    status.textContent = "";
    answer.end();
    if (trouble) log.fail(trouble);
    allow(true);
  };
  source = new EventSource(address("/api/coach/stream", { input, token: TOKEN }), {
    withCredentials: true,
  });
  source.onopen = () => (status.textContent = "");
  source.onmessage = ({ data }) => {
    const { content, error } = JSON.parse(data);
    if (error) end(error);
    else if (content === "[DONE]") end();
    else answer.add(content);
  };
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) end("The coach cannot be reached.");
    else status.textContent = "The line broke. Coming back …"; // the browser does, by itself
  };
}

function allow(may) {
  send.disabled = !may;
  if (may) words.focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const input = words.value.trim();
  if (!input || send.disabled) return;
  words.value = "";
  ask(input);
});
addEventListener("focus", () => gate.hidden || welcome());
addEventListener("pagehide", () => source?.close());
welcome().catch((error) => log.fail(error.message));

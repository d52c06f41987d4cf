/** A chat in plain text, read with `fetch`: the page keeps the conversation and sends it along. */

import { Log } from "./log.js";
import { address, wordsOf } from "./server.js";

const BROKEN_OFF = "\n[Error during generation]";
const TRIES = 3;
const FIRST_WAIT = 500;

const [form, words, send, status] = ["form", "words", "send", "status"].map((id) =>
  document.getElementById(id),
);
const log = new Log(document.getElementById("log"));

/** What was said, as the server is told it with the next question. */
const messages = [];

let running = null;

/** The answer is no: asking again would not help. */
class Refused extends Error {}

/** Asks, and reads the answer to its end. Throws `Refused`, or what the line breaks with. */
async function read(question, answer, signal) {
  const response = await fetch(address("/api/chat/stream"), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ userInput: question, messages }),
    signal,
  });
  if (!response.ok) throw new Refused(await wordsOf(response));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    answer.add(value);
    tell(answer);
  }
}

/** Reads with patience: a line that breaks is tried again, a few times, ever later. */
async function persist(question, answer, signal) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read(question, answer, signal);
    } catch (error) {
      if (error instanceof Refused || signal.aborted || attempt === TRIES) throw error;
      status.textContent = `The line broke. Trying again (${attempt} of ${TRIES - 1}) …`;
      await pause(FIRST_WAIT * 2 ** (attempt - 1), signal);
      answer.clear();
    }
  }
}

async function ask(question) {
  log.ask(question);
  const answer = log.answer();
  running = new AbortController();
  answering(true);
  try {
    await persist(question, answer, running.signal);
    finish(question, answer);
  } catch (error) {
    const stopped = running.signal.aborted;
    answer.end(stopped ? "Stopped." : "");
    if (stopped) remember(question, answer.text);
    else log.fail(error instanceof Refused ? error.message : "The server cannot be reached.");
  }
  running = null;
  answering(false);
}

/** The body has ended; its last line tells whether the answer had, too. */
function finish(question, answer) {
  const broken = answer.text.endsWith(BROKEN_OFF);
  if (broken) answer.text = answer.text.slice(0, -BROKEN_OFF.length);
  answer.end();
  if (broken) log.fail("The answer broke off.");
  else remember(question, answer.text);
}

function remember(question, text) {
  messages.push({ role: "user", content: question });
  if (text) messages.push({ role: "assistant", content: text });
}

/** How far it is. */
function tell(answer) {
  status.textContent = `${answer.text.length.toLocaleString("en")} characters so far`;
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

function answering(is) {
  send.textContent = is ? "Stop" : "Send";
  send.classList.toggle("button--stop", is);
  status.textContent = is ? "Waiting for the first word …" : "";
  words.focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (running) {
    running.abort();
    return;
  }
  const question = words.value.trim();
  if (!question) return;
  words.value = "";
  ask(question);
});

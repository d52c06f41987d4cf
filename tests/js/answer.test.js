import assert from "node:assert/strict";
import { test } from "node:test";

import { Answer, cut } from "../../static/js/lib/answer.js";

const START = {
  type: "start",
  message_id: "m1",
  conversation_id: "c1",
  question_id: "q1",
  model: "some-model",
};

function fold(...events) {
  const answer = new Answer();
  for (const event of events) answer.apply(event);
  return answer;
}

const content = (words) => ({ type: "content", content: words });
const reasoning = (words) => ({ type: "reasoning", content: words });
const end = (length, status = "complete") => ({
  type: "end",
  status,
  finish_reason: "stop",
  text_length: length,
});

test("neighbours of one kind become one part", () => {
  const answer = fold(START, reasoning("Let me"), reasoning(" see"), content("Hel"), content("lo"));
  assert.deepEqual(answer.parts, [
    { type: "reasoning", text: "Let me see" },
    { type: "text", text: "Hello" },
  ]);
});

test("sources part two texts", () => {
  const sources = { type: "sources", sources: [{ position: 1, title: "Policy" }] };
  const answer = fold(content("a"), sources, content("b"));
  assert.deepEqual(answer.parts.map((part) => part.type), ["text", "sources", "text"]);
  assert.equal(answer.text, "ab");
});

test("a start names the ids and begins no words", () => {
  const answer = fold(START);
  assert.equal(answer.status, "pending");
  assert.equal(answer.conversationId, "c1");
  assert.equal(answer.questionId, "q1");
});

test("saying a statement twice changes nothing", () => {
  const usage = { type: "usage", input_tokens: 1, output_tokens: 2 };
  const once = fold(START, content("a"), usage, end(1));
  const twice = fold(START, START, content("a"), usage, usage, end(1), end(1));
  assert.deepEqual(twice, once);
});

test("an error leaves the words that had come", () => {
  const answer = fold(
    content("half"),
    { type: "error", code: "provider_unavailable", error: "Broke off.", retryable: true },
    end(4, "failed"),
  );
  assert.equal(answer.text, "half");
  assert.deepEqual(answer.error, {
    code: "provider_unavailable",
    words: "Broke off.",
    retryable: true,
  });
  assert.ok(answer.ended);
});

test("the end cuts back to its length in code points", () => {
  assert.equal(fold(content("🦊é✓abc"), end(4)).text, "🦊é✓a");
  assert.equal(fold(content("🦊🦊🦊"), end(3)).text, "🦊🦊🦊");
  assert.equal(fold(content("ab"), reasoning("r"), content("cd"), end(3)).text, "abc");
  assert.equal(fold(content("ab"), reasoning("r"), content("cd"), end(1)).text, "a");
});

test("a cut lies between code points", () => {
  assert.equal(cut("a🦊b", 2), "a🦊");
  assert.equal(cut("🦊", 0), "");
  assert.equal(cut("abc", 9), "abc");
});

test("an answer goes on from what a page shows", () => {
  const answer = new Answer({ messageId: "m1", reasoning: "Hm.", text: "Hel" });
  answer.apply(content("lo"));
  assert.equal(answer.text, "Hello");
  assert.equal(answer.reasoning, "Hm.");
});

test("events of kinds yet unknown are passed over", () => {
  assert.deepEqual(fold(content("a"), { type: "weather" }), fold(content("a")));
});

/** A chat in React: a POST asks, and an `EventSource` follows the answer by its `chatId`. */

import { address, wordsOf } from "./server.js";

const { createElement: h, useCallback, useEffect, useRef, useState } = globalThis.React;

/** Asks; the id by which the answer is followed. */
async function ask(prompt) {
  const response = await fetch(address("/api/users"), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ prompt }),
  });
  if (!response.ok) throw new Error(await wordsOf(response));
  return (await response.json()).chatId;
}

/** The answers with more words in the last of them. */
function append(answers, words) {
  return [...answers.slice(0, -1), answers.at(-1) + words];
}

/** The questions and the answers so far, and how to ask the next. */
function useChat() {
  const [questions, setQuestions] = useState([]);
  const [answers, setAnswers] = useState([]);
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const source = useRef(null);

  const close = useCallback(() => {
    source.current?.close();
    source.current = null;
    setBusy(false);
  }, []);

  useEffect(() => close, [close]); // whoever leaves the page lets go of the line

  const follow = useCallback(
    (chatId) => {
      const events = new EventSource(address("/api/users/stream", { chatId }));
      source.current = events;
      events.onmessage = ({ data }) => {
        if (data === "[DONE]") close();
        else setAnswers((known) => append(known, JSON.parse(data).prompt));
      };
      events.onerror = ({ data }) => {
        setTrouble(data ? JSON.parse(data).error : "The line to the server broke.");
        close();
      };
    },
    [close],
  );

  const send = useCallback(
    async (prompt) => {
      setQuestions((known) => [...known, prompt]);
      setAnswers((known) => [...known, ""]);
      setTrouble("");
      setBusy(true);
      try {
        follow(await ask(prompt));
      } catch (error) {
        setTrouble(error.message);
        close();
      }
    },
    [close, follow],
  );

  return { questions, answers, trouble, busy, send };
}

function Exchange({ question, answer, growing }) {
  return h(
    globalThis.React.Fragment,
    null,
    h("div", { className: "bubble bubble--question" }, question),
    (answer || growing) &&
      h(
        "div",
        { className: "bubble bubble--answer" },
        answer,
        growing && h("span", { className: "cursor", "aria-hidden": true }),
      ),
  );
}

function Composer({ busy, send }) {
  const [words, setWords] = useState("");
  const submit = (event) => {
    event.preventDefault();
    if (busy || !words.trim()) return;
    send(words);
    setWords("");
  };
  return h(
    "form",
    { className: "composer", onSubmit: submit },
    h(
      "div",
      { className: "composer__row" },
      h("input", {
        className: "field",
        "aria-label": "Your prompt",
        placeholder: "Ask anything",
        autoComplete: "off",
        value: words,
        onChange: (event) => setWords(event.target.value),
      }),
      h("button", { className: "button", disabled: busy || !words.trim() }, "Send"),
    ),
  );
}

function Chat() {
  const { questions, answers, trouble, busy, send } = useChat();
  const end = useRef(null);
  useEffect(() => {
    end.current.scrollIntoView({ block: "end" });
  }, [answers, trouble]);
  return h(
    globalThis.React.Fragment,
    null,
    h(
      "section",
      { className: "log", role: "log", "aria-label": "Questions and answers" },
      h(
        "div",
        { className: "log__inner" },
        !questions.length && h("p", { className: "log__empty" }, "What would you like to know?"),
        questions.map((question, place) =>
          h(Exchange, {
            key: place,
            question,
            answer: answers[place],
            growing: busy && place === questions.length - 1,
          }),
        ),
        trouble && h("div", { className: "bubble bubble--trouble", role: "alert" }, trouble),
        h("span", { ref: end }),
      ),
    ),
    h(Composer, { busy, send }),
  );
}

globalThis.ReactDOM.createRoot(document.querySelector("#chat")).render(h(Chat));

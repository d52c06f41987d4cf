/** A chat by `useChat` of the AI SDK, as its own pages set it up: the address names all it needs. */

import { useChat } from "@ai-sdk/react";
import { DefaultChatTransport } from "ai-7";
import { createElement as h } from "react";
import { createRoot } from "react-dom/client";

const asked = new URLSearchParams(location.search);

const transport = new DefaultChatTransport({
  api: new URL("/api/ai", asked.get("server")).href,
  headers: { Authorization: `Bearer ${asked.get("token")}` },
});

function Part({ part }) {
  const words = part.text ?? part.title ?? part.toolCallId;
  return h("p", { "data-part": part.type, "data-state": part.state }, words);
}

function Message({ message }) {
  const parts = message.parts.filter(({ type }) => type !== "step-start");
  return h(
    "article",
    { "data-role": message.role, id: message.id },
    parts.map((part, place) => h(Part, { key: place, part })),
  );
}

function Chat() {
  const chat = useChat({ id: asked.get("id"), resume: asked.has("resume"), transport });
  const send = (event) => {
    event.preventDefault();
    const field = event.target.elements.words;
    chat.sendMessage({ text: field.value });
    field.value = "";
  };
  return h(
    "div",
    null,
    chat.messages.map((message) => h(Message, { key: message.id, message })),
    h("output", { id: "status" }, chat.status),
    h("output", { id: "error" }, chat.error?.message),
    h("form", { onSubmit: send }, h("input", { name: "words" }), h("button", null, "Send")),
    h("button", { onClick: () => chat.regenerate() }, "Again"),
    h("button", { onClick: () => chat.stop() }, "Stop"),
  );
}

createRoot(document.querySelector("#chat")).render(h(Chat));

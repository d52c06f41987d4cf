/** The AI SDK's useChat in React, over its own address. */

import { useChat } from "@ai-sdk/react"
import { DefaultChatTransport } from "ai-7"
import { createElement, useEffect } from "react"
import { createRoot } from "react-dom/client"
import { TOKEN, stop } from "../node/native.js"
import { serve } from "./told.js"

const transport = new DefaultChatTransport({ api: "/api/ai", headers: TOKEN })

/** Asks once, and reports whatever the hook knows. */
function Chat({ id, question, report }) {
  const { messages, status, error, sendMessage } = useChat({ id, transport })
  useEffect(() => void sendMessage({ text: question }), [])
  useEffect(() => report({ answer: messages[1], status, error }), [messages, status, error])
  return null
}

function textOf(answer) {
  return answer?.parts.map(({ text }) => text ?? "").join("") ?? ""
}

serve(async function* (question, signal) {
  const waiting = []
  let wake = () => {}
  const report = (state) => (waiting.push(state), wake())
  const root = createRoot(document.createElement("div"))
  root.render(createElement(Chat, { id: crypto.randomUUID(), question, report }))
  let known = ""
  let begun = false
  let id
  try {
    for (;;) {
      while (!waiting.length) await new Promise((resolve) => (wake = resolve))
      const { answer, status, error } = waiting.shift()
      const text = textOf(answer)
      id = answer?.id ?? id
      yield text.slice(known.length)
      known = text
      if (status === "error") throw error
      if (begun && status === "ready") return
      begun ||= status !== "ready"
    }
  } finally {
    if (signal.aborted) await stop(id)
    root.unmount()
  }
})

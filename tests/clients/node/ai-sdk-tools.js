/** The AI SDK through `@ai-sdk/openai` with a tool: it calls it, and asks again with what it gave. */

import { createOpenAI } from "@ai-sdk/openai"
import { stepCountIs, streamText, tool } from "ai"
import { z } from "zod"
import { serve } from "./told.js"

const model = createOpenAI({ baseURL: process.env.OPENAI_BASE_URL })("m")
const look = tool({
  description: "Looks something up.",
  inputSchema: z.object({ a: z.number() }),
  execute: ({ a }) => `found ${a}`,
})

await serve(async function* (prompt) {
  const wish = { model, prompt, maxRetries: 0, tools: { look }, stopWhen: stepCountIs(3), onError() {} }
  for await (const part of streamText(wish).fullStream) {
    if (part.type === "text-delta") yield part.text
    if (part.type === "error") throw part.error
  }
})

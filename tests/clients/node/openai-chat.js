/** openai: Chat Completions. */

import OpenAI from "openai"
import { serve } from "./told.js"

const client = new OpenAI({ maxRetries: 0 })

await serve(async function* (question, signal) {
  const messages = [{ role: "user", content: question }]
  const stream = await client.chat.completions.create({ model: "m", messages, stream: true }, { signal })
  for await (const chunk of stream) yield chunk.choices[0]?.delta?.content
})

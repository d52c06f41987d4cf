/** openai: Responses. */

import OpenAI from "openai"
import { serve } from "./told.js"

const client = new OpenAI({ maxRetries: 0 })

await serve(async function* (question, signal) {
  const stream = await client.responses.create({ model: "m", input: question, stream: true }, { signal })
  for await (const event of stream) if (event.type === "response.output_text.delta") yield event.delta
})

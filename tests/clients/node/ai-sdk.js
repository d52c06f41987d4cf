/** The AI SDK, with one provider or another. */

import { streamText } from "ai"
import { serve } from "./told.js"

/** Answers with `streamText`. */
export const serveModel = (model) =>
  serve(async function* (question, abortSignal) {
    const wish = { model, prompt: question, maxRetries: 0, abortSignal, onError() {} }
    for await (const part of streamText(wish).fullStream) {
      if (part.type === "text-delta") yield part.text
      if (part.type === "error") throw part.error
    }
  })

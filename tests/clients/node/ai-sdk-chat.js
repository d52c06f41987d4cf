/** The AI SDK through `@ai-sdk/openai`, told to speak Chat Completions. */

import { createOpenAI } from "@ai-sdk/openai"
import { serveModel } from "./ai-sdk.js"

await serveModel(createOpenAI({ baseURL: process.env.OPENAI_BASE_URL }).chat("m"))

/** The AI SDK through `@ai-sdk/openai`, which speaks Responses. */

import { createOpenAI } from "@ai-sdk/openai"
import { serveModel } from "./ai-sdk.js"

await serveModel(createOpenAI({ baseURL: process.env.OPENAI_BASE_URL })("m"))

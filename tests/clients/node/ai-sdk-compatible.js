/** The AI SDK through `@ai-sdk/openai-compatible`. */

import { createOpenAICompatible } from "@ai-sdk/openai-compatible"
import { serveModel } from "./ai-sdk.js"

const { OPENAI_BASE_URL: baseURL, OPENAI_API_KEY: apiKey } = process.env

await serveModel(createOpenAICompatible({ name: "chatapp", baseURL, apiKey })("m"))

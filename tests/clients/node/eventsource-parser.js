/** eventsource-parser over the native API. */

import { EventSourceParserStream } from "eventsource-parser/stream"
import { begin, hear, stop } from "./native.js"
import { serve } from "./told.js"

await serve(async function* (question, signal) {
  const { body } = await begin(question)
  const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
  let id
  try {
    for await (const { data } of events) {
      id ??= JSON.parse(data).message_id
      yield hear(data)
    }
  } finally {
    if (signal.aborted) await stop(id)
  }
})

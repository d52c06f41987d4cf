/** eventsource, which follows an answer that was begun elsewhere, over the native API. */

import { EventSource } from "eventsource"
import { createParser } from "eventsource-parser"
import { TOKEN, begin, hear, stop, streamOf } from "./native.js"
import { serve } from "./told.js"

const KINDS = ["message", "error", "end"]

/** The id of the answer, which its first event tells; the rest is left to others. */
async function idOf(response) {
  let id
  const parser = createParser({ onEvent: ({ data }) => (id ??= JSON.parse(data).message_id) })
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    parser.feed(text)
    if (id) return id
  }
}

/** The data of its events, up to the last. */
async function* dataOf(source) {
  const waiting = []
  let wake = () => {}
  const hear = (event) => (waiting.push(event), wake())
  for (const kind of KINDS) source.addEventListener(kind, hear)
  for (;;) {
    while (!waiting.length) await new Promise((resolve) => (wake = resolve))
    const { type, data, message } = waiting.shift()
    if (!data) throw new Error(`the connection failed: ${message}`)
    yield data
    if (type === "end") return
  }
}

await serve(async function* (question, signal) {
  const id = await idOf(await begin(question))
  const headers = { ...TOKEN }
  const source = new EventSource(streamOf(id), {
    fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...headers } }),
  })
  try {
    for await (const data of dataOf(source)) yield hear(data)
  } finally {
    source.close()
    if (signal.aborted) await stop(id)
  }
})

/** Chromium's EventSource, which follows an answer that was begun elsewhere with a ticket. */

import { read } from "../../../docs/guides/sse.js"
import { begin, hear, stop, streamOf, ticketFor } from "../node/native.js"
import { serve } from "./told.js"

const KINDS = ["message", "error", "end"]

/** The data of its events, up to the last. */
async function* dataOf(source) {
  const waiting = []
  let wake = () => {}
  for (const kind of KINDS) source.addEventListener(kind, (event) => (waiting.push(event), wake()))
  for (;;) {
    while (!waiting.length) await new Promise((resolve) => (wake = resolve))
    const { type, data } = waiting.shift()
    if (!data) throw new Error("the connection failed")
    yield data
    if (type === "end") return
  }
}

serve(async function* (question, signal) {
  const { value } = await read(await begin(question)).next()
  const id = JSON.parse(value).message_id
  const source = new EventSource(`${streamOf(id)}?ticket=${await ticketFor(id)}`)
  try {
    for await (const data of dataOf(source)) yield hear(data)
  } finally {
    source.close()
    if (signal.aborted) await stop(id)
  }
})

/** Chromium's fetch over the native API, with the reader of the guides. */

import { read } from "../../../docs/guides/sse.js"
import { begin, hear, stop } from "../node/native.js"
import { serve } from "./told.js"

serve(async function* (question, signal) {
  let id
  try {
    for await (const data of read(await begin(question))) {
      id ??= JSON.parse(data).message_id
      yield hear(data)
    }
  } finally {
    if (signal.aborted) await stop(id)
  }
})

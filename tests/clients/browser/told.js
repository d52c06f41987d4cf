/** What all pages here do: they ask what they are told to ask, and tell what they hear. */

import { run } from "../node/run.js"

/** `ask` yields words until its signal says that it is to stop. */
export function serve(ask) {
  const { tell } = globalThis
  globalThis.ask = async (question, stop) => tell(await run(ask, question, stop, tell))
}

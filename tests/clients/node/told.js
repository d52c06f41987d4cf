/** What all programs here do: they ask what they are told to ask, and tell what they hear; the
 *  lines are those of told.py. */

import { createInterface } from "node:readline"
import { run } from "./run.js"

const tell = (members) => process.stdout.write(`${JSON.stringify(members)}\n`)

/** Answers until there is nothing more to be asked. `ask` yields words until its signal says that
 *  it is to stop. */
export async function serve(ask) {
  tell({ ready: true })
  for await (const line of createInterface({ input: process.stdin })) {
    const { question, stop } = JSON.parse(line)
    tell(await run(ask, question, stop, tell))
  }
}

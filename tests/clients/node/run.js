/** One question: what is heard goes to `tell` as it comes, and how it ended is returned. */
export async function run(ask, question, stop, tell) {
  const controller = new AbortController()
  try {
    for await (const delta of ask(question, controller.signal)) {
      if (delta) tell({ delta })
      if (delta && stop) controller.abort()
      if (controller.signal.aborted) return { done: "stopped" }
    }
  } catch (error) {
    return { done: "error", words: `${error?.name}: ${error?.message}` }
  }
  return { done: "end" }
}

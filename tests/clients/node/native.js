/** The native API, as the clients here use it with what their libraries give. */

const ROOT = process.env.CHATAPP_URL

export const TOKEN = { Authorization: `Bearer ${process.env.OPENAI_API_KEY}` }

async function post(path, body, more = {}) {
  const headers = { ...TOKEN, "Content-Type": "application/json", ...more }
  const response = await fetch(ROOT + path, { method: "POST", headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return response
}

/** Asks in a new conversation; the response is the stream. */
export async function begin(content) {
  const { id } = await (await post("/api/conversations", {})).json()
  return post(`/api/conversations/${id}/messages`, { content }, { Accept: "text/event-stream" })
}

const pathOf = (id) => `/api/messages/${id}/stream`

/** Where an answer can be followed. */
export const streamOf = (id) => ROOT + pathOf(id)

/** What opens that without a header. */
export async function ticketFor(id) {
  return (await (await post("/api/stream-tickets", { path: pathOf(id) })).json()).ticket
}

/** Leaving is not stopping; this is. */
export const stop = (id) => post(`/api/messages/${id}/stop`, {})

/** The words of an event; throws for an error. */
export function hear(data) {
  const event = JSON.parse(data)
  if (event.type === "error") throw new Error(event.error)
  return event.type === "content" ? event.content : ""
}

/** The server of the chat, which is not the one that this page comes from. */

const asked = new URLSearchParams(location.search);

/** Where it is: `?server=` of this page's address. */
export const SERVER = asked.get("server") ?? "http://127.0.0.1:8000";

/** A personal token, where the page's address brings one along: `?token=`. */
export const TOKEN = asked.get("token");

/** An address there; parts of the query that are null are left out. */
export function address(path, query = {}) {
  const url = new URL(path, SERVER);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null) url.searchParams.set(name, value);
  }
  return url.href;
}

/** JSON from there, in the name of whoever is signed in there in this browser. Throws a refusal. */
export async function call(path, { method = "GET", body, headers = {} } = {}) {
  const sent = body === undefined ? headers : { "Content-Type": "application/json", ...headers };
  const response = await fetch(address(path), {
    method,
    headers: sent,
    body: body === undefined ? undefined : JSON.stringify(body),
    credentials: "include",
  });
  if (!response.ok) throw new Refusal(response.status, await wordsOf(response));
  return response.status === 204 ? null : response.json();
}

/** The server says no. */
export class Refusal extends Error {
  constructor(status, words) {
    super(words);
    this.status = status;
  }
}

/** What a refusal says, in words for a person. */
export async function wordsOf(response) {
  try {
    const problem = await response.json();
    return problem.message ?? problem.detail ?? problem.error;
  } catch {
    return `The server answers ${response.status}.`;
  }
}

/** Who is signed in there; null for nobody. */
export async function whoami() {
  try {
    return await call("/api/me");
  } catch (error) {
    if (error.status === 401) return null;
    throw error;
  }
}

for (const link of document.querySelectorAll(".head__title a")) link.search = location.search;

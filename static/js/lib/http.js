/** Requests to our own server: the CSRF token, names, and refusals as errors in words. */

import { WORDS } from "./words.js";

/** The server answered, and refused; the message is fit for a person. */
export class HttpError extends Error {
  constructor(words, { status, code = "", retryAfter = 0 }) {
    super(words);
    this.name = "HttpError";
    this.status = status;
    this.code = code;
    /** Milliseconds after which trying again makes sense. */
    this.retryAfter = retryAfter;
  }
}

/** A new name for one send. `crypto.randomUUID` is missing on plain http, this is not. */
export function makeId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The error that a refused response tells, from its problem document where it has one. */
export async function errorFrom(response) {
  const problem = await problemOf(response);
  const seconds = Number(response.headers.get("Retry-After"));
  return new HttpError(wordsOf(response.status, problem.detail), {
    status: response.status,
    code: problem.code,
    retryAfter: seconds > 0 ? seconds * 1000 : 0,
  });
}

/** Whom the server knows no more, it tells of tokens: it takes a script for a program. */
function wordsOf(status, detail) {
  return status === 401 ? WORDS.signedOut : detail || wordsFor(status);
}

function wordsFor(status) {
  if (status === 429) return WORDS.tooMany;
  return status >= 500 ? WORDS.trouble : WORDS.refused;
}

async function problemOf(response) {
  if (!response.headers.get("Content-Type")?.includes("json")) return {};
  try {
    return (await response.clone().json()) ?? {};
  } catch {
    return {}; // a proxy's page under a wrong name; the status says enough
  }
}

/** One person's way to the server. `send` and `json` throw `HttpError`, and what `fetch` throws. */
export class Client {
  #fetch;
  #token;

  constructor(token, fetch = globalThis.fetch.bind(globalThis)) {
    this.#token = token;
    this.#fetch = fetch;
  }

  /** Requests; a token that has become stale is renewed once. */
  async send(url, init = {}) {
    const response = await this.#try(url, init);
    if (response.ok) return response;
    const error = await errorFrom(response);
    if (error.code !== "csrf_failed" || !(await this.#renew())) throw error;
    const second = await this.#try(url, init);
    if (second.ok) return second;
    throw await errorFrom(second);
  }

  /** Requests, and returns the text answered. */
  async text(url) {
    const response = await this.send(url);
    return response.text();
  }

  /** Requests with a JSON body, where there is one, and returns the JSON answered, or null. */
  async json(method, url, body) {
    const headers = { Accept: "application/json" };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const response = await this.send(url, { method, headers, body: JSON.stringify(body) });
    const text = await response.text();
    return text ? JSON.parse(text) : null;
  }

  #try(url, init) {
    const headers = { ...init.headers };
    if ((init.method ?? "GET") !== "GET") headers["X-CSRFToken"] = this.#token;
    if (init.body instanceof FormData) init.body.set("csrf_token", this.#token);
    return this.#fetch(url, { ...init, headers });
  }

  async #renew() {
    const response = await this.#fetch("/api/me", { headers: { Accept: "application/json" } });
    if (!response.ok) return false;
    this.#token = (await response.json()).csrf_token;
    return true;
  }
}

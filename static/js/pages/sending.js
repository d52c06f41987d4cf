/** Sends one file, and tells how much of it has gone. */

import { HttpError, errorFrom } from "../lib/http.js";

const ATTEMPTS = 5;
const PAUSE = 2000;

/** The person's way to add files: their CSRF token is renewed once it is stale. */
export class Sender {
  #client;
  #token;
  #address;

  /** Files go to the `address`, each in a form of its own. */
  constructor(client, token, address = "/api/documents") {
    this.#client = client;
    this.#token = token;
    this.#address = address;
  }

  /**
   * The document that a file becomes. `onProgress` hears the share of its bytes that has gone, from
   * 0 to 1. Throws `HttpError`; what may go better later is tried again first. The file's `signal`
   * ends it all with an `AbortError`.
   */
  async send(file, onProgress) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#try(file, onProgress);
      } catch (error) {
        if (attempt === ATTEMPTS || !(await this.#canGoOn(error))) throw error;
        onProgress(0);
      }
    }
  }

  async #try({ file, name, shared, signal }, onProgress) {
    const form = new FormData();
    form.append("files", file, name);
    if (shared) form.append("shared", "1");
    const response = await this.#post(form, signal, onProgress);
    if (!response.ok) throw await errorFrom(response);
    return (await response.json()).items[0];
  }

  /** Posts a form; only this way of asking tells how much has gone. Throws what `fetch` throws. */
  #post(form, signal, onProgress) {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const request = new XMLHttpRequest();
      const progress = ({ loaded, total }) => onProgress(loaded / total);
      request.open("POST", this.#address);
      request.setRequestHeader("X-CSRFToken", this.#token);
      request.upload.addEventListener("progress", progress);
      request.addEventListener("load", () => resolve(responseOf(request)));
      request.addEventListener("error", () => reject(new TypeError("the file did not arrive")));
      request.addEventListener("abort", () => reject(signal.reason));
      signal?.addEventListener("abort", () => request.abort());
      request.send(form);
    });
  }

  /** Waits or renews what is needed; false where trying again would change nothing. */
  async #canGoOn(error) {
    if (error.name === "AbortError") return false;
    if (error instanceof HttpError) {
      if (error.code === "csrf_failed") return this.#renew();
      if (![429, 503].includes(error.status)) return false;
    }
    await new Promise((go) => setTimeout(go, error.retryAfter || PAUSE));
    return true;
  }

  async #renew() {
    const { csrf_token: token } = await this.#client.json("GET", "/api/me");
    const renewed = token !== this.#token;
    this.#token = token;
    return renewed;
  }
}

function responseOf(request) {
  const names = ["Content-Type", "Retry-After"];
  const told = names.map((name) => [name, request.getResponseHeader(name)]);
  const headers = told.filter(([, value]) => value !== null);
  return new Response(request.responseText, { status: request.status, headers });
}

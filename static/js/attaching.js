/** The ways by which files get to the composer; what takes them is loaded with the first one. */

import { part } from "./dom/part.js";
import { wordsFor } from "./page.js";

export class Attaching {
  #composer;
  #client;
  #loading = null;
  /** How many times files wait to be taken, and whether the question was sent meanwhile. */
  #coming = 0;
  #sent = false;

  constructor(composer, client) {
    this.#composer = composer;
    this.#client = client;
    this.#offerButton();
    composer.words.addEventListener("paste", (event) => this.#pasted(event));
    this.#listenForDrops();
    document.addEventListener("question:edit", ({ target }) => this.#edits(target));
    composer.addEventListener("composer:submit", (event) => this.#submitting(event));
  }

  get #field() {
    return part(this.#composer, "files").querySelector("input");
  }

  /** A button takes the place of the field, which the form does not send by itself any more. */
  #offerButton() {
    const [button, field] = [part(this.#composer, "attach"), this.#field];
    part(this.#composer, "files").hidden = true;
    button.hidden = false;
    field.removeAttribute("name");
    button.addEventListener("click", () => field.click());
    field.addEventListener("change", () => {
      const files = [...field.files].map((file) => ({ file, name: file.name }));
      field.value = "";
      this.#take(files);
    });
  }

  /** Where there are words beside a picture of them, as from a table, the words are meant. */
  #pasted(event) {
    const { files, types } = event.clipboardData;
    if (!files.length || types.includes("text/plain")) return;
    event.preventDefault();
    this.#take([...files].map((file) => ({ file, name: file.name })));
  }

  /** What is dropped before that is loaded must not take the place of the page. */
  #listenForDrops() {
    const early = new AbortController();
    const listen = (name, act) => document.addEventListener(name, act, early);
    const withFiles = (act) => (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      act(event);
    };
    const load = () => this.#bring(() => early.abort());
    listen("dragenter", withFiles(load));
    listen("dragover", withFiles(() => {}));
    listen(
      "drop",
      withFiles(({ dataTransfer }) =>
        this.#take([...dataTransfer.files].map((file) => ({ file, name: file.name }))),
      ),
    );
  }

  #edits(question) {
    const list = part(question, "attachments");
    if (list || this.#loading) this.#bring((attachments) => attachments.adopt(list));
  }

  #take(files) {
    if (files.length) this.#bring((attachments) => attachments.take(files));
  }

  #submitting(event) {
    if (!this.#coming) return;
    event.preventDefault();
    this.#sent = true;
  }

  /** Loads what takes the files, and lets it; a question that is sent meanwhile goes after that. */
  async #bring(act) {
    this.#coming += 1;
    try {
      act(await this.#load());
    } catch (error) {
      this.#loading = null;
      this.#composer.trouble = wordsFor(error);
    } finally {
      this.#coming -= 1;
    }
    if (!this.#sent || this.#coming) return;
    this.#sent = false;
    if (this.#loading) this.#composer.form.requestSubmit();
  }

  #load() {
    this.#loading ??= import("./later/attachments.js").then(
      ({ Attachments }) => new Attachments(this.#composer, this.#client, this.#field),
    );
    return this.#loading;
  }
}

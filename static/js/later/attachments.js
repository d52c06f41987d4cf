/** The files that go along with the next question: each a chip above its words. */

import { copyOf, part, tell } from "../dom/part.js";
import { HttpError } from "../lib/http.js";
import { _ } from "../lib/words.js";
import { takeDrops } from "../pages/dropping.js";
import { Sender } from "../pages/sending.js";
import { Uploads } from "../pages/uploads.js";
import { shrunk } from "./pictures.js";

const MOST = 20;
const FIRST_LOOK = 300;
const LAST_LOOK = 3000;
const ON_THEIR_WAY = ["waiting", "sending", "queued", "indexing"];

export class Attachments {
  #composer;
  #list;
  #uploads;
  #looking = false;
  /** Whether the question goes as soon as its files are read. */
  #held = false;
  /** Whether a person was told of files that cannot be read, and asked again all the same. */
  #warned = false;
  #sent = [];

  constructor(composer, client, field) {
    this.#composer = composer;
    this.#list = part(composer, "attachments");
    this.#uploads = new Uploads(this.#list, {
      sender: senderFor(client),
      reasonOf: (id) => reasonOf(client, id),
      say,
      largest: field.dataset.largest * 1024 * 1024,
      // Two files of somebody new at one moment would make two guests of them.
      atOnce: document.querySelector('meta[name="known"]') ? undefined : 1,
      onSent: (chip, sent) => this.#name(chip, sent),
    });
    this.#listen();
    takeDrops((files) => this.take(files));
  }

  /** Sends files ahead: `{file, name}`. */
  take(files) {
    const room = MOST - this.#list.children.length;
    this.#composer.trouble =
      files.length > room ? _("At most %(most)s files go along with one question.", { most: MOST }) : "";
    const before = this.#chips.length;
    this.#uploads.add(files.slice(0, room), false);
    for (const chip of this.#chips.slice(before)) nameButton(chip);
    this.#composer.words.focus();
  }

  /** Takes the files of a question that is asked differently, in the place of what was here. */
  adopt(list) {
    for (const chip of this.#chips) remove(chip);
    for (const { dataset } of list?.children ?? []) {
      const chip = copyOf("upload-template");
      part(chip, "name").textContent = dataset.name;
      part(chip, "words").textContent = "";
      nameButton(chip);
      this.#list.append(chip);
      this.#name(chip, dataset);
      chip.dataset.state = "ready";
    }
  }

  get #chips() {
    return [...this.#list.children];
  }

  #in(...states) {
    return this.#chips.filter((chip) => states.includes(chip.dataset.state));
  }

  #listen() {
    const composer = this.#composer;
    composer.addEventListener("composer:submit", (event) => this.#submitting(event));
    composer.addEventListener("composer:clear", ({ detail: question }) => this.#leave(question));
    composer.addEventListener("composer:give-back", () => this.#list.prepend(...this.#sent));
    composer.addEventListener("composer:leave-editing", () => this.adopt(null));
    this.#list.addEventListener("click", (event) => this.#clicked(event));
    const watch = { subtree: true, childList: true, attributeFilter: ["data-state"] };
    new MutationObserver(() => this.#changed()).observe(this.#list, watch);
  }

  /** A chip carries the name of what it stands for, which the form sends. */
  #name(chip, { kind, id, name }) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: `${kind}_ids`, value: id });
    chip.append(field);
    Object.assign(chip.dataset, { kind, id, name });
    if (kind === "image") part(chip, "picture").replaceChildren(thumbnail(id));
  }

  #submitting(event) {
    const failed = this.#in("failed");
    if (this.#in(...ON_THEIR_WAY).length) {
      event.preventDefault();
      this.#held = true;
      this.#say(_("Your question goes as soon as its files are read."));
    } else if (failed.length && !this.#warned) {
      event.preventDefault();
      this.#warn();
    }
  }

  #warn() {
    this.#held = false;
    this.#warned = true;
    this.#say("");
    this.#composer.trouble = _("Not every file can be used. Send again to ask without those.");
  }

  #changed() {
    const waiting = this.#in(...ON_THEIR_WAY).length > 0;
    const failed = this.#in("failed");
    for (const chip of failed) chip.querySelector("input")?.remove();
    if (!failed.length) this.#warned = false;
    if (waiting) this.#look();
    else if (this.#held && failed.length) this.#warn();
    else if (this.#held) this.#go();
  }

  #go() {
    this.#held = false;
    this.#say("");
    this.#composer.form.requestSubmit();
  }

  #say(words) {
    part(this.#composer, "waiting").textContent = words;
  }

  /** Asks how far the reading is, less and less often. */
  async #look() {
    if (this.#looking) return;
    this.#looking = true;
    for (let pause = FIRST_LOOK; this.#in(...ON_THEIR_WAY).length; pause *= 1.3) {
      await new Promise((go) => setTimeout(go, Math.min(pause, LAST_LOOK)));
      await this.#uploads.catchUp().catch((error) => console.warn(error));
    }
    this.#looking = false;
  }

  /** The question is on its way, and shows what goes along. */
  #leave(question) {
    for (const chip of this.#in("failed")) remove(chip);
    this.#sent = this.#chips;
    this.#list.replaceChildren();
    if (this.#sent.length && question) part(question, "words").after(shown(this.#sent));
  }

  #clicked(event) {
    const chip = event.target.closest('[data-action="remove"]')?.closest(".attachment");
    if (!chip) return;
    const next = chip.nextElementSibling ?? chip.previousElementSibling;
    remove(chip);
    (next?.querySelector("button") ?? this.#composer.words).focus();
  }
}

function senderFor(client) {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const sender = new Sender(client, token, "/attachments");
  return {
    send: async (upload, onProgress) => sender.send(await shrunk(upload), onProgress),
  };
}

/** The name stands beside it. */
function thumbnail(id) {
  const picture = document.createElement("img");
  Object.assign(picture, { src: `/images/${id}`, alt: "" });
  return picture;
}

async function reasonOf(client, id) {
  try {
    return await client.json("GET", `/api/documents/${id}`);
  } catch (error) {
    if (!(error instanceof HttpError) || error.status !== 404) throw error;
    return { state: "failed", error: _("This document was deleted.") };
  }
}

function say(words) {
  part(document, "status").textContent = words;
}

function nameButton(chip) {
  const name = part(chip, "name").textContent;
  chip.title = name;
  const button = chip.querySelector('[data-action="remove"]');
  button.setAttribute("aria-label", _("Remove %(name)s", { name }));
}

function remove(chip) {
  tell(chip, "upload:remove");
  chip.remove();
}

/** The list of attached files as a question shows it, in the form that the server gives it. */
function shown(chips) {
  const list = copyOf("attached-template");
  const forms = [...list.children];
  list.replaceChildren(...chips.map((chip) => attached(forms, chip.dataset)));
  return list;
}

function attached(forms, { kind, id, name }) {
  const item = forms.find((each) => each.dataset.kind === kind).cloneNode(true);
  Object.assign(item.dataset, { id, name });
  const link = item.querySelector("a");
  link.setAttribute("href", link.getAttribute("href") + id);
  if (kind === "image") Object.assign(link.firstElementChild, { src: `/images/${id}`, alt: name });
  else part(item, "name").textContent = name;
  return item;
}

/** The page of documents: files go up with a bar each, and the list follows what happens. */

import { parsed, part } from "../dom/part.js";
import { Turns } from "../lib/again.js";
import { Feed } from "../lib/feed.js";
import { Client } from "../lib/http.js";
import { chosenIn, takeDrops } from "./dropping.js";
import { Sender } from "./sending.js";
import { localize } from "./times.js";
import { Uploads } from "./uploads.js";

const token = document.querySelector('meta[name="csrf-token"]').content;
const client = new Client(token);
const form = part(document, "upload");
const uploads = new Uploads(part(document, "uploads"), {
  sender: new Sender(client, token),
  reasonOf: (id) => client.json("GET", `/api/documents/${id}`),
  say: (words) => {
    part(document, "status").textContent = words;
  },
  largest: form.dataset.largest * 1024 * 1024,
});

const add = (files) => uploads.add(files, form.elements.shared?.checked ?? false);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  add(chosenIn(form.elements.files));
  form.elements.files.value = "";
});
takeDrops(add);
form.dataset.state = "ready";

/** The list is left alone while somebody is at it. */
const rows = () => part(document, "rows");
const inUse = () => rows().contains(document.activeElement) || rows().querySelector("details[open]");
let stale = false;
const refresh = new Turns(async () => {
  stale = true;
  if (inUse()) return;
  const html = await client.text(`/documents/rows${location.search}`);
  if (inUse()) return;
  rows().replaceWith(parsed(html));
  localize(rows());
  stale = false;
});
const refreshSoon = () => refresh.ask().catch((error) => console.warn(error));
document.addEventListener("focusout", () => stale && setTimeout(refreshSoon));

const feed = new Feed({
  send: (url, init) => client.send(url, init),
  onNotice: ({ type, document_id: id, state }) => {
    if (type !== "sync" && type !== "document.updated") return;
    const heard = id ? uploads.hear(id, state) : uploads.catchUp();
    heard.catch((error) => console.warn(error));
    refreshSoon();
  },
  onConnection: () => {},
  onRefusal: (error) => console.warn(error),
});
const show = () => feed.rest("hidden", document.visibilityState !== "visible");
show();
feed.rest("nobody", false);
document.addEventListener("visibilitychange", () => {
  show();
  feed.retryNow();
});
addEventListener("online", () => feed.reconnect());
addEventListener("pagehide", () => feed.rest("hidden", true));
addEventListener("pageshow", show);
addEventListener("beforeunload", (event) => {
  if (uploads.busy) event.preventDefault();
});

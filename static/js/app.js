/** Wires the elements of the page, which do not know each other, to the server. */

import "./elements/answer.js";
import "./elements/composer.js";
import "./elements/conversation.js";
import "./elements/question.js";
import "./elements/sidebar.js";

import { Attaching } from "./attaching.js";
import { forgetDrafts } from "./dom/draft.js";
import { parsed, part, tell } from "./dom/part.js";
import { Client } from "./lib/http.js";
import { WORDS } from "./lib/words.js";
import { List } from "./list.js";
import { Live } from "./live.js";
import {
  attempt,
  composer,
  conversation,
  say,
  setClock,
  showConnection,
  showTitle,
  sidebar,
  wordsFor,
} from "./page.js";
import { Talk } from "./talk.js";

setClock();
const client = new Client(document.querySelector('meta[name="csrf-token"]').content);
const list = new List(client);
const talk = new Talk({
  client,
  list,
  onAnswering: (answering) => {
    live.answering = answering;
  },
});
const live = new Live({ client, list, talk });
new Attaching(composer, client);

const listen = (name, act) => document.addEventListener(name, act);

/** Listens for what may fail because of the network or the server. */
const serve = (name, act) => listen(name, (event) => attempt(() => act(event)));

listen("page:say", ({ detail: words }) => say(words));
listen("conversation:end", ({ detail: held }) => {
  part(document, "to-end").hidden = held;
});

/** What only those need who leaf through versions, or scroll far. */
const leafing = async () => {
  const { Leafing } = await import("./later/leafing.js");
  leafing.made ??= new Leafing(client, talk);
  return leafing.made;
};
const goToEnd = async () => {
  conversation.focus({ preventScroll: true }); // the button goes
  if (conversation.later) await (await leafing()).showEnd();
  conversation.goToEnd();
};
part(document, "to-end").addEventListener("click", () => attempt(goToEnd));
serve("conversation:version", async ({ target }) => (await leafing()).turn(target));
serve("conversation:more", async ({ target }) => (await leafing()).extend(target));

/** An address may name a message that is not on the page. */
const seek = () => {
  const id = location.hash.match(/^#m-(\w+)$/)?.[1];
  if (!id || !conversation.conversationId || document.getElementById(`m-${id}`)) return undefined;
  return attempt(async () => (await leafing()).goTo(id));
};
addEventListener("hashchange", seek);

serve("composer:send", async ({ detail: form }) => {
  const editing = form.has("parent_id");
  if (conversation.later && !editing) await goToEnd();
  await talk.send(form);
});
listen("composer:stop", () => talk.stop());
/** What only those need who begin with a slash. */
const offerPrompts = async () => {
  const { Prompts } = await import("./later/prompts.js");
  offerPrompts.made ??= new Prompts(composer, client);
  await offerPrompts.made.offer();
};
serve("composer:slash", offerPrompts);
listen("composer:edit-last", () => {
  const last = conversation.lastQuestion;
  if (last) tell(last, "question:edit");
});
part(document, "starters")?.addEventListener("submit", (event) => {
  event.preventDefault();
  talk.send(new FormData(event.target, event.submitter));
});

listen("question:edit", ({ target }) => talk.edit(target));
listen("answer:stop", () => talk.stop());
listen("answer:regenerate", ({ target, detail: form }) => {
  talk.sendAgain(target, "regenerate", form.get("model"));
});
serve("answer:choose", async ({ detail: link }) => {
  const [{ showChoices }, html] = await Promise.all([
    import("./later/choices.js"),
    client.text(link.pathname),
  ]);
  showChoices(link, html);
});
listen("answer:continue", ({ target }) => talk.sendAgain(target, "continue"));
serve("answer:copy", async ({ target }) => {
  const { text } = await client.json("GET", `/api/messages/${target.messageId}`);
  const { copyText } = await import("./later/clipboard.js");
  target.copied(await copyText(text));
});
serve("answer:feedback", async ({ target, detail: form }) => {
  const rating = form.get("rating") || null;
  const comment = (rating && form.get("comment")?.trim()) || null;
  await client.json("POST", `/api/messages/${target.messageId}/feedback`, { rating, comment });
  target.renewFoot(parsed(await client.text(`/m/${target.messageId}`)));
  say(rating ? WORDS.rated : WORDS.unrated);
});

serve("sidebar:rename", async ({ detail: { id, title } }) => {
  await client.json("PATCH", `/api/conversations/${id}`, { title });
  sidebar.rename(id, title);
  if (id === conversation.conversationId) showTitle(title);
});
const mark = async (id, changes) => {
  sidebar.closeMenu(id);
  await client.json("PATCH", `/api/conversations/${id}`, changes);
  await list.refresh();
};
serve("sidebar:pin", ({ detail: { id, on } }) => mark(id, { pinned: on }));
serve("sidebar:archive", ({ detail: { id, on } }) => mark(id, { archived: on }));
serve("sidebar:delete", async ({ detail: { id } }) => {
  const here = id === conversation.conversationId;
  if (here) live.leaving = true;
  const page = await client.send(`/c/${id}/delete`, { method: "POST" }).catch((error) => {
    live.leaving = false;
    throw error;
  });
  if (here) return location.assign(page.url);
  sidebar.remove(id);
  const notice = part(new DOMParser().parseFromString(await page.text(), "text/html"), "deleted");
  if (notice) sidebar.offerUndo(document.importNode(notice, true));
  say(WORDS.deleted);
  return undefined;
});
serve("sidebar:restore", async ({ detail: { id } }) => {
  await client.send(`/c/${id}/restore`, { method: "POST" });
  await list.refresh();
  sidebar.focusOn(id);
  sidebar.withdrawUndo();
});
serve("sidebar:search", ({ detail: words }) => list.search(words));
serve("sidebar:more", () => list.more());

listen("submit", ({ target }) => {
  if (target.dataset.part === "leave") forgetDrafts();
});

const show = () => {
  live.shown = document.visibilityState === "visible";
  for (const each of [talk, list, live]) each.retryNow();
};
const reconnect = () => {
  for (const each of [talk, live]) each.reconnect();
  list.retryNow();
  showConnection();
};
listen("visibilitychange", show);
addEventListener("online", reconnect);
addEventListener("offline", () => showConnection());
addEventListener("pagehide", () => {
  live.shown = false;
});
addEventListener("pageshow", ({ persisted }) => {
  show();
  if (persisted) reconnect(); // a page that was put away kept its place, and lost its connections
});

/** The list of commands, and all keys but those of fields, are there once they are wanted. */
const trouble = (error) => {
  composer.trouble = wordsFor(error);
};
listen("keydown", (event) => {
  const { ctrlKey, key, metaKey, target } = event;
  if (event.defaultPrevented || document.querySelector("dialog:modal")) return;
  const held = ctrlKey !== metaKey;
  if (!held && key !== "Escape" && target.matches("input, textarea, select")) return;
  if (held && key.toLowerCase() === "k") event.preventDefault(); // the browser has this key, too
  const covered = document.querySelector(":popover-open") !== null; // which Escape closes first
  import("./later/keys.js").then(({ hear }) => hear(event, covered)).catch(trouble);
});
for (const button of document.querySelectorAll('[data-action="commands"]')) {
  button.hidden = false;
  button.addEventListener("click", () => {
    import("./later/commands.js").then(({ act }) => act("commands")).catch(trouble);
  });
}

// A page that streamed by itself leads to its stored form; any other takes its address at once.
const leads = document.querySelector('meta[http-equiv="refresh"]');
if (new URLSearchParams(location.search).has("stream") && !leads) {
  history.replaceState(null, "", location.pathname + location.hash);
}
talk.resume();
seek();
talk.restore();
live.shown = document.visibilityState === "visible";
live.answering = talk.answering;

/** Whoever comes back finds words where the network is away, and not a browser's error. */
const standBy = () => navigator.serviceWorker?.register("/worker.js").catch(console.warn);
if (document.querySelector('meta[name="known"]')) {
  addEventListener("load", () => (globalThis.requestIdleCallback ?? setTimeout)(standBy));
}

/** The sources of an answer that grows, in the form that the server gives them in the end. */

import { WORDS } from "../lib/words.js";
import { copyOf, part } from "./part.js";

/** Shows the sources below an answer; those that are shown already stay. */
export function showSources(answer, sources) {
  const pattern = copyOf("sources-template");
  const known = anchorsIn(answer);
  const fresh = sources.filter(({ position }) => !known.has(position));
  if (!fresh.length) return;
  const items = fresh.map((source) => filled(part(pattern, "source"), answer.messageId, source));
  const shown = part(answer, "sources");
  if (shown) return part(shown, "sources-list").append(...items);
  part(pattern, "sources-list").replaceChildren(...items);
  part(answer, "text").after(pattern);
  return undefined;
}

/** The anchors of the sources that are shown, by their numbers. */
export function anchorsIn(answer) {
  const bodies = [...answer.querySelectorAll('[data-part="source-body"]')];
  return new Map(bodies.map(({ id, dataset }) => [Number(dataset.number), id]));
}

function filled(pattern, messageId, source) {
  const item = pattern.cloneNode(true);
  const { position, title, content } = source;
  const place = source.document_name ?? "";
  part(item, "source-number").textContent = position;
  part(item, "source-title").textContent = title || place || source.id;
  part(item, "source-place").textContent = place;
  part(item, "source-words").textContent = content;
  const body = part(item, "source-body");
  body.id = `source-${messageId}-${position}`;
  body.dataset.number = position;
  link(part(item, "source-link"), messageId, source);
  return item;
}

function link(element, messageId, { position, passage_id: passageId, url }) {
  if (passageId !== null && passageId !== undefined) {
    element.href = `/m/${messageId}/sources/${position}`;
  } else if (/^https?:\/\//.test(url ?? "")) {
    const rel = "noopener noreferrer nofollow";
    Object.assign(element, { href: url, target: "_blank", rel, textContent: WORDS.openPage });
  } else element.remove();
}

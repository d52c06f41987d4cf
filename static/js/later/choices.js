/** The models that may answer once more, beside the link that leads to them. */

import { part } from "../dom/part.js";

/** Shows the form of that page; it goes when it is closed. */
export function showChoices(link, html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const pop = document.createElement("div");
  pop.className = "pop";
  pop.popover = "auto";
  pop.append(document.importNode(part(page, "choices"), true));
  pop.addEventListener("toggle", ({ newState }) => newState === "closed" && pop.remove());
  link.after(pop);
  pop.showPopover({ source: link });
  pop.querySelector("button").focus();
}

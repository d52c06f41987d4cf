/** The keys of a page without a chat. */

import { hear } from "../later/keys.js";

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || document.querySelector("dialog:modal")) return;
  hear(event, false);
});

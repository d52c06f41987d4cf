/** The page on which a conversation is shared: its link can be copied by a button. */

import { copyText } from "../later/clipboard.js";
import { part } from "../dom/part.js";
import { _ } from "../lib/words.js";

const button = document.querySelector('[data-action="copy-link"]');
const field = part(document, "address");

field?.addEventListener("focus", () => field.select());
button?.addEventListener("click", async () => {
  const copied = await copyText(field.value);
  const words = copied ? _("Copied") : _("Copy it from the field");
  part(button, "copy-words").textContent = words;
  part(document, "status").textContent = words;
  if (!copied) field.focus();
});
if (button) button.hidden = false;

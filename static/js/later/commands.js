/** The list of commands and the sheet of keys: fetched when somebody first wants them. */

import { allParsed } from "../dom/part.js";
import { Client } from "../lib/http.js";
import { offers, perform } from "./deeds.js";
import { singleKeys } from "./keys.js";
import { Palette } from "./palette.js";

const ADDRESS = "/palette";
const client = new Client("");

let parts = null;

/** Opens `commands` or `keys`, or performs a deed of that name. */
export async function act(name, value) {
  if (!["commands", "keys"].includes(name)) return perform(name, value);
  const { palette, sheet } = await (parts ??= load());
  if (document.querySelector("dialog:modal")) return undefined;
  if (name === "keys") sheet.showModal();
  else palette.open();
  return undefined;
}

async function load() {
  try {
    const dialogs = allParsed(await client.text(ADDRESS));
    document.body.append(...dialogs);
    nameKeys();
    const [palette, sheet] = dialogs;
    closeByBackdrop(sheet);
    offerSingleKeys(sheet);
    return { palette: new Palette(palette, { client, offers, act }), sheet };
  } catch (error) {
    parts = null; // asked for again, it is tried again
    throw error;
  }
}

/** Apple's keyboards call it otherwise. */
function nameKeys() {
  if (!/Mac|iP(hone|ad|od)/.test(navigator.platform)) return;
  for (const key of document.querySelectorAll('[data-key="mod"]')) key.textContent = "⌘";
}

function offerSingleKeys(sheet) {
  const choice = sheet.querySelector('[name="single"]');
  choice.checked = singleKeys.on;
  choice.addEventListener("change", () => {
    singleKeys.on = choice.checked;
  });
}

/** A press beside a dialog closes it. */
export function closeByBackdrop(dialog) {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}

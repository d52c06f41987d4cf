/** Whoever signs out leaves no words in this browser. */

import { forgetDrafts } from "../dom/draft.js";

document.addEventListener("submit", ({ target }) => {
  if (target.dataset.part === "leave") forgetDrafts();
});

/** Days and moments, as the reader's own clock and language have them. */

import { LANGUAGE } from "../lib/words.js";

const FORMATS = {
  day: new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "long" }),
  moment: new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "long", timeStyle: "short" }),
};

/** Writes all times within `root` anew: the server knows of the reader's clock only by a cookie. */
export function localize(root) {
  for (const time of root.querySelectorAll("time[data-part]")) {
    time.textContent = FORMATS[time.dataset.part].format(new Date(time.dateTime));
  }
}

localize(document);

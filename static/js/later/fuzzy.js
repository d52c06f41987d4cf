/** How well words fit a text, for lists that narrow down while somebody types. */

/** 0 where they do not fit; the more, the better. All words must be found, in whatever order. */
export function fit(words, text) {
  const place = plain(text);
  const scores = plain(words).split(/\s+/).filter(Boolean).map((word) => fitOne(word, place));
  if (scores.includes(0)) return 0;
  return scores.reduce((sum, score) => sum + score, 1);
}

/** The beginning of the text counts most, then that of a word, then any place, then its letters. */
function fitOne(word, text) {
  if (text.startsWith(word)) return 8;
  if (text.includes(` ${word}`)) return 6;
  if (text.includes(word)) return 4;
  return hasLetters(word, text) ? 1 : 0;
}

/** Whether the letters stand there in this order, the first of them at the beginning of a word. */
function hasLetters(word, text) {
  return text.split(" ").some((_, index, all) => {
    const rest = all.slice(index).join(" ");
    if (!rest.startsWith(word[0])) return false;
    let from = 0;
    for (const letter of word) {
      from = rest.indexOf(letter, from) + 1;
      if (!from) return false;
    }
    return true;
  });
}

/** Small letters without diacritics. */
function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

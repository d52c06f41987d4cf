/** Which saved prompts fit what is typed behind the slash, and where one waits to be filled in. */

const MARKS = /\p{M}/gu;
const BLANK = /\{\{[^{}\n]+\}\}/;

/**
 * The prompts whose titles hold every word of `typed`, in any order; those that begin with it come
 * first, then by the alphabet. Neither case nor accents count.
 */
export function fitting(prompts, typed, language = undefined) {
  const wanted = plain(typed.trim());
  const words = wanted.split(/\s+/);
  const fits = ({ title }) => words.every((word) => plain(title).includes(word));
  const begins = ({ title }) => plain(title).startsWith(wanted);
  const { compare } = new Intl.Collator(language, { numeric: true });
  return prompts
    .filter(fits)
    .sort((one, other) => begins(other) - begins(one) || compare(one.title, other.title));
}

/** Where the first blank, such as `{{topic}}`, begins and ends; null where there is none. */
export function blankIn(content) {
  const found = BLANK.exec(content);
  return found && [found.index, found.index + found[0].length];
}

/** Letters alone: U+0301 and its like stand apart after NFD (Unicode TR15). */
function plain(text) {
  return text.normalize("NFD").replace(MARKS, "").toLowerCase();
}

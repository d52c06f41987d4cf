/**
 * What one person typed and did not send, by the place it was typed in.
 *
 * It is kept twice: for this tab alone, and for all tabs. What was typed in a tab is that tab's,
 * also behind a reload, whatever is typed in the same place in another one; the last of them is
 * what a new tab begins with. A tab takes away from the others only what it wrote or took itself.
 * Nobody who is not known yet has words in their own tab alone, which end with it.
 */

import { Shelf } from "./shelf.js";

/** Longer words stay on the page, and are not kept beyond it. */
const LONGEST = 100_000;

export class Drafts {
  #person;
  #shared;
  #own;
  #now;
  #typed = new Map();
  #seen = new Map();

  /**
   * `shared` and `own` return the storages, or throw. `person` is empty for nobody; a `guest`
   * takes over what they typed as nobody. A draft is `{words, at}`, `at` in milliseconds, and
   * has the `sent` name of a message while that is on its way.
   */
  constructor({ shared, own, person, guest = false, now = Date.now }) {
    this.#person = person;
    this.#shared = new Shelf(shared, person);
    this.#own = new Shelf(own, person);
    this.#now = now;
    if (person) this.#claim(guest && this.#own.owner === null);
    else if (this.#shared.owner === null) this.#own.vacate();
  }

  /** What was typed there, or null. */
  take(place) {
    const shared = this.#shared.read(place);
    const own = this.#typed.get(place) ?? this.#own.read(place);
    if (own) this.#typed.set(place, own);
    if (shared && (!own || isSame(own, shared))) this.#seen.set(place, shared);
    return own ?? shared;
  }

  /** Keeps words; none at all are dropped. */
  keep(place, words, sent = undefined) {
    if (!words) return this.drop(place);
    const draft = { words, at: this.#now(), sent };
    this.#typed.set(place, draft);
    if (words.length > LONGEST) return undefined;
    this.#own.write(place, draft);
    if (this.#person) this.#shared.write(place, draft);
    this.#seen.set(place, draft);
    return undefined;
  }

  drop(place) {
    this.#typed.delete(place);
    this.#own.remove(place);
    const seen = this.#seen.get(place);
    const shared = this.#shared.read(place);
    if (seen && shared && isSame(seen, shared)) this.#shared.remove(place);
    this.#seen.delete(place);
  }

  /** The place has another name from now on. */
  move(from, to) {
    const draft = this.#typed.get(from);
    if (!draft) return;
    this.drop(from);
    this.keep(to, draft.words, draft.sent);
  }

  /** Whether the words of a place were typed in this tab. */
  isTypedHere(place) {
    return this.#typed.has(place);
  }

  /** Whether an event of the shared storage tells of this place. */
  tells(event, place) {
    return event.key === this.#shared.key(place);
  }

  /** All places with words, the newest of this tab first. */
  places() {
    return [...new Set([...this.#own.places(), ...this.#shared.places()])];
  }

  #claim(inherits) {
    this.#shared.claim({ now: this.#now() });
    this.#own.claim({ inherits, now: this.#now() });
    if (!inherits) return;
    for (const place of this.#own.places()) this.#shared.write(place, this.#own.read(place));
  }
}

function isSame(one, other) {
  return one.words === other.words && one.at === other.at;
}

/**
 * A browser's storage with what one person typed, as far as it works: in private windows, by
 * settings and when it is full it throws, and then words are simply not kept.
 *
 * Who reads and writes here is named in the storage itself. A page that somebody left open does
 * nothing any more once that person has signed out, or another one has come.
 */
const OWNER = "drafts-of";
const PREFIX = "draft:";

/** What a storage holds at most: people have five million characters for everything. */
const MOST = 40;
const MOST_CHARACTERS = 1_000_000;
const OLDEST = 30 * 24 * 3600 * 1000;

export class Shelf {
  #open;
  #person;
  #prefix;

  /** `open` returns the storage, or throws; `person` is empty for nobody. */
  constructor(open, person) {
    this.#open = open;
    this.#person = person;
    this.#prefix = `${PREFIX}${person}:`;
  }

  /** Who was here last; null for nobody who is known, or after somebody has signed out. */
  get owner() {
    return this.#try((storage) => storage.getItem(OWNER));
  }

  /** Makes it this person's: what others left is forgotten, but for what an heir gets of nobody. */
  claim({ inherits = false, now }) {
    this.#try((storage) => {
      if (inherits) inherit(storage, this.#prefix);
      forget(storage, this.#prefix);
      storage.setItem(OWNER, this.#person);
    });
    this.trim(now);
  }

  /** Forgets what others left, and leaves no name: for a page of nobody. */
  vacate() {
    this.#try((storage) => forget(storage, this.#prefix));
  }

  read(place) {
    const text = this.#try((storage) => this.#isMine(storage) && storage.getItem(this.key(place)));
    return text ? decoded(text) : null;
  }

  /** Keeps it; where the storage is full, the oldest half makes room, once. */
  write(place, draft) {
    const text = JSON.stringify(draft);
    const put = (storage) => this.#isMine(storage) && storage.setItem(this.key(place), text);
    if (this.#try(put) !== null) return;
    const places = this.places();
    for (const old of places.slice(Math.ceil(places.length / 2))) this.remove(old);
    this.#try(put);
  }

  remove(place) {
    this.#try((storage) => this.#isMine(storage) && storage.removeItem(this.key(place)));
  }

  /** Where something is kept, the newest first. */
  places() {
    const found = this.#all();
    return found.map(({ place }) => place);
  }

  /** Drops what is old, and what is too much. */
  trim(now) {
    let room = MOST_CHARACTERS;
    for (const [number, { place, draft }] of this.#all().entries()) {
      room -= draft.words.length;
      if (number >= MOST || room < 0 || now - draft.at > OLDEST) this.remove(place);
    }
  }

  /** The name of a place in the storage, as its events tell it. */
  key(place) {
    return this.#prefix + place;
  }

  #all() {
    const mine = (storage) => keys(storage).filter((key) => key.startsWith(this.#prefix));
    const places = (this.#try(mine) ?? []).map((key) => key.slice(this.#prefix.length));
    const found = places.map((place) => ({ place, draft: this.read(place) }));
    return found.filter(({ draft }) => draft).sort((a, b) => b.draft.at - a.draft.at);
  }

  #isMine(storage) {
    return !this.#person || storage.getItem(OWNER) === this.#person;
  }

  #try(act) {
    try {
      return act(this.#open());
    } catch {
      return null; // the storage is closed to us, or full; the words are still on the page
    }
  }
}

/** What was kept under a key; null for what is no draft. */
function decoded(text) {
  try {
    const draft = JSON.parse(text);
    return typeof draft?.words === "string" ? draft : null;
  } catch {
    return null; // not written by us
  }
}

function forget(storage, kept = null) {
  const gone = (key) => key.startsWith(PREFIX) && !(kept && key.startsWith(kept));
  for (const key of keys(storage).filter(gone)) storage.removeItem(key);
}

function inherit(storage, prefix) {
  const nobodys = `${PREFIX}:`;
  for (const key of keys(storage).filter((each) => each.startsWith(nobodys))) {
    storage.setItem(prefix + key.slice(nobodys.length), storage.getItem(key));
  }
}

function keys(storage) {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index));
}

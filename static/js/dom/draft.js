/** Milliseconds after a key in which more may come before words are kept. */
const SOON = 250;

/** All that is kept in a storage has a key that begins so. */
const KEY = "draft";

const shared = () => globalThis.localStorage;
const own = () => globalThis.sessionStorage;

/** The words of a field, kept for the place that they are typed in until they are sent. */
export class Draft {
  #field;
  #drafts = new Unkept();
  #loading = null;
  #onElsewhere;
  #place;
  #timer = 0;
  #sent = null;

  /** `onElsewhere` hears the words of another tab, where nothing was typed in this one. */
  constructor(field, { place, signal, onElsewhere }) {
    this.#field = field;
    this.#place = place;
    this.#onElsewhere = onElsewhere;
    field.addEventListener("input", () => this.#wait(), { signal });
    addEventListener("storage", (event) => this.#hear(event), { signal });
    addEventListener("pagehide", () => this.keep(), { signal });
    document.addEventListener("visibilitychange", () => this.keep(), { signal });
  }

  /** Reads what was kept; returns at once where nothing was. */
  async open() {
    if (keysOf(shared).length || keysOf(own).length) await this.#load();
  }

  /** What was typed at the place, as `{words, sent}`; nothing is an empty draft. */
  get found() {
    return this.#drafts.take(this.#place) ?? { words: "", sent: undefined };
  }

  /** Goes to another place; what was typed stays at the old one. */
  go(place) {
    this.keep();
    this.#place = place;
  }

  /** The place is called otherwise from now on. */
  rename(place) {
    this.keep();
    this.#drafts.move(this.#place, place);
    this.#place = place;
  }

  /** Keeps what was typed just now. */
  keep() {
    if (!this.#timer) return;
    this.#rest();
    this.#drafts.keep(this.#place, this.#field.value);
  }

  /** The words are on their way under this name; they are kept until that has succeeded. */
  send(name) {
    this.#rest();
    this.#sent = { place: this.#place, name };
    this.#drafts.keep(this.#place, this.#field.value, name);
  }

  /** What was sent has arrived. */
  arrived() {
    const { place, name } = this.#sent ?? {};
    if (place && this.#drafts.take(place)?.sent === name) this.#drafts.drop(place);
    this.#sent = null;
  }

  /** What was sent came back, and stands in the field; alone, it keeps its name. */
  comeBack() {
    this.#sent = null;
    if (this.found.words === this.#field.value) return;
    this.#wait();
    this.keep();
  }

  /** Nobody wants what was typed here. */
  discard() {
    this.#rest();
    this.#drafts.drop(this.#place);
  }

  /** What this shape finds in the newest place where it finds something that `isHere`; or null. */
  newest(shape, isHere) {
    const found = this.#drafts.places().map((place) => shape.exec(place)?.[1]);
    return found.find((each) => each && isHere(each)) ?? null;
  }

  #wait() {
    this.#load();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.keep(), SOON);
  }

  #rest() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  async #hear(event) {
    if (!event.key?.startsWith(KEY)) return;
    await this.#load();
    if (!this.#drafts.tells(event, this.#place)) return;
    if (this.#timer || this.#drafts.isTypedHere(this.#place)) return;
    const { words, sent } = this.found;
    this.#onElsewhere(sent ? "" : words);
  }

  /** What is typed first, and what was kept before, loads what keeps it. */
  #load() {
    this.#loading ??= import("../later/drafts.js").then(
      ({ Drafts }) => this.#begin(Drafts),
      () => {
        this.#loading = null; // the server is away; the next key tries again
      },
    );
    return this.#loading;
  }

  #begin(Drafts) {
    const known = document.querySelector('meta[name="known"]');
    const guest = known?.dataset.guest !== undefined;
    const kept = new Drafts({ shared, own, person: known?.content ?? "", guest });
    this.#drafts.handTo(kept);
    this.#drafts = kept;
  }
}

/** Somebody signs out: whoever uses the browser next finds nothing. */
export function forgetDrafts() {
  for (const open of [shared, own]) {
    for (const key of keysOf(open)) open().removeItem(key);
  }
}

/** What is typed before anything can be kept: it lives as long as the page. */
class Unkept {
  #drafts = new Map();

  take(place) {
    return this.#drafts.get(place) ?? null;
  }

  keep(place, words, sent = undefined) {
    if (words) this.#drafts.set(place, { words, sent });
    else this.drop(place);
  }

  drop(place) {
    this.#drafts.delete(place);
  }

  move(from, to) {
    const draft = this.take(from);
    this.drop(from);
    if (draft) this.#drafts.set(to, draft);
  }

  isTypedHere(place) {
    return this.#drafts.has(place);
  }

  places() {
    return [...this.#drafts.keys()];
  }

  handTo(drafts) {
    for (const [place, { words, sent }] of this.#drafts) drafts.keep(place, words, sent);
  }
}

function keysOf(open) {
  try {
    return Object.keys(open()).filter((key) => key.startsWith(KEY));
  } catch {
    return []; // the storage is closed to us, and has nothing of ours
  }
}

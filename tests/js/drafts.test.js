import assert from "node:assert/strict";
import { test } from "node:test";

import { Drafts } from "../../static/js/later/drafts.js";

const DAY = 24 * 3600 * 1000;

/** What `forgetDrafts` of the page does. */
function signOut(...storages) {
  for (const storage of storages) {
    for (const key of storage.keys) storage.removeItem(key);
  }
}

/** A storage that holds so many characters, as browsers count them. */
class Storage {
  #items = new Map();

  constructor(room = Infinity) {
    this.room = room;
  }

  get length() {
    return this.#items.size;
  }

  key(index) {
    return [...this.#items.keys()][index];
  }

  getItem(key) {
    return this.#items.get(key) ?? null;
  }

  setItem(key, text) {
    const others = [...this.#items].filter(([name]) => name !== key);
    const used = others.reduce((sum, [name, item]) => sum + name.length + item.length, 0);
    if (used + key.length + text.length > this.room) throw new Error("QuotaExceededError");
    this.#items.set(key, text);
  }

  removeItem(key) {
    this.#items.delete(key);
  }

  get keys() {
    return [...this.#items.keys()];
  }

  get text() {
    return JSON.stringify([...this.#items]);
  }
}

/** A browser with a storage for all tabs; the clock is moved by hand. */
class Browser {
  now = 1_000_000_000_000;

  constructor(room) {
    this.shared = new Storage(room);
  }

  /** A page in a tab, whose own storage may be that of the page before. */
  open(person, { own = new Storage(), guest = false } = {}) {
    const now = () => this.now;
    return new Drafts({ shared: () => this.shared, own: () => own, person, guest, now });
  }
}

const wordsAt = (drafts, place) => drafts.take(place)?.words;

test("words are kept for the next page, in each place those of that place", () => {
  const browser = new Browser();
  const page = browser.open("ann");
  page.keep("/c/1", "One");
  page.keep("/", "New");
  const next = browser.open("ann");
  assert.equal(wordsAt(next, "/c/1"), "One");
  assert.equal(wordsAt(next, "/"), "New");
  assert.equal(wordsAt(next, "/c/2"), undefined);
});

test("words that were deleted or sent are gone", () => {
  const browser = new Browser();
  const page = browser.open("ann");
  page.keep("/c/1", "One");
  page.keep("/c/1", "");
  page.keep("/c/2", "Two");
  page.drop("/c/2");
  assert.deepEqual(browser.open("ann").places(), []);
});

test("what is sent from a page that found the words is gone for all", () => {
  const browser = new Browser();
  browser.open("ann").keep("/c/1", "One");
  const next = browser.open("ann");
  next.take("/c/1");
  next.drop("/c/1");
  assert.equal(wordsAt(browser.open("ann"), "/c/1"), undefined);
});

test("two tabs keep what was typed in each, behind a reload, too", () => {
  const browser = new Browser();
  const own = [new Storage(), new Storage()];
  const [one, other] = own.map((storage) => browser.open("ann", { own: storage }));
  one.keep("/c/1", "typed in one");
  other.keep("/c/1", "typed in the other");
  assert.equal(wordsAt(one, "/c/1"), "typed in one");
  assert.equal(wordsAt(browser.open("ann", { own: own[0] }), "/c/1"), "typed in one");
  assert.equal(wordsAt(browser.open("ann", { own: own[1] }), "/c/1"), "typed in the other");
  assert.equal(wordsAt(browser.open("ann"), "/c/1"), "typed in the other");
});

test("a tab that sends leaves the words of the others alone", () => {
  const browser = new Browser();
  const [one, other] = [browser.open("ann"), browser.open("ann")];
  one.keep("/c/1", "typed in one");
  other.keep("/c/1", "typed in the other");
  one.drop("/c/1");
  assert.equal(wordsAt(browser.open("ann"), "/c/1"), "typed in the other");
});

test("a new chat takes its words along when it gets an address", () => {
  const browser = new Browser();
  const page = browser.open("ann");
  page.keep("/", "And then?");
  page.move("/", "/c/1");
  assert.deepEqual(browser.open("ann").places(), ["/c/1"]);
});

test("nothing of one person reaches the next", () => {
  const browser = new Browser();
  const own = new Storage();
  const anns = browser.open("ann", { own });
  anns.keep("/", "Ann's secret");
  const bens = browser.open("ben", { own });
  assert.deepEqual(bens.places(), []);
  assert.equal(bens.take("/"), null);
  assert.doesNotMatch(browser.shared.text + own.text, /secret/);
  anns.keep("/", "Ann's other secret"); // in a tab that she left open
  assert.doesNotMatch(browser.shared.text + own.text, /secret/);
  browser.open("ann", { own });
  assert.equal(wordsAt(browser.open("ann"), "/"), undefined);
});

test("signing out forgets everything, and a page left open keeps nothing more", () => {
  const browser = new Browser();
  const own = new Storage();
  const page = browser.open("ann", { own });
  page.keep("/", "secret");
  signOut(browser.shared, own);
  page.keep("/", "another secret");
  assert.doesNotMatch(browser.shared.text + own.text, /secret/);
});

test("another tab of who signed out forgets with the next page", () => {
  const browser = new Browser();
  const [here, there] = [new Storage(), new Storage()];
  browser.open("ann", { own: here });
  browser.open("ann", { own: there }).keep("/", "secret");
  signOut(browser.shared, here);
  assert.equal(browser.open("", { own: there }).take("/"), null);
  assert.doesNotMatch(there.text, /secret/);
});

test("who was signed out without wanting it finds the words again", () => {
  const browser = new Browser();
  const own = new Storage();
  browser.open("ann", { own }).keep("/", "half a question");
  assert.equal(browser.open("", { own }).take("/"), null);
  assert.equal(wordsAt(browser.open("ann", { own }), "/"), "half a question");
});

test("nobody's words stay in their tab, and become the guest's they turn out to be", () => {
  const browser = new Browser();
  const own = new Storage();
  browser.open("", { own }).keep("/c/1", "hello");
  assert.equal(browser.shared.text, "[]");
  assert.equal(wordsAt(browser.open("", { own }), "/c/1"), "hello");
  assert.equal(wordsAt(browser.open("guest", { own, guest: true }), "/c/1"), "hello");
  assert.equal(wordsAt(browser.open("guest", { guest: true }), "/c/1"), "hello");
});

test("nobody's words are not those of who signs in", () => {
  const browser = new Browser();
  const own = new Storage();
  browser.open("", { own }).keep("/", "hello");
  assert.equal(browser.open("ann", { own }).take("/"), null);
  assert.doesNotMatch(own.text, /hello/);
});

test("a browser that keeps nothing breaks nothing: the page itself remembers", () => {
  const closed = () => {
    throw new Error("SecurityError");
  };
  const page = new Drafts({ shared: closed, own: closed, person: "ann" });
  page.keep("/c/1", "One");
  page.move("/c/1", "/c/2");
  assert.equal(wordsAt(page, "/c/2"), "One");
  page.drop("/c/2");
  assert.equal(page.take("/c/2"), null);
  assert.deepEqual(page.places(), []);
});

test("in a full storage the oldest make room", () => {
  const browser = new Browser(10_000);
  const page = browser.open("ann");
  for (let number = 0; number < 30; number += 1) {
    browser.now += 1;
    page.keep(`/c/${number}`, "x".repeat(1000));
  }
  const places = browser.open("ann").places();
  assert.equal(places[0], "/c/29");
  assert.ok(places.length >= 3 && places.length < 10, `${places}`);
  page.keep("/c/huge", "x".repeat(20_000)); // more than fits at all
  assert.equal(wordsAt(page, "/c/huge"), "x".repeat(20_000));
});

test("what is old, or too much, is dropped", () => {
  const browser = new Browser();
  const page = browser.open("ann");
  page.keep("/c/old", "old");
  browser.now += 31 * DAY;
  for (let number = 0; number < 50; number += 1) {
    browser.now += 1;
    page.keep(`/c/${number}`, "x");
  }
  const places = browser.open("ann").places();
  assert.equal(places.length, 40);
  assert.ok(!places.includes("/c/old"));
  assert.ok(!places.includes("/c/0"));
  for (let number = 0; number < 20; number += 1) {
    browser.now += 1;
    page.keep(`/c/long${number}`, "x".repeat(90_000));
  }
  const long = browser.open("ann").places().filter((place) => place.startsWith("/c/long"));
  assert.equal(long.length, 11);
  page.keep("/c/longest", "x".repeat(200_000));
  assert.equal(browser.open("ann").take("/c/longest"), null);
});

test("what others wrote under our names is nothing", () => {
  const browser = new Browser();
  browser.open("ann");
  for (const text of ["", "{", "null", "[]", '{"words":7}']) {
    browser.shared.setItem("draft:ann:/", text);
    assert.equal(browser.open("ann").take("/"), null);
    assert.deepEqual(browser.open("ann").places(), []);
  }
});

test("a tab knows what it typed, and which events tell of a place", () => {
  const browser = new Browser();
  browser.open("ann").keep("/c/1", "One");
  const page = browser.open("ann");
  assert.equal(wordsAt(page, "/c/1"), "One");
  assert.ok(!page.isTypedHere("/c/1"));
  page.keep("/c/1", "Two");
  assert.ok(page.isTypedHere("/c/1"));
  assert.ok(page.tells({ key: "draft:ann:/c/1" }, "/c/1"));
  assert.ok(!page.tells({ key: "draft:ann:/c/2" }, "/c/1"));
});

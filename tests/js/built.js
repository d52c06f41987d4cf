/** What `Markdown` tells to build, as HTML; run as a script, for texts from standard input. */

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

import { Markdown } from "../../static/js/lib/markdown.js";

const ANCHORS = new Map([
  [1, "source-m-1"],
  [2, "source-m-2"],
]);

/** Builds a tree, and counts how often anything is told. */
export class Tree {
  root = { name: "root", attributes: {}, children: [] };
  told = 0;
  #open = [this.root];

  open(name, attributes) {
    const element = { name, attributes, children: [] };
    this.#tell().children.push(element);
    this.#open.push(element);
  }

  close() {
    this.#tell();
    this.#open.pop();
  }

  discard() {
    this.close();
    this.#open.at(-1).children.pop();
  }

  show(nodes) {
    this.#tell().children = nodes;
  }

  append(text) {
    this.#tell().children.push(text);
  }

  get html() {
    return this.root.children.map(htmlOf).join("");
  }

  #tell() {
    this.told += 1;
    return this.#open.at(-1);
  }
}

/** The HTML of a text that comes in pieces of this size, as it is before it ends. */
export function grown(text, size = 1) {
  const tree = new Tree();
  growInto(tree, text, size);
  return tree.html;
}

/** The same, once it has ended. */
export function ended(text, size = 1) {
  const tree = new Tree();
  growInto(tree, text, size).end();
  return tree.html;
}

function growInto(tree, text, size) {
  const markdown = new Markdown(tree, ANCHORS);
  for (let at = 0; at < text.length; at += size) markdown.take(text.slice(at, at + size));
  return markdown;
}

function escaped(text) {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function htmlOf(node) {
  if (typeof node === "string") return escaped(node);
  const attributes = Object.entries(node.attributes).map(
    ([name, value]) => ` ${name}="${escaped(String(value))}"`,
  );
  const { name, children } = node;
  return `<${name}${attributes.join("")}>${children.map(htmlOf).join("")}</${name}>`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const texts = JSON.parse(readFileSync(0, "utf8"));
  const sizes = [1, 3, Number.MAX_SAFE_INTEGER];
  console.log(JSON.stringify(texts.map((text) => sizes.map((size) => ended(text, size)))));
}

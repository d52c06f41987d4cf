/** Growing Markdown as blocks, none of which changes once the next one has begun. */

/** What a line may be as long as it could still turn out to be a fence. */
const PERHAPS_FENCE = /^ {0,3}(`{0,2}|~{0,2}|`{3}[^`]{0,80}|~{3}.{0,80}|`{3,}|~{3,})$/;
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;

/**
 * Splits text that arrives in pieces into paragraphs and fenced code.
 *
 * `take` returns steps: `{open: "paragraph"}` and `{open: "code"}` begin a block, `{append: text}`
 * adds to the one that is open. Blank lines between paragraphs and the lines of a fence are left
 * out, everything else is passed on as it came.
 */
export class Blocks {
  #steps = [];
  #open = null;
  #fence = "";
  #line = "";
  #plain = false;
  #breaks = 0;

  /** What a piece of text adds. */
  take(piece) {
    this.#steps = [];
    piece.split("\n").forEach((text, index) => {
      if (index) this.#endLine();
      this.#growLine(text);
    });
    return this.#steps;
  }

  #growLine(text) {
    if (this.#plain) return this.#append(text);
    this.#line += text;
    if (PERHAPS_FENCE.test(this.#line)) return undefined;
    return this.#turnPlain();
  }

  #turnPlain() {
    this.#append(this.#line);
    this.#line = "";
    this.#plain = true;
  }

  #endLine() {
    const line = this.#line;
    if (this.#plain) this.#breaks += 1;
    else if (this.#open === "code") this.#endLineOfCode(line);
    else if (FENCE.test(line)) this.#openCode(line);
    else if (line.trim() === "") this.#close();
    else this.#endHeldLine();
    this.#line = "";
    this.#plain = false;
  }

  #endHeldLine() {
    this.#append(this.#line);
    this.#breaks += 1;
  }

  #endLineOfCode(line) {
    const [, fence = "", info = ""] = FENCE.exec(line) ?? [];
    if (fence.startsWith(this.#fence) && info.trim() === "") this.#close();
    else this.#endHeldLine();
  }

  #openCode(line) {
    this.#close();
    this.#fence = FENCE.exec(line)[1];
    this.#begin("code");
  }

  #close() {
    this.#open = null;
    this.#fence = "";
    this.#breaks = 0;
  }

  #begin(kind) {
    this.#open = kind;
    this.#breaks = 0;
    this.#steps.push({ open: kind });
  }

  #append(text) {
    if (text === "") return;
    if (!this.#open) this.#begin("paragraph");
    this.#steps.push({ append: "\n".repeat(this.#breaks) + text });
    this.#breaks = 0;
  }
}

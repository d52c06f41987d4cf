"""What streams looks as it will in the end: the page's Markdown and the server's are alike."""

from __future__ import annotations

import json
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from chatapp.chat.markdown import to_html
from chatapp.chat.mathematics import TAGS
from tests.support.processes import require

FOLDER = Path(__file__).parent
SOURCES = {1: "source-m-1", 2: "source-m-2"}

TEXTS = (
    "Hello *world* and **bold** and ***both***.",
    "***bold italic*** and **bold *it***, *a **b** c*",
    "**a*b**c* *a **b*c** a*b*c _a_b_ “**x**” **“x”**y",
    "snake_case_name and __init__ and _em_ and 2 * 3 * 4 *x",
    "~~gone~~ ~one~ a~~b~~c",
    "# H1\n## H2 ##\nText\n===\n\nTwo\n---\n",
    "#nohash\n####### seven\n# \n#\ttab",
    "a\n# b\nc\n***\nd\n```\ne\n```\n",
    "a  \nb\\\nc\nd",
    "***\n\n---\n\n- - -\n",
    "- a\n- b\n  - c\n    - d\n- e\n\npara",
    "- a\n   - b\n      - c\n",
    "- a\n\n- b\n\n  c\n- d",
    "* a\n+ b\n- c",
    "1. one\n2. two\n   - x\n   - y\n\n   more\n3. three\n",
    "5. five\n6. six",
    "10. a\n    b\n11. c",
    "1) a\n2) b\n1. c",
    "text\n- list\n2. no\n1. yes",
    "1986. A year",
    "-not a list\n+1 up",
    "- a\n\tb\n\n\tc",
    "- [ ] todo\n- [x] done **b**\n- [ ]\n",
    "```python\nx = 1\n\ny = 2\n```\nafter",
    "```\nunclosed",
    "~~~\na\n```\n~~~\n",
    "````\n```\nx\n````\nb",
    "    code\n      more\n\n    yet\nafter",
    "- ```py\n  x\n  ```\n- b",
    "1. a\n\n   ```py\n   code\n   ```\n\n2. b",
    "> ```\n> x\n> ```\ny",
    "`code` ``a`b`` **bold `code*` x** `open",
    "| a | b |\n|---|:-:|\n| 1 | **2** |\n| 3 | `x|y` | z |\n| 4 |\n\nafter",
    "para\n| a | b |\n|---|--:|\n| 1 | 2 |\n> q\n",
    "a | b\n--|--\n1 \\| 2 | 2\n3",
    "| a |\n|---|\n| 1 |",
    "|x|\ntext",
    "> quote\n> more\nlazy\n\n> two\n>\n> - a\n> - b\n",
    "> # h\n> > n\n> m",
    "[link](https://a.example/x_y \"title\") [x](<https://a b>) [y]( https://z.example  'ti' )",
    "![img](https://x.example/i.png) ![](https://e.example)",
    "[![i](https://i.example/i)](https://l.example/l)",
    "[bad](javascript:alert(1)) [rel](/x)",
    "[a *b* c](https://x.example) *[x](https://y.example/(c)d)*",
    "see https://a.example/foo_bar_baz. And (https://b.example/a(b))",
    "<https://c.example> <me@x.org>",
    "fact [1] and [2, 1] and [3] `[1]` [1](https://x.example) [see [1]](https://x.example)",
    "&amp; &lt;b&gt; &#65; &#x42; &copy; &nope; \\*not\\* \\[x\\] \\` \\a",
    "<b>html</b> <script>x</script>\n\n<div>\nx\n</div>\n\ny",
    "[ref]: https://x.example\n\ntext",
    "🦊 **🦊** *é*",
    "a\r\nb\r\n\r\n- c\r\n- d\r\n",
    "$E=mc^2$ and $5 and $10, US$5, $HOME and $PATH, ($x$) $y$1 z$w$ \\$5 $-5$ $ x$ $$ $a\\$b$",
    "\\(a_1\\) and \\[x\\] and \\[x=1\\] and $$x^2$$ in words, 5$ or 10$ a month; $5, or 10$",
    "It is $50+/mo, or ~600$/yr, and (of $5 (US dollars) and 6$). $5x + 3$ **$5** and **$10**",
    "Therefore\n$$\nx = 1\n- y\n$$\nand\n\\[\n# x\n\\]\n\n$$ a $$\nb\n$$ c $$ d",
    "- a\n\n  $$\n  x\n  $$\n- $y$\n\n> $$\n> x\n> $$\n\n# $z$\n",
    "| $a_1$ | $5 |\n|--|--|\n| $b$ | c |",
    "*a $b_c$ d_e* **$x$** [$x$](https://x.example) `$x$` $`x`$ \\$5 [1]\n\n```\n$x$\n```\n",
    "$$\nnever closed\n\nmore $x$",
    (FOLDER.parent / "browser/answer.md").read_text(),
)


class Outline(HTMLParser):
    """What HTML shows: its elements and words, without what only styles or lays out source.

    A formula that is set shows its source, as one does that streams.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.shown: list[str] = []
        self._open: list[str] = []
        self._set: list[str] = []
        self._words = ""
        self.feed(html)
        self._end_words()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A paragraph in an item looks as the item does, and colours are none of our matter."""
        if tag in TAGS:
            self._set.append(tag)
            if tag == "math":
                self._end_words()
                self.shown.append("<code [('class', 'math')]>")
            return
        if tag == "br" or not self._hides(tag):
            self._end_words()
            kept = {
                k: v or "" for k, v in attrs if (tag, k) not in (("ul", "class"), ("li", "class"))
            }
            self.shown.append(f"<{tag} {sorted(kept.items())}>")
        else:
            self._words += " " if tag == "p" else ""
        if tag not in ("br", "hr", "input"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """The end of what was begun."""
        if tag in TAGS:
            self._set.pop()
            if tag == "math":
                self._end_words()
                self.shown.append("</code>")
            return
        if tag in ("br", "hr", "input"):
            return
        self._open.pop()
        if not self._hides(tag):
            self._end_words()
            self.shown.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Words, in which only code has line breaks that show."""
        if self._set and self._set[-1] != "annotation":
            return
        self._words += data if "pre" in self._open else re.sub(r"\s+", " ", data)

    def _hides(self, tag: str) -> bool:
        return tag == "span" or (tag == "p" and self._open[-1:] == ["li"])

    def _end_words(self) -> None:
        words = re.sub(" +", " ", self._words).strip()
        if words:
            self.shown.append(words)
        self._words = ""


@pytest.fixture(scope="module")
def streamed() -> list[list[str]]:
    """The HTML of each text, streamed by one, by three characters, and at once."""
    node = require("node", "nodejs")
    command = [node, str(FOLDER / "built.js")]
    done = subprocess.run(command, input=json.dumps(TEXTS), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[list[str]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("index", range(len(TEXTS)))
def test_what_streamed_is_what_stays(index: int, streamed: list[list[str]]) -> None:
    stays = Outline(to_html(TEXTS[index], SOURCES)).shown
    for html in streamed[index]:
        assert _without_empty_rows(Outline(html).shown) == _without_empty_rows(stays)


def _without_empty_rows(shown: list[str]) -> list[str]:
    """A table that has no rows yet has an empty one."""
    words = "\n".join(shown).replace("<tr []>\n</tr>\n", "")
    return words.replace("<tbody []>\n</tbody>\n", "").split("\n")

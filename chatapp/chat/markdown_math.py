"""Where there is mathematics in Markdown: `$…$`, `$$…$$`, `\\(…\\)` and `\\[…\\]`.

For `$`, pandoc's rules (https://pandoc.org/MANUAL.html#math): nothing blank inside of either
dollar, and no digit behind the second one; and GitHub's: no letter or digit outside of either.
Amounts of money, variables of a shell and code stay what they are. static/js/lib/formulas.js does
the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from chatapp.chat.mathematics import to_mathml

LONGEST_SEARCH = 2_500
"""Code points behind an opening mark in which its end is looked for."""

MOST = 40_000
"""What all formulas of a text that are set may cost: each its code points, and `EACH` more."""

EACH = 20

SPENT = "mathematics"
"""The name by which a parser keeps how many that were."""

FAILED = "no formulas"
"""The name by which a parser keeps the lines in which none begins, so that none is sought twice."""

_MARKS = {"$$": "$$", "\\[": "\\]", "\\(": "\\)", "$": "$"}
_SIGN = re.compile(r"[\\^_={}]")
_WORD = re.compile(r"\s\(?[^\W\d_]{2,}(?![^\s,.;:!?)/-])")
_TEX = re.compile(r"[\\^_={}+<>]")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


def enable(parser: MarkdownIt) -> None:
    """Lets a parser find formulas."""
    parser.inline.ruler.before("escape", "formula", _inline)
    parser.block.ruler.before(
        "fence", "formula", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.add_render_rule("formula", _render_inline)
    parser.add_render_rule("formula_block", _render_block)


def find(text: str, at: int) -> tuple[str, int, bool] | None:
    """The formula that begins at this place: its TeX, where it ends, whether it is displayed."""
    opening = next((mark for mark in _MARKS if text.startswith(mark, at)), None)
    if opening is None:
        return None
    start = at + len(opening)
    end = _end(text, start, _MARKS[opening])
    tex = text[start:end]
    if end < 0 or not tex.strip() or "`" in tex or _BLANK_LINE.search(tex):
        return None
    after = end + len(_MARKS[opening])
    before = text[max(at - 1, 0) : at]
    if opening == "$" and not _is_formula(tex, before, text[after : after + 1]):
        return None
    if opening == "$$" and "$" in (before, tex[0]):
        return None
    if opening == "\\[" and not _TEX.search(tex):
        return None
    return tex, after, opening in ("$$", "\\[")


def _end(text: str, start: int, mark: str) -> int:
    """Where the mark stands that ends a formula, not behind a backslash of its own; or -1."""
    at = text.find(mark, start, start + LONGEST_SEARCH)
    while at >= 0 and _is_escaped(text, start, at):
        at = text.find(mark, at + 1, start + LONGEST_SEARCH)
    return at


def _is_escaped(text: str, start: int, at: int) -> bool:
    before = at
    while before > start and text[before - 1] == "\\":
        before -= 1
    return (at - before) % 2 == 1


def _is_formula(tex: str, before: str, after: str) -> bool:
    outside = not (before.isalnum() or after.isalnum() or before == "$" or after == "$")
    inside = not (tex[0].isspace() or tex[-1].isspace())
    return outside and inside and not _is_money(tex)


def _is_money(tex: str) -> bool:
    """Whether an amount and words stand between the dollars of two amounts."""
    return tex[0] in "0123456789" and not _SIGN.search(tex) and bool(_WORD.search(tex))


def _inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "$\\":
        return False
    found = find(state.src, state.pos)
    if found is None:
        return False
    tex, state_pos, display = found
    if not silent:
        token = state.push("formula", "", 0)
        token.content, token.meta = tex, {"display": display}
    state.pos = state_pos
    return True


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A formula with lines of its own: the first begins with its mark, the last ends with it."""
    begin = state.bMarks[start] + state.tShift[start]
    mark = state.src[begin : begin + 2]
    if mark not in ("$$", "\\[") or state.is_code_block(start):
        return False
    key = (mark, state.level, state.blkIndent, end)
    failed = state.env.setdefault(FAILED, {})
    if start in failed.get(key, ()):
        return False
    tex, line = _body(state, start, end, _MARKS[mark])
    if not tex.strip():
        failed[key] = range(start, line)
        return False
    if not silent:
        token = state.push("formula_block", "", 0)
        token.content, token.map = tex, [start, line]
        state.line = line
    return True


def _body(state: StateBlock, start: int, end: int, mark: str) -> tuple[str, int]:
    """What stands before a mark that ends a line, or nothing; and the line behind."""
    lines: list[str] = []
    for line in range(start, end):
        text = state.getLines(line, line + 1, state.blkIndent, False)
        text = text.lstrip()[2:] if line == start else text
        outside = line > start and state.sCount[line] < state.blkIndent
        too_long = state.bMarks[line] - state.bMarks[start] > LONGEST_SEARCH
        if outside or too_long or (line > start and not text.strip()):
            return "", line
        at = _end(text, 0, mark)
        if at >= 0:
            tex = "\n".join((*lines, text[:at]))
            return ("" if text[at + 2 :].strip() else tex), line + 1
        lines.append(text)
    return "", end


def _render_inline(
    _renderer: Any, tokens: Sequence[Token], index: int, _options: Any, env: dict[str, Any]
) -> str:
    token = tokens[index]
    return _render(token.content, env, display=token.meta["display"])


def _render_block(
    _renderer: Any, tokens: Sequence[Token], index: int, _options: Any, env: dict[str, Any]
) -> str:
    return f'<p class="formula">{_render(tokens[index].content, env, display=True)}</p>\n'


def _render(tex: str, env: dict[str, Any], *, display: bool) -> str:
    """MathML; or the source as code, where it cannot be set or too much has been set already."""
    env[SPENT] = env.get(SPENT, 0) + len(tex) + EACH
    mathml = to_mathml(tex, display=display) if env[SPENT] <= MOST else None
    return mathml or f'<code class="math">{escape(tex.strip(), quote=False)}</code>'

r"""TeX as models write it, in the commands that the library knows which reads it."""

from __future__ import annotations

import re

_MACROS = re.compile(
    r"\\(?:[egx]?def|let|(?:re|provide)?newcommand|providecommand|renewcommand|"
    r"(?:re)?newenvironment|DeclareMathOperator|unicode|input|include|require)(?![A-Za-z])"
)

_ENVIRONMENTS = {
    **dict.fromkeys(("aligned", "split"), r"align*"),
    **dict.fromkeys(("gather", "gather*", "gathered", "multline", "multline*"), "matrix"),
    **dict.fromkeys(("equation", "equation*"), ""),
    "dcases": "cases",
}
_ENVIRONMENT = re.compile(r"\\(begin|end)\{(\w+\*?)\}")
_FENCED = frozenset(f"{kind}matrix" for kind in "pbBvV")
"""Matrices with brackets, which the library does not hold together: `^{-1}` would break one."""

_UNSEEN = re.compile(r"\\(?:nonumber|notag)(?![A-Za-z])|\\label\{[^{}]*\}")
_TAG = re.compile(r"\\tag\*?\{([^{}]*)\}")
_NAMED = re.compile(r"\\(arg|mathscr|not\s*=|not\s*\\in)(?![A-Za-z])")
_NAMES = {"arg": r"\operatorname{arg}", "mathscr": r"\mathcal", "not=": r"\neq"}


def may_grow(tex: str) -> bool:
    """Whether a formula defines what could make it longer than it is written, or reads files."""
    return _MACROS.search(tex) is not None


def known(tex: str) -> str:
    """The same formula in commands that the library knows."""
    tex = _UNSEEN.sub("", tex.strip())
    tex = _TAG.sub(r"\\qquad(\\text{\1})", tex)
    tex = _NAMED.sub(_renamed, tex)
    return _ENVIRONMENT.sub(_environment, tex)


def _renamed(found: re.Match[str]) -> str:
    return _NAMES.get("".join(found[1].split()), r"\notin")


def _environment(found: re.Match[str]) -> str:
    begins = found[1] == "begin"
    name = _ENVIRONMENTS.get(found[2], found[2])
    if not name:
        return "{" if begins else "}"
    mark = rf"\{found[1]}{{{name}}}"
    if name not in _FENCED:
        return mark
    return "{" + mark if begins else mark + "}"

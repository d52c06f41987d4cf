"""All that people read here, in English: what a catalogue has to translate.

Templates and scripts mark their words. In Python words are marked where a page puts them together;
what errors say is not marked anywhere: it is every sentence in the code, as whoever raises an error
knows of no language. Modules whose sentences nobody reads on a page are named below.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from jinja2.ext import babel_extract

ROOT = Path(__file__).resolve().parents[2]

KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}

FOR_OTHERS = (
    "cli/", "doctor/", "dialects/", "config.py", "prompt.py", "sse.py",
    "chat/coaching.py", "chat/naming.py", "chat/prompting.py", "chat/readiness.py",
    "chat/responses.py",
    "providers/offline.py", "providers/_transport.py",
    "views/asked_by_url.py", "views/ai_bodies.py", "views/completion_options.py",
    "views/guide_", "views/hello.py", "views/kept_responses.py", "views/openai_",
    "views/openapi.py", "views/queries.py", "views/response_", "views/streams.py",
    "views/event_models.py", "views/operations.py", "views/replies.py", "views/tickets_api.py",
)  # fmt: skip
"""Their words are for programs, for whoever runs the server, or for a model. The offline model
speaks English alone, like the help pages that it quotes."""

NOT_SHOWN = frozenset({"A server-sent event is longer than %(v1)s bytes.",
                       "A frame of %(v1)s bytes, where %(v2)s are left."})  # fmt: skip
"""Sentences about programs that talk nonsense to one another."""

WHOLE = ("chat/ready_made.py", "knowledge/foreign.py")
"""Modules in which shorter words are shown, too."""

BORROWED = {
    "chatapp/views/problems.py": (
        "Bad Request", "Unauthorized", "Forbidden", "Not Found", "Method Not Allowed", "Conflict",
        "Request Entity Too Large", "Unsupported Media Type", "Unprocessable Entity",
        "Too Many Requests", "Internal Server Error", "Service Unavailable",
        "The browser (or proxy) sent a request that this server could not understand.",
        "The requested URL was not found on the server. If you entered the URL manually please "
        "check your spelling and try again.",
        "The method is not allowed for the requested URL.",
    ),
    "chatapp/views/bodies.py": (
        "String should have at most %(num)s characters",
        "String should have at least 1 character",
        "String should match pattern '%(pattern)s'",
        "List should have at most %(most)s items after validation, not %(num)s",
        "Input should be less than or equal to %(num)s",
        "Input should be greater than or equal to %(num)s",
        "Input should be a valid integer",
        "Input should be a valid number",
        "Input should be a valid string",
        "Input should be %(values)s",
        "Field required",
        "must not be blank",
        "must not contain the NUL character",
        "must not contain half of a surrogate pair",
    ),
    "chatapp/accounts/throttle.py": (
        "%(num)s seconds", "1 second", "%(num)s minutes", "1 minute",
    ),
    "chatapp/providers/_failures.py": (
        "in a moment", "in %(num)s seconds", " (it objects to “%(name)s”)",
    ),
    "chatapp/accounts/browsers.py": ("Unknown browser",),
    "chatapp/views/assistants_page.py": ("Slate", "Teal", "Green", "Amber", "Rose", "Violet"),
    "chatapp/chat/access.py": ("conversation", "message"),
    "chatapp/views/days.py": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
}  # fmt: skip
"""What libraries say, and the values that stand in sentences, by the module that shows them."""


def catalog() -> Catalog:
    """Everything, with the files in which it stands."""
    made = Catalog(project="chatapp", charset="utf-8")
    for path, words, context in _all():
        made.add(words, locations=[(path, 0)], context=context)
    return made


def _all() -> Iterator[tuple[str, str | tuple[str, ...], str | None]]:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        if path.parent.name != "docs":  # the reference of the API is made of English docstrings
            found = babel_extract(BytesIO(path.read_bytes()), list(KEYWORDS), (), {})
            yield from _marked(path, ((name, words) for _, name, words, _ in found))
    for path in sorted((ROOT / "static/js").rglob("*.js")):
        yield from _extracted("javascript", path)
    for path in sorted((ROOT / "chatapp").rglob("*.py")):
        yield from _extracted("python", path)
        yield from ((_name(path), words, None) for words in sentences(path))
    for name, several in BORROWED.items():
        yield from ((name, words, None) for words in several)


def _extracted(method: str, path: Path) -> Iterator[tuple[str, str | tuple[str, ...], str | None]]:
    for _, words, _, context in extract(method, BytesIO(path.read_bytes()), KEYWORDS):
        yield _name(path), words, context


def _marked(
    path: Path, found: Iterator[tuple[str, object]]
) -> Iterator[tuple[str, str | tuple[str, ...], str | None]]:
    """Jinja's extractor leaves it to the caller what the arguments of a function mean."""
    for name, said in found:
        words = tuple(each for each in (said if isinstance(said, tuple) else (said,)) if each)
        if name == "pgettext":
            yield _name(path), str(words[1]), str(words[0])
        else:
            yield _name(path), words[:2] if name == "ngettext" else str(words[0]), None


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def sentences(path: Path) -> Iterator[str]:
    """What a module says, with the values in it named by their order."""
    name = path.relative_to(ROOT / "chatapp").as_posix()
    if name.startswith(FOR_OTHERS):
        return
    tree = ast.parse(path.read_text("utf-8"))
    unread = {id(each) for node in ast.walk(tree) for each in _unread(node)}
    for node in ast.walk(tree):
        words = _words(node)
        shown = _is_sentence(words) or (name in WHOLE and re.match(r"[A-Z]\w|an? ", words))
        if shown and id(node) not in unread:
            yield words


def _unread(node: ast.AST) -> Iterator[ast.AST]:
    """What is in a docstring, in a log, in what a model is told, or in a larger piece."""
    match node:
        case ast.Expr(ast.Constant() as docstring):
            yield docstring
        case ast.Subscript(slice=name):
            yield name
        case ast.Call(ast.Name(name), arguments) if name in KEYWORDS:
            yield from arguments
        case ast.JoinedStr(values) | ast.FormattedValue(ast.JoinedStr(values)):
            yield from values
        case ast.keyword(arg="instructions" | "id" | "letter" | "colour", value=value):
            yield value
        case ast.Call(ast.Attribute(ast.Name("log")), arguments):
            yield from arguments


def _words(node: ast.AST) -> str:
    """The words of a node that holds some; empty for others."""
    match node:
        case ast.Constant(str(words)):
            pieces = re.split(r"(\{\w+\})", words)
            return _with_places((at % 2 == 1, each) for at, each in enumerate(pieces))
        case ast.JoinedStr(values):
            return _with_places(
                (isinstance(each, ast.FormattedValue), str(getattr(each, "value", "")))
                for each in values
            )
    return ""


def _with_places(pieces: Iterable[tuple[bool, str]]) -> str:
    """Words whose values are named by their order; each piece says whether it is a value."""
    said, values = [], 0
    for is_value, words in pieces:
        values += is_value
        said.append(f"%(v{values})s" if is_value else words)
    return "".join(said)


def _is_sentence(words: str) -> bool:
    return (
        " " in words
        and re.match(r"[A-Z“%]", words) is not None
        and re.search(r"[.!?]$", words) is not None
        and words not in NOT_SHOWN
    )

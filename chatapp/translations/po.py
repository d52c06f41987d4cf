"""Catalogues as translators write them (`.po`), and as the standard library reads them (`.mo`).

Both are described at https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html and
https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_LINE = re.compile(r'(?:(msgctxt|msgid_plural|msgid|msgstr)(?:\[(\d)\])?\s+)?"(.*)"')
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}

_MAGIC = 0x950412DE
_HEAD = 28
"""Bytes in front of the tables: seven numbers."""


@dataclass(slots=True)
class Entry:
    """What is said in one place or several. `words` has a form for each number that matters; the
    header of a catalogue is the entry whose `id` is empty.
    """

    id: str = ""
    plural: str = ""
    context: str | None = None
    words: dict[int, str] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)

    @property
    def done(self) -> bool:
        """Whether it is translated, and somebody has looked at that."""
        return all(self.words.values()) and bool(self.words) and "fuzzy" not in self.flags


def read(text: str) -> Iterator[Entry]:
    """The entries of a catalogue. Raises `ValueError` for what is none."""
    for number, block in _blocks(text):
        entry = _entry(block, number)
        if entry.words:
            yield entry


def header(entry: Entry) -> dict[str, str]:
    """The fields of the header, by their names in small letters."""
    lines = (line.partition(":") for line in entry.words[0].splitlines())
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def pack(entries: Iterable[Entry]) -> bytes:
    """The same as `.mo`; what is not translated is left out."""
    pairs = sorted(_pair(entry) for entry in entries if entry.done)
    originals, translations = (_HEAD, _HEAD + 8 * len(pairs))
    at = translations + 8 * len(pairs)
    tables: list[list[int]] = [[], []]
    for column, table in enumerate(tables):
        for pair in pairs:
            table += [len(pair[column]), at]
            at += len(pair[column]) + 1
    head = (_MAGIC, 0, len(pairs), originals, translations, 0, at)
    numbers = struct.pack(f"<7I{4 * len(pairs)}I", *head, *tables[0], *tables[1])
    return numbers + b"".join(pair[column] + b"\0" for column in (0, 1) for pair in pairs)


def _pair(entry: Entry) -> tuple[bytes, bytes]:
    key = entry.id if entry.context is None else f"{entry.context}\4{entry.id}"
    if entry.plural:
        key = f"{key}\0{entry.plural}"
    return key.encode(), "\0".join(words for _, words in sorted(entry.words.items())).encode()


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines of each entry, and the number of the first; `#~` is what nobody says any more."""
    block: list[str] = []
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.strip() and not line.startswith("#~"):
            block.append(line.strip())
        elif block:
            yield number - len(block), block
            block = []


def _entry(block: list[str], number: int) -> Entry:
    entry, keyword, form = Entry(), "", 0
    for at, line in enumerate(block, number):
        if line.startswith("#"):
            _note(entry, line)
            continue
        match = _LINE.fullmatch(line)
        if match is None or not (match[1] or keyword):
            raise ValueError(f"line {at} of the catalogue is no part of one: {line}")
        if match[1] in ("msgctxt", "msgid") and entry.words:
            raise ValueError(f"line {at} of the catalogue needs an empty one above it: {line}")
        if match[1]:
            keyword, form = match[1], int(match[2] or 0)
        _add(entry, keyword, form, _ESCAPE.sub(_unescaped, match[3]))
    return entry


def _note(entry: Entry, line: str) -> None:
    if line.startswith("#:"):
        entry.places += line[2:].split()
    elif line.startswith("#,"):
        entry.flags |= {flag.strip() for flag in line[2:].split(",")}


def _add(entry: Entry, keyword: str, form: int, words: str) -> None:
    match keyword:
        case "msgctxt":
            entry.context = (entry.context or "") + words
        case "msgid":
            entry.id += words
        case "msgid_plural":
            entry.plural += words
        case _:
            entry.words[form] = entry.words.get(form, "") + words


def _unescaped(match: re.Match[str]) -> str:
    return _ESCAPED.get(match[1], match[1])

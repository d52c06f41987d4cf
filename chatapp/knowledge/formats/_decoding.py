"""Bytes to text, in the encodings that people's files have."""

from __future__ import annotations

import codecs
import re

from chatapp.errors import Unreadable

NO_TEXT = "This is not a document: its bytes are no text, and no kind of file that is read here."
"""What is said of a file that is neither text nor anything else that is known."""

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""How files begin that name their encoding; UTF-32 goes first, since it begins like UTF-16."""

LEGACY = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
]
"""Encodings that are still met; among all that exist a short text is guessed wrongly."""

SAMPLE = 64 * 1024
"""Bytes that are looked at to tell what text is written in."""

SOUND = 3
"""How many whole letters beyond ASCII there must be for a broken one in what is still UTF-8."""

CONTROLS = 0.005
"""The share of control characters from which on bytes are no text."""

FEW = 3
"""Control characters that any text may have."""

_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")
_LINE_END = re.compile("\r\n?|\x0c|\u2028|\u2029|\x85")


def decode(content: bytes, declared: str | None = None) -> str:
    """The text; `declared` is the encoding that the file names itself, believed where it fits.

    Raises `Unreadable` where the bytes are no text.
    """
    for mark, encoding in BOMS:
        if content.startswith(mark):
            return cleaned(content[len(mark) :].decode(encoding, "replace"))
    if wide := _wide(content):
        return cleaned(content.decode(wide, "replace"))
    if len(_CONTROL.findall(content[:SAMPLE])) > FEW + CONTROLS * min(len(content), SAMPLE):
        raise Unreadable(NO_TEXT)
    return cleaned(_decoded(content, declared))


def cleaned(text: str) -> str:
    """The text with LF alone between its lines, and without what no text holds.

    Those are control characters, NUL among them, which PostgreSQL refuses, and lone surrogates.
    """
    return _UNFIT.sub("", _LINE_END.sub("\n", text))


def _wide(content: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of Latin letters is zero."""
    sample = content[:SAMPLE]
    half = len(sample) // 2
    if half and sample[1::2].count(0) > 0.4 * half and not sample[::2].count(0):
        return "utf-16-le"
    if half and sample[::2].count(0) > 0.4 * half and not sample[1::2].count(0):
        return "utf-16-be"
    return None


def _decoded(content: bytes, declared: str | None) -> str:
    for name in ("utf-8", declared):
        try:
            if name:
                return content.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    flawed = content.decode("utf-8", "replace")
    if _is_flawed_only(flawed):
        return flawed
    return content.decode(_guessed(content), "replace")


def _is_flawed_only(text: str) -> bool:
    """Whether a text is UTF-8 but for a few bytes; in other encodings few fit it by chance."""
    broken = text.count("\ufffd")
    beyond = len(text) - len(text.encode("ascii", "ignore")) - broken
    return beyond >= SOUND * broken


def _guessed(content: bytes) -> str:
    from charset_normalizer import from_bytes

    beyond = re.search(rb"[\x80-\xff]", content)
    start = max(0, beyond.start() - SAMPLE // 2) if beyond else 0
    best = from_bytes(content[start : start + SAMPLE], cp_isolation=LEGACY).best()
    return best.encoding if best else "cp1252"

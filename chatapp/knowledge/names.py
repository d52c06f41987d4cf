"""What files are called: paths below the folder that was added, and titles made of them."""

from __future__ import annotations

import re
import unicodedata

from chatapp.errors import Unprocessable
from chatapp.models.document import LONGEST_NAME

LONGEST_TITLE = 200

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, those that turn the direction of text, and halves of surrogates."""

_DRIVE = re.compile(r"[A-Za-z]:")

_KINDS = {
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "htm": "text/html",
    "html": "text/html",
    "json": "application/json",
    "markdown": "text/markdown",
    "md": "text/markdown",
    "pdf": "application/pdf",
    "txt": "text/plain",
}


def normalize(path: str) -> str:
    """A path as documents are called: steps parted by `/`, none of which leads up or is hidden by
    a control character. Raises `Unprocessable` where nothing is left of it, or too much."""
    steps = map(one_line, re.split(r"[/\\]", unicodedata.normalize("NFC", path)))
    leading = ("", ".", "..")
    name = "/".join(each for each in steps if each not in leading and not _DRIVE.fullmatch(each))
    if not name:
        raise Unprocessable("The file has no name.", param="name")
    if len(name) > LONGEST_NAME:
        words = f"A file's name may have {LONGEST_NAME} characters, this one has {len(name):,}."
        raise Unprocessable(words, param="name")
    return name


def one_line(text: str) -> str:
    """The text without line breaks, and without what nobody sees."""
    return " ".join(_UNSEEN.sub(" ", text).split())


def title_of(name: str) -> str:
    """What a document is called until somebody, or its own words, say better."""
    stem, dot, _ = name.rpartition("/")[2].rpartition(".")
    words = (stem if dot and stem else name.rpartition("/")[2]).replace("_", " ")
    return words[:LONGEST_TITLE].strip() or name[:LONGEST_TITLE]


def name_of(title: str) -> str:
    """What a text without a file is called."""
    return normalize(title.replace("/", " ").replace("\\", " ")[: LONGEST_NAME - 3] + ".md")


def guess_media_type(name: str) -> str:
    """The kind that a name claims, before its content was looked at."""
    return _KINDS.get(name.partition(".")[2].rpartition(".")[2].lower(), "application/octet-stream")

"""Files that a browser keeps, under names in any language."""

from __future__ import annotations

import re
from urllib.parse import quote

from flask import Response

LONGEST = 80
"""Code points of a name that is made of a title."""

_UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069/\\:*?"<>|]+')
"""What some file system does not take in a name, and what turns the direction of it."""


def attach(response: Response, name: str) -> None:
    """Lets the browser keep the answer as a file: RFC 6266, whose `filename*` is RFC 8187.

    A browser that does not know that reads the name in ASCII.
    """
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    response.headers.set(
        "Content-Disposition",
        "attachment",
        filename=plain,
        **{"filename*": f"UTF-8''{quote(name, safe='')}"},
    )


def name_of(title: str, otherwise: str, ending: str) -> str:
    """The name of a file that holds what is called so."""
    words = " ".join(_UNFIT.sub(" ", title).split())[:LONGEST].strip(" .")
    return f"{words or otherwise}.{ending}"

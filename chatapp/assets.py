"""Static files, at addresses that change with their content, so that browsers keep them for ever.

One digest of all files stands in the path: modules and sheets name each other by relative
addresses, which then carry it too.
"""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

ALL_SHEETS = "css/all.css"
"""The name of what is no file: all sheets in one, which takes one request."""

FIRST_SHEETS = ("css/tokens.css", "css/base.css", "css/layout.css")

TEXTS = frozenset((".js", ".css", ".svg", ".json", ".webmanifest", ".html", ".txt"))
"""Endings of files that become smaller; pictures are packed already."""


class Assets:
    """The files of a folder. `sheets` are in the order of the cascade; a page may have one more,
    in `css/pages/`. `modules` are those of the chat; other pages have theirs in `js/pages/`,
    and what only some people use is in `js/later/`, imported where it is first used.
    """

    def __init__(self, folder: Path) -> None:
        contents = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        digest = hashlib.sha256()
        for name, content in contents.items():
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
        self.digest = digest.hexdigest()[:16]
        self._folder = folder
        self._names = frozenset((*contents, ALL_SHEETS))
        self._packed: dict[str, bytes] = {}
        self.modules = tuple(
            name
            for name in contents
            if name.startswith("js/") and not name.startswith(("js/pages/", "js/later/"))
        )
        components = (name for name in contents if name.startswith("css/components/"))
        self.sheets = (*FIRST_SHEETS, *components)

    def join_sheets(self) -> bytes:
        """All sheets, as they are now, in the order of the cascade."""
        return b"\n".join((self._folder / name).read_bytes() for name in self.sheets)

    def is_text(self, name: str) -> bool:
        """Whether there is such a file, and it is worth packing."""
        return name in self._names and PurePosixPath(name).suffix in TEXTS

    def packed(self, name: str) -> bytes:
        """A file as gzip (RFC 1952), the same bytes in every process. It is packed once, when it is
        first asked for: a browser asks once for each edition."""
        if name not in self._packed:
            self._packed[name] = _pack(self._read(name))
        return self._packed[name]

    def _read(self, name: str) -> bytes:
        return self.join_sheets() if name == ALL_SHEETS else (self._folder / name).read_bytes()

    def url(self, name: str) -> str:
        """The address of a file. Raises `LookupError` for one that does not exist."""
        if name not in self._names:
            raise LookupError(f"there is no static file {name!r}")
        return f"/static/{self.digest}/{name}"


def _pack(content: bytes) -> bytes:
    import gzip  # a server behind another that packs never needs it

    return gzip.compress(content, mtime=0)

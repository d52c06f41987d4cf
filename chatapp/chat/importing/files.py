"""The files that conversations come in: JSON, or the ZIP archive that holds it."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from chatapp.chat.importing.pieces import NotConversations

CHUNK = 64 * 1024
UNPACKED = 20
"""How many times as large as an upload may be what an archive unpacks to."""

_ZIP = b"PK\x03\x04"
_NAME = re.compile(r"(?:.*/)?(?:conversations(?:-\d+)?|chatapp-[\d-]+)\.json")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)
"""What `zipfile` raises for archives that are damaged, encrypted, or packed in another way."""


def documents(file: IO[bytes], largest: int) -> Iterator[Iterator[bytes]]:
    """The documents of JSON in a file, each in pieces. An archive may unpack to `largest` bytes
    times `UNPACKED`. Raises `NotConversations`, also while the pieces are read."""
    if file.read(len(_ZIP)) != _ZIP:
        file.seek(0)
        yield _read(file, largest)
        return
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            names = [each for each in archive.namelist() if _NAME.fullmatch(each)]
            if not names:
                raise NotConversations("The archive holds no `conversations.json`.")
            left = largest * UNPACKED
            for name in names:
                with archive.open(name) as packed:
                    yield _read(packed, left)
                left -= archive.getinfo(name).file_size
    except _BROKEN:
        raise NotConversations("The archive is damaged, or it cannot be read here.") from None


def _read(file: IO[bytes], most: int) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        most -= len(chunk)
        if most < 0:
            raise NotConversations("What the archive unpacks to is too large.")
        yield chunk

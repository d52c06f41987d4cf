"""The languages that there are, and which of them somebody reads."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from chatapp.translations import po
from chatapp.translations.catalogue import Language

SOURCE = Language("en", "English", "ltr", ())
"""The language in which everything is written first."""

_RENAMED = {"in": "id", "iw": "he", "ji": "yi"}
"""Codes that some systems still use: https://www.iana.org/assignments/language-subtag-registry"""


class Languages:
    """English, and one language for each catalogue in a folder, which is named after its code."""

    def __init__(self, folder: Path) -> None:
        self._files = {code_of(path): path for path in sorted(folder.glob("*.po"))}
        self._known = {SOURCE.code: SOURCE}

    @property
    def codes(self) -> tuple[str, ...]:
        """All of them, English first."""
        return (SOURCE.code, *self._files)

    @cached_property
    def names(self) -> tuple[tuple[str, str], ...]:
        """Each code with what the language calls itself."""
        return tuple((code, self.get(code).name) for code in self.codes)

    def get(self, code: str) -> Language:
        """A language by one of the `codes`; its catalogue is read once."""
        if code not in self._known:
            self._known[code] = load(self._files[code])
        return self._known[code]

    def choose(self, wanted: Iterable[str]) -> Language:
        """The first language that there is of these tags (RFC 5646), also in another region's
        form; English where there is none.
        """
        for tag in wanted:
            if code := self.find(tag):
                return self.get(code)
        return SOURCE

    def find(self, tag: str) -> str | None:
        """The code of the language for a tag; None where there is none."""
        folded = tag.replace("_", "-").lower()
        language, _, region = folded.partition("-")
        language = _RENAMED.get(language, language)
        exact = f"{language}-{region}" if region else language
        known = {code.lower(): code for code in self.codes}
        return known.get(exact) or known.get(language)


def code_of(path: Path) -> str:
    """`pt-BR` of `pt_BR.po`."""
    return path.stem.replace("_", "-")


def load(path: Path) -> Language:
    """Reads a catalogue. Raises `ValueError` for what is none."""
    entries = list(po.read(path.read_text("utf-8")))
    if not entries or entries[0].id:
        raise ValueError(f"{path.name} begins with no header")
    said = po.header(entries[0])
    code = code_of(path)
    return Language(code, said.get("x-name", code), said.get("x-direction", "ltr"), entries)

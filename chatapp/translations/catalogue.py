"""One language: what pages and scripts say in it, and what our own errors mean in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from gettext import GNUTranslations, NullTranslations
from io import BytesIO

from chatapp.translations import po

LONGEST_TOLD = 4000
"""Code points from which words are told as they are: no error of ours has so many."""

_PLACE = re.compile(r"%\((\w+)\)s")
_SCRIPTS = "static/js/"


class Language:
    """A language with its `code` as browsers know it (BCP 47), its own name and its direction."""

    def __init__(self, code: str, name: str, direction: str, entries: Sequence[po.Entry]) -> None:
        self.code = code
        self.name = name
        self.direction = direction
        words = GNUTranslations(BytesIO(po.pack(entries))) if entries else NullTranslations()
        self.gettext = words.gettext
        self.ngettext = words.ngettext
        self.pgettext = words.pgettext
        self.browser = {
            each.id: each.words[0] for each in entries if each.done and _is_scripts(each)
        }
        """What scripts say, by the English words."""
        self._patterns = sorted(
            (_Pattern(each) for each in entries if each.done and _PLACE.search(each.id)),
            key=lambda each: -each.weight,
        )

    def tell(self, words: str) -> str:
        """Finished English words, such as those of an error, in this language.

        Those with values in them are known by the words around the values, which may be told in
        their turn. Nothing has to be known of an error to tell it, so stored ones are told as well.
        What is unknown stays as it is.
        """
        if len(words) > LONGEST_TOLD or not words:
            return words
        told = self.gettext(words)
        if told != words:
            return told
        for pattern in self._patterns:
            if values := pattern.read(words):
                return pattern.words % {name: self.tell(value) for name, value in values.items()}
        return words


class _Pattern:
    """English words with places for values; the more words there are, the surer it is."""

    def __init__(self, entry: po.Entry) -> None:
        fixed = _PLACE.split(entry.id)
        self.words = entry.words[0]
        self.weight = sum(len(each) for each in fixed[::2])
        self._source = "".join(
            f"(?P<{each}>.+?)" if at % 2 else re.escape(each.replace("%%", "%"))
            for at, each in enumerate(fixed)
        )
        self._compiled: re.Pattern[str] | None = None

    def read(self, words: str) -> dict[str, str] | None:
        """The values by their names; None where these are other words."""
        if self._compiled is None:
            self._compiled = re.compile(self._source, re.DOTALL)
        match = self._compiled.fullmatch(words)
        return match.groupdict() if match else None


def _is_scripts(entry: po.Entry) -> bool:
    return bool(entry.id) and any(place.startswith(_SCRIPTS) for place in entry.places)

"""Gemini's thoughts, which come inside the words of the answer."""

from __future__ import annotations

_OPEN, _CLOSE = "<thought>", "</thought>"


class Thoughts:
    """Tells thoughts from words.

    Gemini's OpenAI endpoint puts `<thought>…</thought>` into `content`. Deltas of a thought are
    marked (`extra_content.google.thought`); the closing tag comes with the first words after it.
    Without a mark a tag is what it looks like: text.
    """

    def __init__(self) -> None:
        self._inside = False
        self._held = ""  # the beginning of a tag, whose end is yet to come

    @property
    def open(self) -> bool:
        """Whether what comes next must be looked at, though it is not marked."""
        return self._inside or bool(self._held)

    def split(self, content: str, marked: bool) -> tuple[str, str]:
        """The part of a delta that is thought, and the part that is words."""
        text, self._held = self._held + content, ""
        if marked and not self._inside:
            if _OPEN.startswith(text):
                self._held = text
                return "", ""
            self._inside = True
            text = text.removeprefix(_OPEN)
        if not self._inside:
            return "", text
        thought, closed, words = text.partition(_CLOSE)
        if closed:
            self._inside = False
            return thought, words
        return self._without_end(text, marked)

    def rest(self) -> str:
        """What was held back in vain."""
        held, self._held = self._held, ""
        return held

    def _without_end(self, text: str, marked: bool) -> tuple[str, str]:
        if not marked and not _CLOSE.startswith(text):
            self._inside = False
            return "", text
        tail = next(n for n in range(len(_CLOSE) - 1, -1, -1) if text.endswith(_CLOSE[:n]))
        self._held = text[len(text) - tail :]
        return text[: len(text) - tail], ""

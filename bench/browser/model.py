"""A model that says Markdown at a given pace, in pieces of the size that models say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count, islice
from threading import Thread
from time import monotonic, sleep

from tests.browser.model import Asked
from tests.support.instance import ROOT

ANSWER = (ROOT / "tests" / "browser" / "answer.md").read_text()
"""Paragraphs, a list, a table, a quotation, code, a link: some 400 tokens."""

_TOKEN = re.compile(r"\s*\S{1,5}|\s+")


def tokens(number: int) -> list[str]:
    """So many pieces of text, of one answer: the same sections again and again, each numbered."""
    return list(islice(_endless(), number))


def _endless() -> Iterator[str]:
    for section in count(1):
        yield from _TOKEN.findall(f"## Section {section}\n\n{ANSWER}\n")


def in_pieces(words: Sequence[str], number: int) -> list[str]:
    """The same text in so many pieces."""
    size = -(-len(words) // number)
    return ["".join(words[at : at + size]) for at in range(0, len(words), size)]


@contextmanager
def speaking(asked: Asked, words: Iterable[str], rate: int) -> Iterator[Thread]:
    """Says the words, so many a second, and ends, while the block does something else.

    The block ends when both have.
    """
    speaker = Thread(target=_speak, args=(asked, words, rate))
    speaker.start()
    try:
        yield speaker
    finally:
        speaker.join()


def _speak(asked: Asked, words: Iterable[str], rate: int) -> None:
    begun = monotonic()
    for number, word in enumerate(words):
        sleep(max(0.0, begun + number / rate - monotonic()))
        asked.say(word)
    asked.finish()

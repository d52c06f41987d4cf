"""No file hurts the process that reads the others; each ends in words that a person understands."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from chatapp.errors import Unreadable
from chatapp.knowledge.reader import Reader
from tests.knowledge import hostile

A_SENTENCE = re.compile(r"[A-Z][^\n]{15,200}\.")


@pytest.mark.parametrize(
    ("name", "made", "said"), hostile.REFUSED, ids=[name for name, _, _ in hostile.REFUSED]
)
def test_it_is_refused_in_words(
    reader: Reader, name: str, made: Callable[[], bytes], said: str
) -> None:
    with pytest.raises(Unreadable) as error:
        reader.read(name, made())
    assert said in str(error.value)
    assert A_SENTENCE.fullmatch(str(error.value))


@pytest.mark.parametrize(
    ("name", "made", "words"), hostile.READ, ids=[name for name, _, _ in hostile.READ]
)
def test_its_words_are_read(
    reader: Reader, name: str, made: Callable[[], bytes], words: str
) -> None:
    read = reader.read(name, made())
    assert words in read.text
    assert "root:" not in read.text
    assert len(read.text) < 6_000_000
    assert read.passages


def test_the_process_reads_on_after_all_of_them(reader: Reader) -> None:
    assert reader.read("1.md", b"# Leave\n\nThirty days.").title == "Leave"

"""The decoder of server-sent events, against the standard and against what servers send."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pytest

from chatapp.errors import EventTooLarge
from chatapp.sse import Comment, Decoder, Message, UnknownField
from tests.support.recordings import needs_recordings, recordings

MANY_CUTS = 3000
"""Inputs longer than this are cut in two at random places only."""


class Decoded(NamedTuple):
    """What became of a stream."""

    messages: list[tuple[str, str, str]]
    comments: int
    unknown: list[tuple[str, str]]
    retry: int | None
    last_event_id: str


def decode(chunks: Iterable[bytes], limit: int | None = None) -> Decoded:
    decoder = Decoder() if limit is None else Decoder(limit)
    items = [item for chunk in chunks for item in decoder.feed(chunk)]
    return Decoded(
        [(item.event, item.data, item.id) for item in items if isinstance(item, Message)],
        sum(isinstance(item, Comment) for item in items),
        [(item.name, item.value) for item in items if isinstance(item, UnknownField)],
        decoder.retry,
        decoder.last_event_id,
    )


def ways_to_cut(data: bytes) -> Iterator[list[bytes]]:
    yield [data]
    yield [data[i : i + 1] for i in range(len(data))]
    borders: Iterable[int] = range(1, len(data))
    if len(data) > MANY_CUTS:
        borders = random.Random(len(data)).sample(range(1, len(data)), 200)
    for border in borders:
        yield [data[:border], data[border:]]


def given_cases() -> list[dict[str, Any]]:
    folder = recordings()
    return json.loads((folder / "sse-cases.json").read_text())["cases"] if folder else []


@needs_recordings
@pytest.mark.parametrize("case", given_cases(), ids=lambda case: case["name"])
def test_a_given_case_is_decoded_however_it_is_cut(case: dict[str, Any]) -> None:
    chunks = [base64.b64decode(chunk) for chunk in case["chunks"]]
    expected = [(e["event"], e["data"], e["id"]) for e in case["expected"]]
    for way in (chunks, *ways_to_cut(b"".join(chunks))):
        decoded = decode(way)
        assert decoded.messages == expected
        assert decoded.retry == case["retry"]
        assert decoded.last_event_id == case.get("last_event_id", decoded.last_event_id)
        assert decoded.comments == len(case.get("comments", [None] * decoded.comments))


def message(data: str, event: str = "message", id: str = "") -> tuple[str, str, str]:
    return event, data, id


VECTORS: dict[str, tuple[bytes, list[tuple[str, str, str]]]] = {
    "lines end with LF": (b"data: a\ndata: b\n\n", [message("a\nb")]),
    "lines end with CRLF": (b"data: a\r\ndata: b\r\n\r\n", [message("a\nb")]),
    "lines end with CR": (b"data: a\rdata: b\r\r", [message("a\nb")]),
    "line ends may be mixed": (b"data: a\r\n\ndata: b\n\r\ndata: c\r\n\r", [*map(message, "abc")]),
    "one byte order mark is dropped": (b"\xef\xbb\xbfdata: a\n\n", [message("a")]),
    "a second one belongs to the name": (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n", []),
    "half a byte order mark is a name": (b"\xef\xbbdata: a\n\ndata: b\n\n", [message("b")]),
    "one blank is dropped": (b"data:  a\n\n", [message(" a")]),
    "no blank is needed": (b"data:a\n\n", [message("a")]),
    "a tab is no blank": (b"data:\ta\n\n", [message("\ta")]),
    "a name alone has an empty value": (b"data\n\n", [message("")]),
    "colons may follow": (b"data: a: b\n\n", [message("a: b")]),
    "names are in small letters": (b"Data: a\n\nDATA: b\n\n", []),
    "names begin the line": (b" data: a\n\n", []),
    "an event has a name": (b"event: x\ndata: a\n\ndata: b\n\n", [message("a", "x"), message("b")]),
    "a name without data is forgotten": (b"event: x\n\ndata: a\n\n", [message("a")]),
    "an empty name is none": (b"event: x\nevent:\ndata: a\n\n", [message("a")]),
    "an id stays": (b"id: 1\ndata: a\n\ndata: b\n\n", [message("a", id="1"), message("b", id="1")]),
    "an id can be taken back": (b"id: 1\n\nid\ndata: a\n\n", [message("a")]),
    "an id with NUL is none": (b"id: 1\nid: 2\0\ndata: a\n\n", [message("a", id="1")]),
    "no data, no event": (b"id: 1\n\nretry: 5\n\n: ping\n\n", []),
    "the end discards what is not complete": (b"data: a\n\ndata: b\n", [message("a")]),
    "only CR and LF end lines": (
        "data: a\u2028b\u2029c\x85d\x0be\x0cf\n\n".encode(),
        [message("a\u2028b\u2029c\x85d\x0be\x0cf")],
    ),
    "invalid bytes are replaced": (b"data: a\xffb\xe2\x82\n\n", [message("a\ufffdb\ufffd")]),
    "characters may be cut": ("data: né 🚀 語\n\n".encode(), [message("né 🚀 語")]),
    "blank lines are nothing": (b"\n\n\r\n\rdata: a\n\n\n\n", [message("a")]),
    "NUL is data": (b"data: a\0b\n\n", [message("a\0b")]),
}


@pytest.mark.parametrize(("data", "expected"), VECTORS.values(), ids=list(VECTORS))
def test_the_standard_holds_however_the_bytes_are_cut(
    data: bytes, expected: list[tuple[str, str, str]]
) -> None:
    for way in ways_to_cut(data):
        assert decode(way).messages == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("3000", 3000), ("02000", 2000), ("", None), ("1.5", None), ("+5", None), (" 5", None)],
)
def test_retry_is_made_of_ascii_digits(value: str, expected: int | None) -> None:
    assert decode([f"retry: {value}\n".encode()]).retry == expected


@pytest.mark.parametrize("value", ["٣", "9" * 5000])
def test_a_retry_that_is_no_sensible_number_is_ignored(value: str) -> None:
    assert decode([f"retry: 7\nretry: {value}\n".encode()]).retry == 7


def test_comments_and_unknown_fields_are_told_in_order() -> None:
    items = Decoder().feed(b": ping\nerror: broken\ndata: a\n\n")
    assert items == [Comment(), UnknownField("error", "broken"), Message("message", "a", "")]


def test_the_id_of_an_event_that_is_not_complete_does_not_count() -> None:
    assert decode([b"id: 1\n\nid: 2\ndata: a\n"]).last_event_id == "1"


def test_an_event_without_data_moves_the_id() -> None:
    assert decode([b"id: 7\n\n"]).last_event_id == "7"


def test_a_long_line_in_pieces_is_put_together_once(monkeypatch: pytest.MonkeyPatch) -> None:
    joined = []

    def join(decoder: Decoder, end: bytes) -> bytes:
        joined.append(len(line := original(decoder, end)))
        return line

    original = Decoder._join
    monkeypatch.setattr(Decoder, "_join", join)
    size, decoder = 4 << 20, Decoder()
    stream = b"data: " + b"x" * size + b"\n\n"
    items = [
        i for start in range(0, len(stream), 1024) for i in decoder.feed(stream[start:][:1024])
    ]
    assert items == [Message("message", "x" * size, "")]
    assert joined == [size + 6]


LIMIT = 1000


def test_an_event_may_be_as_large_as_the_limit() -> None:
    for way in ways_to_cut(b"data: " + b"x" * (LIMIT - 6) + b"\n\n"):
        assert len(decode(way, LIMIT).messages) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"data: " + b"x" * (LIMIT - 5) + b"\n\n",
        b"data: " + b"x" * (LIMIT - 5),
        b"data: xxxx\n" * (LIMIT // 10 + 1),
        b"other: xxx\n" * (LIMIT // 10 + 1),
        b": " + b"x" * LIMIT,
    ],
    ids=[
        "one line",
        "a line without end",
        "many lines",
        "fields nobody knows",
        "a comment without end",
    ],
)
def test_more_than_the_limit_is_an_error(data: bytes) -> None:
    for way in ways_to_cut(data):
        with pytest.raises(EventTooLarge):
            decode(way, LIMIT)


def test_the_size_counts_for_each_event_alone() -> None:
    assert len(decode([b"data: xxxx\n\n" * LIMIT], LIMIT).messages) == LIMIT


def test_comments_do_not_count() -> None:
    assert decode([b": xxxx\n" * LIMIT], LIMIT).comments == LIMIT


def test_the_limit_is_8_mb() -> None:
    size = 8 * 1024 * 1024
    assert len(decode([b"data: ", b"x" * (size - 6), b"\n\n"]).messages) == 1
    with pytest.raises(EventTooLarge, match="8,388,608 bytes"):
        decode([b"data: ", b"x" * (size - 5), b"\n\n"])


def test_a_higher_limit_lets_more_through() -> None:
    size = 10 * 1024 * 1024
    assert len(decode([b"data: ", b"x" * size, b"\n\n"], limit=2 * size).messages) == 1

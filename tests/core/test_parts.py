"""Parts, cursors and readers: put together, what a reader takes is exactly what was missing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatapp.events import Append, Reasoning, Source, Sources, Text, ToolCall
from chatapp.parts import (
    END,
    START,
    Cursor,
    Parts,
    Reader,
    fold,
    from_json,
    parse_cursor,
    text_of,
    to_json,
)
from tests.support.steps import Client, cursors, position, steps_of_all

FUZZ = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])

ODDITIES = ("👩‍👩‍👧", "\u2028", "\r\n", "\n\n", "e\u0301", "\u200f", "\U0010ffff", "\ufeff", "\x00")
SPEECH = st.lists(st.sampled_from(["a", "bc ", "ß", *ODDITIES]), max_size=4).map("".join)
SOURCES = st.lists(st.builds(Source, st.just("d"), SPEECH, SPEECH), min_size=1, max_size=2)
CALLS = st.builds(
    lambda index, arguments: ToolCall(index, f"call_{index}", f"name_{index}", arguments),
    st.integers(0, 2),
    SPEECH,
)
APPENDS = st.one_of(
    SPEECH.map(Text),
    SPEECH.map(lambda words: Text(words, refusal=True)),
    SPEECH.map(Reasoning),
    CALLS,
    SOURCES.map(lambda sources: Sources(tuple(sources))),
)
ANSWERS = st.lists(APPENDS, max_size=25)


def grown(appends: Iterable[Append]) -> Parts:
    """Parts made by one append after the other."""
    parts = Parts()
    for append in appends:
        parts.append(append)
    return parts


def stored(parts: Parts) -> Parts:
    """What another process sees: the parts of this moment, through their JSON."""
    shown = json.dumps([to_json(part) for part in parts.fold()])
    return Parts(from_json(value) for value in json.loads(shown))


@FUZZ
@given(ANSWERS, st.data())
def test_readers_miss_nothing_and_get_nothing_twice(
    appends: list[Append], data: st.DataObject
) -> None:
    whole = grown(appends).fold()
    live = Parts()
    snapshots = [stored(live)]
    places = [START, *cursors(whole)]
    clients: list[tuple[Client, int]] = []
    for append in appends:
        for action in data.draw(st.lists(st.sampled_from("jjtthhs"), max_size=4)):
            if action == "j":
                cursor = data.draw(st.sampled_from(places))
                clients.append((Client(Reader(live, cursor)), position(whole, cursor)))
            elif action == "s":
                snapshots.append(stored(live))
            elif clients:
                client, _ = data.draw(st.sampled_from(clients))
                if action == "h":
                    client.hop(data.draw(st.sampled_from([live, *snapshots])))
                client.take()
        live.append(append)
    expected = steps_of_all(whole)
    for client, joined_at in clients:
        client.hop(live)
        client.take()
        assert client.taken == expected[joined_at:]


class Restless(Parts):
    """Parts that grow whenever somebody has looked how much there is."""

    def __init__(self, coming: Iterable[Append]) -> None:
        super().__init__()
        self.coming = iter(coming)

    def __len__(self) -> int:
        count = super().__len__()
        self.grow()
        return count

    def grow(self) -> bool:
        """Appends what comes next; False where nothing is left."""
        append = next(self.coming, None)
        if append is not None:
            self.append(append)
        return append is not None


@FUZZ
@given(ANSWERS, st.data())
def test_an_append_between_two_looks_of_a_reader_is_not_lost(
    appends: list[Append], data: st.DataObject
) -> None:
    whole = grown(appends).fold()
    cursor = data.draw(st.sampled_from([START, *cursors(whole)]))
    parts = Restless(appends)
    client = Client(Reader(parts, cursor))
    while True:
        client.take()
        if not parts.grow():
            break
    client.take()
    assert client.taken == steps_of_all(whole)[position(whole, cursor) :]


@FUZZ
@given(ANSWERS)
def test_appends_that_are_taken_one_by_one_are_the_whole(appends: list[Append]) -> None:
    parts = Restless(appends)
    client = Client(Reader(parts))
    while parts.grow():
        index = client.reader.take_one()
        if index is None:
            client.take()
            continue
        append, cursor = parts.at(index)
        assert [(append, parse_cursor(cursor))] == parts.between(index, index + 1)
        assert cursor == str(client.reader.cursor)
        client.taken += steps_of_all([append])
    client.take()
    assert fold(appends) == parts.fold()


def test_one_is_taken_only_where_it_alone_is_new() -> None:
    parts = grown([Text("a")])
    reader = Reader(parts)
    assert (reader.take_one(), reader.take_one(), reader.take()) == (0, None, [])
    parts.append(Text("b"))
    parts.append(Text("c"))
    assert reader.take_one() is None
    assert reader.take() == [(Text("bc"), Cursor(0, 3))]


def test_what_is_left_of_an_append_is_never_taken_as_a_whole() -> None:
    reader = Reader(grown([Text("abc")]), Cursor(0, 1))
    assert reader.take_one() is None
    assert reader.take() == [(Text("bc"), Cursor(0, 3))]


@FUZZ
@given(ANSWERS, st.lists(st.integers(0, 25)))
def test_segments_put_together_are_the_parts(appends: list[Append], ticks: list[int]) -> None:
    parts = grown(appends)
    borders = sorted({0, len(parts), *(tick for tick in ticks if tick < len(parts))})
    rows = {
        (segment.part, segment.start): to_json(segment.append)
        for first, last in pairwise(borders)
        for segment in parts.segments(first, last)
    }
    pieces = [from_json(rows[place]) for place in sorted(rows)]
    assert fold(pieces) == parts.fold()
    assert steps_of_all(fold(pieces)) == steps_of_all(parts.fold())


@FUZZ
@given(ANSWERS)
def test_a_segment_starts_where_the_one_before_it_ended(appends: list[Append]) -> None:
    parts = grown(appends)
    reached = START
    for index in range(len(parts)):
        (segment,) = parts.segments(index, index + 1)
        start = reached.offset if reached.part == segment.part else 0
        assert segment.start == start
        reached = parts.cursor_behind(index)


@FUZZ
@given(ANSWERS)
def test_json_gives_the_parts_back(appends: list[Append]) -> None:
    parts = grown(appends)
    assert stored(parts).fold() == parts.fold()
    assert stored(parts).end == parts.end


@FUZZ
@given(ANSWERS)
def test_text_length_counts_the_code_points_of_text_alone(appends: list[Append]) -> None:
    parts = grown(appends)
    assert parts.text_length == len(text_of(parts.fold()))


@FUZZ
@given(ANSWERS)
def test_neighbours_of_a_fold_do_not_go_on_with_one_another(appends: list[Append]) -> None:
    parts = grown(appends).fold()
    assert fold(parts) == parts
    assert all(steps_of_all([part]) for part in parts)


def test_text_and_a_refusal_are_two_parts() -> None:
    parts = grown([Text("No"), Text("I will not", refusal=True), Text("!")])
    assert len(parts.fold()) == 3
    assert to_json(parts.fold()[1]) == {"type": "text", "text": "I will not", "refusal": True}
    assert "refusal" not in to_json(parts.fold()[0])


def test_two_calls_of_tools_are_two_parts() -> None:
    calls = [ToolCall(0, "a", "find", '{"q":'), ToolCall(0, "a", "find", "1}")]
    parts = grown([*calls, ToolCall(1, "b", "find", "")])
    assert parts.fold() == (ToolCall(0, "a", "find", '{"q":1}'), ToolCall(1, "b", "find", ""))
    assert parts.end == Cursor(1, 1)


def test_two_lists_of_sources_stay_two() -> None:
    some = Sources((Source("1", "One", "…"),))
    assert grown([some, some]).fold() == (some, some)


def test_a_reader_inside_a_call_hears_its_name_again_and_only_the_rest() -> None:
    call = ToolCall(0, "a", "find", "{}")
    reader = Reader(grown([call]), Cursor(0, 1))
    assert reader.take() == [(call, Cursor(0, 3))]
    reader = Reader(grown([call]), Cursor(0, 2))
    assert reader.take() == [(replace(call, arguments="}"), Cursor(0, 3))]


def test_nothing_is_taken_before_the_parts_have_grown_past_the_cursor() -> None:
    parts = grown([Text("abc")])
    reader = Reader(parts, Cursor(0, 5))
    assert (reader.ahead, reader.take()) == (True, [])
    parts.append(Text("de"))
    assert (reader.ahead, reader.take()) == (False, [])
    parts.append(Text("f"))
    assert (reader.ahead, reader.take()) == (False, [(Text("f"), Cursor(0, 6))])


def test_a_cursor_behind_the_end_of_its_part_goes_on_with_the_next_part() -> None:
    parts = grown([Text("abc"), Reasoning("hm")])
    assert Reader(parts, Cursor(0, 9)).take() == [(Reasoning("hm"), Cursor(1, 2))]


def test_the_cursor_of_the_end_takes_nothing_ever() -> None:
    parts = grown([Text("abc")])
    reader = Reader(parts, END)
    parts.append(Reasoning("hm"))
    assert (reader.ahead, reader.take()) == (True, [])


def test_empty_parts_end_at_the_start() -> None:
    assert (Parts().end, Parts().fold(), Reader(Parts()).take()) == (START, (), [])


@given(st.integers(0, 999_999_999), st.integers(0, 999_999_999))
def test_the_text_form_of_a_cursor_can_be_read_back(part: int, offset: int) -> None:
    assert parse_cursor(str(Cursor(part, offset))) == Cursor(part, offset)


def test_the_end_has_a_cursor_of_its_own() -> None:
    assert parse_cursor("end") == END
    assert Cursor(999_999_999, 999_999_999) < END


GARBAGE = (
    *("", " ", ".", "1", "1.", ".1", "1.2.3", "-1.0", "1.-0", "+1.0", "1,0", "1.0 ", "1.0\n"),
    *("\n1.0", " 1.0", "END", "end ", "e.nd", "١.٢", "1.０", "0x1.0", "1e1.0", "1000000000.0"),
    *("0." + "9" * 10, "9" * 5000, "null", "1.0\x00", "[1,0]", "msg:1.0"),
)


@pytest.mark.parametrize("text", GARBAGE, ids=lambda text: repr(text[:20]))
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a cursor"):
        parse_cursor(text)


@given(st.from_regex(r"\d{0,12}\.\d{0,12}") | st.text())
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    with suppress(ValueError):
        cursor = parse_cursor(text)
        assert text == "end" or parse_cursor(str(cursor)) == cursor


def test_what_is_no_part_is_refused() -> None:
    with pytest.raises(ValueError, match="not a part: 'video'"):
        from_json({"type": "video"})

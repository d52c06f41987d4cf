"""Following: from any cursor to the end, as bytes of the native stream."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from itertools import zip_longest
from queue import Queue
from threading import Barrier, Thread

import pytest

from chatapp import sse
from chatapp.dialects.plain import Plain
from chatapp.dialects.typed import Typed
from chatapp.events import (
    Append,
    End,
    Error,
    Event,
    Reasoning,
    Source,
    Sources,
    Start,
    Text,
    ToolCall,
    Usage,
)
from chatapp.live.answer import Closing, LiveAnswer
from chatapp.live.follow import follow, has_read_all
from chatapp.parts import END, START, Cursor, Parts, fold, parse_cursor, text_of
from tests.support.streams import Heard, read, words

PATIENCE = 30.0
APPENDS: tuple[Append, ...] = (
    Sources((Source("1", "Handbook", "…"),)),
    Reasoning("Hm, "),
    Reasoning("well"),
    Text("Ask "),
    Text("👩‍👩‍👧 and\u2028read\r\n"),
    Text("I won't", refusal=True),
    ToolCall(0, "a", "find", '{"q":'),
    ToolCall(0, "a", "find", '"é"}'),
    Text("done"),
)
KEEP_ALIVE = b": keep-alive\n\n"


def growing(*appends: Append) -> LiveAnswer:
    """An answer that is being written."""
    answer = LiveAnswer(Start("m1", "c1", "q1", "small"))
    for append in appends:
        answer.append(append)
    return answer


def end_of(answer: LiveAnswer) -> End:
    """How an answer ends that ends well."""
    return End("complete", "stop", answer.parts.text_length)


def ended(*appends: Append, closing: Closing | None = None) -> LiveAnswer:
    """An answer that has been written."""
    answer = growing(*appends)
    answer.freeze()
    answer.close(closing or (Usage(1, 2), end_of(answer)))
    return answer


def stream(answer: LiveAnswer, cursor: Cursor | None = None) -> bytes:
    """The whole native stream of an answer that has ended."""
    return b"".join(follow(answer, Typed(), cursor))


class Follower:
    """A reader in a thread of its own."""

    def __init__(self, answer: LiveAnswer, cursor: Cursor | None = None) -> None:
        self.frames: Queue[bytes | None] = Queue()
        self._thread = Thread(target=self._read, args=[answer, cursor], daemon=True)
        self._thread.start()

    def next(self) -> bytes:
        """What it reads next."""
        frame = self.frames.get(timeout=PATIENCE)
        assert frame is not None
        return frame

    def rest(self) -> bytes:
        """All that it reads up to the end."""
        return b"".join(iter(lambda: self.frames.get(timeout=PATIENCE), None))

    def _read(self, answer: LiveAnswer, cursor: Cursor | None) -> None:
        for frame in follow(answer, Typed(), cursor):
            self.frames.put(frame)
        self.frames.put(None)


def appended(events: Sequence[Heard]) -> list[Append]:
    """The appends that a client puts together from a stream."""
    return [append for event in events if (append := _append(event)) is not None]


def _append(event: Heard) -> Append | None:
    data = event.data
    match event.name:
        case "message":
            return Text(data["content"], data.get("refusal", False))
        case "reasoning":
            return Reasoning(data["content"])
        case "tool_call":
            return ToolCall(data["index"], data["id"], data["name"], data["arguments"])
        case "sources":
            return Sources(tuple(Source(**source) for source in data["sources"]))
    return None


def test_a_stream_opens_with_start_and_the_time_to_wait_before_reconnecting() -> None:
    blocks = stream(ended(*APPENDS)).split(b"\n\n")
    assert blocks[0] == (
        b"event: start\nid: 0.0\nretry: 2000\n"
        b'data: {"type":"start","message_id":"m1","conversation_id":"c1",'
        b'"question_id":"q1","model":"small"}'
    )
    assert not [block for block in blocks[1:] if b"retry:" in block]


def test_a_stream_from_a_cursor_tells_the_time_in_its_first_event() -> None:
    blocks = stream(ended(Text("abc"), Text("def")), Cursor(0, 2)).split(b"\n\n")
    assert blocks[0] == (
        b'event: message\nid: 0.6\nretry: 2000\ndata: {"type":"content","content":"cdef"}'
    )
    assert not [block for block in blocks[1:] if b"retry:" in block]


def test_the_whole_answer_is_one_event_for_each_part_once_it_has_ended() -> None:
    events = read(stream(ended(*APPENDS)))
    assert [event.name for event in events] == [
        "start",
        "sources",
        "reasoning",
        "message",
        "message",
        "tool_call",
        "message",
        "usage",
        "end",
    ]
    assert appended(events) == list(fold(APPENDS))


def test_end_is_the_last_event_and_has_a_cursor_of_its_own() -> None:
    answer = ended(*APPENDS)
    last = read(stream(answer))[-1]
    assert last == Heard(
        "end",
        "end",
        {
            "type": "end",
            "status": "complete",
            "finish_reason": "stop",
            "text_length": len(text_of(APPENDS)),
        },
    )
    assert last.data["text_length"] == len(words(read(stream(answer))))


def test_an_error_is_followed_by_the_end() -> None:
    error = Error("rate_limited", "Too much at once.", True)
    failed = ended(Text("a"), closing=(Usage(1, 2), error, End("failed", None, 1)))
    names = [event.name for event in read(stream(failed))]
    assert names == ["start", "message", "usage", "error", "end"]


def every_cursor() -> list[Cursor]:
    """All positions in the answer."""
    parts = Parts(APPENDS)
    sizes = {
        parts.cursor_behind(index).part: parts.cursor_behind(index).offset
        for index in range(len(parts))
    }
    return [Cursor(part, at) for part, size in sizes.items() for at in range(size + 1)]


@pytest.mark.parametrize("cursor", every_cursor(), ids=str)
def test_replaying_gives_exactly_what_was_missing(cursor: Cursor) -> None:
    whole = Parts(APPENDS)
    events = read(stream(ended(*APPENDS), cursor))
    told = text_of(appended(events))
    before = text_of(fold(APPENDS)[: cursor.part])
    here = fold(APPENDS)[cursor.part]
    if isinstance(here, Text):
        before += here.content[: cursor.offset]
    assert before + told == text_of(whole.fold())
    assert events[-1].name == "end"
    assert "start" not in [event.name for event in events]
    held = list(whole.fold()[: cursor.part])
    if cursor.offset == 0:
        assert held + appended(events) == list(whole.fold())


def test_each_id_of_a_stream_continues_it_where_it_stands() -> None:
    answer = ended(*APPENDS)
    events = read(stream(answer))
    for number, event in enumerate(events[:-1]):
        rest = read(stream(answer, parse_cursor(event.id)))
        expected = events[number + 1 :]
        if event.name == "usage":  # a statement: told again, it changes nothing
            expected = events[number:]
        assert rest == expected


def test_a_cursor_behind_a_sealed_answer_gets_the_end_alone() -> None:
    error = Error("provider_error", "Broken.", True)
    failed = ended(Text("ab"), closing=(Usage(1, 2), error, End("failed", None, 2)))
    for cursor in (Cursor(0, 3), Cursor(7, 0), END):
        assert [event.name for event in read(stream(failed, cursor))] == ["end"]


def test_a_cursor_at_the_very_end_gets_the_statements_again() -> None:
    events = read(stream(ended(Text("ab")), Cursor(0, 2)))
    assert [event.name for event in events] == ["usage", "end"]


def test_only_the_end_of_an_ended_answer_leaves_nothing_to_tell() -> None:
    running, over = growing(Text("a")), ended(Text("a"))
    assert has_read_all(END, over)
    assert not has_read_all(END, running)
    assert not has_read_all(Cursor(0, 1), over)
    assert not has_read_all(None, over)


def test_a_cursor_ahead_of_a_running_answer_waits_for_it() -> None:
    answer = growing(Text("abc"))
    follower = Follower(answer, Cursor(0, 5))
    assert follower.next() == KEEP_ALIVE
    answer.append(Text("d"))
    answer.append(Text("e"))
    answer.append(Text("fg"))
    answer.freeze()
    answer.close((end_of(answer),))
    assert words(read(follower.rest())) == "fg"


def test_a_cursor_that_stays_ahead_gets_the_end() -> None:
    answer = growing(Text("abc"))
    follower = Follower(answer, Cursor(0, 5))
    answer.append(Text("d"))
    answer.freeze()
    answer.close((Usage(1, 1), End("interrupted", None, 4)))
    events = read(follower.rest())
    assert [(event.name, event.id) for event in events] == [("end", "end")]


def test_the_first_bytes_come_at_once() -> None:
    answer = growing()
    assert Follower(answer).next().startswith(b"event: start\n")
    assert Follower(answer, START).next() == KEEP_ALIVE
    answer.append(Text("a"))
    assert Follower(answer, START).next().startswith(b"event: message\n")


def test_silence_is_bridged_by_comments() -> None:
    answer = growing()
    follower = Follower(answer)
    assert b"start" in follower.next()
    while follower.frames.qsize() < 3:
        answer.ring()
    assert [follower.next() for _ in range(3)] == [KEEP_ALIVE] * 3
    assert sse.Decoder().feed(KEEP_ALIVE) == [sse.Comment()]


def test_a_slow_reader_gets_fewer_and_larger_events() -> None:
    answer = growing(Text("a"))
    slow = follow(answer, Typed())
    assert [event.name for event in read(next(slow))] == ["start"]
    for word in "bcd":
        answer.append(Text(word))
    assert [event.data["content"] for event in read(next(slow))] == ["abcd"]
    answer.append(Text("e"))
    answer.append(Reasoning("f"))
    answer.append(Reasoning("g"))
    news = [(event.name, event.data["content"]) for event in read(next(slow))]
    assert news == [("message", "e"), ("reasoning", "fg")]


class Counting(Typed):
    """The native format; counts what it writes."""

    def __init__(self) -> None:
        super().__init__()
        self.written = 0

    def encode(self, event: Event, cursor: str, *, first: bool = False) -> bytes:
        self.written += 1
        return super().encode(event, cursor, first=first)


def test_a_frame_is_written_once_for_all_readers() -> None:
    answer = growing()
    dialect = Counting()
    readers = [follow(answer, dialect) for _ in range(10)]
    for reader in readers:
        next(reader)
    dialect.written = 0
    for word in "abc":
        answer.append(Text(word))
        assert len({next(reader) for reader in readers}) == 1
    assert dialect.written == 3


def test_formats_with_different_keys_share_nothing() -> None:
    answer = growing()
    mine, yours = follow(answer, Typed("m1")), follow(answer, Typed())
    plain = follow(answer, Plain())
    for reader in (mine, yours, plain):
        next(reader)
    answer.append(Text("a"))
    assert b"id: m1:0.1\n" in next(mine)
    assert b"id: 0.1\n" in next(yours)
    assert next(plain) == b"a"


class Stateful(Typed):
    """A format that keeps a state of its own for each reader."""

    def __init__(self) -> None:
        super().__init__()
        self.key: Hashable | None = None
        self._count = 0

    def encode(self, event: Event, cursor: str, *, first: bool = False) -> bytes:
        self._count += 1
        return b"%d " % self._count


def test_frames_of_a_format_with_a_state_are_not_shared() -> None:
    answer = growing()
    early = follow(answer, Stateful())
    assert next(early) == b"1 "
    answer.append(Text("a"))
    assert next(early) == b"2 "
    late = follow(answer, Stateful(), Cursor(0, 0))
    answer.append(Text("b"))
    assert next(late) == b"1 "
    assert next(early) == b"3 "


def test_a_reader_that_began_inside_an_append_does_not_cut_it_for_others() -> None:
    answer = growing(Text("abcdef"))
    inside = follow(answer, Typed(), Cursor(0, 4))
    assert words(read(next(inside))) == "ef"
    early = follow(answer, Typed())
    next(early)
    assert words(read(next(early))) == "abcdef"
    late = follow(answer, Typed(), Cursor(0, 5))
    assert words(read(next(late))) == "f"
    for reader in (inside, early, late):
        answer.append(Text("g"))
        assert words(read(next(reader))).endswith("g")


class Restless(Parts):
    """Parts that grow between two looks at how much there is."""

    def __init__(self, coming: Iterator[Append]) -> None:
        super().__init__()
        self._coming = coming

    def __len__(self) -> int:
        count = super().__len__()
        append = next(self._coming, None)
        if append is not None:
            self.append(append)
        return count


def test_frames_are_whole_whenever_an_append_comes() -> None:
    answer = growing()
    answer.parts = Restless(iter(APPENDS))
    assert not answer.parts.fold()
    answer.freeze()
    answer.close((End("complete", "stop", len(text_of(APPENDS))),))
    in_turn = zip_longest(*(follow(answer, Typed()) for _ in range(3)), fillvalue=b"")
    for frames in zip(*in_turn, strict=True):
        assert fold(appended(read(b"".join(frames)))) == fold(APPENDS)


def test_fifty_followers_hear_the_same() -> None:
    answer = growing()
    followers = [Follower(answer) for _ in range(50)]
    for number in range(200):
        answer.append(Text(f"{number} "))
    answer.freeze()
    answer.close((end_of(answer),))
    whole = "".join(f"{number} " for number in range(200))
    for follower in followers:
        events = read(follower.rest())
        assert words(events) == whole
        assert (events[0].name, events[-1].name) == ("start", "end")


def test_readers_that_wait_hear_the_same_bytes() -> None:
    answer = growing()
    readers = [follow(answer, Typed()) for _ in range(50)]
    heard: list[list[bytes]] = [[next(reader)] for reader in readers]
    for append in APPENDS:
        answer.append(append)
        for frames, reader in zip(heard, readers, strict=True):
            frames.append(next(reader))
    answer.freeze()
    answer.close((Usage(1, 2), end_of(answer)))
    for frames, reader in zip(heard, readers, strict=True):
        frames += list(reader)
    assert all(frames == heard[0] for frames in heard)


def test_no_reader_misses_anything_however_threads_cross() -> None:
    for _ in range(20):
        answer = growing()
        barrier = Barrier(2)
        cursors = [None, START, Cursor(0, 3), Cursor(0, 40)]
        followers = [Follower(answer, cursor) for cursor in cursors]

        def write(answer: LiveAnswer = answer, barrier: Barrier = barrier) -> None:
            barrier.wait()
            for _ in range(50):
                answer.append(Text("ab"))
            answer.freeze()
            answer.close((end_of(answer),))

        writer = Thread(target=write)
        writer.start()
        barrier.wait()
        followers += [Follower(answer, cursor) for cursor in cursors]
        writer.join()
        for cursor, follower in zip(cursors * 2, followers, strict=True):
            missing = ("ab" * 50)[cursor.offset if cursor else 0 :]
            assert words(read(follower.rest())) == missing


def test_readers_are_counted_as_long_as_they_read() -> None:
    answer = growing(Text("a"))
    reader = follow(answer, Typed())
    assert answer.readers == 0
    next(reader)
    assert answer.readers == 1
    reader.close()  # type: ignore[attr-defined]
    assert answer.readers == 0


def test_nothing_follows_end() -> None:
    answer = growing(Text("a"))
    reader = follow(answer, Typed())
    answer.freeze()
    answer.close((end_of(answer),))
    assert not answer.append(Text("b"))
    assert [event.name for event in read(b"".join(reader))] == ["start", "message", "end"]
    assert next(reader, None) is None

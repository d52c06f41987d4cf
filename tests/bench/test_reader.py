"""What the load client notices in an answer."""

from __future__ import annotations

import json

import pytest

from bench.reader import Dialect, Flaw, Reader
from bench.script import Behaviour, script, text

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
LAST = b"0\r\n\r\n"
END = {"type": "end", "status": "complete", "finish_reason": "stop", "text_length": 12}


def chunk(payload: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(payload), payload)


def typed(name: str, event: dict[str, object]) -> bytes:
    return chunk(f"event: {name}\nid: 0.6\ndata: {json.dumps(event)}\n\n".encode())


def words(content: str) -> bytes:
    return typed("message", {"type": "content", "content": content})


def read(answer: bytes, *, dialect: Dialect = "native", step: int = 0) -> Reader:
    reader = Reader(dialect, text(2))
    for at in range(0, len(answer), step or len(answer)):
        reader.feed(answer[at : at + (step or len(answer))])
    return reader


WHOLE = (
    HEAD
    + typed("start", {"type": "start", "message_id": "m"})
    + words(" w0001")
    + chunk(b": keep-alive\n\n")
    + words(" w0002")
    + typed("end", END)
    + LAST
)


@pytest.mark.parametrize("step", [0, 1, 7])
def test_a_whole_native_answer_has_no_flaw(step: int) -> None:
    reader = read(WHOLE, step=step)
    assert reader.closed
    assert reader.position == len(text(2))


@pytest.mark.parametrize("usage", [True, False])
def test_the_model_server_s_own_script_has_no_flaw(usage: bool) -> None:
    answer = script(Behaviour(25, 2), usage)
    assert read(answer.head + b"".join(answer.steps), dialect="openai").closed


def test_words_that_came_together_are_one_answer() -> None:
    assert read(HEAD + words(" w0001 w0") + words("002") + typed("end", END) + LAST).closed


@pytest.mark.parametrize(
    ("answer", "flaw"),
    [
        (HEAD + words(" w0001") + words(" w0001"), "words lost, doubled or out of order"),
        (HEAD + words(" w0002"), "words lost, doubled or out of order"),
        (HEAD + words(" w0001") + typed("end", END), "ended too early"),
        (WHOLE.replace(LAST, words(" w0003")), "something followed the end"),
        (HEAD + words(" w0001 w0002") + LAST, "no end event"),
        (
            HEAD + typed("error", {"type": "error", "code": "provider_error", "error": "…"}),
            "error provider_error",
        ),
        (HEAD + typed("end", END | {"status": "stopped"}), "ended stopped, stop"),
        (b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 2\r\n\r\n{}", "status 429"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "not chunked"),
    ],
)
def test_a_flaw_is_named(answer: bytes, flaw: str) -> None:
    with pytest.raises(Flaw) as raised:
        read(answer)
    assert str(raised.value) == flaw


def test_an_error_of_a_completion_is_a_flaw() -> None:
    error = b'data: {"error":{"message":"no","code":"provider_error"}}\n\n'
    with pytest.raises(Flaw, match=r"^error$"):
        read(HEAD + chunk(error), dialect="openai")


@pytest.mark.parametrize(
    ("cut", "flaw"), [(10, "closed before the answer"), (len(WHOLE) - len(LAST), "cut")]
)
def test_a_connection_that_closes_early_is_a_flaw(cut: int, flaw: str) -> None:
    reader = read(WHOLE[:cut])
    with pytest.raises(Flaw) as raised:
        reader.close()
    assert str(raised.value) == flaw

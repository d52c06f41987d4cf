"""A run: what a provider says becomes an answer, and every way to end has one ending."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Barrier, Thread
from typing import TypeAlias, get_args

import pytest

from chatapp.errors import ProviderDisconnected, ProviderError
from chatapp.events import (
    Append,
    End,
    Error,
    Finish,
    FinishReason,
    ProviderEvent,
    Reasoning,
    Source,
    Sources,
    Start,
    Text,
    ToolCall,
    Usage,
)
from chatapp.live.answer import LiveAnswer
from chatapp.live.call import Call
from chatapp.live.fitting import fit
from chatapp.live.run import BROKEN, SILENT, TIMED_OUT, Limits, Run, closing_of
from chatapp.live.store.base import Seal
from chatapp.parts import Part, text_of

Step: TypeAlias = ProviderEvent | BaseException | Callable[[], None]
"""What a provider does next: it says something, fails, or waits while something happens."""

REFUSED = ProviderError("rate_limited", "Too much at once.", retryable=True)
BROKE_OFF = ProviderDisconnected()


class Written:
    """An answer that a provider of these steps writes, and how it ended."""

    def __init__(
        self, *steps: Step, limits: Limits | None = None, parts: tuple[Part, ...] = ()
    ) -> None:
        self.steps = steps
        self.closed = False
        self.seals: list[Seal] = []
        self.answer = LiveAnswer(Start("m", "c", "q", "model"), parts)
        self.run = Run(self.answer, self._say, limits or Limits(), self.keep)

    @property
    def seal(self) -> Seal:
        """How it ended; once."""
        (seal,) = self.seals
        assert self.answer.frozen
        assert seal.parts == self.answer.parts.fold()
        assert seal.end.text_length == len(text_of(seal.parts))
        return seal

    @property
    def ending(self) -> tuple[str, str | None, Error | None]:
        """Status, finish reason and error."""
        return self.seal.end.status, self.seal.end.finish_reason, self.seal.error

    def _say(self, call: Call) -> Iterator[ProviderEvent]:
        try:
            for step in self.steps:
                if isinstance(step, BaseException):
                    raise step
                if callable(step):
                    step()
                else:
                    yield step
        finally:
            self.closed = True

    def keep(self, run: Run, seal: Seal) -> None:
        """What the run says when it has ended."""
        self.seals.append(seal)


def written(*steps: Step, limits: Limits | None = None) -> Written:
    """An answer that was written to its end."""
    answer = Written(*steps, limits=limits)
    answer.run()
    assert answer.closed
    return answer


@pytest.mark.parametrize("reason", get_args(FinishReason))
def test_the_finish_that_the_provider_names_is_the_answers(reason: FinishReason) -> None:
    answer = written(Text("Yes"), Text("."), Finish(reason))
    assert answer.ending == ("complete", reason, None)
    assert answer.seal.parts == (Text("Yes."),)


def test_a_clean_end_that_names_no_finish_is_complete() -> None:
    assert written(Text("Yes")).ending == ("complete", None, None)


def test_a_finish_without_a_reason_is_complete() -> None:
    assert written(Text("Yes"), Finish(None)).ending == ("complete", None, None)


@pytest.mark.parametrize(
    "said", [(), (Text(""),), (Reasoning("Hm"),), (Sources((Source("1", "T", "…"),)),)]
)
def test_a_clean_end_without_words_or_finish_is_a_failure(said: tuple[Append, ...]) -> None:
    assert written(*said).ending == ("failed", None, SILENT)


def test_a_named_finish_without_words_is_complete() -> None:
    assert written(Finish("content_filter")).ending == ("complete", "content_filter", None)


def test_a_call_of_a_tool_is_an_answer() -> None:
    assert written(ToolCall(0, "a", "find", "{}")).ending == ("complete", None, None)


def test_words_that_a_continued_answer_began_with_are_not_said_anew() -> None:
    answer = Written(parts=(Text("Once"),))
    answer.run()
    assert answer.ending == ("failed", None, SILENT)
    assert answer.seal.parts == (Text("Once"),)


def test_a_break_keeps_the_text() -> None:
    answer = written(Text("Once"), BROKE_OFF)
    assert answer.ending == ("failed", None, Error("provider_unavailable", str(BROKE_OFF), True))
    assert answer.seal.parts == (Text("Once"),)


def test_a_break_after_a_named_finish_changes_nothing() -> None:
    assert written(Text("Once"), Finish("stop"), BROKE_OFF).ending == ("complete", "stop", None)


def test_a_refusal_of_the_provider_is_told_in_its_words() -> None:
    ending = ("failed", None, Error("rate_limited", "Too much at once.", True))
    assert written(REFUSED).ending == ending
    assert written(Text("Once"), REFUSED).ending == ending


def test_an_error_after_a_named_finish_counts() -> None:
    assert written(Text("Once"), Finish("stop"), REFUSED).ending == (
        "failed",
        "stop",
        Error("rate_limited", "Too much at once.", True),
    )


@pytest.mark.parametrize(
    "error", [ValueError("sk-secret"), OSError("10.0.0.1"), RecursionError(), MemoryError()]
)
def test_whatever_else_goes_wrong_is_told_in_words_that_leak_nothing(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    answer = written(Text("Once"), error)
    assert answer.ending == ("failed", None, BROKEN)
    assert answer.seal.parts == (Text("Once"),)
    assert "secret" not in str(closing_of(answer.seal))
    assert [record.message for record in caplog.records] == ["the answer m broke off"]


def test_a_provider_that_fails_before_it_yields_is_a_failure_too() -> None:
    def refuse(call: Call) -> Iterator[ProviderEvent]:
        raise REFUSED

    answer = Written()
    Run(answer.answer, refuse, Limits(), answer.keep)()
    assert answer.ending == ("failed", None, Error("rate_limited", "Too much at once.", True))


@pytest.mark.parametrize("error", [SystemExit(), KeyboardInterrupt(), GeneratorExit()])
def test_a_thread_that_is_ended_leaves_an_interrupted_answer(error: BaseException) -> None:
    answer = Written(Text("Once"), error)
    answer.run()
    assert answer.ending == ("interrupted", None, None)
    assert answer.seal.parts == (Text("Once"),)


def test_words_after_a_finish_belong_to_the_answer() -> None:
    answer = written(Text("Once"), Finish("stop"), Text(" more"))
    assert answer.ending == ("complete", "stop", None)
    assert answer.seal.parts == (Text("Once more"),)


def test_the_last_usage_counts() -> None:
    answer = written(Usage(1, 1), Text("Yes"), Usage(1, 2), Finish("stop"), Usage(3, 4))
    assert answer.seal.usage == Usage(3, 4)
    assert closing_of(answer.seal) == (Usage(3, 4), End("complete", "stop", 3))


def test_a_failed_answer_keeps_its_usage() -> None:
    answer = written(Text("Yes"), Usage(1, 2), REFUSED)
    assert [type(event) for event in closing_of(answer.seal)] == [Usage, Error, End]


def test_parts_keep_their_order() -> None:
    said = (
        Sources((Source("1", "T", "…"),)),
        Reasoning("Hm"),
        Text("No"),
        Text("I won't", refusal=True),
        ToolCall(0, "a", "find", "{"),
        ToolCall(0, "a", "find", "}"),
    )
    parts = written(*said, Finish("stop")).seal.parts
    assert parts == (*said[:4], ToolCall(0, "a", "find", "{}"))


def test_a_long_answer_is_cut_and_the_call_is_closed() -> None:
    limits = Limits(max_answer_chars=5)
    answer = written(Text("👩‍👩"), Text("abc"), AssertionError("pulled on"), limits=limits)
    assert answer.ending == ("complete", "length", None)
    assert answer.seal.parts == (Text("👩‍👩ab"),)


def test_an_answer_as_long_as_the_limit_is_not_cut() -> None:
    limits = Limits(max_answer_chars=5)
    answer = written(Text("abc"), Text("de"), Text(""), Finish("stop"), limits=limits)
    assert answer.ending == ("complete", "stop", None)
    assert text_of(answer.seal.parts) == "abcde"


def test_a_continued_answer_counts_what_it_began_with() -> None:
    answer = Written(Text("def"), limits=Limits(max_answer_chars=5), parts=(Text("abc"),))
    answer.run()
    assert answer.ending == ("complete", "length", None)
    assert text_of(answer.seal.parts) == "abcde"


@pytest.mark.parametrize("endless", [Reasoning("Hm"), ToolCall(0, "a", "find", "{}")])
def test_what_is_not_text_is_limited_too(endless: Append) -> None:
    limits = Limits(max_answer_chars=20)
    answer = written(*[endless] * 20, AssertionError("pulled on"), limits=limits)
    assert answer.ending == ("complete", "length", None)


def test_reasoning_takes_no_room_from_the_text() -> None:
    limits = Limits(max_answer_chars=4)
    answer = written(Reasoning("Hmmm"), Text("Yes."), Finish("stop"), limits=limits)
    assert answer.ending == ("complete", "stop", None)


def test_nothing_comes_in_after_a_stop() -> None:
    answer = Written(
        Text("Once"), lambda: answer.run.end("stopped"), Text(" more"), AssertionError("pulled on")
    )
    answer.run()
    assert answer.ending == ("stopped", None, None)
    assert answer.seal.parts == (Text("Once"),)
    assert answer.closed
    assert answer.run.call.cancelled


def test_a_stop_before_the_first_word_stops() -> None:
    answer = Written(Text("Once"))
    answer.run.end("stopped")
    answer.run()
    assert answer.ending == ("stopped", None, None)
    assert answer.seal.parts == ()


def test_a_stop_after_a_named_finish_is_a_stop() -> None:
    answer = Written(Text("Once"), Finish("stop"), lambda: answer.run.end("stopped"))
    answer.run()
    assert answer.ending == ("stopped", None, None)


def test_stopping_again_or_too_late_changes_nothing() -> None:
    answer = written(Text("Once"), Finish("stop"))
    answer.run.end("stopped")
    answer.run.end("interrupted")
    answer.run.expire()
    assert answer.ending == ("complete", "stop", None)


def test_a_break_because_of_a_stop_is_no_failure() -> None:
    answer = Written(Text("Once"), lambda: answer.run.end("stopped"), BROKE_OFF)
    answer.run()
    assert answer.ending == ("stopped", None, None)


def test_the_connection_is_closed_before_the_end_is_stored() -> None:
    order: list[str] = []
    answer = LiveAnswer(Start("m", "c", "q", "model"))
    run = Run(answer, lambda call: iter(()), Limits(), lambda run, seal: order.append("sealed"))
    run.call.on_cancel(lambda: order.append("closed"))
    run.end("stopped")
    assert order == ["closed", "sealed"]


def test_silence_is_a_failure_that_keeps_the_text() -> None:
    answer = Written(Text("Once"), lambda: answer.run.expire(), BROKE_OFF)
    answer.run()
    assert answer.ending == ("failed", None, TIMED_OUT)
    assert answer.seal.parts == (Text("Once"),)


def test_silence_ends_an_answer_whose_provider_hears_nothing() -> None:
    answer = Written()
    answer.run.expire()
    assert answer.ending == ("failed", None, TIMED_OUT)


@pytest.mark.parametrize("then", [BROKE_OFF, ValueError("the socket is closed"), Text(" more")])
def test_silence_after_a_named_finish_changes_nothing(then: Step) -> None:
    answer = Written(Text("Once"), Finish("stop"), lambda: answer.run.expire(), then)
    answer.run()
    assert answer.ending == ("complete", "stop", None)
    assert answer.seal.parts == (Text("Once"),)


def test_silence_before_any_word_says_that_it_was_silence() -> None:
    answer = Written(lambda: answer.run.expire())
    answer.run()
    assert answer.ending == ("failed", None, TIMED_OUT)


def test_whoever_comes_first_says_how_it_ended() -> None:
    endings = set()
    for _ in range(50):
        answer = Written(Text("Once"), Finish("stop"))
        barrier = Barrier(4)
        ways = [
            answer.run,
            answer.run.expire,
            lambda answer=answer: answer.run.end("stopped"),
            lambda answer=answer: answer.run.end("interrupted"),
        ]

        def at_once(way: Callable[[], None], barrier: Barrier = barrier) -> None:
            barrier.wait()
            way()

        threads = [Thread(target=at_once, args=[way]) for way in ways]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        endings.add(answer.ending[0])
    assert endings <= {"complete", "failed", "stopped", "interrupted"}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (Text("a\0b"), Text("a\ufffdb")),
        (Text("\ud83d", refusal=True), Text("\ufffd", refusal=True)),
        (Reasoning("\udfff"), Reasoning("\ufffd")),
        (ToolCall(0, "\0", "\ud800", "{\0}"), ToolCall(0, "\ufffd", "\ufffd", "{\ufffd}")),
        (
            Sources((Source("1", "\0", "\ud800"), Source("2", "T", "…", url="\0"))),
            Sources((Source("1", "\ufffd", "\ufffd"), Source("2", "T", "…", url="\ufffd"))),
        ),
    ],
)
def test_what_no_database_can_hold_is_replaced(said: Append, kept: Append) -> None:
    assert written(said, Finish("stop")).seal.parts == (kept,)


def test_fit_words_stay_as_they_are() -> None:
    words = "👩‍👩‍👧 \u2028 \ufeff \x01 \r\n \U0010ffff"
    for append in (Text(words), Reasoning(words), ToolCall(0, words, words, words)):
        assert fit(append) is append

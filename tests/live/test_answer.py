"""A live answer: one writer, many readers, one end."""

from __future__ import annotations

from threading import Barrier, Thread

from chatapp.events import End, Source, Sources, Start, Text
from chatapp.live.answer import LiveAnswer
from chatapp.live.follow import wait
from chatapp.parts import text_of

END = End("complete", "stop", 0)


def make() -> LiveAnswer:
    """An answer without a word."""
    return LiveAnswer(Start("m", "c", "q", "model"))


def at_once(*threads: Thread) -> None:
    """Runs all of them to their end."""
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


def test_only_one_of_many_freezes_an_answer() -> None:
    for _ in range(50):
        answer = make()
        barrier = Barrier(8)
        won: list[bool] = []

        def freeze(
            answer: LiveAnswer = answer, barrier: Barrier = barrier, won: list[bool] = won
        ) -> None:
            barrier.wait()
            won.append(answer.freeze())

        at_once(*(Thread(target=freeze) for _ in range(8)))
        assert sorted(won) == [False] * 7 + [True]


def test_nothing_comes_in_after_the_freeze() -> None:
    for _ in range(50):
        answer = make()
        barrier = Barrier(2)
        accepted: list[bool] = []
        seen: list[str] = []

        def write(
            answer: LiveAnswer = answer, barrier: Barrier = barrier, accepted: list[bool] = accepted
        ) -> None:
            barrier.wait()
            while not accepted or accepted[-1]:
                accepted.append(answer.append(Text("a")))

        def end(
            answer: LiveAnswer = answer, barrier: Barrier = barrier, seen: list[str] = seen
        ) -> None:
            barrier.wait()
            answer.freeze()
            seen.append(text_of(answer.parts.fold()))

        at_once(Thread(target=write), Thread(target=end))
        assert seen == ["a" * accepted.count(True)]
        assert text_of(answer.parts.fold()) == seen[0]
        assert answer.parts.text_length == len(seen[0])


def test_the_first_append_is_timed_once() -> None:
    answer = make()
    assert answer.first_append_at is None
    answer.append(Text("a"))
    first = answer.first_append_at
    answer.append(Text("b"))
    assert first is not None
    assert answer.first_append_at == first


def test_waiting_ends_with_the_answer_however_the_two_cross() -> None:
    for _ in range(100):
        answer = make()
        at_once(
            *(Thread(target=wait, args=[answer]) for _ in range(3)),
            Thread(target=answer.close, args=[(END,)]),
        )
        assert answer.readers == 0


def test_waiting_for_an_ended_answer_returns() -> None:
    answer = make()
    answer.close((END,))
    wait(answer)


def test_a_closed_answer_says_how_it_ended() -> None:
    answer = make()
    assert (answer.frozen, answer.closing) == (False, None)
    assert answer.freeze()
    assert (answer.frozen, answer.closing) == (True, None)
    answer.close((END,))
    assert answer.closing == (END,)


def test_the_first_append_is_one_of_words() -> None:
    answer = LiveAnswer(Start("m", "c", "q", "model"))
    answer.append(Sources((Source("d", "Title", "Words", position=1),)))
    assert answer.first_append_at is None
    answer.append(Text("Hm."))
    assert answer.first_append_at is not None

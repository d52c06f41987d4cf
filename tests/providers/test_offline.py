"""The built-in offline model: quotes, small talk, pace, and its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Thread
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatapp.chat.grounding import Ground
from chatapp.events import Finish, ProviderEvent, Source, Text
from chatapp.live.call import Call as LiveCall
from chatapp.prompt import Prompt, Turn
from chatapp.providers.base import Call, Provider
from chatapp.providers.offline import BEYOND, CONNECT, GREETING, IDENTITY, NOTHING, THANKS, Offline


class Clock:
    """A call whose time passes at once, and which is cancelled after so many waits."""

    first_timeout = 60.0

    def __init__(self, waits: int = 1_000_000) -> None:
        self.waits: list[float] = []
        self.events = 0
        self.left = waits

    @property
    def stopped(self) -> bool:
        """Nobody stops it."""
        return False

    @property
    def cancelled(self) -> bool:
        return self.left <= 0

    def on_cancel(self, close: Callable[[], None]) -> None:
        raise AssertionError("the offline model has nothing to close")

    def heard(self) -> None:
        self.events += 1

    def heard_comment(self) -> None:
        raise AssertionError("the offline model has no comments")

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self.left -= 1
        return self.left >= 0


def ask(question: str, *passages: Source, earlier: tuple[Turn, ...] = ()) -> Prompt:
    return Prompt("offline", (*earlier, Turn("user", question)), passages=passages)


AskHelp: TypeAlias = Callable[[str], Prompt]


@pytest.fixture
def ask_help(library: Ground) -> AskHelp:
    """A question with what the library about chatapp holds of it."""
    return lambda question: ask(question, *library.find(ask(question)))


def run(prompt: Prompt, call: Call | None = None) -> list[ProviderEvent]:
    return list(Offline(pause=0.0).stream(prompt, call or Clock()))


def text(prompt: Prompt) -> str:
    return "".join(event.content for event in run(prompt) if isinstance(event, Text))


def passage(content: str, title: str = "Page › Part", position: int = 1) -> Source:
    return Source("page", title, content, None, "page.md", position)


def test_it_is_a_grounded_provider_with_one_model() -> None:
    provider: Provider = Offline()
    assert (provider.name, provider.grounded, provider.models()) == ("offline", True, ("offline",))


def test_an_answer_quotes_the_passage_with_its_number(ask_help: AskHelp) -> None:
    words = text(ask_help("How do I connect Ollama?"))
    assert words.startswith("*Ollama › Connect Ollama* explains:\n\n> Ollama runs models on your")
    assert "\n> OPENAI_BASE_URL=http://127.0.0.1:11434/v1 make run\n> ```\n>\n> [1]\n" in words


def test_the_fitting_sentences_are_quoted_and_not_the_whole_passage() -> None:
    content = (
        "Tea has many kinds. Green tea is steeped at 70 degrees for two minutes. "
        "The oldest tree is very old.\n\nThe pot was invented later. It pours well. It is round. "
        "It is heavy. It has a lid."
    )
    words = text(ask("At how many degrees is green tea steeped?", passage(content)))
    assert "> Tea has many kinds. Green tea is steeped at 70 degrees for two minutes. [1]" in words
    assert "lid" not in words


def test_a_sentence_in_the_middle_is_found() -> None:
    filler = "Nothing of interest stands here. " * 20
    content = f"{filler}The secret harbour lies behind the lighthouse. {filler}"
    words = text(ask("Where is the secret harbour?", passage(content)))
    assert "The secret harbour lies behind the lighthouse." in words
    assert words.count("Nothing of interest") <= 3


def test_code_stays_with_the_words_that_lead_to_it() -> None:
    content = "Do this:\n\n```\n# first\n\nmake tea\n```\nThen drink. " + "And rest. " * 9
    words = text(ask("How do I make tea?", passage(content)))
    assert "> Do this:\n>\n> ```\n> # first\n>\n> make tea\n> ```\n>\n> Then drink." in words


def test_list_items_stay_a_list() -> None:
    content = "Bring:\n\n- a tent for camping\n- a stove for camping\n"
    words = text(ask("What to bring for camping?", passage(content)))
    assert "> Bring:\n>\n> - a tent for camping\n> - a stove for camping [1]" in words


def test_no_line_of_a_passage_leaves_its_quote() -> None:
    hostile = "# Big\r\n```\n> [x](javascript:1)\r\n\n<script>alert(1)</script>\rend ```\n~~~\n"
    body = text(ask("big script", passage(hostile))).partition("\n\n")[2]
    assert all(line.startswith(">") for line in body.split("\n"))
    assert "\r" not in body


def test_markup_in_a_title_is_only_a_title() -> None:
    words = text(ask("tea", passage("Tea is hot.", title="*<b>[x](y)*\n# {title}")))
    assert words.startswith(
        "I found this in *\\*\\<b\\>\\[x\\](y)\\* \\# {title}*:\n\n> Tea is hot."
    )


def test_a_long_passage_without_sentences_is_cut() -> None:
    words = text(ask("tea", passage("tea " * 5_000)))
    assert words.endswith(" … [1]")
    assert len(words) < 1_200


def test_every_passage_is_cited() -> None:
    passages = [passage(f"Tea number {n}.", f"Tea {n}", n) for n in (1, 2, 3)]
    words = text(ask("tea", *passages))
    assert [words.count(f"[{n}]") for n in (1, 2, 3)] == [1, 1, 1]


def test_words_in_other_scripts_are_found() -> None:
    content = "京都は古い都です。緑茶は七十度で二分間いれます。" + "別の話です。" * 9
    assert "緑茶は七十度で二分間いれます。" in text(ask("緑茶は何度でいれますか", passage(content)))
    content = "Это начало. " * 9 + "Чай заваривают две минуты. " + "Это конец. " * 9
    assert "Чай заваривают две минуты." in text(ask("Как заваривать чай?", passage(content)))


def test_an_empty_passage_is_no_passage() -> None:
    assert text(ask("Who was Marie Curie?", passage(" \n "))).startswith(NOTHING)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Hello!", GREETING),
        ("good morning", GREETING),
        ("👋", GREETING),
        ("Thank you, that was great", THANKS),
        ("Who are you?", f"{IDENTITY}\n\n{CONNECT}"),
        ("Are you a robot?", f"{IDENTITY}\n\n{CONNECT}"),
        ("What is the capital of France?", f"{NOTHING}\n\n{CONNECT}"),
        ("Hello, what is the capital of France, please tell me?", f"{NOTHING}\n\n{CONNECT}"),
        ("Write a poem about the sea", f"{BEYOND}\n\n{CONNECT}"),
    ],
)
def test_without_passages_it_says_what_it_is(question: str, words: str) -> None:
    assert text(ask(question)) == words


def test_how_to_connect_a_model_is_said_once_in_a_conversation() -> None:
    first = ask("Who was Marie Curie?")
    told = Turn("assistant", text(first))
    assert text(ask("And Napoleon?", earlier=(*first.turns, told))) == NOTHING


def test_the_same_question_gets_the_same_answer(ask_help: AskHelp) -> None:
    prompt = ask_help("Where is my data stored?")
    assert text(prompt) == text(prompt)


def test_words_arrive_one_by_one_and_a_finish_ends_them() -> None:
    call = Clock()
    *words, finish = Offline(pause=0.025).stream(ask("hello"), call)
    assert words == [Text(piece) for piece in _words(GREETING)]
    assert finish == Finish("stop")
    assert call.events == len(words)
    assert call.waits == [0.0] + [0.025] * (len(words) - 1)


def _words(text: str) -> Iterator[str]:
    first, *others = text.split(" ")
    yield first
    yield from (f" {word}" for word in others)


def test_a_long_word_comes_in_pieces() -> None:
    events = run(ask("tea", passage("茶" * 100)))
    assert all(len(event.content.strip()) <= 12 for event in events if isinstance(event, Text))


@pytest.mark.parametrize("waits", [0, 1, 5])
def test_a_cancelled_call_ends_at_once_and_without_a_finish(waits: int) -> None:
    events = run(ask("hello"), Clock(waits))
    assert len(events) == waits
    assert all(isinstance(event, Text) for event in events)


def test_cancelling_from_another_thread_ends_the_wait() -> None:
    call = LiveCall(60.0, 60.0)
    events = Offline(pause=3600.0).stream(ask("hello"), call)
    assert next(events) == Text("Hello,")
    canceller = Thread(target=call.cancel)
    canceller.start()
    assert list(events) == []
    canceller.join()


@pytest.mark.parametrize("length", [1, 30, 100_000])
def test_an_answer_that_was_begun_goes_on_where_it_broke_off(
    length: int, ask_help: AskHelp
) -> None:
    asked = ask_help("How do I stop an answer?")
    whole = text(asked)
    begun = whole[:length]
    turns = (*asked.turns, Turn("assistant", begun), Turn("user", "Go on."))
    prompt = Prompt("offline", turns, passages=asked.passages, begun=begun)
    assert begun + text(prompt) == whole
    assert run(prompt)[-1] == Finish("stop")


def test_another_models_answer_is_followed_by_the_whole_of_its_own() -> None:
    turns = (Turn("user", "hello"), Turn("assistant", "Good d"), Turn("user", "Go on."))
    assert text(Prompt("offline", turns, begun="Good d")) == f"\n\n{GREETING}"


def test_a_prompt_without_turns_is_greeted() -> None:
    assert text(Prompt("offline", ())) == GREETING


anything = st.text(st.characters(exclude_categories=()), max_size=200)


@settings(deadline=None, max_examples=300)
@given(anything, st.lists(st.tuples(anything, anything), max_size=3))
def test_no_text_makes_it_fail(question: str, found: list[tuple[str, str]]) -> None:
    passages = [passage(content, title, n) for n, (title, content) in enumerate(found, start=1)]
    *words, finish = run(ask(question, *passages))
    assert words
    assert finish == Finish("stop")

"""The built-in offline model: quotes what fits the question from the passages found for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chatapp.events import Finish, ProviderEvent, Text
from chatapp.prompt import Prompt
from chatapp.providers._quotes import Quote, quotes
from chatapp.providers.base import Call

PAUSE = 1 / 40
"""Seconds between two words: a pace that one can read along with."""

RIVAL = 0.8
"""The share of the first quote's worth that the next passage needs to be quoted, too."""

SMALL_TALK_WORDS = 7
"""A longer message is a question, however it begins."""

CONNECT = """\
To talk about anything else, the person who runs this chat can connect a language model and start \
the chat again:

```
OPENAI_API_KEY=sk-... make run
OPENAI_BASE_URL=http://127.0.0.1:11434/v1 make run
```

The first line is for OpenAI, the second for Ollama or any other server that speaks OpenAI's API."""

GREETING = """\
Hello, nice to meet you! I am the small helper that is built into this chat. I cannot really \
converse, but I know the documents that were added here, and the help pages. Ask me, for example, \
*How do I connect Ollama?* or *Can I continue an answer that I stopped?*"""

WELFARE = """\
Thank you for asking! I am only a small built-in helper, so I am the same every day: ready to look \
something up in your documents or the help pages. What would you like to know?"""

AGREEMENT = "All right! If anything else about this chat is unclear, just ask."

THANKS = "You are welcome! If anything else about this chat is unclear, just ask."

FAREWELL = "Goodbye! This conversation stays in the list for when you come back."

IDENTITY = """\
I am the offline model, a small helper that is built into this chat. I look up your question in \
the documents that were added here and in the help pages, and quote what fits, with its source. I \
am not a language model: I cannot converse, write, calculate or translate, and I know nothing \
else."""

NOTHING = """\
I found nothing about that in your documents or the help pages, and they are all that I know. I am \
a small built-in helper, not a language model, so I cannot converse or answer general questions."""

BEYOND = """\
That is beyond me. I am a small built-in helper, not a language model: all I can do is quote \
your documents and the help pages, and they hold nothing that fits."""

_UNABLE = frozenset({IDENTITY, NOTHING, BEYOND})
_SMALL_TALK = (
    (r".*\b(who|what) are you\b|.*\bare you (an?|real|human|there)\b", IDENTITY),
    (r".*\b(your name|yourself|what (can|do) you do)\b", IDENTITY),
    (r"((hi|hey|hello) )?how (are you|is it going)\b", WELFARE),
    (r"((ok|okay) )?(thanks|thank you|thx|terima kasih|makasih|gracias|merci|danke)\b", THANKS),
    (r"(good ?)?bye\b|good night\b|see you\b|farewell\b|sampai jumpa\b", FAREWELL),
    (r"(hi|hello|hey|howdy|greetings|good (morning|day|afternoon|evening))\b|$", GREETING),
    (r"(ok|okay|all right|great|cool|nice|fine|good|yes|no|test)( then)?$", AGREEMENT),
    (r"(halo|hai|selamat (pagi|siang|sore|malam)|hola|bonjour|hallo|ciao|salam)\b", GREETING),
)
_REQUEST = re.compile(
    r"((please|can you|could you) )?(write|make|tell|give|draw|sing|translate|solve|calculate|"
    r"explain|summari[sz]e|describe|plan|fix|recommend|convert|compare|imagine|do) "
)
_INTRODUCTIONS = (
    (r"(how (do|can|could|should|to|would)|why)\b", "{title} explains:"),
    (r"where\b", "I looked this up in {title}:"),
    (r"(can|may|could|is|are|do|does|did|will|was) ", "This is what {title} says about it:"),
)
_WORD = re.compile(r"[^\W_]+")
_PIECE = re.compile(r"\s*\S{1,12}")
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~])")


class Offline:
    """A helper that answers from the passages of the prompt alone, and says so when it cannot.

    `pause` is the time between two words, in seconds.
    """

    name = "offline"
    grounded = True
    speaks = ""

    def __init__(self, pause: float = PAUSE) -> None:
        self._pause = pause

    def warm(self) -> None:
        """Nothing is to be loaded."""

    def models(self) -> tuple[str, ...]:
        """Itself."""
        return ("offline",)

    def stream(self, prompt: Prompt, call: Call) -> Iterator[ProviderEvent]:
        """The answer, word by word; of one that was begun, what is missing."""
        pause = 0.0
        for words in _PIECE.findall(_unsaid(prompt)):
            if not call.wait(pause):
                return
            call.heard()
            yield Text(words)
            pause = self._pause
        yield Finish("stop")


def answer(prompt: Prompt) -> str:
    """The whole answer in Markdown. The same prompt gives the same answer."""
    found = quotes(prompt.question, prompt.passages)
    if found:
        return _quoted(prompt.question, found)
    words = _small_talk(prompt.question)
    if words in _UNABLE and not _connect_was_said(prompt):
        return f"{words}\n\n{CONNECT}"
    return words


def _unsaid(prompt: Prompt) -> str:
    whole = answer(prompt)
    if whole.startswith(prompt.begun):
        return whole.removeprefix(prompt.begun)
    return f"\n\n{whole}"


def _connect_was_said(prompt: Prompt) -> bool:
    earlier = prompt.turns[:-2] if prompt.begun else prompt.turns
    return any(turn.role == "assistant" and CONNECT in turn.content for turn in earlier)


def _plain(question: str) -> str:
    return " ".join(_WORD.findall(question.casefold()))


def _small_talk(question: str) -> str:
    plain = _plain(question)
    if plain.count(" ") < SMALL_TALK_WORDS:
        for pattern, words in _SMALL_TALK:
            if re.match(pattern, plain):
                return words
    return BEYOND if _REQUEST.match(plain) else NOTHING


def _quoted(question: str, found: Sequence[Quote]) -> str:
    first, *others = found
    told = [f"{_introduction(question, first)}\n\n{first}"]
    if others and others[0].worth >= RIVAL * first.worth:
        second = others.pop(0)
        told.append(f"{_title(second)} adds:\n\n{second}")
    if others:
        told.append(f"See also {' and '.join(map(_reference, others))}.")
    return "\n\n".join(told)


def _introduction(question: str, quote: Quote) -> str:
    plain = _plain(question)
    words = (words for pattern, words in _INTRODUCTIONS if re.match(pattern, plain))
    return next(words, "I found this in {title}:").format(title=_title(quote))


def _title(quote: Quote) -> str:
    title = " ".join(quote.source.title.split())
    return "*" + _MARKUP.sub(r"\\\1", title) + "*"


def _reference(quote: Quote) -> str:
    return f"{_title(quote)} [{quote.source.position}]"

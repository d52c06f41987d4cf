"""Text in which every gap, every repetition and every mix-up shows."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from re import compile

_ODD = ("", "é", "e\u0301", "👩‍👩‍👧", "", "🇩🇪", "\u2028", "漢字", "\r\n", "ﬁ")
"""One code point, several that make one letter, and what takes four bytes or two surrogates."""

_QUESTION = compile(r"(\w+): (\d+) words, (\d+) ms apart, after (\d+) ms")
LONGEST_PIECE = 18


@dataclass(frozen=True, slots=True)
class Script:
    """What a model is to say: so many words about `name`, and the pauses in seconds.

    `first` is the pause before the first word, `pace` the one before each of the others.
    """

    name: str
    words: int
    pace: float = 0.02
    first: float = 0.0

    @property
    def question(self) -> str:
        """The question that asks for it."""
        pauses = f"{round(self.pace * 1000)} ms apart, after {round(self.first * 1000)} ms"
        return f"{self.name}: {self.words} words, {pauses}"

    @classmethod
    def of(cls, question: str) -> Script:
        """What a question asks for. Raises `ValueError`."""
        found = _QUESTION.fullmatch(question)
        if not found:
            raise ValueError(f"no script: {question!r}")
        name, words, pace, first = found.groups()
        return cls(name, int(words), int(pace) / 1000, int(first) / 1000)

    @property
    def text(self) -> str:
        """All of it: each word has its number, and the name of the answer."""
        return "".join(
            f"{self.name}.{number:04d}{_ODD[number % len(_ODD)]} " for number in range(self.words)
        )

    def pieces(self, begun: str = "") -> list[str]:
        """What is said behind `begun`, cut anywhere, as tokens are; about a piece for each word.

        Raises `ValueError` where it does not begin like this.
        """
        if not self.text.startswith(begun):
            raise ValueError(f"{self.name} does not begin like this: {begun!r}")
        random, text, pieces = Random(self.name), self.text[len(begun) :], []
        while text:
            size = random.randint(1, LONGEST_PIECE)
            pieces.append(text[:size])
            text = text[size:]
        return pieces

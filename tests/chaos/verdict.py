"""Comparing what the model said, what readers were told, and what is stored."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from chatapp.events import ENDINGS
from tests.support.numbered_model import Call
from tests.support.numbered_model import Outcome as Ending
from tests.support.reader import Reader

TICK = 0.5
"""Seconds of text that a killed process may lose."""


@dataclass
class Answer:
    """All that is known of one answer in the end; `stored` is the message as the API shows it."""

    name: str
    calls: list[Call]
    readers: list[Reader]
    stored: dict[str, Any]
    questions: int
    seals: int
    stopped: bool = False

    @property
    def text(self) -> str:
        """What is stored."""
        return str(self.stored["text"])

    @property
    def hung(self) -> int:
        """Readers that heard no end."""
        return sum(reader.end is None for reader in self.readers)

    @property
    def missing(self) -> int:
        """Readers that lack something of what is stored."""
        return sum(len(reader.heard) <= len(self.text) for reader in self._astray())

    @property
    def doubled(self) -> int:
        """Readers that were told something twice, or that nobody said."""
        return sum(len(reader.heard) > len(self.text) for reader in self._astray())

    @property
    def taken_back(self) -> int:
        """The most that a reader was told and had to take back, in characters."""
        return max(len(reader.heard) - len(reader.text) for reader in self.readers)

    @property
    def lost(self) -> float:
        """The time in seconds that the model took to say what readers had to take back."""
        if not self.taken_back or not self.calls:
            return 0.0
        call, kept = self.calls[0], len(self.text)
        heard = min(kept + self.taken_back, len(call.text))
        return call.moment(heard) - call.moment(min(kept + 1, heard))

    def faults(self) -> list[str]:
        """What is wrong with it; nothing, as it should be."""
        status = self.stored["status"]
        ends = {reader.end["status"] for reader in self.readers if reader.end}
        wrong = {
            f"status {status}": status not in ENDINGS,
            f"asked {self.questions} times": self.questions != 1,
            f"sealed {self.seals} times": self.seals != 1,
            f"{len(self.calls)} calls": len(self.calls) > 1,
            "stored what the model did not say": not self._said().startswith(self.text),
            "complete without all of it": status == "complete" and self.text != self._whole(),
            "failed without a cause": status == "failed" and not self._cut(),
            "stopped by nobody": status == "stopped" and not self.stopped,
            f"readers were told of {ends}": bool(ends - {status}),
            f"{self.hung} hung": self.hung > 0,
            f"{self.missing} lack something": self.missing > 0,
            f"{self.doubled} have something twice": self.doubled > 0,
            f"{self.taken_back} taken back": self.taken_back > 0 and status != "interrupted",
        }
        return [f"{self.name}: {words}" for words, is_so in wrong.items() if is_so]

    def _astray(self) -> list[Reader]:
        """Readers that heard the end and do not show what is stored."""
        return [reader for reader in self.readers if reader.end and reader.text != self.text]

    def _said(self) -> str:
        return self.calls[0].text if self.calls else ""

    def _whole(self) -> str:
        return self.calls[0].script.text if self.calls else ""

    def _cut(self) -> bool:
        return any(call.outcome is Ending.CUT for call in self.calls)


@dataclass
class Outcome:
    """A whole run with one seed; `left_behind` names what should not be there in the end."""

    backend: str
    seed: int
    seconds: float
    answers: list[Answer]
    done: Counter[str]
    left_behind: list[str]

    @property
    def wrong(self) -> list[str]:
        """All that is wrong; nothing, as it should be."""
        return [words for answer in self.answers for words in answer.faults()] + self.left_behind

    @property
    def late(self) -> list[str]:
        """Answers that lost more than a tick: a slow machine is enough for that."""
        return [f"{each.name}: lost {each.lost:.2f} s" for each in self.answers if each.lost > TICK]

    @property
    def statuses(self) -> Counter[str]:
        """How the answers ended."""
        return Counter(answer.stored["status"] for answer in self.answers)

    def as_json(self) -> dict[str, Any]:
        """The row of the table."""
        readers = [reader for answer in self.answers for reader in answer.readers]
        return {
            "backend": self.backend,
            "seed": self.seed,
            "answers": len(self.answers),
            "faults": sum(self.done.values()),
            "readers": len(readers),
            "reconnects": sum(reader.lines - 1 for reader in readers),
            **{status: self.statuses[status] for status in sorted(ENDINGS)},
            "doubled": sum(answer.doubled for answer in self.answers),
            "missing": sum(answer.missing for answer in self.answers),
            "hung": sum(answer.hung for answer in self.answers),
            "wrong": len(self.wrong),
            "taken_back": max(answer.taken_back for answer in self.answers),
            "lost_seconds": round(max(answer.lost for answer in self.answers), 2),
            "seconds": round(self.seconds),
            "kinds": dict(sorted(self.done.items())),
        }

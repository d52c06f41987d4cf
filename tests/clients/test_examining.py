"""The examination itself: a client that does nothing right has nothing in its favour."""

from __future__ import annotations

import pytest

from tests.clients.examining import WORDS, Verdict, examine
from tests.clients.program import Ended
from tests.clients.rows import MACHINE, ROWS
from tests.clients.table import table
from tests.support.instance import ROOT
from tests.support.model_server import ModelServer

ALL = Verdict(text_equal=True, one_by_one=True, error_seen=True, stop_frees=True)


class Pretending:
    """Something that asks nobody, and claims what it is told to."""

    def __init__(self, *claims: str | Ended) -> None:
        self._claims = claims
        self._left: list[str | Ended] = []

    def ask(self, question: str, *, stop: bool = False) -> None:
        """Begins anew."""
        self._left = list(self._claims)

    def hear(self, patience: float) -> str | Ended:
        """The next claim."""
        return self._left.pop(0) if self._left else Ended("silence")


@pytest.mark.parametrize(
    ("claims", "kept"),
    [
        ([Ended("end")], set()),
        ([Ended("silence")], set()),
        ([WORDS[:-1], Ended("end")], set()),
        ([WORDS.replace("\u2028", "\n"), Ended("end")], {"one_by_one"}),
        (["Once", Ended("error")], {"error_seen"}),
    ],
)
def test_who_does_it_wrong_is_found_out(claims: list[str | Ended], kept: set[str]) -> None:
    with ModelServer() as model:
        verdict = examine(Pretending(*claims), model)
    assert {"text_equal", "one_by_one", "error_seen", "stop_frees"} - set(verdict.missing) == kept


def test_what_is_stored_has_to_be_the_same() -> None:
    with ModelServer() as model:
        claims = Pretending(WORDS, Ended("end"))
        assert "text_equal" not in examine(claims, model, lambda: WORDS).missing
        assert "text_equal" in examine(claims, model, lambda: WORDS[:-1]).missing


def test_the_page_shows_every_client_as_it_is_promised() -> None:
    page = (ROOT / "docs" / "clients.md").read_text()
    rows = [row for row in ROWS if row.package not in MACHINE]
    for line in table((row, ALL) for row in rows).splitlines():
        assert line in page, "make clients-table"

"""The verdict on a server that was watched: what leaks, slows down or loses something is told."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import msgspec
import pytest

from bench.script import text
from bench.soak import page
from bench.soak.held import Held
from bench.soak.ledger import Ledger, compare
from bench.soak.line import LEFT, WHOLE
from bench.soak.samples import EVERY, Process, Sample
from bench.soak.times import Times
from bench.soak.verdict import Claim, Evidence, judge, trend

IDLE = Held({"socket": 5, "chatapp.db": 4}, 2, {"greenlet": 1})
HALF_AN_HOUR = 360


def sample(number: int, megabytes: float = 100.0, gap: float | None = 45.0) -> Sample:
    return Sample(
        at=(number + 1) * EVERY,
        master=Process(40.0, 60.0, 10, 1),
        worker=Process(megabytes, megabytes + 20, 300, 3),
        busy=0.6,
        waited=0.0,
        lines=250,
        gaps_per_second=6000,
        gap_p99=gap,
        first_p99=30.0,
        database=1.0,
        wal=4.0,
    )


def samples(megabytes: Callable[[float], float], count: int = HALF_AN_HOUR) -> list[Sample]:
    """Those of a server that holds so much after so many minutes."""
    return [sample(number, megabytes((number + 1) * EVERY / 60)) for number in range(count)]


def claims(**changed: object) -> list[Claim]:
    """The verdict on a run of which only this was not well: memory, what is left, gaps, …"""
    well = Evidence(samples(lambda _: 100.0), IDLE, IDLE, {}, [])
    return judge(msgspec.structs.replace(well, **changed))


def holds(**changed: object) -> list[bool | None]:
    return [claim.holds for claim in claims(**changed)]


def test_a_server_that_stays_as_it_is_goes_on_for_ever() -> None:
    assert holds() == [True] * 5


def test_memory_may_grow_in_the_first_minutes() -> None:
    filled = samples(lambda minutes: 100 + 40 * (1 - math.exp(-minutes)))
    assert holds(samples=filled)[0]


@pytest.mark.parametrize(("slope", "flat"), [(1.2, False), (0.5, True), (-3.0, True)])
def test_memory_that_grows_on_is_told(slope: float, flat: bool) -> None:
    noise = Random(1)
    grown = samples(lambda minutes: 100 + slope * minutes + noise.gauss(0, 2))
    first = claims(samples=grown)[0]
    assert first.holds is flat
    assert float(first.found.partition(" ")[0]) == pytest.approx(slope, abs=0.1)


def test_a_slope_that_is_not_known_well_enough_is_not_passed() -> None:
    noise = Random(1)
    wild = samples(lambda minutes: 100 + 0.9 * minutes + noise.gauss(0, 30))
    assert holds(samples=wild)[0] is False


def test_nothing_is_said_about_the_slope_of_a_few_minutes() -> None:
    assert holds(samples=samples(lambda minutes: 100 + 5 * minutes, count=24))[0] is None


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (Held({"socket": 7, "chatapp.db": 4}, 2, {"greenlet": 1}), "2 more descriptors (socket)"),
        (Held({"socket": 5, "a.txt": 1}, 2, {"greenlet": 1}), "1 more descriptors (a.txt)"),
        (Held({"socket": 5}, 3, {"greenlet": 1}), "1 more threads"),
        (Held({"socket": 5}, 2, {"greenlet": 1, "Run.go": 4}), "4 more greenlets (Run.go)"),
    ],
)
def test_what_is_left_over_is_told(after: Held, found: str) -> None:
    second = claims(after=after)[1]
    assert (second.holds, second.found) == (False, found)


def test_holding_less_than_before_is_fine() -> None:
    assert holds(after=Held({"socket": 1}, 1, {}))[1]


def test_words_that_come_later_and_later_are_told() -> None:
    slower = [sample(number, gap=45.0 + number / 10) for number in range(HALF_AN_HOUR)]
    third = claims(samples=slower)[2]
    assert third.holds is False
    assert third.found == "p99 51 ms in the first third, 75 ms in the last"


def test_a_slow_minute_does_not_make_a_slow_server() -> None:
    once = [sample(number, gap=900.0 if number > 350 else 45.0) for number in range(HALF_AN_HOUR)]
    assert holds(samples=once)[2]


def test_failures_and_wrong_rows_are_told() -> None:
    assert holds(failures={"answers read: cut": 1})[3] is False
    assert holds(wrong=["m: not stored"])[4] is False


def test_a_trend_is_found_in_noise_and_its_margin_is_honest() -> None:
    """In 19 of 20 draws the true slope lies within the margin, also where neighbours are alike."""
    within = 0
    for seed in range(200):
        noise, drift, points = Random(seed), 0.0, []
        for number in range(300):
            drift = 0.6 * drift + noise.gauss(0, 1)
            points.append((number / 12, 100 + 0.3 * number / 12 + drift))
        found = trend(points)
        within += abs(found.slope - 0.3) <= found.margin
    assert within >= 180


def test_quantiles_are_counted_by_the_millisecond() -> None:
    times = Times()
    assert times.quantile(0.99) is None
    for milliseconds in range(100):
        times.add(milliseconds / 1000 + 0.0005)
    assert times.quantile(0.5) == 50
    assert times.quantile(0.99) == 99
    times.add(3600)
    assert times.quantile(1.0) == 20_001


class TestLedger:
    """What is stored is held against what readers were told."""

    @pytest.fixture
    def database(self, tmp_path: Path) -> Path:
        path = tmp_path / "chatapp.db"
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("CREATE TABLE messages (id, role, status, text)")
            connection.execute("CREATE TABLE runs (message_id)")
            connection.execute("CREATE TABLE segments (message_id)")
            said = [
                ("a", "assistant", "complete", text(3)),
                ("b", "assistant", "stopped", text(2)),
                ("c", "assistant", "failed", text(1)),
                ("d", "assistant", "complete", text(3)),
                ("q", "user", "complete", "hi"),
            ]
            connection.executemany("INSERT INTO messages VALUES (?, ?, ?, ?)", said)
        return path

    @pytest.fixture
    def ledger(self) -> Ledger:
        ledger = Ledger()
        ledger.keep("a", WHOLE, 3, 18)
        ledger.keep("b", "ended stopped, None", 3, 12)
        ledger.keep("c", "error provider_error", 3, 6)
        ledger.keep("d", LEFT, 3, 6)
        return ledger

    def test_what_was_told_is_stored(self, database: Path, ledger: Ledger) -> None:
        assert compare(database, ledger) == []

    @pytest.mark.parametrize(
        ("statement", "wrong"),
        [
            ("DELETE FROM messages WHERE id = 'd'", "d: an answer that is not stored"),
            (
                "UPDATE messages SET text = ' w0001' WHERE id = 'd'",
                "d: complete with 6 characters, not complete with 18",
            ),
            (
                "UPDATE messages SET status = 'streaming' WHERE id = 'b'",
                "b: streaming with 12 characters, not stopped with 12",
            ),
            (
                "INSERT INTO messages VALUES ('e', 'assistant', 'complete', '')",
                "e: an answer that nobody was given",
            ),
            ("INSERT INTO runs VALUES ('a')", "1 rows of runs are left"),
            ("INSERT INTO segments VALUES ('a')", "1 rows of segments are left"),
        ],
    )
    def test_any_difference_is_told(
        self, database: Path, ledger: Ledger, statement: str, wrong: str
    ) -> None:
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute(statement)
        assert compare(database, ledger) == [wrong]

    def test_what_may_not_happen_is_a_failure(self, ledger: Ledger) -> None:
        ledger.note("answers read", WHOLE, (WHOLE,))
        ledger.note("answers read", "cut", (WHOLE,))
        assert ledger.done == {"answers read": 2}
        assert ledger.failures == {"answers read: cut": 1}


def test_the_plot_shows_memory_times_and_what_is_open() -> None:
    svg = ElementTree.fromstring(page.plot(samples(lambda minutes: 100 + minutes / 10)))
    words = {text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")}
    assert {"Memory (PSS)", "gaps between words", "descriptors", "+0.10 MB a minute"} <= words

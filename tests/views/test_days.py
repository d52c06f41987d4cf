"""The days that a list is divided by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from chatapp.views import days

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "name"),
    [
        (NOON + timedelta(days=1), "Today"),  # by a clock that is ahead
        (datetime(2026, 11, 21, tzinfo=UTC), "Today"),
        (datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC), "Yesterday"),
        (datetime(2026, 11, 20, tzinfo=UTC), "Yesterday"),
        (datetime(2026, 11, 19, 23, tzinfo=UTC), "Previous 7 days"),
        (datetime(2026, 11, 14, tzinfo=UTC), "Previous 7 days"),
        (datetime(2026, 11, 13, 23, tzinfo=UTC), "Previous 30 days"),
        (datetime(2026, 10, 22, tzinfo=UTC), "Previous 30 days"),
        (datetime(2026, 10, 21, 23, tzinfo=UTC), "October 2026"),
        (datetime(2025, 11, 21, tzinfo=UTC), "November 2025"),
    ],
)
def test_a_day_is_named_by_how_long_ago_it_was(moment: datetime, name: str) -> None:
    assert days.name(moment, NOON) == name


def test_a_day_begins_when_the_reader_s_clock_says_so() -> None:
    moment = datetime(2026, 11, 20, 20, tzinfo=UTC)
    assert days.name(moment, NOON) == "Yesterday"
    assert days.name(moment, NOON.astimezone(days.zone("420"))) == "Today"
    assert days.name(moment, NOON.astimezone(days.zone("-480"))) == "Yesterday"
    assert days.name(moment, NOON.astimezone(days.zone("840"))) == "Yesterday"


@pytest.mark.parametrize("said", ["", "x", "1.5", "841", "-841", "9999", "٤", "1\n", "--1"])
def test_what_is_no_clock_is_utc(said: str) -> None:
    assert days.zone(said) == timezone(timedelta())

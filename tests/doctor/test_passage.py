"""Frames that pass one by one are told from frames that something collects."""

from __future__ import annotations

import pytest

from chatapp.doctor.passage import Frame, held_back

SENT = [100.0, 100.15, 100.30, 100.45]


def frames(*arrivals: float) -> list[Frame]:
    """What was sent at `SENT`, as it arrived by another clock."""
    return [Frame(sent, at) for sent, at in zip(SENT, arrivals, strict=True)]


@pytest.mark.parametrize(
    ("arrivals", "held"),
    [
        ((5.0, 5.15, 5.30, 5.45), 0),  # at once
        ((5.01, 5.20, 5.31, 5.52), 0),  # a little later each time
        ((5.45, 5.45, 5.45, 5.45), 4),  # all with the last
        ((5.15, 5.15, 5.45, 5.45), 3),  # two and two: the first pair shows the distance
        ((5.0, 5.15, 5.45, 5.45), 2),  # one that waited for its successor
    ],
)
def test_frames_that_wait_for_later_ones_are_counted(
    arrivals: tuple[float, ...], held: int
) -> None:
    assert held_back(frames(*arrivals)) == held


def test_a_server_that_pauses_is_no_proxy_that_collects() -> None:
    assert held_back([Frame(0.0, 9.0), Frame(3.0, 12.0), Frame(3.001, 12.0005)]) == 0


def test_nothing_holds_back_nothing() -> None:
    assert held_back([]) == 0

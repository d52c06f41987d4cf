"""How the frames of a stream pass: what they say of themselves, compared with their arrival."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple


class Frame(NamedTuple):
    """One frame. Both times are in seconds, each of a clock of its own."""

    sent_at: float
    arrived_at: float


def held_back(frames: Sequence[Frame]) -> int:
    """How many frames were collected: they waited on the way until a later one had been sent, or
    are the one that they waited for.

    The frame that came fastest tells how far the two clocks are apart. So neither the distance
    nor a server that pauses between two frames counts: only what is sent and does not arrive.
    """
    if not frames:
        return 0
    apart = min(frame.arrived_at - frame.sent_at for frame in frames)
    held = sum(
        frame.arrived_at - apart >= following.sent_at for frame, following in pairwise(frames)
    )
    return held + 1 if held else 0

"""What a page weighs: requests, and bytes over the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

MOST_REQUESTS, MOST_KB = 40, 90
"""Of the first visit of a chat."""


@dataclass(slots=True)
class Weight:
    """Requests of a page, and bytes that came for them, packed as they came, headers included."""

    requests: int = 0
    bytes: int = 0

    @property
    def kb(self) -> float:
        """Thousands of bytes."""
        return self.bytes / 1000


def weighed(page: Page) -> Weight:
    """Fills a weight with what the page loads from now on."""
    weight = Weight()

    def finished(event: dict[str, Any]) -> None:
        weight.requests += 1
        weight.bytes += event["encodedDataLength"]

    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", finished)
    return weight

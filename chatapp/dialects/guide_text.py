"""Plain text that cannot be asked for again: the words, and a last line where they broke off."""

from __future__ import annotations

from collections.abc import Hashable

from chatapp.dialects._frames import BAD_ENDINGS
from chatapp.events import End, Event, Text

BROKEN_OFF = "\n[Error during generation]"


class GuideText:
    """Writes text parts as UTF-8. An answer that was stopped has the words that were wanted."""

    mimetype = "text/plain"
    key: Hashable | None = "guide_text"

    def encode(self, event: Event, cursor: str, *, first: bool = False) -> bytes:
        """The words of the event; of an end, whether it was a bad one."""
        match event:
            case Text(content):
                return content.encode()
            case End(status) if status in BAD_ENDINGS:
                return BROKEN_OFF.encode()
            case _:
                return b""

    def heartbeat(self) -> bytes:
        """Text has nothing that means nothing."""
        return b""

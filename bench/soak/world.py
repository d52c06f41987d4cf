"""What those who use a server share."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bench.script import Behaviour
from bench.soak.ledger import Ledger
from bench.soak.times import Window


@dataclass
class World:
    """The server, the books, the times of this moment, and when to go home.

    `models` are those that do not fail, the one with most to say last; `cookie` is that of
    somebody who is signed in; `lines` are the streams that are open.
    """

    port: int
    database: Path
    cookie: str
    models: tuple[Behaviour, ...]
    ledger: Ledger = field(default_factory=Ledger)
    window: Window = field(default_factory=Window)
    lines: int = 0
    over: bool = False

    def clock(self) -> Window:
        """Where times are counted just now."""
        return self.window

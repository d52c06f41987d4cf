"""What stores share that keep no words: nobody else can follow, stop or adopt their answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chatapp.live.leases import Lease
from chatapp.live.store.base import Gain, News, Orders, Orphan, Seal
from chatapp.parts import Cursor, Part


class Forgetful:
    """Owns whatever it is shown, and forgets it."""

    def checkpoint(self, owner: str, gains: Iterable[Gain], lease: float) -> Orders:
        """Every run stays with its process."""
        return Orders(frozenset(gain.message_id for gain in gains), frozenset())

    def seal(self, seal: Seal) -> bool:
        """The first seal is the only one."""
        return True

    def request_stop(self, message_id: str) -> None:
        """Nobody else runs it."""

    def parts(self, message_id: str) -> tuple[Part, ...]:
        """Nothing was kept."""
        return ()

    def closing(self, message_id: str) -> Seal | None:
        """Nothing is known of what has ended."""
        return None

    def news(self, cursors: Mapping[str, Cursor]) -> list[News]:
        """Nobody else keeps anything."""
        return []

    def release(self, message_ids: Sequence[str]) -> None:
        """Nobody would adopt them."""

    def suspects(self) -> bool:
        """There are no leases."""
        return False

    def lost(self) -> list[Lease]:
        """Nothing is left behind."""
        return []

    def adopt(self, lost: Iterable[Lease], owner: str, lease: float) -> list[Orphan]:
        """Nothing was lost."""
        return []

    def reap(self, lost: Iterable[Lease]) -> list[str]:
        """Nothing was lost."""
        return []

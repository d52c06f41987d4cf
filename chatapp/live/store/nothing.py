"""The store that keeps nothing: for answers that live as long as the command that asked."""

from __future__ import annotations

from chatapp.live.store._forgetful import Forgetful


class Nothing(Forgetful):
    """Knows of no answer at all."""

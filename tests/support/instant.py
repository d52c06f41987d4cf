"""A provider that answers at once."""

from __future__ import annotations

from collections.abc import Iterator

from chatapp.events import Finish, ProviderEvent, Text
from chatapp.prompt import Prompt
from chatapp.providers.base import Call
from tests.support.scripted import Scripted


class Instant(Scripted):
    """Says `ok` to everything."""

    def stream(self, prompt: Prompt, call: Call) -> Iterator[ProviderEvent]:
        """One word and its end."""
        yield Text("ok")
        yield Finish("stop")

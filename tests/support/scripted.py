"""A provider that says what a test tells it, when the test tells it."""

from __future__ import annotations

from collections.abc import Iterator
from queue import Queue

from chatapp.errors import ProviderDisconnected
from chatapp.events import Finish, ProviderEvent, Text
from chatapp.prompt import Prompt
from chatapp.providers.base import Call

PATIENCE = 10.0


class Asked:
    """One call to the model: what it was asked, and the words a test puts into its mouth."""

    def __init__(self, prompt: Prompt, call: Call) -> None:
        self.prompt = prompt
        self.call = call
        self.closed = False
        self._script: Queue[ProviderEvent | Exception | None] = Queue()

    def say(self, *events: ProviderEvent | str) -> None:
        """Lets the model say something; a string is text."""
        for event in events:
            self._script.put(Text(event) if isinstance(event, str) else event)

    def fail(self, error: Exception) -> None:
        """Lets the model's server fail."""
        self._script.put(error)

    def end(self) -> None:
        """Lets the stream end cleanly."""
        self._script.put(None)

    def finish(self, *events: ProviderEvent | str) -> None:
        """Says something, names the finish `stop` and ends."""
        self.say(*events, Finish("stop"))
        self.end()

    def stream(self) -> Iterator[ProviderEvent]:
        """What the provider yields."""
        self.call.on_cancel(lambda: self._script.put(ProviderDisconnected()))
        try:
            while (step := self._script.get()) is not None:
                if isinstance(step, Exception):
                    raise step
                self.call.heard()
                yield step
        finally:
            self.closed = True


class Scripted:
    """The provider; `asked` gives its calls one after the other."""

    name = "scripted"
    grounded = False
    speaks = "chat"

    def __init__(self, *models: str) -> None:
        self._models = models or ("scripted",)
        self._calls: Queue[Asked] = Queue()

    def stream(self, prompt: Prompt, call: Call) -> Iterator[ProviderEvent]:
        """Waits for the test's words."""
        asked = Asked(prompt, call)
        self._calls.put(asked)
        return asked.stream()

    def models(self) -> tuple[str, ...]:
        """The ids it offers."""
        return self._models

    def asked(self) -> Asked:
        """The next call; fails where none comes."""
        return self._calls.get(timeout=PATIENCE)

    def warm(self) -> None:
        """Nothing is to be loaded."""

    @property
    def is_idle(self) -> bool:
        """Whether every call has been taken by the test."""
        return self._calls.empty()

"""What a provider is, and the call it is made with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol, runtime_checkable

from chatapp.events import ProviderEvent
from chatapp.prompt import Prompt


class Call(Protocol):
    """One call to a model, as the run that makes it sees it: its clock and its end.

    The run measures silence. A provider says `heard` for every event of the server and
    `heard_comment` for every comment line; it keeps no timers of its own, and reads without a
    timeout: when the clock runs out, or a person stops the answer, the run calls the closer that
    the provider left with `on_cancel`, from another thread or greenlet.
    """

    @property
    def cancelled(self) -> bool:
        """Whether the call was ended from outside; whatever fails then is no failure."""

    @property
    def stopped(self) -> bool:
        """Whether nobody wants the answer any more, so that the model itself shall stop."""

    def on_cancel(self, close: Callable[[], None]) -> None:
        """Leaves what ends the call at once (replacing what was left before).

        Called right away where the call is cancelled already.
        """

    def heard(self) -> None:
        """The server sent an event."""

    def heard_comment(self) -> None:
        """The server sent a comment: it lives, but says nothing."""

    def wait(self, seconds: float) -> bool:
        """Sleeps, and says whether the time passed without the call being cancelled."""

    @property
    def first_timeout(self) -> float:
        """Seconds that the first event may take, retries included."""


class Provider(Protocol):
    """A kind of model server.

    `grounded` providers answer from the passages in the prompt alone and want some always.
    `speaks` is the API whose fields `Prompt.options` may hold: `chat`, `responses`, or none.
    """

    name: str
    grounded: bool
    speaks: str

    def stream(self, prompt: Prompt, call: Call) -> Iterator[ProviderEvent]:
        """Asks the model and yields what it says, as it says it.

        A `Finish` tells why it stopped; words may follow it. An iterator that ends without one
        had a clean end that named no reason. Raises `ProviderError` when the server refuses or
        fails, `ProviderDisconnected` when its connection breaks off. Closing the iterator closes
        the connection.
        """

    def models(self) -> tuple[str, ...]:
        """The ids that the server offers. Raises `ProviderError`."""

    def warm(self) -> object:
        """Loads what the first question would have to wait for; what it gives does not matter."""


@runtime_checkable
class Resumable(Protocol):
    """A provider whose server goes on writing an answer while nobody listens."""

    def resume(self, token: str, call: Call) -> Iterator[ProviderEvent]:
        """Goes on behind a `Mark` that this provider made, in any process.

        Raises `ProviderError`.
        """

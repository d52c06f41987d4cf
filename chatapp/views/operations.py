"""What an address takes and answers, said beside its view: the API's document is made of this.

A view stays a plain function; saying it costs nothing while requests are served.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

from pydantic import BaseModel

View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Stream:
    """A reply that arrives piece by piece. `events` are the models of what `data:` holds.

    A `resumable` one goes on from the cursor in `Last-Event-ID`. `farewell` is a last `data:` that
    is no JSON.
    """

    media_type: str = "text/event-stream"
    events: tuple[type[BaseModel], ...] = ()
    resumable: bool = False
    farewell: str = ""


@dataclass(frozen=True, slots=True)
class Optional:
    """A body that may be missing."""

    model: type[BaseModel]


@dataclass(frozen=True, slots=True)
class Form:
    """A body that is a form, of either kind that browsers send."""

    model: type[BaseModel]


@dataclass(frozen=True, slots=True)
class Files:
    """A body that is a form with files, or JSON of the model."""

    form: type[BaseModel]
    json: type[BaseModel]


Taken: TypeAlias = type[BaseModel] | Optional | Form | Files
Content: TypeAlias = type[BaseModel] | Stream
Reply: TypeAlias = Content | tuple[Content, ...] | None
"""JSON of a model, a stream, one or the other as `Accept` says, or nothing."""

Access: TypeAlias = Literal["everybody", "guests", "signed in", "whole", "token"]
"""Who may call: everybody; people without a credential, too, who become guests; whoever is signed
in; the same without tokens of scope `chat`; personal tokens alone."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address. `refusals` are statuses beside those that follow from the rest."""

    replies: Mapping[int, Reply]
    body: Taken | None = None
    query: type[BaseModel] | None = None
    access: Access = "signed in"
    refusals: tuple[int, ...] = ()


_OPERATIONS: dict[Callable[..., object], Operation] = {}


def operation(
    replies: Mapping[int, Reply],
    *,
    body: Taken | None = None,
    query: type[BaseModel] | None = None,
    access: Access = "signed in",
    refusals: tuple[int, ...] = (),
) -> Callable[[View], View]:
    """Says what a view takes and answers; its docstring says what it does."""

    def remember(view: View) -> View:
        _OPERATIONS[view] = Operation(replies, body, query, access, refusals)
        return view

    return remember


def operation_of(view: Callable[..., object]) -> Operation | None:
    """What was said of a view."""
    return _OPERATIONS.get(view)

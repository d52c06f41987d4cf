"""Asks a provider, and collects what it says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from chatapp.errors import ProviderError
from chatapp.events import (
    Finish,
    FinishReason,
    ProviderEvent,
    Reasoning,
    Source,
    Sources,
    Text,
    ToolCall,
    Usage,
)
from chatapp.live.call import Call
from chatapp.prompt import Prompt, Turn
from chatapp.providers.base import Provider

PROMPT = Prompt("m", (Turn("system", "Be brief."), Turn("user", "Hello?")))

PATIENCE = 20.0
"""Seconds after which what did not happen never will."""


@dataclass
class Said:
    """All that a provider said, put together."""

    text: str = ""
    refusal: str = ""
    reasoning: str = ""
    calls: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    finishes: list[FinishReason | None] = field(default_factory=list)
    usages: list[Usage] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    error: ProviderError | None = None

    @property
    def names(self) -> list[str]:
        """The names of the functions that were called, in order."""
        return [name for _, name, _ in self.calls.values()]

    @property
    def finish(self) -> FinishReason | None:
        """The last reason that was named."""
        return self.finishes[-1] if self.finishes else None

    @property
    def usage(self) -> tuple[int, int] | None:
        """Tokens given and made."""
        return (
            (self.usages[-1].input_tokens, self.usages[-1].output_tokens) if self.usages else None
        )

    def take(self, event: ProviderEvent) -> None:
        """Adds one event."""
        match event:
            case Text(content, refusal=True):
                self.refusal += content
            case Text(content):
                self.text += content
            case Reasoning(content):
                self.reasoning += content
            case ToolCall(index, id, name, arguments):
                before = self.calls.get(index, ("", "", ""))[2]
                self.calls[index] = (id, name, before + arguments)
            case Sources(sources):
                self.sources += sources
            case Finish(reason):
                self.finishes.append(reason)
            case Usage():
                self.usages.append(event)


def collect(events: Iterable[ProviderEvent]) -> Said:
    """What the events add up to; an error ends them."""
    said = Said()
    try:
        for event in events:
            said.take(event)
    except ProviderError as error:
        said.error = error
    return said


def ask(provider: Provider, prompt: Prompt = PROMPT, call: Call | None = None) -> Said:
    """Asks, and waits for the end."""
    return collect(provider.stream(prompt, call or Call(PATIENCE, PATIENCE)))

"""What clients of OpenAI's Chat Completions send, and what of it a provider is told.

Whatever is not named here is passed on as it is to a provider that speaks the same API, and in the
words of the Responses API to one that speaks that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from chatapp.errors import BadRequest
from chatapp.prompt import Prompt, Turn
from chatapp.views.bodies import Body, Id, ModelId, Temperature, check_storable
from chatapp.views.completion_options import response_fields

TEXTS = frozenset({"text", "refusal", "input_text", "output_text"})
"""The kinds of content that are words."""

_ANSWERED_HERE = ("stream", "stream_options", "n", "store", "metadata")
_TOLD_ANYWAY = ("model", "temperature", "max_tokens", "max_completion_tokens")
OURS = frozenset((*_ANSWERED_HERE, *_TOLD_ANYWAY))
"""Fields that are not passed on as they are."""

PROVIDERS_OWN = ("tools", "tool_choice", "response_format", "logprobs", "top_logprobs", "stop")
"""Fields that change an answer, and that only a provider of the same API understands."""


def _words(content: Any) -> Any:
    """Checks that all content is text. Raises `ValueError` in words for a person."""
    for part in content if isinstance(content, list) else ():
        kind = part.get("type") if isinstance(part, dict) else None
        if kind not in TEXTS:
            raise ValueError(f"only text is accepted here, this is {kind!r}")
    return content


Content = Annotated[str | list[dict[str, Any]] | None, AfterValidator(_words)]


class ChatMessage(BaseModel):
    """One message of the conversation."""

    model_config = ConfigDict(strict=True, extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Content = None

    @property
    def text(self) -> str:
        """Its words."""
        if not isinstance(self.content, list):
            return self.content or ""
        return "".join(_text(part) for part in self.content)


class StreamOptions(Body):
    """How a stream is to be."""

    include_usage: bool | None = None


class ChatMetadata(Body):
    """Where the answer is to be kept."""

    conversation: Id | None = None


class ChatCompletionBody(Body):
    """A conversation to be answered."""

    model_config = ConfigDict(strict=True, extra="allow")

    model: Annotated[ModelId, Field(min_length=1)]
    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None
    temperature: Temperature | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    store: bool | None = None
    metadata: ChatMetadata | None = None

    @property
    def conversation_id(self) -> str | None:
        """The conversation in which the answer is to be kept, if one is named."""
        return self.metadata.conversation if self.metadata else None

    @property
    def kept(self) -> bool:
        """Whether the answer is to be kept."""
        return bool(self.store or self.conversation_id)

    @property
    def counts(self) -> bool:
        """Whether a stream is to tell the tokens."""
        return bool(self.stream_options and self.stream_options.include_usage)

    @property
    def question(self) -> str:
        """What is kept as the question. Raises `BadRequest` where there is none."""
        last = self.messages[-1]
        if last.role != "user" or not last.text.strip():
            raise BadRequest(
                "To be kept, the last message must be the user's words.", param="messages"
            )
        return last.text

    def prompt(self, raw: Mapping[str, Any], speaks: str, longest: int | None) -> Prompt:
        """What the provider is told; `raw` is the body as it came, `longest` our own limit.

        Raises `BadRequest` for what a provider that speaks another API cannot do.
        """
        check_storable(raw)
        wanted = self.max_completion_tokens or self.max_tokens
        limits = [limit for limit in (wanted, longest) if limit]
        return Prompt(
            model=self.model,
            turns=tuple(_turns(self.messages)),
            temperature=self.temperature,
            max_output_tokens=min(limits, default=None),
            options=_options(raw, speaks),
        )


def _options(raw: Mapping[str, Any], speaks: str) -> dict[str, Any]:
    """All else that a provider understands, as it came where it speaks the same API."""
    options = {name: value for name, value in raw.items() if name not in OURS}
    if speaks == "chat":
        return options
    if speaks == "responses":
        return response_fields(options)
    _check_plain(options)
    return {}


def _turns(messages: list[ChatMessage]) -> Iterator[Turn]:
    """The words, for providers that know nothing else."""
    for message in messages:
        match message.role:
            case "system" | "developer":
                yield Turn("system", message.text)
            case "user" | "assistant" if message.text:
                yield Turn(message.role, message.text)


def _text(part: Mapping[str, Any]) -> str:
    words = part.get("text", part.get("refusal"))
    return words if isinstance(words, str) else ""


def _check_plain(options: Mapping[str, Any]) -> None:
    for name in PROVIDERS_OWN:
        value = options.get(name)
        plain = not value or value in ("none", "auto") or value == {"type": "text"}
        if not plain:
            raise BadRequest(f"The model's server here does not know {name}.", param=name)

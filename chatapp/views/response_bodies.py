"""What clients of OpenAI's Responses API send, and what of it a provider is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from chatapp.errors import BadRequest
from chatapp.prompt import Prompt
from chatapp.views import response_items, response_options
from chatapp.views.bodies import Body, ModelId, Temperature, check_storable
from chatapp.views.openai_bodies import TEXTS
from chatapp.views.response_items import Item

Metadata = Annotated[
    dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=512)]],
    Field(max_length=16),
]
Json = dict[str, Any]

_NEEDED: Mapping[str, tuple[str, ...]] = {
    "message": ("role", "content"),
    "function_call": ("call_id", "name", "arguments"),
    "function_call_output": ("call_id", "output"),
    "item_reference": ("id",),
}
"""What items of a type cannot be without."""


_REPEATED = (
    *("instructions", "max_output_tokens", "previous_response_id"),
    *("temperature", "top_p"),
)
_REPEATED_UNREAD = (
    *("max_tool_calls", "prompt_cache_key", "safety_identifier"),
    *("service_tier", "user"),
)
"""Fields that a response shows as they came."""


class InputItem(Body):
    """Something that was said before, or is said now: a message, a call, what came of it."""

    model_config = ConfigDict(strict=True, extra="allow")

    type: Annotated[str, Field(min_length=1, max_length=64)] = "message"
    id: str | None = None
    role: Literal["user", "assistant", "system", "developer"] | None = None
    content: str | list[Json] | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    output: str | list[Json] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for name in _NEEDED.get(self.type, ()):
            if getattr(self, name) is None:
                raise ValueError(f"an item of the type {self.type!r} needs {name!r}")
        if self.type == "message" and isinstance(self.content, list):
            for part in self.content:
                _check_text(part)
        return self


def _check_text(part: Json) -> None:
    if part.get("type") not in TEXTS:
        raise ValueError(f"only text is accepted here, this is {part.get('type')!r}")
    if not isinstance(part.get("text", part.get("refusal")), str):
        raise ValueError("a text needs its words")


def _as_items(value: Any) -> Any:
    """A text alone is what the user says."""
    if isinstance(value, str):
        return [{"type": "message", "role": "user", "content": value}] if value.strip() else []
    return value


class TextWish(Body):
    """How the text of the answer is to be."""

    model_config = ConfigDict(strict=True, extra="allow")

    format: Json | None = None
    verbosity: str | None = None


class ReasoningWish(Body):
    """How much the model is to think before."""

    model_config = ConfigDict(strict=True, extra="allow")

    effort: str | None = None
    summary: str | None = None


class ResponseBody(Body):
    """What is to be answered."""

    model_config = ConfigDict(strict=True, extra="allow")

    model: Annotated[ModelId, Field(min_length=1)]
    input: Annotated[
        list[InputItem],
        Field(min_length=1),
        BeforeValidator(_as_items, json_schema_input_type=str | list[InputItem]),
    ]
    instructions: str | None = None
    previous_response_id: Annotated[str, Field(max_length=64)] | None = None
    stream: bool | None = None
    store: bool | None = None
    background: bool | None = None
    temperature: Temperature | None = None
    top_p: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None
    max_output_tokens: Annotated[int, Field(ge=1)] | None = None
    metadata: Metadata | None = None
    tools: list[Json] | None = None
    tool_choice: str | Json | None = None
    parallel_tool_calls: bool | None = None
    text: TextWish | None = None
    reasoning: ReasoningWish | None = None
    include: list[str] | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None

    @property
    def kept(self) -> bool:
        """Whether the response is kept: unless the client does not want it."""
        return self.store is not False

    @property
    def items(self) -> list[Json]:
        """What is said now, as it was sent."""
        return [item.model_dump(exclude_unset=True) for item in self.input]

    @property
    def settings(self) -> Json:
        """What every showing of the response repeats, with what OpenAI says where nothing was."""
        text = {"format": {"type": "text"}} | _given(self.text)
        reasoning = {"effort": None, "summary": None} | _given(self.reasoning)
        extra = self.model_extra or {}
        return {
            **{name: getattr(self, name) for name in _REPEATED},
            **{name: extra.get(name) for name in _REPEATED_UNREAD},
            "background": bool(self.background),
            "metadata": self.metadata or {},
            "parallel_tool_calls": self.parallel_tool_calls is not False,
            "reasoning": reasoning,
            "store": self.kept,
            "text": text,
            "tool_choice": self.tool_choice or "auto",
            "tools": self.tools or [],
            "top_logprobs": self.top_logprobs or 0,
            "truncation": extra.get("truncation") or "disabled",
        }

    def check(self) -> None:
        """Raises `BadRequest` for what cannot be had here, or not together."""
        extra = self.model_extra or {}
        for name in ("conversation", "prompt"):
            if extra.get(name) is not None:
                words = f"{name} is not served here. Send instructions and previous_response_id."
                raise BadRequest(words, param=name)
        if self.background and not self.kept:
            raise BadRequest("What runs in the background has to be stored.", param="background")

    def prompt(self, raw: Json, items: Sequence[Item], speaks: str, longest: int | None) -> Prompt:
        """What the provider is told: all `items`, those of earlier responses among them.

        `raw` is the body as it came, `longest` our own limit. Raises `BadRequest` for what a
        provider of another kind cannot do.
        """
        check_storable(raw)
        limits = [limit for limit in (self.max_output_tokens, longest) if limit]
        return Prompt(
            model=self.model,
            turns=tuple(response_items.turns(self.instructions, items)),
            temperature=self.temperature,
            max_output_tokens=min(limits, default=None),
            options=self._options(raw, items, speaks),
        )

    def _options(self, raw: Json, items: Sequence[Item], speaks: str) -> Json:
        if speaks == "responses":
            told: Json = {"input": response_items.response_items(items)}
            if self.instructions:
                told["instructions"] = self.instructions
            return response_options.response_options(raw) | told
        if speaks == "chat":
            messages = response_items.chat_messages(self.instructions, items)
            return response_options.chat_options(raw) | {"messages": messages}
        response_options.check_plain(raw)
        return {}


def _given(wish: Body | None) -> Json:
    """What a client said of a wish."""
    return wish.model_dump(exclude_none=True) if wish else {}

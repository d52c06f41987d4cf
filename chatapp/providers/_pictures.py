"""Pictures in what OpenAI's APIs are asked, and servers whose model takes none.

No server says beforehand what its models take, so one is asked with the pictures, and what it
answers is understood: https://platform.openai.com/docs/guides/images-vision
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from chatapp.prompt import Prompt, Turn
from chatapp.providers._failures import Kind, Refused

T = TypeVar("T")

BLIND = Kind(
    "invalid_request",
    "The model did not accept the picture: it may take none, or none of this kind. "
    "Choose another model, or ask again without the picture.",
)

_ABOUT_PICTURES = re.compile(r"image|\bvision|visual|multi-?modal|modalit|mmproj", re.IGNORECASE)
_OWN_FAULT = ("invalid_request", "provider_error", "model_not_found")
"""What servers call it: a 400, a 500 of Ollama's and llama.cpp's, a 404 of OpenRouter's."""


def chat_content(turn: Turn, prompt: Prompt) -> str | list[dict[str, Any]]:
    """The words of a turn with its pictures, as Chat Completions take them."""
    shown = [{"type": "image_url", "image_url": {"url": url}} for url in _urls(turn, prompt)]
    return [{"type": "text", "text": turn.content}, *shown] if shown else turn.content


def responses_content(turn: Turn, prompt: Prompt) -> str | list[dict[str, Any]]:
    """The same for the Responses API."""
    shown = [{"type": "input_image", "image_url": url} for url in _urls(turn, prompt)]
    return [{"type": "input_text", "text": turn.content}, *shown] if shown else turn.content


def shown(prompt: Prompt, ask: Callable[[Prompt], T]) -> T:
    """What `ask` gets for a prompt. Where the model takes no pictures, and the question has none
    itself, it is asked without those of earlier ones. Raises what `ask` raises, and `ProviderError`
    in words for a picture that is refused."""
    try:
        return ask(prompt)
    except Refused as refused:
        if not prompt.pictures or not _is_blind(refused):
            raise
        if prompt.question_shows:
            raise BLIND.error() from refused
        return ask(replace(prompt, pictures={}))


def _urls(turn: Turn, prompt: Prompt) -> list[str]:
    known = (prompt.pictures.get(id) for id in turn.image_ids)
    return [picture.data_url for picture in known if picture]


def _is_blind(refused: Refused) -> bool:
    return refused.code in _OWN_FAULT and bool(_ABOUT_PICTURES.search(refused.said))

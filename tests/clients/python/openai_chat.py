"""openai: Chat Completions."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import openai

from tests.clients.python.told import serve

client = openai.OpenAI(max_retries=0)


def ask(question: str) -> Generator[str, None, None]:
    """The words of an answer."""
    messages: Any = [{"role": "user", "content": question}]
    with client.chat.completions.create(model="m", messages=messages, stream=True) as stream:
        for chunk in stream:
            for choice in chunk.choices:
                yield choice.delta.content or ""


serve(ask)

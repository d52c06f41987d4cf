"""openai: Chat Completions by way of its helper for streams."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import openai

from tests.clients.python.told import serve

client = openai.OpenAI(max_retries=0)


def ask(question: str) -> Generator[str, None, None]:
    """The words of an answer."""
    messages: Any = [{"role": "user", "content": question}]
    with client.chat.completions.stream(model="m", messages=messages) as stream:
        for event in stream:
            if event.type == "content.delta":
                yield event.delta
        stream.get_final_completion()


serve(ask)

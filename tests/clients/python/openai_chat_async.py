"""openai: Chat Completions, asynchronously."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import openai

from tests.clients.python.told import serve_later


async def ask(question: str) -> AsyncGenerator[str, None]:
    """The words of an answer."""
    messages: Any = [{"role": "user", "content": question}]
    async with (
        openai.AsyncOpenAI(max_retries=0) as client,
        await client.chat.completions.create(model="m", messages=messages, stream=True) as stream,
    ):
        async for chunk in stream:
            for choice in chunk.choices:
                yield choice.delta.content or ""


serve_later(ask)

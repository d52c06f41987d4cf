"""pydantic-ai over Chat Completions."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from pydantic_ai import Agent

from tests.clients.python.told import serve_later


async def ask(question: str) -> AsyncGenerator[str, None]:
    """The words of an answer."""
    async with Agent("openai-chat:m").run_stream(question) as result:
        async for delta in result.stream_text(delta=True, debounce_by=None):
            yield delta


serve_later(ask)

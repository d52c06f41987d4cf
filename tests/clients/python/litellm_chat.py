"""LiteLLM over Chat Completions."""

from __future__ import annotations

from collections.abc import Generator

import litellm

from tests.clients.python.told import serve


def ask(question: str) -> Generator[str, None, None]:
    """The words of an answer."""
    messages = [{"role": "user", "content": question}]
    stream = litellm.completion(model="openai/m", messages=messages, stream=True, max_retries=0)
    try:
        for chunk in stream:
            for choice in chunk.choices:
                yield choice.delta.content or ""
    finally:
        stream.completion_stream.close()


serve(ask)

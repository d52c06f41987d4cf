"""openai: Responses."""

from __future__ import annotations

from collections.abc import Generator

import openai

from tests.clients.python.told import serve

client = openai.OpenAI(max_retries=0)


def ask(question: str) -> Generator[str, None, None]:
    """The words of an answer."""
    with client.responses.create(model="m", input=question, stream=True) as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                yield event.delta


serve(ask)

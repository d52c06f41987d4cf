"""openai: Responses by way of its helper for streams."""

from __future__ import annotations

from collections.abc import Generator

import openai

from tests.clients.python.told import serve

client = openai.OpenAI(max_retries=0)


def ask(question: str) -> Generator[str, None, None]:
    """The words of an answer."""
    with client.responses.stream(model="m", input=question) as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                yield event.delta
        stream.get_final_response()


serve(ask)

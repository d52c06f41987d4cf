"""LangChain over Responses."""

from __future__ import annotations

from collections.abc import Generator

from langchain_openai import ChatOpenAI

from tests.clients.python.told import serve

model = ChatOpenAI(model="m", max_retries=0, use_responses_api=True)


def ask(question: str) -> Generator[str, None, None]:
    """The words of an answer."""
    for chunk in model.stream(question):
        yield str(chunk.text)


serve(ask)

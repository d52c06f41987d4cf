"""A model's server, and the providers that ask it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from chatapp.providers._transport import Transport
from chatapp.providers.ai_client import AIClient
from chatapp.providers.openai_chat import OpenAIChat
from chatapp.providers.openai_responses import OpenAIResponses
from tests.support.model_server import ModelServer

KEY = "sk-secret-of-the-tests"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A server that answers as the test says."""
    with ModelServer() as server:
        yield server


@pytest.fixture
def client() -> Iterator[httpx2.Client]:
    """A client over our transport."""
    with httpx2.Client(transport=Transport(), timeout=20) as client:
        yield client


@pytest.fixture
def chat(server: ModelServer) -> Iterator[OpenAIChat]:
    """Asks by Chat Completions."""
    provider = OpenAIChat(base_url=server.base_url, api_key=KEY)
    yield provider
    provider.close()


@pytest.fixture
def responses(server: ModelServer) -> Iterator[OpenAIResponses]:
    """Asks by the Responses API."""
    provider = OpenAIResponses(base_url=server.base_url, api_key=KEY)
    yield provider
    provider.close()


@pytest.fixture
def ai_client(server: ModelServer) -> Iterator[AIClient]:
    """Asks an answering service."""
    provider = AIClient(url=f"{server.url}/ask", token=KEY)
    yield provider
    provider.close()

"""Reading the replies of the API as strictly as a client may."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from werkzeug.test import TestResponse


def value(response: TestResponse, status: int = 200) -> Any:
    """The JSON of a reply that has this status."""
    assert response.status_code == status, response.text
    assert response.content_type == "application/json"
    return response.json


def items(response: TestResponse) -> list[dict[str, Any]]:
    """The items of a list that is whole."""
    page = value(response)
    assert set(page) == {"items", "next"}
    assert page["next"] is None
    return list(page["items"])


def problem(response: TestResponse, status: int, code: str) -> str:
    """The words of an RFC 9457 problem with this status and code."""
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    body = response.json
    assert isinstance(body, dict)
    words = body["detail"]
    title = HTTPStatus(status).phrase
    said = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": words}
    assert body == said
    assert isinstance(words, str)
    assert words.strip()
    return words

"""The native API, as the clients here use it with what their libraries give."""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.request import Request, urlopen

ROOT = os.environ["CHATAPP_URL"]
TOKEN = {"Authorization": f"Bearer {os.environ['OPENAI_API_KEY']}"}
STREAM = TOKEN | {"Accept": "text/event-stream"}


def post(path: str, **body: Any) -> Any:
    """The reply to a request that changes something."""
    headers = TOKEN | {"Content-Type": "application/json"}
    request = Request(ROOT + path, json.dumps(body).encode(), headers)
    with urlopen(request) as response:
        return json.loads(response.read() or b"null")


def messages() -> str:
    """Where the messages of a new conversation are."""
    return f"{ROOT}/api/conversations/{post('/api/conversations')['id']}/messages"


class Answer:
    """What is heard of an answer."""

    def __init__(self) -> None:
        self._id = ""

    def hear(self, data: str) -> str:
        """The words of an event. Raises `RuntimeError` for an error."""
        event = json.loads(data)
        match event["type"]:
            case "start":
                self._id = event["message_id"]
            case "content":
                return str(event["content"])
            case "error":
                raise RuntimeError(event["error"])
        return ""

    def stop(self) -> None:
        """Leaving is not stopping; this is."""
        post(f"/api/messages/{self._id}/stop")

"""An answering service of one's own: a question in, `message`, `sources` and `end` out."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from chatapp.errors import ProviderDisconnected
from chatapp.events import Finish, ProviderEvent, Source, Sources
from chatapp.prompt import GROUNDING, Prompt, Turn, quoted
from chatapp.providers._asking import Server, ask, make_http_client, make_transport
from chatapp.providers._echoes import remember
from chatapp.providers._failures import Advice, told
from chatapp.providers._reading import events
from chatapp.providers._speech import Speech, fit
from chatapp.providers.base import Call
from chatapp.sse import Message, encode_json

if TYPE_CHECKING:
    import httpx2

log = logging.getLogger(__name__)

ADVICE = Advice("CHATAPP_AI_CLIENT_TOKEN", "CHATAPP_AI_CLIENT_URL")


class AIClient:
    """A service that takes the question and the history, and answers in server-sent events."""

    name = "ai-client"
    grounded = False
    speaks = ""

    def __init__(self, *, url: str, token: str | None = None) -> None:
        self._url = url
        self._server = Server(ADVICE, (token or "").strip())
        self._lock = Lock()
        self._http: httpx2.Client | None = None

    def warm(self) -> httpx2.Client:
        """Makes the client; a worker does so ahead of its first question."""
        with self._lock:
            if not self._http:
                self._http = make_http_client(make_transport(self._url))
            return self._http

    def close(self) -> None:
        """Closes the connections that are kept."""
        with self._lock:
            if self._http:
                self._http.close()
                self._http = None

    def models(self) -> tuple[str, ...]:
        """The service has one model, without a name of its own."""
        return (self.name,)

    def stream(self, prompt: Prompt, call: Call) -> Iterator[ProviderEvent]:
        """Asks the service and yields what it says. Raises `ProviderError`."""
        return events(partial(self._ask, prompt, call), ServiceReader(), call)

    def _ask(self, prompt: Prompt, call: Call) -> httpx2.Response:
        remember(prompt)
        content, headers = encode_json(_body(prompt)), self._headers()

        def send() -> httpx2.Response:
            http = self.warm()
            request = http.build_request("POST", self._url, content=content, headers=headers)
            return http.send(request, stream=True)

        return ask(send, call, self._server)

    def _headers(self) -> dict[str, str]:
        headers = {
            "Accept": "text/event-stream",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
        }
        if self._server.key:
            headers["Authorization"] = f"Bearer {self._server.key}"
        return headers


class ServiceReader:
    """Reads the events of one answer. What is not JSON is taken for words."""

    advice = ADVICE

    def __init__(self) -> None:
        self.ended = False
        self._speech = Speech()

    def read(self, message: Message) -> Iterator[ProviderEvent]:
        """The events of one message. Raises `ProviderError`."""
        value = _frame(message.data)
        match value.get("type") or message.event:
            case "content":
                yield from self._speech.say(_text(value.get("content")))
            case "sources":
                sources = _sources(value.get("sources"))
                if sources:
                    yield Sources(sources)
            case "end":
                self.ended = True
                yield Finish("stop")
            case "error":
                raise told(message.data, self.advice)

    def rest(self) -> Iterator[ProviderEvent]:
        """Halves of characters whose second half never came."""
        yield from self._speech.rest()

    def conclude(self) -> None:
        """Raises `ProviderDisconnected` where the service closed without an `end`."""
        if not self.ended:
            raise ProviderDisconnected


def _body(prompt: Prompt) -> dict[str, Any]:
    """The request: the question, and apart from it what was said before, and found for it."""
    earlier = list(prompt.turns)
    if earlier and earlier[-1].role == "user":
        earlier.pop()
    if prompt.passages:
        earlier.append(Turn("system", f"{GROUNDING}\n\n{quoted(prompt.passages)}"))
    return {
        "question": prompt.question,
        "messages": [{"role": turn.role, "content": turn.content} for turn in earlier],
        "conversation_id": prompt.conversation_id,
        "user_id": prompt.user_id,
    }


def _frame(data: str) -> dict[str, Any]:
    """The members of a message; one that is no JSON object is words as it stands."""
    try:
        value = json.loads(data, strict=False)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        return value
    if data.strip() == "[DONE]":
        return {}
    log.warning("the answering service sent %d characters that are no JSON object", len(data))
    return {"type": "content", "content": data}


def _sources(value: Any) -> tuple[Source, ...]:
    """The sources, numbered from 1; members may be missing."""
    found = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    return tuple(
        Source(
            id=fit(_text(item.get("id"))),
            title=fit(_text(item.get("title"))),
            content=fit(_text(item.get("content"))),
            url=fit(_text(item.get("url"))) or None,
            document_name=fit(_text(item.get("document_name"))) or None,
            position=position,
        )
        for position, item in enumerate(found, 1)
    )


def _text(value: Any) -> str:
    """Text as it is, and numbers as text: ids are often numbers."""
    return "" if value is None or isinstance(value, dict | list) else str(value)

"""The official SDK's client, for the providers that speak OpenAI's APIs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any

from chatapp.providers import _failures, _sdk_types
from chatapp.providers._asking import Server, ask, make_http_client, make_transport, receive
from chatapp.providers._failures import OPENAI, UNREADABLE
from chatapp.providers.base import Call

if TYPE_CHECKING:
    import httpx2
    import openai

    from chatapp.providers._transport import Transport

OPENAI_URL = "https://api.openai.com/v1"

MODELS_SECONDS = 10.0
"""How long a server may be silent while it lists its models."""

FETCH_SECONDS = 10.0
"""How long it may be silent before an answer that is not streamed."""

_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
"""As the SDK writes bodies."""

_sdk_types.defer()


class OpenAIClient:
    """The SDK's client over our transport: its options, authentication and requests.

    Retries and errors are ours. It is made at first use, or by `warm`, since `openai` takes long
    to import; threads may share it.

    Questions on one path differ in their bodies alone, and making such a request takes the SDK
    longer than all else that happens until it is sent. So it makes the first, and that is the
    pattern of the others, which our transport sends. Behind a proxy the SDK makes them all.
    """

    def __init__(self, base_url: str | None, api_key: str | None) -> None:
        self.url = base_url or OPENAI_URL
        self._server = Server(OPENAI, (api_key or "").strip())
        self._lock = Lock()
        self._sdk: openai.OpenAI | None = None
        self._transport: Transport | None = None
        self._patterns: dict[str, httpx2.Request] = {}

    def warm(self) -> openai.OpenAI:
        """Makes the client; a worker does so ahead of its first request."""
        with self._lock:
            if not self._sdk:
                import openai

                self._transport = make_transport(self.url)
                self._sdk = openai.OpenAI(
                    api_key=self._server.key or "none",
                    base_url=self.url,
                    max_retries=0,
                    http_client=make_http_client(self._transport),
                    default_headers={"Accept-Encoding": "identity"},
                )
            return self._sdk

    def close(self) -> None:
        """Closes the connections that are kept."""
        with self._lock:
            if self._sdk:
                self._sdk.close()
                self._sdk = self._transport = None
                self._patterns.clear()

    def post(self, path: str, body: Mapping[str, Any], call: Call) -> httpx2.Response:
        """The streamed response to a question. Raises `ProviderError`."""

        def send() -> httpx2.Response:
            transport, pattern = self._transport, self._patterns.get(path)
            if transport and pattern:
                response = transport.handle_request(_like(pattern, body))
                if not response.has_redirect_location:
                    return response
                response.close()
            response = _response(lambda: self.warm().post(path, body=body, **_streamed()))
            if response.is_success and not response.history:
                self._patterns[path] = _like(response.request, {})
            return response

        return ask(send, call, self._server)

    def get(self, path: str, query: Mapping[str, str], call: Call) -> httpx2.Response:
        """The streamed response to a request for what there is. Raises `ProviderError`."""

        def send() -> Any:
            return self.warm().get(path, options={"params": query}, **_streamed())

        return ask(lambda: _response(send), call, self._server)

    def send(self, path: str) -> None:
        """Tells the server something that has no answer. Raises `ProviderError`."""
        import httpx2

        def send() -> httpx2.Response:
            options: Any = {"timeout": MODELS_SECONDS}
            return self.warm().post(path, cast_to=httpx2.Response, options=options)

        receive(lambda: _response(send), self._server)

    def fetch(self, path: str, body: Mapping[str, Any]) -> bytes:
        """What the server answers to a body, whole. Raises `ProviderError`."""
        import httpx2

        def send() -> httpx2.Response:
            options: Any = {"timeout": FETCH_SECONDS}
            return self.warm().post(path, body=body, cast_to=httpx2.Response, options=options)

        return receive(lambda: _response(send), self._server).content

    def models(self) -> tuple[str, ...]:
        """The ids that the server offers, in its order. Raises `ProviderError`."""
        import httpx2

        def send() -> httpx2.Response:
            options: Any = {"timeout": MODELS_SECONDS}
            return self.warm().get("/models", cast_to=httpx2.Response, options=options)

        response = receive(lambda: _response(send), self._server)
        return _ids(_failures.unpack(response.content))


def _streamed() -> dict[str, Any]:
    """How the SDK is asked for a response as it is: its own stream object would be a reference
    cycle for every answer."""
    import httpx2
    from openai import Stream

    return {"cast_to": httpx2.Response, "stream": True, "stream_cls": Stream[httpx2.Response]}


def _like(pattern: httpx2.Request, body: Mapping[str, Any]) -> httpx2.Request:
    """The same request with another body."""
    import httpx2

    content = _to_json(body).encode()
    headers = httpx2.Headers(pattern.headers)
    headers["Content-Length"] = str(len(content))
    return httpx2.Request(
        pattern.method,
        pattern.url,
        headers=headers,
        stream=httpx2.ByteStream(content),
        extensions={"timeout": pattern.extensions["timeout"]},
    )


def _response(send: Callable[[], httpx2.Response]) -> httpx2.Response:
    """The response, whatever its status; the SDK's errors hold it, or the error of httpx2."""
    from openai import APIConnectionError, APIStatusError

    try:
        return send()
    except APIStatusError as error:
        return error.response
    except APIConnectionError as error:
        failure = error.__cause__ or error
    raise failure


def _ids(payload: Any) -> tuple[str, ...]:
    """The ids in a list of models: OpenAI's, a plain list, or Ollama's."""
    if isinstance(payload, dict):
        payload = payload.get("data") or payload.get("models") or []
    if not isinstance(payload, list):
        raise UNREADABLE.error()
    found = [
        model.get("id") or model.get("name") or model.get("model")
        if isinstance(model, dict)
        else model
        for model in payload
    ]
    return tuple(dict.fromkeys(id for id in found if isinstance(id, str) and id))

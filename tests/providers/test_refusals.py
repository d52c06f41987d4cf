"""A server that refuses or cannot be reached: our code, words that help, one retry, no secrets."""

from __future__ import annotations

import json
import socket
import threading
import time
from email.utils import formatdate
from typing import Any

import pytest

from chatapp.errors import ProviderDisconnected, ProviderError
from chatapp.live.call import Call
from chatapp.providers.ai_client import AIClient
from chatapp.providers.openai_chat import OpenAIChat
from tests.providers.conftest import KEY
from tests.providers.said import PATIENCE, PROMPT, ask
from tests.support.model_server import CERTIFICATE, DONE, Answer, ModelServer
from tests.support.model_server import chat as chunk
from tests.support.processes import free_port
from tests.support.recordings import needs_recordings, recordings


class Patient(Call):
    """A call that notes how long it was to wait, and does not."""

    def __init__(self, first_timeout: float = PATIENCE) -> None:
        super().__init__(first_timeout, PATIENCE)
        self.waited: list[float] = []

    def wait(self, seconds: float) -> bool:
        """Says that the time is over."""
        self.waited.append(seconds)
        return True


def refuse(
    server: ModelServer, provider: OpenAIChat, status: int, body: Any = None
) -> ProviderError:
    server.answers(Answer.json({} if body is None else body, status))
    error = ask(provider, call=Patient()).error
    assert error
    return error


RECORDED = {
    "model_not_found": ("model_not_found", "DeploymentNotFound"),
    "unauthenticated": ("API key", "api key", "Unauthorized", "Authentication header"),
    "context_too_long": ("context length", "context window", "messages is too long"),
    "rate_limited": ("rate-limited",),
}
"""What recorded error bodies say, by the code that it means; all else is our request's fault."""


def recorded_errors() -> list[Any]:
    folder = recordings()
    lines = (folder / "streams" / "http_errors.jsonl").read_text().splitlines() if folder else []
    rows = [json.loads(line) for line in lines]
    return [pytest.param(row, id=f"{row['status']}-{row['url'][8:30]}") for row in rows]


@needs_recordings
@pytest.mark.parametrize("row", recorded_errors())
def test_a_recorded_error_has_one_of_our_codes(
    server: ModelServer, chat: OpenAIChat, row: dict[str, Any]
) -> None:
    headers = {"Content-Type": row["content_type"]} if row["content_type"] else {}
    body = row["body"].encode()
    server.answers(Answer((body,) if body else (), row["status"], headers, "length"))
    meant = [code for code, said in RECORDED.items() if any(words in row["body"] for words in said)]
    error = ask(chat, call=Patient()).error
    assert error
    assert [error.code] == (meant or ["invalid_request"])


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, {"error": {"message": "bad", "param": "top_p"}}, ("invalid_request", False)),
        (400, {"error": "API key not valid. Use a valid API key."}, ("unauthenticated", False)),
        (400, {"code": "x", "error": "Incorrect API key provided."}, ("unauthenticated", False)),
        (400, {"detail": "prompt is too long: 9 tokens"}, ("context_too_long", False)),
        (400, {"error": {"code": "content_filter"}}, ("content_filtered", False)),
        (400, {"error": {"message": "model 'x' not found"}}, ("model_not_found", False)),
        (400, [{"error": {"message": "x"}}], ("invalid_request", False)),
        (400, b"", ("invalid_request", False)),
        (400, b"\xff\xfe<html>", ("invalid_request", False)),
        (401, {}, ("unauthenticated", False)),
        (402, {"error": {"message": "Insufficient Balance"}}, ("rate_limited", False)),
        (403, {"error": {"message": "forbidden"}}, ("unauthenticated", False)),
        (403, {"error": {"message": "the input was flagged"}}, ("content_filtered", False)),
        (404, b"404 page not found", ("model_not_found", False)),
        (408, {}, ("provider_timeout", True)),
        (413, {}, ("context_too_long", False)),
        (422, {"detail": [{"loc": ["body", "x"], "msg": "y"}]}, ("invalid_request", False)),
        (429, {"error": {"code": "insufficient_quota"}}, ("rate_limited", False)),
        (429, {}, ("rate_limited", True)),
        (500, {}, ("provider_error", True)),
        (502, b"<html>Bad Gateway</html>", ("provider_unavailable", True)),
        (503, {}, ("provider_unavailable", True)),
        (504, {}, ("provider_timeout", True)),
        (529, {"error": {"type": "overloaded_error"}}, ("provider_unavailable", True)),
    ],
)
def test_a_refusal_has_one_of_our_codes(
    server: ModelServer, chat: OpenAIChat, status: int, body: Any, expected: tuple[str, bool]
) -> None:
    error = refuse(server, chat, status, body)
    assert (error.code, error.retryable) == expected


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, {}, "OPENAI_API_KEY"),
        (404, {}, "CHATAPP_MODEL"),
        (404, {}, "OPENAI_BASE_URL"),
        (429, {}, "Try again in a moment"),
        (402, {}, "billing"),
        (413, {}, "Start a new one"),
        (400, {"error": {"param": "temperature"}}, "“temperature”"),
    ],
)
def test_the_words_say_what_to_do(
    server: ModelServer, chat: OpenAIChat, status: int, body: Any, words: str
) -> None:
    assert words in refuse(server, chat, status, body).words


def test_the_words_say_how_long_to_wait(server: ModelServer, chat: OpenAIChat) -> None:
    server.answers(Answer.json({}, 429, Retry_After="20"))
    error = ask(chat, call=Patient()).error
    assert error
    assert "in 20 seconds" in error.words


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_no_secret_is_told_or_logged(
    server: ModelServer, chat: OpenAIChat, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    said = f"key {KEY} of Bearer abcdefghijk and sk-proj-{'x' * 20} at {server.url}: internal"
    body = {"error": {"message": said, "param": f"{KEY} {server.url}"}}
    error = refuse(server, chat, status, body)
    for secret in (KEY, "abcdefghijk", "sk-proj", "internal", str(server.port)):
        assert secret not in error.words
    assert f"status {status}" in caplog.text
    assert "internal" in caplog.text
    for secret in (KEY, "abcdefghijk", "x" * 20):
        assert secret not in caplog.text


def test_without_a_key_the_log_says_what_the_server_said(
    server: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers(Answer.json({"error": "none of it works"}, 400))
    for provider in (OpenAIChat(base_url=server.base_url), AIClient(url=server.url)):
        ask(provider, call=Patient())
        provider.close()
    assert caplog.text.count('{"error": "none of it works"}') == 2


def test_what_the_server_said_stays_on_one_line_of_the_log(
    server: ModelServer, chat: OpenAIChat, caplog: pytest.LogCaptureFixture
) -> None:
    refuse(server, chat, 400, b"one\ntwo \xff")
    assert refuse(server, chat, 400, rb'{"error":"\ud83d\n"}').code == "invalid_request"
    assert [record.getMessage().isprintable() for record in caplog.records] == [True, True]


def test_words_are_masked_inside_a_stream_too(
    server: ModelServer, chat: OpenAIChat, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers(Answer.sse(b'data: {"error":{"message":"no sk-abcdefghijkl here"}}\n\n'))
    ask(chat)
    assert "no … here" in caplog.text
    assert "abcdefghijkl" not in caplog.text


class TestRetry:
    """One, after a refused connection or an answered 429 or 5xx."""

    @pytest.mark.parametrize("status", [429, 500, 502, 503, 529])
    def test_it_helps(self, server: ModelServer, chat: OpenAIChat, status: int) -> None:
        server.answers(Answer.json({}, status), Answer.sse(chunk("Hi", finish="stop"), DONE))
        said = ask(chat, call=Patient())
        assert (said.text, said.error, len(server.requests)) == ("Hi", None, 2)

    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_there_is_but_one(self, server: ModelServer, chat: OpenAIChat, status: int) -> None:
        refuse(server, chat, status)
        assert len(server.requests) == 2

    @pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 408, 409, 413, 422])
    def test_others_get_none(self, server: ModelServer, chat: OpenAIChat, status: int) -> None:
        refuse(server, chat, status)
        assert len(server.requests) == 1

    @pytest.mark.parametrize(
        "answer",
        [
            Answer((), raw=True, ending="cut"),
            Answer((), raw=True, ending="reset"),
            Answer((b"HTTP/1.1 2",), raw=True, ending="cut"),
            Answer.sse(ending="cut"),
            Answer.sse(chunk("a"), ending="cut"),
        ],
        ids=["no answer", "a reset", "half a head", "no words", "words"],
    )
    def test_a_connection_that_breaks_off_gets_none(
        self, server: ModelServer, chat: OpenAIChat, answer: Answer
    ) -> None:
        server.answers(answer)
        assert isinstance(ask(chat, call=Patient()).error, ProviderDisconnected)
        assert len(server.requests) == 1

    @pytest.mark.parametrize(
        ("after", "waited"),
        [
            (None, [0.5]),
            ("0", [0.0]),
            ("2.5", [2.5]),
            ("5", [5.0]),
            ("-3", [0.0]),
            ("6", []),
            ("inf", [0.5]),
            ("soon", [0.5]),
        ],
    )
    def test_it_waits_as_the_server_asks(
        self, server: ModelServer, chat: OpenAIChat, after: str | None, waited: list[float]
    ) -> None:
        server.answers(Answer.json({}, 503, **({"Retry_After": after} if after else {})))
        call = Patient()
        ask(chat, call=call)
        assert call.waited == waited
        assert len(server.requests) == 1 + len(waited)

    @pytest.mark.parametrize(("seconds", "requests"), [(-60, 2), (3, 2), (60, 1)])
    def test_the_wait_may_be_a_date(
        self, server: ModelServer, chat: OpenAIChat, seconds: int, requests: int
    ) -> None:
        date = formatdate(time.time() + seconds, usegmt=True)
        server.answers(Answer.json({}, 503, Retry_After=date))
        ask(chat, call=Patient())
        assert len(server.requests) == requests

    def test_it_stays_within_the_first_timeout(self, server: ModelServer, chat: OpenAIChat) -> None:
        server.answers(Answer.json({}, 503, Retry_After="3"))
        call = Patient(first_timeout=2)
        ask(chat, call=call)
        assert (call.waited, len(server.requests)) == ([], 1)

    def test_a_refused_connection_gets_one(self) -> None:
        port = free_port()
        provider = OpenAIChat(base_url=f"http://127.0.0.1:{port}/v1", api_key=KEY)
        server: list[ModelServer] = []

        class Starting(Patient):
            def wait(self, seconds: float) -> bool:
                server.append(ModelServer(port=port))
                server[0].answers(Answer.sse(chunk("Hi", finish="stop"), DONE))
                server[0].__enter__()
                return super().wait(seconds)

        call = Starting()
        said = ask(provider, call=call)
        provider.close()
        server[0].__exit__()
        assert (said.text, said.error, call.waited) == ("Hi", None, [0.5])


class TestUnreachable:
    """No response at all."""

    def provider(self, url: str, key: str = KEY) -> OpenAIChat:
        return OpenAIChat(base_url=url, api_key=key)

    def error(self, provider: OpenAIChat) -> ProviderError:
        error = ask(provider, call=Patient()).error
        provider.close()
        assert error
        return error

    def test_a_refused_connection(self) -> None:
        port = free_port()
        error = self.error(self.provider(f"http://127.0.0.1:{port}/v1"))
        assert (error.code, error.retryable) == ("provider_unavailable", True)
        assert "OPENAI_BASE_URL" in error.words
        assert str(port) not in error.words

    def test_a_name_that_cannot_be_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def find_nothing(*_: object, **__: object) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")

        monkeypatch.setattr(socket, "getaddrinfo", find_nothing)
        error = self.error(self.provider("http://model.invalid/v1"))
        assert error.code == "provider_unavailable"
        assert "name" in error.words
        assert "model.invalid" not in error.words

    def test_a_certificate_that_is_not_trusted(self) -> None:
        with ModelServer(tls=True) as server:
            error = self.error(self.provider(server.base_url))
        assert (error.code, "SSL_CERT_FILE" in error.words) == ("provider_unavailable", True)

    def test_a_certificate_that_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        with ModelServer(tls=True) as server:
            server.answers(Answer.sse(chunk("Hi", finish="stop"), DONE))
            provider = self.provider(server.base_url)
            assert ask(provider).text == "Hi"
            provider.close()

    @pytest.mark.parametrize("url", ["http://", "ftp://127.0.0.1/v1", "http://[::1/v1", "nonsense"])
    def test_an_address_that_is_none(self, url: str) -> None:
        error = self.error(self.provider(url))
        assert (error.code, "OPENAI_BASE_URL" in error.words) == ("provider_unavailable", True)

    @pytest.mark.parametrize("key", ["a\nb", "schlüssel", "a\0b"])
    def test_a_key_that_cannot_be_sent(self, server: ModelServer, key: str) -> None:
        error = self.error(self.provider(server.base_url, key))
        assert (error.code, "OPENAI_API_KEY" in error.words) == ("unauthenticated", True)
        assert not server.requests

    @pytest.mark.parametrize("url", ["http://", "nonsense", "http://[::1/ask"])
    def test_an_address_of_a_service_that_is_none(self, url: str) -> None:
        error = ask(AIClient(url=url), call=Patient()).error
        assert error
        assert error.code == "provider_unavailable"
        assert "CHATAPP_AI_CLIENT_URL" in error.words

    def test_a_token_that_cannot_be_sent(self, server: ModelServer) -> None:
        error = ask(AIClient(url=server.url, token="schlüssel"), call=Patient()).error
        assert error
        assert error.code == "unauthenticated"
        assert "CHATAPP_AI_CLIENT_TOKEN" in error.words

    def test_redirects_in_a_circle(self, server: ModelServer, chat: OpenAIChat) -> None:
        server.answers(Answer((), 307, {"Location": "/v1/chat/completions"}, "length"))
        assert self.error(chat).code == "provider_unavailable"

    def test_a_key_may_have_blanks_around_it(self, server: ModelServer) -> None:
        server.answers(Answer.sse(DONE))
        provider = self.provider(server.base_url, f" {KEY}\n")
        assert ask(provider).error is None
        provider.close()
        assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


class TestModels:
    """The list of models fails in the same words."""

    @pytest.mark.parametrize(
        ("answer", "code"),
        [
            (Answer.json({}, 401), "unauthenticated"),
            (Answer.json({}, 503), "provider_unavailable"),
            (Answer.json({"data": "x"}), "provider_error"),
            (Answer.json(b"<html>"), "provider_error"),
            (Answer((), raw=True, ending="cut"), "provider_unavailable"),
        ],
        ids=["401", "503", "no list", "no JSON", "nothing"],
    )
    def test_a_failure_has_one_of_our_codes(
        self, server: ModelServer, chat: OpenAIChat, answer: Answer, code: str
    ) -> None:
        server.answers(answer)
        with pytest.raises(ProviderError) as caught:
            chat.models()
        assert caught.value.code == code
        assert len(server.requests) == 1

    def test_silence_ends(
        self, server: ModelServer, chat: OpenAIChat, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("chatapp.providers._openai.MODELS_SECONDS", 0.05)
        server.answers(Answer((), raw=True, ending="hold"))
        with pytest.raises(ProviderError) as caught:
            chat.models()
        assert caught.value.code == "provider_timeout"

    def test_a_refused_connection(self) -> None:
        provider = OpenAIChat(base_url=f"http://127.0.0.1:{free_port()}/v1")
        with pytest.raises(ProviderError) as caught:
            provider.models()
        provider.close()
        assert caught.value.code == "provider_unavailable"


class TestProxy:
    """A proxy that the environment names is used, through the transport that knows how."""

    def test_it_is_asked(self, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("http_proxy", server.url)
        server.answers(Answer.sse(chunk("Hi", finish="stop"), DONE))
        provider = OpenAIChat(base_url="http://model.invalid/v1", api_key=KEY)
        said = ask(provider)
        provider.close()
        assert (said.text, said.finish, said.error) == ("Hi", "stop", None)
        assert server.requests[0].target == "http://model.invalid/v1/chat/completions"

    def test_it_can_be_told_to_keep_out(
        self, server: ModelServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
        monkeypatch.setenv("no_proxy", "localhost,127.0.0.1")
        server.answers(Answer.sse(chunk("Hi", finish="stop"), DONE))
        provider = OpenAIChat(base_url=server.base_url)
        assert ask(provider).text == "Hi"
        provider.close()

    @pytest.mark.parametrize("script", [(), (chunk("a"),)], ids=["before the words", "among them"])
    def test_stopping_closes_its_connection(
        self, server: ModelServer, monkeypatch: pytest.MonkeyPatch, script: tuple[bytes, ...]
    ) -> None:
        monkeypatch.setenv("http_proxy", server.url)
        server.answers(Answer.sse(*script, ending="hold"))
        provider = OpenAIChat(base_url="http://model.invalid/v1", api_key=KEY)
        call = Call(PATIENCE, PATIENCE)

        def stop() -> None:
            server.wait_for_request()
            call.cancel()

        events = provider.stream(PROMPT, call)
        for _ in script:
            next(events)
        thread = threading.Thread(target=stop)
        thread.start()
        with pytest.raises(ProviderDisconnected):
            next(events)
        thread.join(PATIENCE)
        assert server.requests[0].client_left.wait(PATIENCE)
        provider.close()

    def test_one_that_is_not_there_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
        provider = OpenAIChat(base_url="http://model.invalid/v1")
        error = ask(provider, call=Patient()).error
        provider.close()
        assert error
        assert error.code == "provider_unavailable"

"""Bad input: a clear problem each, never a fault of ours, and nothing stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from chatapp.chat.services import Services
from chatapp.models import Conversation, Message, Run, Send
from tests.conftest import Api
from tests.support.instant import Instant
from tests.support.replies import problem, value
from tests.support.rows import count_rows
from tests.support.talk import Talk

CHATS = "/api/conversations"
LONGEST = 32_000
LARGEST = 64 * 1024 + 12 * LONGEST


@pytest.fixture
def model() -> Instant:
    return Instant()


@pytest.fixture
def talk(api: Api, model: Instant, services: Services) -> Iterator[Talk]:
    """A talk of one question and one answer. What a test sends to it must change nothing."""
    talk = Talk(api, model)
    value(api.post(talk.path, {"content": "Why?"}), 201)
    before = stored(talk, services)
    yield talk
    assert stored(talk, services) == before


def stored(talk: Talk, services: Services) -> Any:
    counts = count_rows(services.database, Conversation, Message, Run, Send)
    paths = (f"{CHATS}/{talk.id}", talk.path, "/api/me")
    return counts, [value(talk.api.get(path)) for path in paths]


def routes(talk: Talk, *, all: bool = True) -> list[tuple[str, str]]:
    """Every method and path that reads a body; not `all`: those that cannot do without."""
    answer = talk.messages()[1]["id"]
    return [
        ("PATCH", f"{CHATS}/{talk.id}"),
        ("POST", talk.path),
        ("POST", f"/api/messages/{answer}/feedback"),
        ("PATCH", "/api/me"),
        *[
            ("POST", CHATS),
            ("POST", f"/api/messages/{answer}/regenerate"),
            ("POST", f"/api/messages/{answer}/continue"),
        ][: 3 * all],
    ]


def send(
    talk: Talk, route: tuple[str, str], body: bytes, kind: str = "application/json"
) -> TestResponse:
    method, path = route
    return talk.api.call(method, path, data=body, headers={"Content-Type": kind})


NO_JSON = [
    *(
        b"{",
        b"}",
        b'{"content":}',
        b"nul",
        b"{'content':'a'}",
        b'{"content":"a"} x',
        b"\xff\xfe\xfd",
    ),
    *(b'{"content":"\xff"}', b'{"content":"a\nb"}', b'{"content":"\\x41"}', b'{"content":"\\ud8"}'),
    *(b'{"temperature":NaN}', b'{"temperature":-Infinity}', b'{"x":Infinity}', b"NaN", b'{"a":1,}'),
    *(b'{"temperature":01}', b'{"temperature":' + b"1" * 5000 + b"}", b"\0", b"content=a"),
    *(b"[" * 100_000, b'{"x":' * 50_000, b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
]


def test_what_is_not_json_is_refused(talk: Talk) -> None:
    for route in routes(talk):
        for body in NO_JSON:
            problem(send(talk, route, body), 400, "invalid_request")
    for route in routes(talk, all=False):
        problem(send(talk, route, b""), 400, "invalid_request")


def test_another_kind_of_body_is_refused(talk: Talk) -> None:
    form = "application/x-www-form-urlencoded"
    for route in routes(talk):
        for kind in (
            "text/plain",
            form,
            "multipart/form-data; boundary=x",
            "application/jsonp",
            "",
        ):
            response = send(talk, route, b'{"content":"a"}', kind)
            problem(response, 415, "unsupported_media_type")


def test_kinds_of_json_are_json(talk: Talk) -> None:
    for kind in ("application/json; charset=utf-8", "APPLICATION/JSON", "application/x+json"):
        path = f"{CHATS}/{talk.id}"
        assert send(talk, ("PATCH", path), b"{}", kind).status_code == 200


def test_what_is_no_object_is_refused(talk: Talk) -> None:
    for route in routes(talk):
        for body in (b"[]", b"null", b"true", b"1", b'"content"', b'[{"content":"a"}]'):
            assert "object" in problem(send(talk, route, body), 422, "invalid_value")


WRONG: dict[str, list[object]] = {
    "content": [
        None,
        1,
        True,
        ["a"],
        {"a": 1},
        "",
        " ",
        "\n\t\u00a0\u2003 ",
        "a\0b",
        "\0",
        "\ud800",
    ],
    "client_id": [1, True, [], {}, "", "x" * 129, "a\0", "\udfff"],
    "parent_id": [1, True, [], "", "\0", "\ud83d", "x" * 33],
    "model": [1, [], {"id": "m"}, "m" * 201, "m\0", "\ud800"],
    "temperature": ["1", True, [], -0.1, 2.1, 1e308, -1, 10**400, "NaN"],
    "instructions": [1, ["a"], "a\0", "\udc00 x"],
    "title": [1, [], "x" * 201, "\0", "\ud800"],
    "assistant_id": [1, "", "x" * 33, "\0", "\ud800"],
    "document_ids": ["d", 1, {}, [1], [None], [""], ["\0"], ["\ud800"], ["x" * 33], [["d"]]],
}


def test_a_wrong_value_is_refused_by_its_name(talk: Talk) -> None:
    conversation = {"title", "assistant_id", "model", "instructions", "temperature", "document_ids"}
    again = {"client_id", "model", "temperature"}
    message = {"content", "client_id", "parent_id", "model", "temperature", "instructions"}
    change, ask, _, _, create, regenerate, go_on = routes(talk)
    for route, names in (
        *((change, conversation), (create, conversation | {"client_id"}), (ask, message)),
        *((regenerate, again), (go_on, again)),
    ):
        for name in names:
            for wrong in WRONG[name]:
                body = {"content": "a"} if route == ask else {}
                said = json.dumps(body | {name: wrong}).encode()
                if wrong is None and name != "content":
                    continue
                words = problem(send(talk, route, said), 422, "invalid_value")
                assert words.startswith(name), (name, wrong, words)


def test_a_question_without_content_is_refused(talk: Talk) -> None:
    for body in ({}, {"Content": "a"}, {"messages": ["a"]}):
        words = problem(talk.api.post(talk.path, body), 422, "invalid_value")
        assert words.startswith("content")


def test_what_is_too_long_is_refused(talk: Talk) -> None:
    for long in ("x" * (LONGEST + 1), "🙂" * (LONGEST + 1)):
        for name in ("content", "instructions"):
            body = {"content": "Why?", name: long}
            words = problem(talk.api.post(talk.path, body), 413, "too_large")
            assert words.startswith(name)
            assert "32,000" in words
        for method, path in (("POST", CHATS), ("PATCH", f"{CHATS}/{talk.id}")):
            response = talk.api.call(method, path, json={"instructions": long})
            problem(response, 413, "too_large")


def test_the_longest_is_accepted_in_its_longest_form(api: Api, model: Instant) -> None:
    talk = Talk(api, model)
    content = "🙂" * LONGEST
    body = json.dumps({"content": content, "instructions": "x" * LONGEST}).encode()
    assert value(send(talk, ("POST", talk.path), body), 201)["text"] == "ok"
    assert talk.messages()[0]["text"] == content


def test_a_body_over_the_limit_is_refused_before_it_is_read(talk: Talk) -> None:
    for route in routes(talk):
        for size in (LARGEST + 1, 30 * 1024 * 1024):
            announced = talk.api.client.open(
                route[1],
                method=route[0],
                headers=talk.api.headers | {"Content-Type": "application/json"},
                input_stream=Unreadable(),
                environ_overrides={"CONTENT_LENGTH": str(size)},
            )
            problem(announced, 413, "too_large")


def test_a_body_that_does_not_say_its_length_is_refused_at_the_limit(talk: Talk) -> None:
    for method, path in routes(talk):
        response = talk.api.client.open(
            path,
            method=method,
            headers=talk.api.headers | {"Content-Type": "application/json"},
            input_stream=BytesIO(b" " * (LARGEST + 1)),
            environ_overrides={"wsgi.input_terminated": True},
        )
        problem(response, 413, "too_large")


class Unreadable(BytesIO):
    """A body that must not be read."""

    def read(self, *_: object) -> bytes:
        """Fails."""
        raise AssertionError("the body was read")

    readinto = readline = read  # type: ignore[assignment]


IDS = [
    *(
        "x",
        "0" * 24,
        "%00",
        "a%00b",
        "a%2Fb",
        "%2e%2e",
        "..%5c",
        "%ED%A0%80",
        "%FF",
        "%F0%9F%99%82",
    ),
    *("ä", "'%20OR%201=1--", "%25", "*", "null", "-1", "x" * 10_000, "%20", "a b", ";", "$(id)"),
]


def test_an_id_that_cannot_be_is_not_found(talk: Talk) -> None:
    for id in IDS:
        where = quote(id, safe="%")
        for path in (f"{CHATS}/{where}", f"{CHATS}/{where}/messages", f"/api/messages/{where}"):
            problem(talk.api.get(path), 404, "not_found")
        for method, path in (
            ("PATCH", f"{CHATS}/{where}"),
            ("DELETE", f"{CHATS}/{where}"),
            ("POST", f"{CHATS}/{where}/messages"),
            *[("POST", f"/api/messages/{where}/{verb}") for verb in ("stop", "feedback")],
            *[("POST", f"/api/messages/{where}/{verb}") for verb in ("regenerate", "continue")],
        ):
            problem(talk.api.call(method, path), 404, "not_found")


def test_an_address_that_leads_nowhere_is_not_found(talk: Talk) -> None:
    for path in (
        "/api/",
        "/api/x",
        f"{CHATS}/",
        "/api/messages",
        f"{CHATS}/{talk.id}/x",
        "/api/%00",
    ):
        problem(talk.api.get(path), 404, "not_found")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from([*WRONG, "rating", "comment", "name", "age", "interests", "locale"])


@given(body=st.dictionaries(names, anything, max_size=4), place=st.integers(0, 6))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_json_gets_a_reply_or_a_problem(
    api: Api, model: Instant, services: Services, body: dict[str, object], place: int
) -> None:
    talk = Talk(api, model)
    value(api.post(talk.path, {"content": "Why?"}), 201)
    before = stored(talk, services)
    response = send(talk, routes(talk)[place], json.dumps(body).encode())
    if response.status_code >= 300:
        assert response.status_code in (400, 409, 413, 422)
        problem(response, response.status_code, response.json["code"])  # type: ignore[index]
        assert stored(talk, services) == before


@given(body=st.binary(max_size=40), place=st.integers(0, 6))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_get_a_problem(talk: Talk, body: bytes, place: int) -> None:
    response = send(talk, routes(talk)[place], b"\xf0" + body)
    problem(response, 400, "invalid_request")

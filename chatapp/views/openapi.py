"""The API as an OpenAPI 3.1 document, made of the routes and of what is said beside their views.

The format: https://spec.openapis.org/oas/v3.1.1.html
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any, TypeAlias

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from chatapp.views import openai_errors, problems
from chatapp.views.guard import SAFE
from chatapp.views.openai_replies import OpenAIFailure
from chatapp.views.operations import (
    Content,
    Files,
    Form,
    Operation,
    Optional,
    Reply,
    Stream,
    Taken,
    operation_of,
)
from chatapp.views.replies import Problem

Json: TypeAlias = dict[str, Any]

WELCOME = (
    "Everything that the pages can do, and answers as they are written. Unknown fields are "
    "ignored; what belongs to someone else is not found; errors name a `code`."
)
SECURITY: Json = {
    "token": {"type": "http", "scheme": "bearer", "description": "a personal token"},
    "ticket": {
        "type": "apiKey",
        "in": "query",
        "name": "ticket",
        "description": "from `POST /api/stream-tickets`, for an `EventSource`",
    },
    "cookie": {"type": "apiKey", "in": "cookie", "name": "chatapp"},
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRFToken",
        "description": "the `csrf_token` of `GET /api/me`, wherever a cookie changes something",
    },
}
BROWSERS_CURSOR: Json = {
    "name": "Last-Event-ID",
    "in": "header",
    "schema": {"type": "string"},
    "description": "the last `id:` that was read; it wins over `after`",
}
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")


def describe(app: Flask) -> Json:
    """The document of all operations that say what they are."""
    found = list(_operations(app))
    references, schemas = _schemas(operation for _, _, operation in found)
    writer = _Writer(references)
    paths: dict[str, Json] = {}
    for rule, method, operation in found:
        path = paths.setdefault(_ARGUMENT.sub(r"{\1}", rule.rule), {})
        path[method.lower()] = writer.operation(app, rule, method, operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "chatapp", "version": "1", "description": WELCOME},
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": schemas, "securitySchemes": SECURITY},
    }


def undescribed(app: Flask) -> list[str]:
    """The methods of addresses for programs that say nothing of themselves."""
    return [
        f"{method} {rule.rule}"
        for rule, method in _methods(app)
        if rule.rule.startswith(("/api/", "/v1/", "/events", "/hello"))
        and operation_of(app.view_functions[rule.endpoint]) is None
    ]


def _methods(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def _operations(app: Flask) -> Iterator[tuple[Rule, str, Operation]]:
    for rule, method in _methods(app):
        operation = operation_of(app.view_functions[rule.endpoint])
        if operation:
            yield rule, method, operation


def _schemas(operations: Iterable[Operation]) -> tuple[dict[type[BaseModel], Json], Json]:
    """References to the models, and their schemas."""
    taken: dict[type[BaseModel], None] = {}
    given: dict[type[BaseModel], None] = {Problem: None, OpenAIFailure: None}
    for operation in operations:
        taken |= dict.fromkeys(_bodies(operation))
        given |= dict.fromkeys(_answers(operation))
    wanted = [
        *((model, "validation") for model in taken),
        *((model, "serialization") for model in given if model not in taken),
    ]
    made, definitions = models_json_schema(
        wanted,  # type: ignore[arg-type]  # the modes are literals
        ref_template="#/components/schemas/{model}",
    )
    references = {model: reference for (model, _), reference in made.items()}
    return references, definitions.get("$defs", {})  # type: ignore[return-value]


def _bodies(operation: Operation) -> Iterator[type[BaseModel]]:
    match operation.body:
        case Optional(model) | Form(model):
            yield model
        case Files(form, json):
            yield form
            yield json
        case None:
            return
        case model:
            yield model


def _answers(operation: Operation) -> Iterator[type[BaseModel]]:
    for reply in operation.replies.values():
        for content in _contents(reply):
            yield from content.events if isinstance(content, Stream) else (content,)


def _contents(reply: Reply) -> tuple[Content, ...]:
    if reply is None:
        return ()
    return reply if isinstance(reply, tuple) else (reply,)


class _Writer:
    """Writes operations; `references` are those of the models."""

    def __init__(self, references: dict[type[BaseModel], Json]) -> None:
        self._references = references

    def operation(self, app: Flask, rule: Rule, method: str, operation: Operation) -> Json:
        """One operation."""
        words = inspect.getdoc(app.view_functions[rule.endpoint]) or ""
        summary, _, description = words.partition("\n\n")
        written: Json = {
            "operationId": rule.endpoint.rpartition(".")[2],
            "tags": [_tag(rule.rule)],
            "summary": " ".join(summary.split()).rstrip("."),
            "description": " ".join(description.split()),
            "parameters": [*_arguments(rule), *_parameters(operation)],
            "security": _security(method, operation),
            "responses": self._responses(rule, method, operation),
        }
        if operation.body:
            written["requestBody"] = self._body(operation.body)
        return {name: value for name, value in written.items() if value or name == "security"}

    def _body(self, body: Taken) -> Json:
        content = {kind: {"schema": self._references[model]} for kind, model in _kinds(body)}
        return {"required": not isinstance(body, Optional), "content": content}

    def _responses(self, rule: Rule, method: str, operation: Operation) -> Json:
        replies = {
            str(status): self._reply(status, _contents(reply))
            for status, reply in operation.replies.items()
        }
        refused = sorted(_refusals(rule, method, operation))
        return replies | {str(status): self._refusal(rule.rule, status) for status in refused}

    def _reply(self, status: int, contents: tuple[Content, ...]) -> Json:
        written: Json = {"description": _phrase(status)}
        if contents:
            written["content"] = dict(map(self._content, contents))
        return written

    def _content(self, content: Content) -> tuple[str, Json]:
        if not isinstance(content, Stream):
            return "application/json", {"schema": self._references[content]}
        if not content.events:
            return content.media_type, {"schema": {"type": "string"}}
        events = [self._references[event] for event in content.events]
        return content.media_type, {"schema": _event(events, content.farewell)}

    def _refusal(self, path: str, status: int) -> Json:
        schema = OpenAIFailure if path.startswith(openai_errors.PREFIX) else Problem
        kind = problems.media_type(path)
        written = self._reply(status, ()) | {
            "content": {kind: {"schema": self._references[schema]}}
        }
        headers = {
            401: {"WWW-Authenticate": "what to send"},
            429: {"Retry-After": "seconds to wait"},
            503: {"Retry-After": "seconds to wait"},
        }
        for name, words in headers.get(status, {}).items():
            shape = {"description": words, "required": True, "schema": {"type": "string"}}
            written["headers"] = {name: shape}
        return written


def _kinds(body: Taken) -> list[tuple[str, type[BaseModel]]]:
    """The kinds of a body, and what each of them holds."""
    match body:
        case Form(model):
            return [(kind, model) for kind in FORMS]
        case Files(form, json):
            return [(FORMS[0], form), ("application/json", json)]
        case Optional(model):
            return [("application/json", model)]
        case model:
            return [("application/json", model)]


def _event(kinds: list[Json], farewell: str) -> Json:
    """One event of a stream: before 3.2, that is what the schema of a stream describes."""
    data: Json = {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": {"oneOf": kinds},
    }
    if farewell:
        data = {"anyOf": [data, {"const": farewell}]}
    text = {"type": "string"}
    properties = {"data": data, "event": text, "id": text, "retry": {"type": "integer"}}
    return {"type": "object", "properties": properties, "required": ["data"]}


def _refusals(rule: Rule, method: str, operation: Operation) -> set[int]:
    """The statuses with which such an operation may be refused."""
    refused = set(operation.refusals)
    if operation.access != "everybody":
        refused |= {401, 503} | ({403} if method not in SAFE else set())
    if operation.access == "whole":
        refused.add(403)
    if operation.body or operation.query:
        refused.add(400)
    if operation.body:
        refused |= {413, 415, 422}
    if rule.arguments:
        refused.add(404)
    return refused - set(operation.replies)


def _security(method: str, operation: Operation) -> list[Json]:
    if operation.access == "everybody":
        return []
    if operation.access == "token":
        return [{"token": []}]
    browser: Json = {"cookie": []} if method in SAFE else {"cookie": [], "csrf": []}
    ways = [{"token": []}, browser]
    if method == "GET" and _streams(operation) and operation.access != "guests":
        ways.append({"ticket": []})
    return [*ways, {}] if operation.access == "guests" else ways


def _arguments(rule: Rule) -> Iterator[Json]:
    for name in _ARGUMENT.findall(rule.rule):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _parameters(operation: Operation) -> Iterator[Json]:
    if operation.query:
        schema = operation.query.model_json_schema()
        for name, each in schema.get("properties", {}).items():
            yield _parameter(name, each)
        if "after" in schema.get("properties", {}) and any(
            each.resumable for each in _streams(operation)
        ):
            yield BROWSERS_CURSOR


def _parameter(name: str, schema: Json) -> Json:
    """A part of the query; null in a model means that it is missing."""
    told = {key: schema[key] for key in ("description",) if key in schema}
    unsaid = {"title", "description"} | ({"default"} if schema.get("default") is None else set())
    shape = {key: value for key, value in schema.items() if key not in unsaid}
    for each in shape.pop("anyOf", ()):
        shape |= {} if each == {"type": "null"} else each
    return {"name": name, "in": "query", "schema": shape} | told


def _streams(operation: Operation) -> list[Stream]:
    """The streams of events among the replies."""
    contents = [content for reply in operation.replies.values() for content in _contents(reply)]
    return [each for each in contents if isinstance(each, Stream) and each.events]


def _tag(path: str) -> str:
    """The first word of an address that says something: `messages` of `/api/messages/<id>`."""
    steps = [step for step in path.split("/") if step]
    return steps[1] if steps[0] == "api" else steps[0]


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase

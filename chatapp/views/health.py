"""Signs of life."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic, sleep

from flask import Blueprint, Response, request

from chatapp import sse
from chatapp.chat.probe import OK
from chatapp.views import services
from chatapp.views.operations import Stream, operation
from chatapp.views.replies import Ready
from chatapp.views.shapes import reply
from chatapp.views.streams import HEADERS

bp = Blueprint("health", __name__)

FRAMES = 8
SPACING = 0.15
"""Seconds between two frames of the stream that shows what proxies do with streams."""


@bp.get("/healthz")
@operation({200: Stream("text/plain")}, access="everybody")
def healthz() -> Response:
    """The process serves."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@operation({200: Ready, 503: Ready}, access="everybody")
def readyz() -> Response:
    """The process can do its work; 503 names the part that cannot."""
    parts = services().readiness.parts()
    ready = all(words == OK for words in parts.values())
    response = reply({"ready": ready, "parts": parts}, 200 if ready else 503)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/healthz/stream")
def stream() -> Response:
    """A short stream, like an answer's, whose frames tell when they were sent and how we were
    asked: `flask doctor` compares that with how they arrive."""
    asked = {
        "protocol": request.environ.get("SERVER_PROTOCOL", ""),
        "proxied": "X-Forwarded-For" in request.headers,
    }
    return Response(_frames(asked), mimetype="text/event-stream", headers=HEADERS)


def _frames(asked: dict[str, object]) -> Iterator[bytes]:
    for number in range(1, FRAMES + 1):
        frame = {"number": number, "of": FRAMES, "sent_at": monotonic(), **asked}
        yield sse.encode(sse.encode_json(frame))
        if number < FRAMES:
            sleep(SPACING)

"""Signs of life."""

from __future__ import annotations

from flask import Blueprint, Response

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> Response:
    """The process serves."""
    return Response("ok\n", mimetype="text/plain")

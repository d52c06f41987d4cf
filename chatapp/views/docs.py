"""The API's own description: as a document for programs, and as a page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, render_template, request

from chatapp import sse
from chatapp.views import openapi
from chatapp.views.operations import Stream, operation
from chatapp.views.replies import OpenAPIDocument

bp = Blueprint("docs", __name__, url_prefix="/api")


@bp.get("/openapi.json")
@operation({200: OpenAPIDocument, 304: None}, access="everybody")
def show_document() -> Response:
    """This description, as an OpenAPI 3.1 document."""
    response = Response(sse.encode_json(_document()), mimetype="application/json")
    response.add_etag()
    response.make_conditional(request)
    return response


@bp.get("/docs")
@operation({200: Stream("text/html")}, access="everybody")
def show_docs() -> str:
    """This description, as a page."""
    return render_template("docs/api.html", document=_document())


def _document() -> dict[str, Any]:
    """Made once, when somebody asks for it."""
    made = current_app.extensions.get("openapi")
    if made is None:
        made = current_app.extensions["openapi"] = openapi.describe(current_app)
    return made

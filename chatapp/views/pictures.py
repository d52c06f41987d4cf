"""Pictures: kept ahead of their question by programs, and shown to whom they belong."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from flask import Blueprint, Response, request
from pydantic import Field

from chatapp.chat import images
from chatapp.errors import UnsupportedMediaType
from chatapp.views import attachments, guard, limits, services, uploads
from chatapp.views.bodies import Body
from chatapp.views.operations import Form, operation
from chatapp.views.replies import Images
from chatapp.views.shapes import image_json, reply

INERT = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""Nothing runs in what somebody sent, wherever a browser opens it."""

bp = Blueprint("pictures", __name__)
bp.before_request(uploads.limit)
bp.before_request(guard.require_identity)


class ImagesForm(Body):
    """Pictures: PNG, JPEG, WebP or GIF."""

    files: list[Annotated[bytes, Field(json_schema_extra={"format": "binary"})]]


@bp.post("/api/images")
@operation({201: Images}, body=Form(ImagesForm), refusals=(429,))
def add_images() -> Response:
    """Keeps pictures for a question, which names them in `image_ids` within a day."""
    if not uploads.is_form():
        raise UnsupportedMediaType(f"Send pictures as `{uploads.FORM}`.")
    sent = uploads.files()
    attachments.check(sent)
    limits.count("upload")
    kept = [attachments.keep_image(each) for each in sent]
    return reply({"items": [image_json(each) for each in kept], "next": None}, 201)


@bp.get("/images/<id>")
def show_image(id: str) -> Response:
    """A picture of the person's own."""
    image = images.find(services().database, guard.person(), id)
    response = serve(image)
    name = quote(image.name.rpartition("/")[2], safe="")
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{name}"
    return response


def serve(image: Any) -> Response:
    """A picture that was found. It never changes, so a browser that has it is told no more; but it
    asks each time, since who may see it can change."""
    response = Response(mimetype=image.media_type)
    response.set_etag(image.id)
    if image.id not in request.if_none_match:
        response.data = images.read(services().database, image.id)
    response.headers["Content-Security-Policy"] = INERT
    response.make_conditional(request)
    return response

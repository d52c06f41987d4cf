"""The native API: conversations that come in a file."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import IO, Annotated, Any

from flask import Blueprint, Response, request
from pydantic import Field

from chatapp.chat.access import Person
from chatapp.chat.importing.taking import Taken, take
from chatapp.errors import Unprocessable, UnsupportedMediaType
from chatapp.views import guard, language, limits, services, uploads
from chatapp.views.bodies import Body
from chatapp.views.operations import Form, operation
from chatapp.views.replies import Import
from chatapp.views.shapes import reply

bp = Blueprint("imports_api", __name__, url_prefix="/api")
bp.before_request(uploads.limit)
bp.before_request(guard.require_whole_scope)


class ImportForm(Body):
    """A file: our JSON, ChatGPT's `conversations.json`, or the archive that holds it."""

    file: Annotated[bytes, Field(json_schema_extra={"format": "binary"})]


@bp.post("/imports")
@operation({200: Import}, body=Form(ImportForm), access="whole", refusals=(429,))
def take_in() -> Response:
    """Takes in the conversations of a file; each is there as soon as it is stored."""
    guard.refuse_guests()
    file = sent_file()
    limits.count("import")
    return reply(_summary(taken(guard.person(), file)))


def sent_file() -> IO[bytes]:
    """The file of the form, to be closed by who reads it.

    Raises `TooLarge`, `UnsupportedMediaType` and `Unprocessable`.
    """
    uploads.check_size()
    if request.mimetype != uploads.FORM:
        raise UnsupportedMediaType(f"Send the file as `{uploads.FORM}`.")
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Unprocessable("Choose a file: a part named `file`.", param="file")
    stream, file.stream = file.stream, BytesIO()  # the request closes its own when it ends
    return stream


def taken(person: Person, file: IO[bytes]) -> Iterator[Taken]:
    """What becomes of each conversation, as it is stored."""
    return take(services().database, person, file, uploads.largest())


def _summary(found: Iterator[Taken]) -> dict[str, Any]:
    counts, failed = {True: 0, False: 0}, []
    for each in found:
        if each.trouble:
            reason = language.tell(each.trouble)
            failed.append({"number": each.number, "title": each.title, "reason": reason})
        else:
            counts[each.known] += 1
    return {"imported": counts[False], "known": counts[True], "failed": failed}

"""Files that come with a request, and how large it may be."""

from __future__ import annotations

from time import sleep
from typing import Annotated, Any

from flask import request
from pydantic import Field

from chatapp.errors import TooLarge, Unprocessable, UnsupportedMediaType
from chatapp.knowledge import names
from chatapp.knowledge.adding import Upload
from chatapp.views import services
from chatapp.views.bodies import ENVELOPE, Body, DocumentBody, read

ENVELOPE_OF_FILES = 1024 * 1024
"""Bytes of a form around its files."""

FORM = "multipart/form-data"


class FilesForm(Body):
    """Files to add; the name of each may be a path."""

    files: list[Annotated[bytes, Field(json_schema_extra={"format": "binary"})]]
    shared: bool = False


def limit() -> None:
    """Refuses what is larger than a request may be, before it is read, and reads the rest without
    haste."""
    request.max_content_length = largest() + ENVELOPE_OF_FILES
    if request.mimetype == FORM:
        request.environ["wsgi.input"] = _Unhurried(request.environ["wsgi.input"])


class _Unhurried:
    """A body that comes as fast as the machine: the streams go on between two pieces of it."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int = -1) -> bytes:
        """The next piece."""
        sleep(0)
        return self._body.read(size)  # type: ignore[no-any-return]


def texts_and_files() -> tuple[list[Upload], bool]:
    """What is to be added, and whether it came as a list of files.

    Raises `TooLarge`, `BadRequest`, `UnsupportedMediaType` and `Unprocessable`.
    """
    check_size()
    if request.mimetype == FORM:
        return files(), True
    if not request.is_json:
        raise UnsupportedMediaType(f"Send files as `{FORM}`, or a text as `application/json`.")
    body = read(DocumentBody, longest=largest(), largest=largest() + ENVELOPE)
    content = body.content.encode()
    _check_file(body.title, content)
    return [Upload(names.name_of(body.title), content, body.title, body.shared)], False


def is_form() -> bool:
    """Whether the body is a form with files."""
    return request.mimetype == FORM


def files() -> list[Upload]:
    """The files of a form. Raises `TooLarge` and `Unprocessable`, before any of them is kept."""
    shared = request.form.get("shared", "") in ("1", "on", "true")
    sent = [each for each in request.files.getlist("files") if each.filename]
    if not sent:
        raise Unprocessable("Choose at least one file: a part named `files`.", param="files")
    uploads = []
    for each in sent:
        name = names.normalize(each.filename or "")
        content = each.read()
        _check_file(name, content)
        uploads.append(Upload(name, content, shared=shared))
    return uploads


def largest() -> int:
    return services().settings.max_upload_mb * 1024 * 1024


def check_size() -> None:
    """In words that say what to do; a body of unknown length is refused while it is read."""
    if (request.content_length or 0) > (request.max_content_length or 0):
        most = services().settings.max_upload_mb
        raise TooLarge(f"A request may bring {most} MB. Send smaller files, or fewer at once.")


def _check_file(name: str, content: bytes) -> None:
    if len(content) > largest():
        most, size = services().settings.max_upload_mb, len(content) / (1024 * 1024)
        raise TooLarge(f"{name}: a file may have {most} MB, this one has {size:.1f}.")

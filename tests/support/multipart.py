"""Forms with files; werkzeug's own client would leave the larger ones behind."""

from __future__ import annotations

from typing import Any

BOUNDARY = "-b0undary-"


def form(*files: tuple[str, str | bytes], **fields: str) -> dict[str, Any]:
    """A form with files, each with its name and content, as options of werkzeug's client."""
    parts = [_part(f'name="{name}"', value.encode()) for name, value in fields.items()]
    for name, content in files:
        words = content.encode() if isinstance(content, str) else content
        parts.append(_part(f'name="files"; filename="{name}"', words))
    body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
    return {"data": body, "content_type": f"multipart/form-data; boundary={BOUNDARY}"}


def _part(said: str, content: bytes) -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {said}\r\n\r\n"
    return head.encode() + content + b"\r\n"

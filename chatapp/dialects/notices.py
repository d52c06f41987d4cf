"""A person's own live feed: Server-Sent Events that hold data and nothing else."""

from __future__ import annotations

from chatapp import sse
from chatapp.dialects.base import HEARTBEAT
from chatapp.events import Change, Notice

WELCOME = sse.encode(
    sse.encode_json({"sender": "Server", "message": "Welcome to the SSE connection!"})
)

_SYNC = sse.encode(sse.encode_json({"type": "sync"}))


class Notices:
    """Writes a welcome, then `sync` and what changed; there is nothing to resume from."""

    mimetype = "text/event-stream"

    def welcome(self) -> bytes:
        """The first block."""
        return WELCOME

    def encode(self, notice: Notice) -> bytes:
        """One block."""
        if not isinstance(notice, Change):
            return _SYNC
        payload: dict[str, str | None] = {"type": notice.kind}
        if notice.document_id:
            payload |= {"document_id": notice.document_id, "state": notice.state}
        else:
            payload["conversation_id"] = notice.conversation_id
        if notice.message_id:
            payload |= {"message_id": notice.message_id, "status": notice.status}
        return sse.encode(sse.encode_json(payload))

    def heartbeat(self) -> bytes:
        """A comment."""
        return HEARTBEAT

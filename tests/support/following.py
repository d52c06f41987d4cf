"""Following answers as clients do: each in a thread of its own, from any cursor."""

from __future__ import annotations

from threading import Condition, Thread
from typing import Any

from chatapp.parts import Cursor
from tests.conftest import Api
from tests.support.streams import Heard, hear, words

PATIENCE = 30.0


class Following:
    """One reader of an answer, which reads until the end; `cursor` is where it goes on from."""

    def __init__(self, api: Api, message_id: str, cursor: Cursor | str | None = None) -> None:
        self._response = api.get(
            f"/api/messages/{message_id}/stream",
            headers={"Last-Event-ID": str(cursor)} if cursor is not None else {},
            buffered=False,
        )
        assert self._response.status_code == 200, self._response.text
        self._heard: list[Heard] = []
        self._changed = Condition()
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()

    def wait_for(self, text: str) -> None:
        """Returns once it has read the text. Fails where that does not come."""
        with self._changed:
            came = self._changed.wait_for(lambda: text in words(self._heard), PATIENCE)
        assert came, f"{text!r} did not come; there is {words(self._heard)!r}"

    def rest(self) -> list[Heard]:
        """All that it has read, once the stream has ended. Fails where it does not end."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), f"no end; there is {words(self._heard)!r}"
        return self._heard

    @property
    def text(self) -> str:
        """The words of the whole stream."""
        return words(self.rest())

    @property
    def end(self) -> dict[str, Any]:
        """How it ended."""
        last = self.rest()[-1]
        assert last.name == "end"
        return last.data

    def _read(self) -> None:
        for event in hear(self._response.iter_encoded()):
            with self._changed:
                self._heard.append(event)
                self._changed.notify_all()
        self._response.close()

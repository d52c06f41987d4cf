"""One person and one model in one conversation."""

from __future__ import annotations

from typing import Any

from chatapp.events import Finish, ProviderEvent
from tests.conftest import Api
from tests.support.replies import items, value
from tests.support.scripted import Asked, Scripted
from tests.support.streams import read


class Talk:
    """A new conversation; `asked` keeps the calls to the model, the last one last."""

    def __init__(self, api: Api, model: Scripted, /, **fields: object) -> None:
        self.api = api
        self.model = model
        self.id = str(value(api.post("/api/conversations", fields), 201)["id"])
        self.asked: list[Asked] = []

    @property
    def path(self) -> str:
        """Where questions are sent."""
        return f"/api/conversations/{self.id}/messages"

    def ask(self, content: str = "Why?", *said: ProviderEvent | str, **fields: object) -> str:
        """Asks, lets the model say something and end; the id of the answer."""
        return self._answered(self.path, {"content": content, **fields}, *said)

    def again(self, verb: str, id: str, *said: ProviderEvent | str, **fields: object) -> str:
        """The same for `regenerate` and `continue`."""
        return self._answered(f"/api/messages/{id}/{verb}", fields, *said)

    def messages(self) -> list[dict[str, Any]]:
        """All of them, oldest first."""
        return items(self.api.get(self.path))

    def message(self, id: str) -> dict[str, Any]:
        """One of them."""
        found = value(self.api.get(f"/api/messages/{id}"))
        assert isinstance(found, dict)
        return found

    @property
    def turns(self) -> list[tuple[str, str]]:
        """What the model was told last: roles and words."""
        return [(turn.role, turn.content) for turn in self.asked[-1].prompt.turns]

    def _answered(self, path: str, body: object, *said: ProviderEvent | str) -> str:
        accept = {"Accept": "text/event-stream"}
        stream = self.api.post(path, body, headers=accept, buffered=False)
        assert stream.status_code == 200, stream.text
        asked = self.model.asked()
        self.asked.append(asked)
        asked.say(*said or ("Because.", Finish("stop")))
        asked.end()
        return str(read(stream.data)[0].data["message_id"])

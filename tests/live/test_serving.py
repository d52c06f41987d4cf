"""Live answers over the API: followed, stopped, left and come back to."""

from __future__ import annotations

from typing import Any

from chatapp.chat.services import Services
from chatapp.events import Reasoning
from tests.conftest import Api
from tests.live.speaking import Spoken, ask, say
from tests.support.scripted import Scripted
from tests.support.streams import hear, read, words


def shown(api: Api, spoken: Spoken) -> dict[str, Any]:
    """The message as the API shows it."""
    message = api.get(f"/api/messages/{spoken.id}").json
    assert isinstance(message, dict)
    return message


def follow(api: Api, spoken: Spoken, cursor: str | None = None) -> Any:
    """Another reader of the answer."""
    headers = {"Last-Event-ID": cursor} if cursor else {}
    path = f"/api/messages/{spoken.id}/stream"
    return api.get(path, headers=headers, buffered=False)


def stop(api: Api, spoken: Spoken) -> int:
    """Stops the answer; the status of the reply."""
    return api.post(f"/api/messages/{spoken.id}/stop").status_code


def test_a_stop_before_the_first_word(api: Api, model: Scripted, services: Services) -> None:
    spoken = ask(api, model, services)
    assert stop(api, spoken) == 202
    assert [event.name for event in read(spoken.stream.data)] == ["start", "end"]
    message = shown(api, spoken)
    assert (message["status"], message["text"], message["parts"]) == ("stopped", "", [])
    assert spoken.model.call.cancelled


def test_a_repeated_stop_is_accepted(api: Api, model: Scripted, services: Services) -> None:
    spoken = ask(api, model, services, "Once")
    assert [stop(api, spoken) for _ in range(3)] == [202, 202, 202]
    assert shown(api, spoken)["status"] == "stopped"


def test_a_reader_comes_back_with_the_id_of_its_last_event(
    api: Api, model: Scripted, services: Services
) -> None:
    spoken = ask(api, model, services, "Once")
    say(spoken.answer, spoken.model, Reasoning("Hm"))
    events = hear(spoken.stream.iter_encoded())
    last = next(event for event in events if event.name == "message")
    spoken.finish(" more")
    again = read(follow(api, spoken, last.id).data)
    assert [event.name for event in again] == ["reasoning", "message", "end"]
    assert words(again) == " more"


def test_the_id_of_the_end_waits_while_the_answer_runs(
    api: Api, model: Scripted, services: Services
) -> None:
    spoken = ask(api, model, services, "Once")
    waiting = follow(api, spoken, "end")
    assert waiting.status_code == 200
    spoken.finish()
    assert [event.name for event in read(waiting.data)] == ["end"]

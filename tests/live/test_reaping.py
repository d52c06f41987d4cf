"""What a process leaves behind when it dies is found by whoever looks first, and ends once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select, update

from chatapp.chat.services import Services
from chatapp.events import End, Text
from chatapp.models import Message, Run
from tests.conftest import Api
from tests.live.beside import Beside
from tests.live.speaking import Spoken, ask, end_of
from tests.support.scripted import Scripted
from tests.support.streams import read, words

pytestmark = pytest.mark.usefixtures("by_hand")


def end_leases(services: Services) -> None:
    """As if no tick had come for long."""
    over = update(Run).values(leased_until=1.0)
    services.database.write(lambda connection: connection.execute(over))


@pytest.fixture
def lost(api: Api, model: Scripted, services: Services) -> Spoken:
    """An answer whose process died after a tick: its last word was not kept."""
    spoken = ask(api, model, services, "On", "ce")
    services.engine.beat()
    spoken.say(" lost")
    end_leases(services)
    return spoken


def test_a_message_that_lost_its_process_shows_as_interrupted(
    lost: Spoken, api: Api, beside: Beside
) -> None:
    shown: dict[str, Any] = beside.api(api).get(f"/api/messages/{lost.id}").json  # type: ignore[assignment]
    assert (shown["status"], shown["text"]) == ("interrupted", "Once")
    assert (shown["finish_reason"], shown["error"]) == (None, None)
    assert shown["parts"] == [{"type": "text", "text": "Once"}]
    assert "Once" in shown["html"]
    assert shown["completed_at"]


def test_a_list_shows_it_as_interrupted(lost: Spoken, api: Api, beside: Beside) -> None:
    path = f"/api/conversations/{lost.conversation_id}/messages"
    _, answer = beside.api(api).get(path).json["items"]  # type: ignore[index]
    assert (answer["status"], answer["text"]) == ("interrupted", "Once")


def test_a_stream_of_it_ends(lost: Spoken, api: Api, beside: Beside) -> None:
    stream = beside.api(api).get(f"/api/messages/{lost.id}/stream", buffered=False)
    beside.services.feed.beat()
    events = read(stream.data)
    assert words(events) == "Once"
    assert events[-1].data == {
        "type": "end",
        "status": "interrupted",
        "finish_reason": None,
        "text_length": 4,
    }


def test_a_reader_that_had_more_gets_the_end_and_cuts_back(
    lost: Spoken, api: Api, beside: Beside
) -> None:
    path = f"/api/messages/{lost.id}/stream"
    stream = beside.api(api).get(path, headers={"Last-Event-ID": "0.9"}, buffered=False)
    beside.services.feed.beat()
    (end,) = read(stream.data)
    assert (end.name, end.data["text_length"]) == ("end", 4)


def test_a_page_shows_it_as_interrupted(lost: Spoken, api: Api, beside: Beside) -> None:
    there = beside.api(api)
    streamed = there.get(f"/c/{lost.conversation_id}?stream=1").get_data(as_text=True)
    stored = there.get(f"/c/{lost.conversation_id}").get_data(as_text=True)
    for page in (streamed, stored):
        assert 'data-state="interrupted"' in page
        assert page.count("Once") == stored.count("Once") > 0
        assert page.rstrip().endswith("</html>")


def test_it_is_left_alone_as_long_as_its_lease_runs(
    api: Api, model: Scripted, services: Services, beside: Beside
) -> None:
    spoken = ask(api, model, services, "Once")
    services.engine.beat()
    assert beside.services.engine.sweep() == []
    shown: dict[str, Any] = beside.api(api).get(f"/api/messages/{spoken.id}").json  # type: ignore[assignment]
    assert (shown["status"], shown["text"]) == ("streaming", "Once")
    assert shown["completed_at"] is None


def test_a_process_never_takes_its_own_answers_for_lost(
    lost: Spoken, api: Api, services: Services
) -> None:
    assert services.engine.sweep() == []
    shown: dict[str, Any] = api.get(f"/api/messages/{lost.id}").json  # type: ignore[assignment]
    assert (shown["status"], shown["text"]) == ("streaming", "Once lost")
    services.engine.beat()
    lost.finish(" and found")
    shown = api.get(f"/api/messages/{lost.id}").json  # type: ignore[assignment]
    assert (shown["status"], shown["text"]) == ("complete", "Once lost and found")


def test_a_process_that_wakes_too_late_takes_the_word_of_the_other(
    lost: Spoken, services: Services, beside: Beside
) -> None:
    assert beside.services.engine.sweep() == [lost.id]
    services.engine.beat()
    assert end_of(lost.answer) == End("interrupted", None, 4)
    assert lost.model.call.cancelled
    assert services.engine.find(lost.id) is None
    assert services.engine.store.parts(lost.id) == (Text("Once"),)


def test_many_that_look_at_once_seal_it_once(
    lost: Spoken, api: Api, services: Services, beside: Beside
) -> None:
    barrier = Barrier(5)

    def look(number: int) -> list[str]:
        barrier.wait()
        return beside.services.engine.sweep()

    with ThreadPoolExecutor(5) as pool:
        sealed = [id for ids in pool.map(look, range(5)) for id in ids]
    assert sealed == [lost.id]
    status = select(Message.status).where(Message.id == lost.id)
    assert services.database.read(lambda connection: connection.scalar(status)) == "interrupted"


def test_what_was_lost_does_not_keep_a_person_from_asking(
    api: Api, model: Scripted, services: Services
) -> None:
    for _ in range(4):
        ask(api, model, services, "Once")
    conversation_id = api.conversation()
    assert api.ask(conversation_id, "One more?").status_code == 429
    end_leases(services)
    assert api.ask(conversation_id, "One more?").status_code == 200


def test_what_was_lost_can_be_continued(lost: Spoken, api: Api, beside: Beside) -> None:
    there = beside.api(api)
    there.get(f"/api/messages/{lost.id}")
    path = f"/api/messages/{lost.id}/continue"
    stream = there.post(path, headers={"Accept": "text/event-stream"}, buffered=False)
    beside.model.asked().finish(" more")
    assert words(read(stream.data)) == "Once more"

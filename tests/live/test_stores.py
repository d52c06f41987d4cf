"""What every store and every relay promises to those who ask another node than the one that
writes: the same text from every cursor, a stop that arrives, one answer to one question."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from chatapp.events import Append, Reasoning, Source, Sources, Text, ToolCall
from chatapp.models import Conversation, Message, Run
from chatapp.models import Segment as SegmentRow
from chatapp.parts import Cursor, Parts, Reader, length, to_json
from tests.conftest import Api
from tests.live.backends import EVERY_BACKEND
from tests.live.speaking import Spoken, ask
from tests.support.following import Following
from tests.support.nodes import Node
from tests.support.replies import items, value
from tests.support.rows import count_rows
from tests.support.scripted import Scripted
from tests.support.streams import Heard, read, words
from tests.support.together import together

pytestmark = EVERY_BACKEND

APPENDS: tuple[Append, ...] = (
    Sources((Source("1", "Handbook", "…"),)),
    Reasoning("Hm, "),
    Reasoning("well"),
    Text("Ask "),
    Text("👩‍👩‍👧 and\u2028re\u0301ad\r\n"),
    Text("I won't", refusal=True),
    ToolCall(0, "a", "find", '{"q":'),
    ToolCall(0, "a", "find", '"é"}'),
    Text("done"),
)
TEXT = "Ask 👩‍👩‍👧 and\u2028re\u0301ad\r\nI won'tdone"


def cursors(parts: Parts) -> list[Cursor]:
    """Every place of a message, inside of appends, too."""
    return [
        Cursor(number, offset)
        for number, part in enumerate(parts.fold())
        for offset in range(length(part) + 1)
    ]


def gained(events: list[Heard]) -> list[dict[str, Any]]:
    """What the appends of a stream add up to, as the parts they make."""
    made = Parts()
    for name, _, data in events:
        match name:
            case "message":
                made.append(Text(data["content"], data.get("refusal", False)))
            case "reasoning":
                made.append(Reasoning(data["content"]))
            case "tool_call":
                made.append(ToolCall(data["index"], data["id"], data["name"], data["arguments"]))
            case "sources":
                made.append(Sources(tuple(Source(**each) for each in data["sources"])))
    return [to_json(part) for part in made.fold()]


def missing(parts: Parts, cursor: Cursor) -> list[dict[str, Any]]:
    """What a reader lacks that has come to a cursor."""
    made = Parts(Reader(parts, cursor).rest())
    return [to_json(part) for part in made.fold()]


@contextmanager
def answering(model: Scripted, *said: str, times: int = 1) -> Iterator[None]:
    """Lets the model say the same to each of so many calls, while the block runs."""

    def speak() -> None:
        for _ in range(times):
            model.asked().finish(*said)

    speaker = Thread(target=speak)
    speaker.start()
    yield
    speaker.join()


def follow_all(api: Api, spoken: Spoken) -> list[Following]:
    """One reader for each cursor of what there is by now, and one without."""
    return [Following(api, spoken.id, cursor) for cursor in (None, *cursors(spoken.answer.parts))]


def test_a_reader_elsewhere_gets_the_same_from_every_cursor(
    here: Node, there: Node, model: Scripted
) -> None:
    person = here.person()
    spoken = ask(person, model, here.services)
    for append in APPENDS[:6]:
        spoken.model.say(append)
    spoken.say("now")
    early = follow_all(there.serve(person), spoken)
    for append in APPENDS[6:]:
        spoken.model.say(append)
    spoken.finish("then")
    parts = spoken.answer.parts
    late = follow_all(there.serve(person), spoken)
    for readers in (early, late):
        for cursor, reader in zip([Cursor(0, 0), *cursors(parts)], readers, strict=False):
            assert gained(reader.rest()) == missing(parts, cursor), cursor
            assert reader.end["text_length"] == parts.text_length


def test_readers_of_both_nodes_read_along(here: Node, there: Node, model: Scripted) -> None:
    person = here.person()
    spoken = ask(person, model, here.services)
    readers = [Following(node.serve(person), spoken.id) for node in (here, there, there)]
    for number in range(8):
        spoken.say(f" w{number}")
        for reader in readers:
            reader.wait_for(f" w{number}")
    spoken.finish()
    assert {reader.text for reader in readers} == {"".join(f" w{n}" for n in range(8))}
    assert [reader.end["status"] for reader in readers] == ["complete"] * 3


def test_a_stop_arrives_from_the_other_node(here: Node, there: Node, model: Scripted) -> None:
    person = here.person()
    spoken = ask(person, model, here.services, "So ", "far")
    readers = [Following(node.serve(person), spoken.id) for node in (here, there)]
    assert there.serve(person).post(f"/api/messages/{spoken.id}/stop").status_code == 202
    for reader in readers:
        assert (reader.text, reader.end["status"]) == ("So far", "stopped")
    assert spoken.model.call.cancelled
    assert not spoken.answer.append(Text(" and more"))
    stored = value(there.serve(person).get(f"/api/messages/{spoken.id}"))
    assert (stored["text"], stored["status"]) == ("So far", "stopped")


def test_a_stop_before_the_first_word(here: Node, there: Node, model: Scripted) -> None:
    person = here.person()
    spoken = ask(person, model, here.services)
    reader = Following(there.serve(person), spoken.id)
    assert there.serve(person).post(f"/api/messages/{spoken.id}/stop").status_code == 202
    assert (reader.text, reader.end["status"], reader.end["text_length"]) == ("", "stopped", 0)
    assert spoken.model.call.cancelled


def test_a_stop_of_what_has_ended_changes_nothing(here: Node, there: Node, model: Scripted) -> None:
    person = here.person()
    spoken = ask(person, model, here.services, "Done")
    spoken.finish()
    before = value(here.serve(person).get(f"/api/messages/{spoken.id}"))
    for node in (here, there, there):
        assert node.serve(person).post(f"/api/messages/{spoken.id}/stop").status_code == 202
    assert value(there.serve(person).get(f"/api/messages/{spoken.id}")) == before
    assert before["status"] == "complete"


def test_deleting_elsewhere_ends_the_answer_for_all(
    here: Node, there: Node, model: Scripted
) -> None:
    person = here.person()
    spoken = ask(person, model, here.services, "So far")
    readers = [Following(node.serve(person), spoken.id) for node in (here, there)]
    deleted = there.serve(person).call("DELETE", f"/api/conversations/{spoken.conversation_id}")
    assert deleted.status_code == 204
    assert [reader.end["status"] for reader in readers] == ["stopped", "stopped"]
    assert spoken.model.call.cancelled
    for node in (here, there):
        assert count_rows(node.services.database, Message, Run, SegmentRow) == [0, 0, 0]


def ask_ten_times(nodes: list[Node], person: Api, path: str, form: dict[str, str]) -> list[bytes]:
    """Sends the same ten times at once, over all nodes in turn; the streams."""
    headers = {"Accept": "text/event-stream"}
    api = path.startswith("/api/")

    def one(number: int) -> bytes:
        client = nodes[number % len(nodes)].serve(person)
        body = {"json": form} if api else {"data": form}
        response = client.call("POST", path, headers=headers, buffered=False, **body)
        assert response.status_code == 200, response.text
        return bytes(response.data)

    return together(10, one)


def check_asked_once(streams: list[bytes], here: Node, model: Scripted, said: str) -> None:
    """One question, one answer, one run, one call; the same stream for all."""
    heard = [read(stream) for stream in streams]
    assert {words(events) for events in heard} == {said}
    assert len({events[0].data["message_id"] for events in heard}) == 1
    assert [events[-1].data["status"] for events in heard] == ["complete"] * 10
    assert model.is_idle
    assert count_rows(here.services.database, Conversation, Message, Run) == [1, 2, 0]


def test_one_question_is_asked_once_over_all_nodes(
    here: Node, there: Node, model: Scripted
) -> None:
    person = here.person()
    path = f"/api/conversations/{person.conversation()}/messages"
    form = {"content": "Once?", "client_id": "one"}
    with answering(model, "Only ", "once."):
        streams = ask_ten_times([here, there], person, path, form)
    check_asked_once(streams, here, model, "Only once.")


def test_a_first_question_makes_one_conversation(here: Node, there: Node, model: Scripted) -> None:
    person = here.person()
    form = {"content": "Once?", "client_id": "one"}
    with answering(model, "Only ", "once."):
        streams = ask_ten_times([here, there], person, "/", form)
    check_asked_once(streams, here, model, "Only once.")


def test_two_questions_at_once_stand_in_one_order_for_all(
    here: Node, there: Node, model: Scripted
) -> None:
    person = here.person()
    conversation = person.conversation()
    nodes = [here, there]

    def one(number: int) -> bytes:
        return bytes(nodes[number].serve(person).ask(conversation, f"Question {number}").data)

    with answering(model, "Yes.", times=2):
        streams = together(2, one)
    assert [words(read(stream)) for stream in streams] == ["Yes.", "Yes."]
    path = f"/api/conversations/{conversation}/messages"
    first, second = (items(node.serve(person).get(path)) for node in nodes)
    assert first == second
    assert [message["position"] for message in first] == [1, 2, 3, 4]
    assert [message["role"] for message in first] == ["user", "assistant"] * 2
    assert {message["text"] for message in first[::2]} == {"Question 0", "Question 1"}
    assert [message["parent_id"] for message in first] == [None, *(m["id"] for m in first[:3])]

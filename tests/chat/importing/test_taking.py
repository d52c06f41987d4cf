"""Conversations come in whole, once, with their branches and times; what cannot is told of."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event, select

from chatapp.chat import deleting, exporting
from chatapp.chat.access import Person
from chatapp.chat.importing import drafts, files, storing
from chatapp.chat.importing.taking import Taken, take
from chatapp.chat.services import Services
from chatapp.errors import Unauthenticated
from chatapp.events import Finish, Reasoning, Source, Sources
from chatapp.models import Citation, Conversation, Imported, Message
from tests.chat.importing.vectors import COLOURS, conversation, node
from tests.conftest import Api
from tests.support.replies import items, value
from tests.support.rows import count_rows
from tests.support.scripted import Scripted
from tests.support.talk import Talk

LARGEST = 1024 * 1024
LEAVE = Source("d1", "HR Policy", "Thirty days.", None, "hr/leave.md", 1, 7, 0.5)


def bring(services: Services, api: Api, data: Any, largest: int = LARGEST) -> list[Taken]:
    """Takes in a file of JSON, or of bytes."""
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return list(take(services.database, Person(api.user_id), io.BytesIO(raw), largest))


def troubles(found: list[Taken]) -> list[tuple[int, str]]:
    return [(each.number, each.trouble) for each in found if each.trouble]


def listed(api: Api) -> list[dict[str, Any]]:
    return items(api.get("/api/conversations"))


def messages(api: Api, conversation_id: str) -> list[dict[str, Any]]:
    return items(api.get(f"/api/conversations/{conversation_id}/messages"))


def exported(services: Services, api: Api) -> bytes:
    return b"".join(exporting.export(services.database, api.user_id))


def comparable(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what is new by its nature: ids by place instead, and no names of sends."""
    places = {each["id"]: number for number, each in enumerate(messages)}
    new = {"id", "conversation_id", "client_id", "html"}
    return [
        {name: value for name, value in each.items() if name not in new}
        | {name: places.get(each[name]) for name in ("parent_id", "continues")}
        | {"html": (each["html"] or "").replace(each["id"], "ID")}
        for each in messages
    ]


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    """A conversation with everything in it."""
    talk = Talk(api, model, title="Leave", instructions="Be brief.", temperature=0.5)
    said = (Reasoning("Hm."), Sources((LEAVE,)), "Thirty **days** [1].", Finish("stop"))
    first = talk.ask("How long?", *said)
    talk.again("regenerate", first, "Long", Finish("length"))
    talk.again("continue", talk.messages()[-1]["id"], " enough.", Finish("stop"))
    api.post(f"/api/messages/{first}/feedback", {"rating": "good", "comment": "Thanks."})
    return talk


def test_what_was_exported_comes_in_as_it_was(services: Services, talk: Talk, other: Api) -> None:
    (taken,) = bring(services, other, exported(services, talk.api))
    assert taken == Taken(1, "Leave")
    (came,) = listed(other)
    (was,) = listed(talk.api)
    assert came | {"id": ""} == was | {"id": ""}
    assert comparable(messages(other, came["id"])) == comparable(talk.messages())
    assert count_rows(services.database, Citation) == [2]


def test_a_single_conversation_comes_in(services: Services, talk: Talk, other: Api) -> None:
    one = talk.api.get(f"/api/conversations/{talk.id}/export").data
    assert bring(services, other, one) == [Taken(1, "Leave")]
    assert len(messages(other, listed(other)[0]["id"])) == 4


def test_the_same_file_brings_nothing_in_twice(services: Services, talk: Talk, other: Api) -> None:
    file = exported(services, talk.api)
    assert [each.known for each in bring(services, other, file)] == [False]
    assert [each.known for each in bring(services, other, file)] == [True]
    assert [each.known for each in bring(services, talk.api, file)] == [True]
    assert (len(listed(other)), len(listed(talk.api))) == (1, 1)
    other.call("DELETE", f"/api/conversations/{listed(other)[0]['id']}")
    assert [each.known for each in bring(services, other, file)] == [False]
    assert len(listed(other)) == 1


def test_chatgpts_branches_tools_and_pictures_come_in(services: Services, api: Api) -> None:
    assert bring(services, api, [COLOURS]) == [Taken(1, "Colours")]
    (came,) = listed(api)
    assert came["updated_at"] == "2023-11-14T22:15:00.500000Z"
    found = messages(api, came["id"])
    places = {each["id"]: each["position"] for each in found}
    assert [
        (each["role"], each["text"], places.get(each["parent_id"] or "")) for each in found
    ] == [
        ("user", "Name a colour.", None),
        ("assistant", "**Blue**.", 1),
        ("assistant", "Red.", 1),
        ("user", "[picture]\n\nAnd this?", 3),
        ("assistant", "I will look.\n\nGreen.", 4),
    ]
    assert "<strong>Blue</strong>" in found[1]["html"]
    assert found[1]["model"] == "gpt-4o"
    assert [part["type"] for part in found[4]["parts"]] == ["text", "reasoning", "text"]
    assert found[0]["created_at"] == "2023-11-14T22:13:22.500000Z"


def test_the_branch_that_was_shown_is_shown(services: Services, api: Api) -> None:
    bring(services, api, [COLOURS | {"current_node": "a2"}])
    assert messages(api, listed(api)[0]["id"])[-1]["text"] == "**Blue**."


def test_what_came_in_is_found_and_goes_on(services: Services, api: Api, model: Scripted) -> None:
    bring(services, api, [COLOURS])
    (came,) = items(api.get("/api/conversations?query=BLUE"))
    stream = api.ask(came["id"], "More?")
    asked = model.asked()
    assert [turn.content for turn in asked.prompt.turns][-2:] == ["I will look.\n\nGreen.", "More?"]
    asked.finish("Yes.")
    assert stream.data


def test_an_archive_is_opened(services: Services, api: Api) -> None:
    assert bring(services, api, archive({"conversations.json": json.dumps([COLOURS])})) == [
        Taken(1, "Colours")
    ]
    parts = {f"x/conversations-00{n}.json": json.dumps([COLOURS | {"id": f"{n}",
             "conversation_id": f"{n}"}]) for n in range(2)}  # fmt: skip
    assert [each.number for each in bring(services, api, archive(parts))] == [1, 2]


def test_an_archive_that_unpacks_to_too_much_is_refused(
    services: Services, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "UNPACKED", 2)
    bomb = json.dumps([COLOURS, {"x": "0" * 10_000_000}])
    first, last = bring(services, api, archive({"conversations.json": bomb}), 100_000)
    assert (first.title, last.number) == ("Colours", 0)
    assert "too large" in last.trouble
    assert len(listed(api)) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 and nothing else",
        b"",
        b"\x89PNG\r\n",
        b"[]",
        b"{}",
        b'[{"title": "A", "mapping": ',
    ],
)
def test_a_file_that_holds_none_says_why(services: Services, api: Api, data: bytes) -> None:
    found = bring(services, api, data)
    assert found
    assert all(each.trouble for each in found)
    assert listed(api) == []


def test_an_archive_without_conversations_says_why(services: Services, api: Api) -> None:
    (found,) = bring(services, api, archive({"chat.html": "<p>"}))
    assert "conversations.json" in found.trouble


LOOP = conversation(node("a", "b", "user", "A"), node("b", "a", "assistant", "B"))
HOSTILE = {
    "nul": conversation(node("a", None, "user", "\0")),
    "surrogate": conversation(node("a", None, "user", "\ud800")),
    "loop": LOOP,
    "empty": conversation(node("a", None)),
    "unknown": {"title": "?"},
    "no tree": {"mapping": {"a": 1, "b": None, "c": {"message": [], "parent": {}}}},
    "not a message": {"id": "x", "messages": [1]},
    "no role": {"id": "x", "messages": [{"id": "1", "role": "system"}]},
    "twice": {"id": "x", "messages": [{"id": "1", "role": "user"}] * 2},
    "orphan": {"id": "x", "messages": [{"id": "1", "role": "user", "parent_id": "2"}]},
    "itself": {"id": "x", "messages": [{"id": "1", "role": "user", "parent_id": "1"}]},
    "unknown part": {"id": "x", "messages": [
        {"id": "1", "role": "user", "parts": [{"type": "html", "html": "<b>"}]}]},
    "large number": {"id": "x", "messages": [
        {"id": "1", "role": "assistant", "input_tokens": 10**30}]},
}  # fmt: skip


def test_each_that_cannot_come_in_is_named_and_the_others_come_in(
    services: Services, api: Api
) -> None:
    found = bring(services, api, [*HOSTILE.values(), COLOURS])
    assert [number for number, _ in troubles(found)] == list(range(1, len(HOSTILE) + 1))
    assert found[-1] == Taken(len(HOSTILE) + 1, "Colours")
    assert found[0].title == "Colours"
    assert "NUL" in found[0].trouble
    assert "surrogate" in found[1].trouble
    assert count_rows(services.database, Conversation, Message) == [1, 5]


def test_what_is_nested_too_deeply_is_refused(services: Services, api: Api) -> None:
    deep = b'[{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}]"
    assert troubles(bring(services, api, deep)) == [(1, "It is nested too deeply.")]


def test_times_that_cannot_be_are_replaced(services: Services, api: Api) -> None:
    for number, time in enumerate([1e300, -5e12, "x", None, True, 32503680000]):
        odd = {"create_time": time, "update_time": time, "id": f"{number}", "conversation_id": ""}
        bring(services, api, [conversation(node("a", None, "user", "A", create_time=time), **odd)])
    assert len(listed(api)) == 6
    now = datetime.now(UTC).isoformat()
    assert all(each["updated_at"] <= now for each in listed(api))


def test_limits_are_told_in_words(
    services: Services, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MOST", 4)
    assert "5 messages; 4 are the most" in bring(services, api, [COLOURS])[0].trouble
    monkeypatch.setattr(drafts, "MOST", 5)
    monkeypatch.setattr(drafts, "LONGEST", 10)
    assert "Message 1 has 14 characters" in bring(services, api, [COLOURS])[0].trouble


def test_no_html_comes_from_a_file(services: Services, talk: Talk, other: Api) -> None:
    file = json.loads(talk.api.get(f"/api/conversations/{talk.id}/export").data)
    for message in file["messages"]:
        message["html"] = "<script>alert(1)</script>"
    bring(services, other, file)
    assert "script" not in "".join(
        str(each["html"]) for each in messages(other, listed(other)[0]["id"])
    )


def test_what_somebody_may_not_use_stays_behind(services: Services, talk: Talk, other: Api) -> None:
    assistant = value(talk.api.post("/api/assistants", {"name": "Ada"}), 201)["id"]
    talk.api.call("PATCH", f"/api/conversations/{talk.id}", json={"assistant_id": assistant})
    bring(services, other, exported(services, talk.api))
    (came,) = listed(other)
    assert (came["assistant_id"], came["document_ids"]) == (None, [])


def test_files_stay_with_a_question_where_they_can_be_read(
    services: Services, api: Api, other: Api
) -> None:
    made = value(api.post("/api/documents", {"title": "Leave", "content": "Thirty."}), 202)
    files = [{"kind": "document", "id": made["id"], "name": "leave.md"}]
    files += [{"kind": "document", "id": "\u20ac", "name": "x"}, files[0] | {"kind": "picture"}]
    one = {"id": "x", "messages": [{"id": "1", "role": "user", "text": "A", "attachments": files}]}
    for person, kept in ((api, files[:1]), (other, [])):
        bring(services, person, one)
        assert messages(person, listed(person)[0]["id"])[0]["attachments"] == kept


def test_what_only_programs_keep_stays_behind(services: Services, other: Api) -> None:
    kept = {"id": "x", "kept_until": "2030-01-01T00:00:00Z", "messages": [{"id": "1",
            "role": "user", "text": "A"}]}  # fmt: skip
    assert bring(services, other, [kept]) == []


def test_a_long_one_is_hidden_until_it_is_whole(
    services: Services, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "AT_ONCE", 2)
    seen: list[int] = []

    def look(*_: object) -> None:
        shown = select(Conversation.id).where(Conversation.kept_until.is_(None))
        seen.append(len(services.database.read(lambda c: c.execute(shown).all())))

    engine = services.database.writer.engine
    event.listen(engine, "commit", look)
    bring(services, api, [COLOURS])
    event.remove(engine, "commit", look)
    assert seen == [0, 0, 0]  # looked at before each of three transactions ends
    assert len(messages(api, listed(api)[0]["id"])) == 5


def test_one_that_broke_off_is_swept_and_comes_in_again(
    services: Services, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "AT_ONCE", 2)
    monkeypatch.setattr(storing, "PATIENCE", -storing.PATIENCE)

    def die(*_: object, **__: object) -> None:
        raise RuntimeError("the process ends")

    with monkeypatch.context() as patch:
        patch.setattr(storing, "_show", die)
        with pytest.raises(RuntimeError):
            bring(services, api, [COLOURS])
    assert listed(api) == []
    deleting.sweep(services.database)
    assert count_rows(services.database, Conversation, Message) == [0, 0]
    assert bring(services, api, [COLOURS]) == [Taken(1, "Colours")]


def test_who_is_gone_brings_nothing_in(services: Services) -> None:
    somebody = Person("nobody")
    with pytest.raises(Unauthenticated):
        list(take(services.database, somebody, io.BytesIO(json.dumps([COLOURS]).encode()), 10**6))
    assert count_rows(services.database, Conversation, Imported) == [0, 0]


def test_the_api_counts_and_names(api: Api) -> None:
    file = (io.BytesIO(json.dumps([COLOURS, LOOP, COLOURS]).encode()), "conversations.json")
    answer = value(api.call("POST", "/api/imports", data={"file": file}))
    assert (answer["imported"], answer["known"]) == (1, 1)
    (refused,) = answer["failed"]
    assert (refused["number"], refused["title"]) == (2, "Colours")
    assert "circle" in refused["reason"]


def test_what_is_no_file_is_refused(api: Api) -> None:
    assert api.post("/api/imports", []).status_code == 415
    assert api.call("POST", "/api/imports", data={"file": "words"}).status_code == 415
    other = {"other": (io.BytesIO(b"[]"), "a.json")}
    assert api.call("POST", "/api/imports", data=other).status_code == 422


def archive(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, words in files.items():
            made.writestr(name, words)
    return packed.getvalue()

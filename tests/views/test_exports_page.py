"""One conversation as a file."""

from __future__ import annotations

import json

import pytest
from werkzeug.http import parse_options_header

from chatapp.chat import exporting, trunks
from chatapp.chat.markdown import to_html
from chatapp.chat.services import Services
from chatapp.chat.transcript import close
from chatapp.events import Finish, Reasoning, Source, Sources
from tests.conftest import Api
from tests.support.multipart import form
from tests.support.pictures import png
from tests.support.replies import value
from tests.support.scripted import Scripted
from tests.support.talk import Talk

LEAVE = Source("d1", "HR *Policy*", "Thirty days.\n\nNo more.", None, "hr/leave.md", 1, 7, 0.5)
PAGE = Source("w1", "A page", "Words.", "https://example.org/a>b", None, 2)


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    return Talk(api, model, title="Leave")


def markdown(talk: Talk, query: str = "") -> str:
    """The conversation to be read."""
    response = talk.api.get(f"/api/conversations/{talk.id}/export?as=markdown{query}")
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "text/markdown; charset=utf-8"
    return response.text


def test_markdown_has_a_head_and_a_heading_for_each_message(talk: Talk) -> None:
    talk.ask("How long?", "Thirty days.", Finish("stop"))
    head, _, body = markdown(talk).partition("\n---\n")
    assert head.startswith('---\ntitle: "Leave"\ndate: 20')
    assert body == (
        "\n# Leave\n\n## Question\n\nHow long?\n\n## Answer (scripted)\n\nThirty days.\n"
    )


def test_markdown_lists_what_an_answer_rests_on_and_no_thoughts(talk: Talk) -> None:
    said = (Reasoning("Hm."), Sources((LEAVE, PAGE)), "Thirty [1].", Finish("stop"))
    talk.ask("How long?", *said)
    text = markdown(talk)
    assert (
        "Thirty [1].\n\n**Sources**\n\n"
        "1. HR \\*Policy\\* (hr/leave.md)\n\n   > Thirty days.\n   >\n   > No more.\n\n"
        "2. [A page](<https://example.org/a%3Eb>)\n\n   > Words.\n"
    ) in text
    assert "Hm." not in text


def test_markdown_names_what_came_with_a_question(talk: Talk) -> None:
    sent = talk.api.call("POST", "/api/images", **form(("my *cat*.png", png()), ("b.png", png())))
    talk.ask("What is this?", image_ids=[each["id"] for each in value(sent, 201)["items"]])
    listed = "What is this?\n\n**Attached files**\n\n- my \\*cat\\*.png\n- b.png\n\n## Answer"
    assert listed in markdown(talk)


def test_code_stays_code_and_nothing_else_becomes_it(talk: Talk) -> None:
    talk.ask("```\nopen", "```python\nprint(1)\n```", Finish("stop"))
    text = markdown(talk)
    assert "```\nopen\n```\n" in text
    assert "```python\nprint(1)\n```\n" in text
    assert to_html(text.partition("\n---\n")[2]).count("<h2>") == 2


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("a", "a"),
        ("```\na", "```\na\n```"),
        ("````\n```\na", "````\n```\na\n````"),
        ("~~~ py\n```\na", "~~~ py\n```\na\n~~~"),
        ("```\na\n```", "```\na\n```"),
        ("```\na\n``` b", "```\na\n``` b\n```"),
        ("``` a`b", "``` a`b"),
        ("    ```\na", "    ```\na"),
    ],
)
def test_a_fence_that_was_left_open_is_closed(text: str, closed: str) -> None:
    assert close(text) == closed


def test_markdown_has_one_branch_and_json_all(talk: Talk) -> None:
    first = talk.ask("Why?", "One.", Finish("stop"))
    talk.again("regenerate", first, "Two.", Finish("stop"))
    assert "Two." in markdown(talk)
    assert "One." not in markdown(talk)
    assert "One." in markdown(talk, f"&message_id={first}")
    exported = value(talk.api.get(f"/api/conversations/{talk.id}/export"))
    assert [each["text"] for each in exported["messages"]] == ["Why?", "One.", "Two."]


def test_json_is_what_the_accounts_export_has(talk: Talk, services: Services) -> None:
    talk.ask("How long?", Sources((LEAVE,)), "Thirty [1].", Finish("stop"))
    whole = json.loads(b"".join(exporting.export(services.database, talk.api.user_id)))
    response = talk.api.get(f"/api/conversations/{talk.id}/export?as=json")
    assert [response.json] == whole["conversations"]
    assert response.headers["Cache-Control"] == "no-store"


def test_a_long_conversation_comes_in_pieces(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trunks, "AT_ONCE", 3)
    for number in range(4):
        talk.ask(f"Question {number}?")
    text = markdown(talk)
    assert [text.count(f"Question {number}?") for number in range(4)] == [1, 1, 1, 1]
    assert text.count("Because.") == 4


def test_an_answer_that_is_being_written_is_there_as_far_as_it_got(
    talk: Talk, model: Scripted, services: Services
) -> None:
    stream = talk.api.ask(talk.id, "Why?")
    asked = model.asked()
    asked.say("Half of ")
    pieces = stream.iter_encoded()
    while b"Half of " not in next(pieces):
        pass
    services.engine.beat()
    assert "Half of" in markdown(talk)
    asked.finish("it.")
    assert stream.data


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Leave", "Leave"),
        ("Cuti tahunan: 30/12?", "Cuti tahunan 30 12"),
        ("‮休暇 “é”", "休暇 “é”"),
        ("../..", "conversation"),
        ("", "conversation"),
        ("a" * 200, "a" * 80),
    ],
)
def test_a_file_has_the_title_for_its_name(talk: Talk, title: str, name: str) -> None:
    talk.api.call("PATCH", f"/api/conversations/{talk.id}", json={"title": title})
    response = talk.api.get(f"/c/{talk.id}/export?as=markdown")
    said, options = parse_options_header(response.headers["Content-Disposition"])
    assert (said, options["filename"]) == ("attachment", f"{name}.md")


@pytest.mark.parametrize(
    ("query", "status"),
    [("as=pdf", 400), ("as=markdown&message_id=unknown", 422), ("as=markdown&message_id=%00", 422)],
)
def test_what_cannot_be_exported_is_refused(talk: Talk, query: str, status: int) -> None:
    talk.ask()
    assert talk.api.get(f"/api/conversations/{talk.id}/export?{query}").status_code == status
    assert talk.api.get(f"/c/{talk.id}/export?{query}").status_code == status

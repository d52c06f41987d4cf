"""What stands below an answer: its models, its figures, and what a person thinks of it."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from chatapp.chat.answers import Snapshot
from chatapp.chat.services import Services
from chatapp.events import Finish, Text, Usage
from chatapp.models import Message
from chatapp.parts import Cursor
from chatapp.views.figures import Figures, Speed, measure
from tests.conftest import Api
from tests.support.scripted import Scripted
from tests.support.talk import Talk

BEGAN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
WORDS = "x" * 60


@pytest.fixture
def database_url(tmp_path: Path, sqlite_template: Path) -> str:
    """SQLite alone: pages have no SQL of their own."""
    shutil.copy(sqlite_template, tmp_path / "chatapp.db")
    return f"sqlite:///{tmp_path / 'chatapp.db'}"


@pytest.fixture
def model() -> Scripted:
    """One server with two models."""
    return Scripted("small", "large")


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    return Talk(api, model)


def foot(talk: Talk, id: str) -> str:
    """What stands below an answer."""
    return talk.api.get(f"/m/{id}").text.partition('class="answer__foot"')[2]


def send(talk: Talk, path: str, **fields: str) -> str:
    """Sends a form; where it leads."""
    reply = talk.api.call("POST", path, data=fields)
    assert reply.status_code == 303, reply.text
    return str(reply.location)


def row(name: str, html: str) -> str:
    """What the figures say under a name; empty where they do not have it."""
    found = re.search(rf"<dt>{name}</dt><dd>(.*?)</dd>", html)
    return re.sub("<[^>]+>", "", found[1]) if found else ""


def test_another_model_is_chosen_on_a_page_of_its_own(talk: Talk) -> None:
    id = talk.ask()
    assert f'href="/m/{id}/again"' in foot(talk, id)
    page = talk.api.get(f"/m/{id}/again").text
    assert re.findall(r'name="model" value="(\w+)"', page) == ["small", "large"]
    assert 'value="small" aria-current="true"' in page
    address = send(talk, f"/m/{id}/regenerate", client_id="1", model="large")
    asked = talk.model.asked()
    assert asked.prompt.model == "large"
    asked.finish("Because I say so.")
    talk.api.get(address).get_data()
    new = talk.messages()[-1]
    assert (new["model"], new["text"]) == ("large", "Because I say so.")
    assert row("Model", foot(talk, new["id"])) == "large"


def test_a_single_model_is_no_choice(api: Api, model: Scripted) -> None:
    model._models = ("only",)
    talk = Talk(api, model)
    assert "/again" not in foot(talk, talk.ask())


def test_only_answers_can_be_given_again(talk: Talk) -> None:
    talk.ask()
    question = talk.messages()[0]["id"]
    assert talk.api.get(f"/m/{question}/again").status_code == 404


def test_the_figures_are_those_that_were_measured(talk: Talk, services: Services) -> None:
    id = talk.ask("Why?", "Because.", Usage(1234, 90), Finish("stop"))
    moments = {
        "created_at": BEGAN,
        "first_token_at": BEGAN + timedelta(seconds=0.5),
        "completed_at": BEGAN + timedelta(seconds=3.5),
    }
    changed = update(Message).where(Message.id == id).values(**moments)
    services.database.write(lambda connection: connection.execute(changed))
    shown = foot(talk, id)
    assert row("Asked", shown) == "2 January 2026, 03:04"
    assert row("First word after", shown) == "0.50 s"
    assert row("Took", shown) == "3.50 s"
    assert row("Speed", shown) == "30.0 tokens a second"
    assert (row("Tokens read", shown), row("Tokens written", shown)) == ("1,234", "90")
    assert row("Tokens", shown) == ""


def test_tokens_that_nobody_counted_are_not_invented(talk: Talk) -> None:
    shown = foot(talk, talk.ask())
    assert row("Tokens", shown) == "The model's server did not count them."
    assert row("Tokens written", shown) == ""


def measured(**values: object) -> Figures:
    first, end = BEGAN + timedelta(seconds=1), BEGAN + timedelta(seconds=4)
    known = {
        "status": "complete",
        "created_at": BEGAN,
        "first_token_at": first,
        "completed_at": end,
    }
    message = Message(**known | values)
    return measure(message, Snapshot((Text(WORDS),), message.status, Cursor(0, len(WORDS))))


def test_without_tokens_characters_are_counted() -> None:
    assert measured().speed == Speed(20.0, tokens=False)
    assert measured(status="stopped").speed == Speed(20.0, tokens=False)
    assert measured(output_tokens=6).speed == Speed(2.0, tokens=True)


def test_words_of_an_earlier_answer_do_not_count_as_written() -> None:
    assert measured(continues="a").speed is None


def test_what_failed_before_its_first_word_has_no_speed() -> None:
    figures = measured(status="failed", first_token_at=None)
    assert (figures.waited, figures.took, figures.speed) == (None, 4.0, None)


def test_nobody_knows_when_a_killed_process_ended() -> None:
    figures = measured(status="interrupted", first_token_at=None)
    assert (figures.took, figures.speed) == (None, None)
    assert measured(status="interrupted").took == 4.0  # the process said so itself


def test_an_instant_has_no_speed() -> None:
    assert measured(completed_at=BEGAN + timedelta(seconds=1.01)).speed is None


def test_a_rating_asks_why_and_keeps_the_comment(talk: Talk) -> None:
    id = talk.ask()
    path = f"/m/{id}/feedback"
    assert 'name="comment"' not in foot(talk, id)
    assert send(talk, path, rating="bad") == f"/c/{talk.id}?at={id}#comment-{id}"
    assert f'<textarea class="field why__field" data-part="comment" id="comment-{id}"' in foot(
        talk, id
    )
    address = send(talk, path, rating="bad", comment=" Too <long>.\r\nReally. ")
    assert address == f"/c/{talk.id}?at={id}#m-{id}"
    assert talk.message(id)["feedback"] == {"rating": "bad", "comment": "Too <long>.\nReally."}
    assert "Too &lt;long&gt;.\nReally.</span>" in foot(talk, id)
    send(talk, path, rating="good", comment="Better now.")
    assert talk.message(id)["feedback"] == {"rating": "good", "comment": "Better now."}
    send(talk, path, rating="good", comment=" ")
    assert talk.message(id)["feedback"] == {"rating": "good", "comment": None}


def test_a_comment_goes_with_its_rating(talk: Talk) -> None:
    id = talk.ask()
    send(talk, f"/m/{id}/feedback", rating="bad", comment="No.")
    send(talk, f"/m/{id}/feedback", rating="", comment="No.")
    assert talk.message(id)["feedback"] is None


def test_a_comment_has_its_limits(talk: Talk) -> None:
    id = talk.ask()
    reply = talk.api.call(
        "POST", f"/m/{id}/feedback", data={"rating": "bad", "comment": "x" * 4001}
    )
    assert reply.status_code == 422
    assert talk.message(id)["feedback"] is None

"""Deleting a person: what runs is stopped, and nothing is left."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from chatapp.chat.access import Person
from chatapp.chat.farewell import delete_person
from chatapp.chat.questions import Question
from chatapp.chat.sending import send
from chatapp.chat.services import Services
from chatapp.chat.trail import Trail
from chatapp.errors import Unauthenticated
from chatapp.models import ChangeRow, Conversation, Message, Run, Segment, User
from tests.conftest import Api
from tests.support.rows import count_rows
from tests.support.scripted import Scripted
from tests.support.talk import Talk


def test_nothing_is_left_of_a_person_and_all_of_others(
    services: Services, api: Api, other: Api, model: Scripted
) -> None:
    Talk(other, model).ask()
    Talk(api, model).ask()
    stream = api.ask(Talk(api, model).id, "Why?")
    asked = model.asked()
    asked.say("Half")
    delete_person(services, api.user_id)
    delete_person(services, api.user_id)
    assert asked.call.cancelled
    assert b'"status":"stopped"' in stream.data
    counts = count_rows(services.database, User, Conversation, Message, Run, Segment)
    assert counts == [1, 1, 2, 0, 0]
    theirs = select(ChangeRow.kind).where(ChangeRow.user_id == api.user_id)
    assert set(services.database.read(lambda c: c.scalars(theirs).all())) == {"access.ended"}


def test_what_happens_after_somebody_left_is_told_like_before(
    services: Services, api: Api, other: Api
) -> None:
    trail = Trail(services.database)
    api.conversation()
    delete_person(services, api.user_id)
    trail.read()
    id = other.conversation()
    told = [step.change.conversation_id for step in trail.read()]
    assert told == [id]


def test_who_was_deleted_sends_nothing(services: Services, api: Api) -> None:
    gone = delete(User).where(User.id == api.user_id)
    services.database.write(lambda connection: connection.execute(gone))
    with pytest.raises(Unauthenticated, match="gone"):
        send(services, Person(api.user_id), None, Question("Why?"))
    assert count_rows(services.database, Conversation, Message, Run) == [0, 0, 0]

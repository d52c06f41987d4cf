"""Answers whose model a test speaks for, word by word, without any luck in time."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.test import TestResponse

from chatapp.chat.services import Services
from chatapp.events import Append, End, Text
from chatapp.live.answer import LiveAnswer
from chatapp.live.follow import wait
from tests.conftest import Api
from tests.support.scripted import Asked, Scripted


@dataclass(frozen=True)
class Spoken:
    """A running answer of the app: its id, its place in memory, its model, and the first stream."""

    id: str
    conversation_id: str
    answer: LiveAnswer
    model: Asked
    stream: TestResponse

    def say(self, *words: str) -> None:
        """Lets the model say something, and waits until the answer has it."""
        for word in words:
            say(self.answer, self.model, word)

    def finish(self, *words: str) -> None:
        """Lets the model end, and waits until the answer has."""
        self.model.finish(*words)
        wait(self.answer)


def ask(api: Api, model: Scripted, services: Services, *words: str) -> Spoken:
    """A question in a new conversation, whose answer has got as far as `words`."""
    conversation_id = api.conversation()
    stream = api.ask(conversation_id, "Why?")
    asked = model.asked()
    listed = api.get(f"/api/conversations/{conversation_id}/messages").json
    id = listed["items"][-1]["id"]  # type: ignore[index]
    answer = services.engine.find(id)
    assert answer
    spoken = Spoken(id, conversation_id, answer, asked, stream)
    spoken.say(*words)
    return spoken


def say(answer: LiveAnswer, model: Asked, *said: Append | str) -> None:
    """Lets the model say something, and waits until the answer has it."""
    for each in said:
        count = len(answer.parts)
        model.say(Text(each) if isinstance(each, str) else each)
        while len(answer.parts) == count:
            waiter = answer.bell.listen()
            if len(answer.parts) == count:
                waiter.wait()


def end_of(answer: LiveAnswer) -> End:
    """How the answer ended; waits for it."""
    wait(answer)
    assert answer.closing
    end = answer.closing[-1]
    assert isinstance(end, End)
    return end

"""Opening an answer: all that one transaction stores before its run begins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import time
from typing import Any, TypeAlias

from sqlalchemy import Connection

from chatapp.chat import answerer, attaching, images
from chatapp.chat.access import Person
from chatapp.chat.catalogue import Catalogue
from chatapp.chat.prompting import Wishes, path
from chatapp.chat.questions import LATEST, Again, Question, Sent
from chatapp.chat.rates import Admission
from chatapp.chat.room import check_room
from chatapp.chat.statements import (
    GIVE_TITLE,
    INSERT_ANSWER,
    INSERT_CONVERSATION,
    INSERT_QUESTION,
    INSERT_RUN,
    INSERT_SEND,
    KNOWN_SEND,
    LAST_MESSAGE,
    LOCK_CONVERSATION,
    MESSAGE,
    MESSAGE_OF,
)
from chatapp.chat.titles import title_of
from chatapp.config import Settings
from chatapp.errors import Conflict, NotFound, Unprocessable
from chatapp.events import Change, Start
from chatapp.live.engine import LEASE, Engine
from chatapp.live.store.database import stored_parts
from chatapp.models import make_id, now, record
from chatapp.parts import Part, to_json
from chatapp.prompt import Turn

Found: TypeAlias = Any
"""A row, as a named tuple."""

CONTINUABLE = ("interrupted", "stopped", "failed")


@dataclass(frozen=True, slots=True)
class Opening:
    """What a run needs to know. `parts` are those that a continued answer begins with.

    `attached` are the ids of the documents that came with the question. It is `illustrated` where
    turns may name pictures, `titled` where its first line became the title of the conversation.
    """

    start: Start
    wishes: Wishes
    turns: list[Turn]
    parts: tuple[Part, ...] = ()
    attached: tuple[str, ...] = ()
    illustrated: bool = False
    titled: bool = False


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens answers for one send.

    `engine` will run them, `default_model` answers where nobody chose; `admission` says whether
    the person may ask just now.
    """

    person: Person
    wish: Question | Again
    digest: str
    settings: Settings
    catalogue: Catalogue
    default_model: str
    engine: Engine
    admission: Admission

    def repeated(self, connection: Connection) -> Sent | None:
        """The answer that this very send has already. Raises `Conflict` for another send."""
        if not self.wish.client_id:
            return None
        key = {"user_id": self.person.id, "client_id": self.wish.client_id}
        row = KNOWN_SEND.first(connection, key)
        if row is None:
            return None
        if row.digest != self.digest:
            raise Conflict("This client_id was used for another message. Use a new one.")
        return Sent(row.conversation_id, row.answer_id)

    def ask(
        self, connection: Connection, conversation_id: str | None, question: Question
    ) -> Opening:
        """Stores question and answer, and a conversation where there is none yet."""
        changes = []
        if conversation_id is None:
            conversation_id = self._new_conversation(connection, question)
            changes.append(Change("conversation.created", conversation_id))
        conversation = self._lock(connection, conversation_id)
        if not conversation.title:
            titled = {"conversation": conversation.id, "words": title_of(question.content)}
            GIVE_TITLE.run(connection, titled)
            changes.append(Change("conversation.updated", conversation_id))
        position, parent_id = _place(connection, conversation.id, question.parent_id)
        turns = self._before(connection, conversation, parent_id, question)
        question_id = make_id()
        INSERT_QUESTION.run(
            connection,
            {
                "id": question_id,
                "conversation_id": conversation.id,
                "parent_id": parent_id,
                "position": position,
                "text": question.content,
                "parts": [{"type": "text", "text": question.content}],
                "client_id": question.client_id,
                "completed_at": now(),
            },
        )
        if ids := question.document_ids:
            conversation = attaching.widen(connection, self.person.id, conversation, ids)
        wishes = self._wishes(connection, conversation)
        start = Start(make_id(), conversation.id, question_id, wishes.model)
        self._insert_answer(connection, start, position + 1)
        self._attach(connection, start, question)
        self._record(connection, start, *changes)
        turns = [*turns, Turn("user", question.content, tuple(question.image_ids))]
        return Opening(
            start,
            wishes,
            turns,
            attached=tuple(question.document_ids),
            illustrated=conversation.illustrated or bool(question.image_ids),
            titled=bool(changes),
        )

    def _attach(self, connection: Connection, start: Start, question: Question) -> None:
        """Keeps what came with a question. Its send is stored by then: where the same comes twice
        at once, the second finds that, and not its pictures in the conversation of the first."""
        shown, person_id = [], self.person.id
        if question.document_ids:
            shown += attaching.documents(connection, person_id, question.document_ids)
        if question.image_ids:
            conversation_id = start.conversation_id
            shown += images.claim(connection, person_id, conversation_id, question.image_ids)
        if shown and start.question_id:
            attaching.keep(connection, start.question_id, shown)

    def _before(
        self,
        connection: Connection,
        conversation: Found,
        parent_id: str | None,
        question: Question,
    ) -> list[Turn]:
        """What the model is told of the conversation so far."""
        longest = self.settings.history_messages if question.memory is None else question.memory
        if question.prompt:
            return []
        if question.turns is None:
            said = [Turn("user", question.about)] if question.about else []
            illustrated = conversation.illustrated
            return [*said, *path(connection, parent_id, longest, illustrated=illustrated)]
        return list(question.turns[-longest:]) if longest else []

    def answer_again(self, connection: Connection, message_id: str) -> Opening:
        """Stores another answer to the question of an answer, or to a question itself."""
        message, conversation = self._find(connection, message_id)
        question_id = message.id if message.role == "user" else message.parent_id
        return self._answer(connection, conversation, question_id)

    def go_on(self, connection: Connection, message_id: str) -> Opening:
        """Stores an answer that begins with the parts of one that broke off."""
        message, conversation = self._find(connection, message_id)
        if message.status not in CONTINUABLE and message.finish_reason != "length":
            raise Conflict("Only an answer that broke off can be continued.")
        parts = stored_parts(connection, message_id)
        begun = [to_json(part) for part in parts]
        opening = self._answer(
            connection, conversation, message.parent_id, continues=message_id, parts=begun
        )
        return replace(opening, parts=parts)

    def _answer(
        self, connection: Connection, conversation: Found, question_id: str, **values: Any
    ) -> Opening:
        position, _ = _place(connection, conversation.id, None)
        longest, illustrated = self.settings.history_messages + 1, conversation.illustrated
        turns = path(connection, question_id, longest, illustrated=illustrated)
        wishes = self._wishes(connection, conversation)
        start = Start(make_id(), conversation.id, question_id, wishes.model)
        self._insert_answer(connection, start, position, **values)
        self._record(connection, start)
        attached = attaching.ids_of("document", attaching.of(connection, question_id))
        return Opening(start, wishes, turns, attached=attached, illustrated=illustrated)

    def _new_conversation(self, connection: Connection, question: Question) -> str:
        answerer.check_usable(connection, self.person.id, question.assistant_id)
        new = {
            "id": make_id(),
            "user_id": self.person.id,
            "title": title_of(question.content),
            "model": question.model or None,
            "assistant_id": question.assistant_id,
        }
        INSERT_CONVERSATION.run(connection, new)
        return str(new["id"])

    def _lock(self, connection: Connection, conversation_id: str) -> Found:
        """Locked, two messages that are sent at once get two places."""
        wanted = {"conversation": conversation_id, "user": self.person.id, "moment": now()}
        conversation = LOCK_CONVERSATION.first(connection, wanted)
        if conversation is None:
            raise NotFound("There is no such conversation.")
        return conversation

    def _find(self, connection: Connection, message_id: str) -> tuple[Found, Found]:
        message = MESSAGE.first(connection, {"message_id": message_id})
        if message is None:
            raise NotFound("There is no such message.")
        return message, self._lock(connection, message.conversation_id)

    def _wishes(self, connection: Connection, conversation: Found) -> Wishes:
        """What the send says, else its conversation, else its assistant, else the settings."""
        wish = self.wish
        assistant = answerer.in_use(connection, self.person.id, conversation.assistant_id)
        temperatures = (wish.temperature, conversation.temperature, assistant.temperature)
        about = isinstance(wish, Question) and wish.about
        chosen, used = answerer.documents(conversation, assistant)
        return Wishes(
            self._model(wish.model or conversation.model, assistant.model),
            wish.instructions
            or conversation.instructions
            or assistant.instructions
            or self.settings.instructions,
            next((each for each in temperatures if each is not None), None),
            None if about else conversation.introduction,
            chosen,
            used and bool(chosen or conversation.any_document),
        )

    def _model(self, chosen: str | None, preferred: str | None) -> str:
        """What a person chose is used or refused; what an assistant names gives way."""
        use = self.catalogue.check if chosen else self.catalogue.prefer
        return use(chosen or preferred or "", self.default_model, guest=self.person.guest)

    def _insert_answer(
        self, connection: Connection, start: Start, position: int, **values: Any
    ) -> None:
        check_room(connection, self.person.id, self.settings.max_streams_per_user)
        self.admission.check(connection)
        self.engine.check_open()
        answer = {
            "id": start.message_id,
            "conversation_id": start.conversation_id,
            "parent_id": start.question_id,
            "position": position,
            "model": start.model,
            "parts": (),
            "continues": None,
            "client_id": self.wish.client_id,
            **values,
        }
        run = {
            "message_id": start.message_id,
            "user_id": self.person.id,
            "owner": self.engine.owner,
            "leased_until": time() + LEASE,
        }
        INSERT_ANSWER.run(connection, answer)
        INSERT_RUN.run(connection, run)
        if self.wish.client_id:
            sent = {"user_id": self.person.id, "client_id": self.wish.client_id}
            sent |= {"answer_id": start.message_id, "digest": self.digest}
            INSERT_SEND.run(connection, sent)

    def _record(self, connection: Connection, start: Start, *before: Change) -> None:
        began = Change("message.started", start.conversation_id, start.message_id, "pending")
        record(connection, self.person.id, *before, began)


def _place(
    connection: Connection, conversation_id: str, parent_id: str | None
) -> tuple[int, str | None]:
    """The next position of a conversation, and the parent of what comes there."""
    last = LAST_MESSAGE.first(connection, {"conversation_id": conversation_id})
    position = last.position + 1 if last else 1
    if parent_id == LATEST:
        return position, last.id if last else None
    if parent_id is not None and not (last and parent_id == last.id):
        _check_parent(connection, conversation_id, parent_id)
    return position, parent_id


def _check_parent(connection: Connection, conversation_id: str, parent_id: str) -> None:
    wanted = {"message_id": parent_id, "conversation_id": conversation_id}
    if MESSAGE_OF.first(connection, wanted) is None:
        raise Unprocessable("parent_id: there is no such message in this conversation.")

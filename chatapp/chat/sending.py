"""Asking: one send stores a question and its empty answer, and starts one run. Exactly once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from sqlalchemy import Connection

from chatapp.chat import images, once
from chatapp.chat.access import Person
from chatapp.chat.grounding import Ground
from chatapp.chat.opening import Opener, Opening
from chatapp.chat.prompting import Speaker, compose, source
from chatapp.chat.questions import Again, Question, Sent, digest
from chatapp.chat.services import Services
from chatapp.greenlets import give_way
from chatapp.live.run import Source
from chatapp.parts import text_of
from chatapp.prompt import Prompt

Open: TypeAlias = Callable[[Opener, Connection], Opening]


def send(
    services: Services, person: Person, conversation_id: str | None, question: Question
) -> Sent:
    """Asks in a conversation, or in a new one where the id is None.

    The same `client_id` again gives the answer that exists. Raises `Conflict` where that was
    another question, `NotFound`, `Unprocessable`, `RateLimited` and `Unavailable`.
    """
    opener = _opener(services, person, question, digest(conversation_id, question))
    return _begin(services, opener, lambda o, c: o.ask(c, conversation_id, question))


def regenerate(services: Services, person: Person, message_id: str, again: Again) -> Sent:
    """Answers a question once more, as a branch beside the answer that `message_id` names."""
    opener = _opener(services, person, again, digest("regenerate", message_id, again))
    return _begin(services, opener, lambda o, c: o.answer_again(c, message_id))


def go_on(services: Services, person: Person, message_id: str, again: Again) -> Sent:
    """Continues an answer that broke off: a new one that begins with its parts."""
    opener = _opener(services, person, again, digest("continue", message_id, again))
    return _begin(services, opener, lambda o, c: o.go_on(c, message_id))


def _opener(services: Services, person: Person, wish: Question | Again, digest: str) -> Opener:
    return Opener(
        person=person,
        wish=wish,
        digest=digest,
        settings=services.settings,
        catalogue=services.catalogue,
        default_model=services.catalogue.default,  # may ask the network: not in a transaction
        engine=services.engine,
        admission=services.rates.admit(person),
    )


def _begin(services: Services, opener: Opener, open: Open) -> Sent:
    def store(connection: Connection) -> Sent | Opening:
        return opener.repeated(connection) or open(opener, connection)

    stored = once.write(services.database, store, brief=True)
    if isinstance(stored, Sent):
        return stored
    prompt = _prompt(stored, opener, services.settings.max_output_tokens)
    ground = _ground(services, opener, stored)
    speaker = _speaker(services, stored)
    words: Source = source(speaker, prompt, ground, stored.parts)
    if services.naming and _is_named(opener, stored):
        words = services.naming.behind(words, services.engine, stored)
    answer = services.engine.begin(stored.start, words, stored.parts)
    give_way()  # the model is asked before the response is made
    return Sent(stored.start.conversation_id, stored.start.message_id, answer)


def _speaker(services: Services, stored: Opening) -> Speaker:
    """The provider; it is shown pictures where there are some that it takes."""
    if stored.illustrated and services.provider.speaks:
        return images.Showing(services.provider, services.database)
    return services.provider


def _is_named(opener: Opener, stored: Opening) -> bool:
    """Whether a title may be looked for: the first line of what is answered may be one, and the
    person has an account. Guests ask no model but their own, programs keep titles of their own."""
    if opener.person.guest:
        return False
    if isinstance(opener.wish, Question):
        return stored.titled and not opener.wish.prompt
    return len(stored.turns) == 1


def _ground(services: Services, opener: Opener, stored: Opening) -> Ground:
    """Programs that bring a prompt of their own have said all that a model is to know."""
    wishes = stored.wishes
    if not wishes.use_documents or (isinstance(opener.wish, Question) and opener.wish.prompt):
        return services.bare_ground
    return services.ground(opener.person.id, wishes.document_ids, stored.attached)


def _prompt(stored: Opening, opener: Opener, longest: int | None) -> Prompt:
    """What the model is told; `longest` is the limit of its answer in tokens."""
    wish, wishes = opener.wish, stored.wishes
    begun = text_of(stored.parts)
    prompt = isinstance(wish, Question) and wish.prompt
    if not prompt:
        turns = compose(wishes, stored.turns, begun)
        prompt = Prompt(
            wishes.model,
            turns,
            begun=begun,
            temperature=wishes.temperature,
            max_output_tokens=longest,
        )
    return replace(
        prompt,
        model=wishes.model,
        conversation_id=stored.start.conversation_id,
        user_id=opener.person.id,
    )

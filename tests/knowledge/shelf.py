"""Documents put straight into the index, as reading them would."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from chatapp.chat.services import Services
from chatapp.knowledge import index
from chatapp.knowledge.passages import split
from chatapp.knowledge.reading import Reading, ReadPassage
from chatapp.knowledge.terms import analyse, language_of
from chatapp.models import Database, User, make_id
from tests.support.shelf import add_document


def read(text: str) -> Reading:
    """A Markdown text, read."""
    language = language_of(text)
    passages = tuple(
        ReadPassage(
            piece.start,
            piece.end,
            piece.heading,
            text[piece.start : piece.end],
            " ".join(analyse(text[piece.start : piece.end], language)),
            " ".join(analyse(piece.heading, language)),
        )
        for piece in split(text)
    )
    return Reading("", "text/markdown", language, text, passages)


def shelve(database: Database, user_id: str | None, text: str, **values: object) -> str:
    """A document with this text that can be searched; its id."""
    id = add_document(database, user_id, **values)

    def store(connection: Connection) -> None:
        index.store(connection, id, read(text))

    database.write(store)
    return id


def person(database: Database) -> str:
    """Somebody new; their id."""
    id = make_id()
    made = insert(User).values(id=id, email=f"{id}@example.org")
    database.write(lambda connection: connection.execute(made))
    return id


def add(
    services: Services, user_id: str | None, name: str, text: str, *, shared: bool = False
) -> str:
    """The same in a running chat; the first line is its title."""
    title = text.splitlines()[0].removeprefix("# ")
    return shelve(services.database, user_id, text, name=name, title=title, shared=shared)

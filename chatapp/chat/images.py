"""Pictures: kept for somebody, taken into a conversation by a question, and told to a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, func, insert, or_, select, update

from chatapp.chat import once, picture_headers
from chatapp.chat.access import Person
from chatapp.chat.picture_traces import without_traces
from chatapp.errors import Forbidden, NotFound, TooLarge, Unprocessable
from chatapp.events import ProviderEvent
from chatapp.greenlets import offload
from chatapp.knowledge import names
from chatapp.knowledge.adding import GUESTS_BYTES, Upload
from chatapp.models import (
    Conversation,
    Database,
    Image,
    ImageFile,
    as_id,
    make_id,
    now,
    table,
)
from chatapp.prompt import Picture, Prompt
from chatapp.providers.base import Call, Provider

LARGEST = 10 * 1024 * 1024
"""Bytes of one picture. Servers of models take five to twenty MB."""

SHOWN = ("id", "name", "media_type", "width", "height")
"""What a question keeps of each of its pictures."""

MOST_UNSENT = 50
UNSENT = timedelta(days=1)
"""How many pictures wait for their question at most, and for how long."""

MOST_TOLD = 20
MOST_BYTES = 20 * 1024 * 1024
"""Pictures that a model is told of at once, and their bytes: all those of the question, and the
newest of the earlier turns it hears."""

GONE = "There is no such picture."


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture that waits for its question: `size` in bytes, `width` and `height` in pixels."""

    id: str
    name: str
    media_type: str
    size: int
    width: int
    height: int
    created_at: datetime


def keep(database: Database, person: Person, upload: Upload, name: str = "") -> Kept:
    """Keeps a picture until a question takes it along.

    It loses what it tells of place and camera. The same `name` with the same bytes is the same
    picture, also where both come at once. Raises
    `Unprocessable` for what is none, `TooLarge`, and `Forbidden` where the person keeps enough
    already.
    """
    if len(upload.content) > LARGEST:
        raise TooLarge(f"A picture may have {LARGEST // (1024 * 1024)} MB. Make it smaller.")
    look = picture_headers.look(upload.content)
    content = offload(lambda: without_traces(upload.content))
    size = len(content)
    id = _named(person, name, upload.content) if name else make_id()
    title = names.normalize(upload.name)
    kept = Kept(id, title, look.media_type, size, look.width, look.height, now())

    def store(connection: Connection) -> None:
        if connection.scalar(select(Image.id).where(Image.id == id)) is None:
            _check_room(connection, person, size)
            connection.execute(insert(table(Image)).values(user_id=person.id, **asdict(kept)))
            connection.execute(insert(table(ImageFile)).values(image_id=id, content=content))

    once.write(database, store)
    return kept


def _named(person: Person, name: str, content: bytes) -> str:
    digest = offload(lambda: sha256(content).hexdigest())
    return sha256(f"{person.id}\0{name}\0{digest}".encode()).hexdigest()[:32]


def _check_room(connection: Connection, person: Person, size: int) -> None:
    """Makes room of what was never sent. Raises `Forbidden` and `TooLarge`."""
    mine = Image.user_id == person.id
    waiting = (mine, Image.conversation_id.is_(None))
    connection.execute(delete(Image).where(*waiting, Image.created_at < now() - UNSENT))
    if (connection.scalar(select(func.count()).where(*waiting)) or 0) >= MOST_UNSENT:
        words = "Too many pictures wait to be sent. Send some, or try again tomorrow."
        raise Forbidden(words, code="too_many_images")
    if not person.guest:
        return
    kept = connection.scalar(select(func.coalesce(func.sum(Image.size), 0)).where(mine)) or 0
    if kept + size > GUESTS_BYTES:
        most = GUESTS_BYTES // (1024 * 1024)
        raise TooLarge(f"Guests keep up to {most} MB in pictures. Sign up to send more.")


def find(database: Database, person: Person, image_id: str) -> Row[Any]:
    """A picture of the person's, without its bytes. Raises `NotFound`."""
    there = or_(Conversation.id.is_(None), Conversation.deleted_at.is_(None))
    wanted = (
        select(table(Image))
        .outerjoin(Conversation, Conversation.id == Image.conversation_id)
        .where(Image.id == as_id(image_id), Image.user_id == person.id, there)
    )
    found = database.read(lambda connection: connection.execute(wanted).first())
    if found is None:
        raise NotFound(GONE)
    return found


def read(database: Database, image_id: str) -> bytes:
    """The bytes of a picture that was found. Raises `NotFound` where it has gone since."""
    wanted = select(ImageFile.content).where(ImageFile.image_id == image_id)
    content = database.read(lambda connection: connection.scalar(wanted))
    if content is None:
        raise NotFound(GONE)
    return bytes(content)


def claim(
    connection: Connection, person_id: str, conversation_id: str, ids: Sequence[str]
) -> list[dict[str, Any]]:
    """Takes pictures into a conversation; they are given as a question keeps them.

    Raises `Unprocessable` for one that is not the person's, or is in another conversation, and
    `TooLarge` for more than a model is told of at once.
    """
    here = or_(Image.conversation_id.is_(None), Image.conversation_id == conversation_id)
    wanted = [as_id(id) for id in ids]
    taken = update(Image).where(Image.id.in_(wanted), Image.user_id == person_id, here)
    columns = (getattr(Image, name) for name in ("size", *SHOWN))
    taking = taken.values(conversation_id=conversation_id).returning(*columns)
    rows = connection.execute(taking).all()
    known = {row.id: {"kind": "image"} | {n: getattr(row, n) for n in SHOWN} for row in rows}
    if len(known) < len(ids):
        raise Unprocessable("image_ids: there is no such picture.", param="image_ids")
    _check_told(rows)
    shown = update(Conversation).where(Conversation.id == conversation_id)
    connection.execute(shown.values(illustrated=True))
    return [known[id] for id in ids]


def _check_told(rows: Sequence[Row[Any]]) -> None:
    if len(rows) > MOST_TOLD:
        raise Unprocessable(f"At most {MOST_TOLD} pictures go along with one question.")
    if sum(row.size for row in rows) > MOST_BYTES:
        most = MOST_BYTES // (1024 * 1024)
        raise TooLarge(f"The pictures of a question may have {most} MB together. Send fewer.")


@dataclass(frozen=True, slots=True)
class Showing:
    """A provider that is shown the pictures which turns of a prompt name."""

    provider: Provider
    database: Database

    def stream(self, prompt: Prompt, call: Call) -> Iterator[ProviderEvent]:
        """What the provider says to the prompt with its pictures."""
        return self.provider.stream(_with_pictures(self.database, prompt), call)


def _with_pictures(database: Database, prompt: Prompt) -> Prompt:
    """The newest pictures, as many as may be told; the turns of others keep their words.

    Only those of the conversation itself are told, whatever its messages name.
    """
    named = [id for turn in reversed(prompt.turns) for id in turn.image_ids]
    if not named:
        return prompt
    here = Image.conversation_id == prompt.conversation_id
    ids = list(dict.fromkeys(named))[:MOST_TOLD]
    wanted = select(Image.id, Image.size).where(Image.id.in_(ids), here)
    sizes = dict(database.read(lambda c: [(row.id, row.size) for row in c.execute(wanted)]))
    told, total = [], 0
    for id in ids:
        total += sizes.get(id, 0)
        if total <= MOST_BYTES and id in sizes:
            told.append(id)
    found = (
        select(Image.id, Image.media_type, ImageFile.content)
        .join(ImageFile, ImageFile.image_id == Image.id)
        .where(Image.id.in_(told))
    )
    rows = database.read(lambda connection: connection.execute(found).all())
    return replace(prompt, pictures={row.id: Picture(row.media_type, row.content) for row in rows})


def sweep(database: Database) -> None:
    """Deletes pictures that no question came for."""
    late = (Image.conversation_id.is_(None), Image.created_at < now() - UNSENT)
    if database.read(lambda connection: connection.scalar(select(exists().where(*late)))):
        database.write(lambda connection: connection.execute(delete(Image).where(*late)))

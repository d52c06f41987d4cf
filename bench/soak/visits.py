"""What people do besides asking, and what they should not do."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from urllib.parse import urlencode

from bench.soak.person import Person
from tests.support.door import Door, Reply, check

PAGES = ("/", "/documents", "/assistants", "/settings")
SEARCHES = ("holiday", "expenses", "forgot my password", "notice period", "vpn in the hotel")
UPLOAD = 3_000_000
"""Bytes that an upload promises."""

_BOUNDARY = "-soak-"
_PART = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
_HEAD = b"POST /api/conversations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
MALFORMED = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "another version": b"GET / HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nHost 127.0.0.1\r\n\r\n",
    "a header of 100 kB": b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    "a length that is none": _HEAD + b"Content-Length: many\r\n\r\n{}",
    "a chunk that is none": _HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}",
    "half of JSON": _HEAD + b'Connection: close\r\nContent-Length: 5\r\n\r\n{"a":',
}
"""What is answered by a status of four hundred and more, or by hanging up."""

_PATIENCE = 30.0
_TOKEN = re.compile(r'name="csrf_token" value="([^"]*)"')


async def sign_in(port: int, email: str, password: str) -> str:
    """The cookie of somebody who has signed in by the form."""
    async with Door(port, {}).ask("GET", "/login") as (reply, _):
        page = (await _body(reply)).decode()
        cookie = {"Cookie": reply.headers["set-cookie"].partition(";")[0]}
    token = unescape(_TOKEN.findall(page)[0])
    form = urlencode({"csrf_token": token, "email": email, "password": password}).encode()
    async with Door(port, cookie).ask("POST", "/login", form) as (reply, _):
        check(reply)
        return reply.headers["set-cookie"].partition(";")[0]


async def look(person: Person, act: str) -> None:
    """Opens a page."""
    door = Door(person.world.port, {"Cookie": person.world.cookie})
    async with door.ask("GET", person.random.choice(PAGES)) as (reply, _):
        page = await _body(reply)
    whole = reply.status == 200 and page.rstrip().endswith(b"</html>")
    person.world.ledger.note(act, "200" if whole else f"status {reply.status}", ("200",))


async def search(person: Person, act: str) -> None:
    """Searches the documents of somebody who has some."""
    words = urlencode({"query": person.random.choice(SEARCHES)})
    door = Door(person.world.port, {"Cookie": person.world.cookie})
    async with door.ask("GET", f"/api/passages?{words}") as (reply, _):
        check(reply)
        found = (await reply.json())["items"]
    person.world.ledger.note(act, "found" if found else "nothing found", ("found",))


async def upload_half(person: Person, act: str) -> None:
    """Begins to upload a file, and is gone."""
    head = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
    request = person.door.request("POST", "/api/documents", b"", head)
    begun = request.replace(b"Content-Length: 0", b"Content-Length: %d" % UPLOAD)
    sent = _PART.encode() + b"x" * person.random.randint(1, UPLOAD // 2)
    _, writer = await _connect(person.world.port)
    writer.write(begun + sent)
    await asyncio.sleep(person.random.uniform(0, 1))
    writer.transport.abort()
    person.world.ledger.note(act, "gone", ("gone",))


async def misspeak(person: Person, act: str) -> None:
    """Says what no server can understand."""
    name, request = person.random.choice([*MALFORMED.items()])
    reader, writer = await _connect(person.world.port)
    try:
        writer.write(request)
        said = await asyncio.wait_for(reader.read(), _PATIENCE)
        refused = not said or said.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5"))
        outcome = "refused" if refused else f"{name} is answered: {said[:40]!r}"
    except ConnectionResetError:
        outcome = "refused"
    except TimeoutError:
        outcome = f"{name} is not answered"
    finally:
        writer.close()
    person.world.ledger.note(act, outcome, ("refused",))


async def _connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port)


async def _body(reply: Reply) -> bytes:
    return b"".join([piece async for piece in reply.body()])

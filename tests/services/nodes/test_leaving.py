"""Readers that take nothing more, or that vanish: they hold nobody up, and are let go."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import closing
from pathlib import Path

from chatapp.sse import Decoder, Message
from tests.services.nodes.bounded import PATIENCE, run
from tests.support.asking import begin, reader, some_name, stop
from tests.support.numbered import Script
from tests.support.restartable import Restartable
from tests.support.site import Site


def line_to(node: Restartable, site: Site, message_id: str) -> socket.socket:
    """A line to an answer, with the smallest buffer there is; nothing of it is read yet."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)  # goes with the other's buffer
    line.settimeout(PATIENCE)
    line.connect(("127.0.0.1", node.port))
    headers = "".join(f"{name}: {value}\r\n" for name, value in site.instance.headers.items())
    path = f"/api/messages/{message_id}/stream"
    close = "Connection: close"
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{close}\r\n{headers}\r\n".encode())
    return line


def pieces(line: socket.socket) -> list[str]:
    """The text of the whole stream, event by event."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**20)
    with line.makefile("rb") as body:
        while body.readline().strip():  # the headers
            pass
        chunks = []
        while size := int(body.readline(), 16):
            chunks.append(body.read(size))
            body.readline()
    events = (event for event in Decoder().feed(b"".join(chunks)) if isinstance(event, Message))
    told = [json.loads(event.data) for event in events]
    return [each["content"] for each in told if each["type"] == "content"]


def test_a_reader_that_stops_reading_holds_nobody_up_and_no_more_than_a_buffer(site: Site) -> None:
    run(check_deaf_readers(site, Script(some_name(), words=15_000, pace=0, first=1)))


async def check_deaf_readers(site: Site, script: Script) -> None:
    asker, asking = await begin(site.door(), script)
    deaf = [line_to(node, site, asker.message_id) for node in site.nodes]
    others = [reader(site.door(node), asker.message_id) for node in site.nodes]
    await asyncio.gather(asking, *(each.follow() for each in others))
    assert [each.text for each in (asker, *others)] == [script.text] * 3
    for line in deaf:
        with closing(line):
            told = await asyncio.to_thread(pieces, line)
        assert "".join(told) == script.text
        # What did not fit into the buffers was never made: it comes as one event in the end.
        assert len(told[-1]) > len(script.text) / 2


def test_a_reader_that_vanished_is_freed_by_the_next_sign_of_life(site: Site) -> None:
    run(check_vanished_reader(site, Script(some_name(), words=1, first=2 * PATIENCE)))


async def check_vanished_reader(site: Site, script: Script) -> None:
    asker, asking = await begin(site.door(), script)
    for node in site.nodes:
        line = line_to(node, site, asker.message_id)
        port = line.getsockname()[1]
        await asyncio.to_thread(hear_start, line)
        held = inodes_of(node.port, port)
        assert held & open_sockets(node)
        line.close()
        while held & open_sockets(node):
            await asyncio.sleep(0.02)
    await stop(site.door(), asker.message_id)
    await asking


def hear_start(line: socket.socket) -> None:
    """Reads all that there is until the model says something."""
    heard = b""
    while not heard.endswith(b"}\n\n\r\n"):
        heard += line.recv(4096)


def inodes_of(port: int, peer: int) -> set[str]:
    """The sockets that serve a peer, as Linux numbers them."""
    wanted = (f"0100007F:{port:04X}", f"0100007F:{peer:04X}")
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    fields = (line.split() for line in lines)
    return {each[9] for each in fields if (each[1], each[2]) == wanted}


def open_sockets(node: Restartable) -> set[str]:
    """The sockets that the workers of a node hold."""
    held: set[str] = set()
    for worker in node.program.children():
        for name in Path(f"/proc/{worker}/fd").iterdir():
            target = str(name.readlink()) if name.is_symlink() else ""
            held.add(target.removeprefix("socket:[").removesuffix("]"))
    return held

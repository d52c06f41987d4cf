"""Readers that take nothing more, or that vanish: they hold nobody up, and are let go."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from chatapp.sse import Decoder, Message
from tests.services.nodes.bounded import PATIENCE, run
from tests.support.asking import begin, reader, some_name, stop
from tests.support.door import Door
from tests.support.instance import ROOT
from tests.support.numbered import Script
from tests.support.processes import Command, Program, started
from tests.support.site import Site
from tests.support.sockets import inodes_of, open_sockets


def line_to(port: int, site: Site, message_id: str) -> socket.socket:
    """A line to an answer, with the smallest buffer there is; nothing of it is read yet."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)  # goes with the other's buffer
    line.settimeout(PATIENCE)
    line.connect(("127.0.0.1", port))
    headers = "".join(f"{name}: {value}\r\n" for name, value in site.instance.headers.items())
    path = f"/api/messages/{message_id}/stream"
    close = "Connection: close"
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{close}\r\n{headers}\r\n".encode())
    return line


def hear_start(line: socket.socket) -> bytes:
    """Reads all that there is until the model says something."""
    heard = b""
    while not heard.endswith(b"}\n\n\r\n"):
        heard += line.recv(4096)
    return heard


def hear_rest(line: socket.socket) -> bytes:
    """Reads all that is left."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**20)
    return b"".join(iter(lambda: line.recv(2**16), b""))


def pieces(heard: bytes) -> list[str]:
    """The text of a whole response, event by event."""
    body, stream = BytesIO(heard.partition(b"\r\n\r\n")[2]), b""
    while size := int(body.readline(), 16):
        stream += body.read(size)
        body.readline()
    events = (event for event in Decoder().feed(stream) if isinstance(event, Message))
    told = [json.loads(event.data) for event in events]
    return [each["content"] for each in told if each["type"] == "content"]


def test_a_reader_that_stops_reading_holds_nobody_up_and_no_more_than_a_buffer(site: Site) -> None:
    run(check_deaf_readers(site, Script(some_name(), words=23_000, pace=0, first=2)))


async def check_deaf_readers(site: Site, script: Script) -> None:
    asker, asking = await begin(site.door(), script)
    deaf = [line_to(node.port, site, asker.message_id) for node in site.nodes]
    begun = [await asyncio.to_thread(hear_start, line) for line in deaf]
    others = [reader(site.door(node), asker.message_id) for node in site.nodes]
    await asyncio.gather(asking, *(each.follow() for each in others))
    assert [each.text for each in (asker, *others)] == [script.text] * 3
    for start, line in zip(begun, deaf, strict=True):
        with closing(line):
            told = pieces(start + await asyncio.to_thread(hear_rest, line))
        assert "".join(told) == script.text
        # What did not fit into the buffers was not made before there was room: it is one event.
        assert max(map(len, told)) > len(script.text) / 2


def test_a_reader_that_vanished_is_freed_by_the_next_sign_of_life(site: Site) -> None:
    run(check_vanished_reader(site, Script(some_name(), words=1, first=2 * PATIENCE)))


async def check_vanished_reader(site: Site, script: Script) -> None:
    asker, asking = await begin(site.door(), script)
    for node in site.nodes:
        line = line_to(node.port, site, asker.message_id)
        port = line.getsockname()[1]
        await asyncio.to_thread(hear_start, line)
        held = inodes_of(node.port, port)
        assert held & open_sockets(node.program)
        line.close()
        while held & open_sockets(node.program):
            await asyncio.sleep(0.02)
    await stop(site.door(), asker.message_id)
    await asking


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_a_reader_that_takes_nothing_for_long_is_let_go(site: Site, tmp_path: Path) -> None:
    with started(impatient_node(site, tmp_path)) as node:
        run(check_impatience(site, node, Script(some_name(), words=15_000, pace=0, first=2)))


def impatient_node(site: Site, folder: Path) -> Command:
    """One more node, which waits for a second where others wait for a minute."""
    patient = (ROOT / "gunicorn.conf.py").read_text()
    impatient = patient.replace("READER_TIMEOUT = 60_000", "READER_TIMEOUT = 1_000")
    assert impatient != patient
    conf = folder / "gunicorn.conf.py"
    conf.write_text(impatient)
    usual = site.instance.gunicorn()

    def argv(port: int) -> list[str]:
        return [word.replace(str(ROOT / conf.name), str(conf)) for word in usual.argv(port)]

    return replace(usual, argv=argv, log=folder / "node.log")


async def check_impatience(site: Site, node: Program, script: Script) -> None:
    door = Door(node.port, site.instance.headers)
    asker, asking = await begin(door, script)
    with closing(line_to(node.port, site, asker.message_id)) as line:
        await asyncio.to_thread(hear_start, line)
        held = inodes_of(node.port, line.getsockname()[1])
        assert held & open_sockets(node)
        await asking
        while held & open_sockets(node):
            await asyncio.sleep(0.02)
    assert asker.text == script.text

"""A real gunicorn in front of a real model's server: killed, told to end, left by its readers."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from chatapp.sse import Decoder, Message
from tests.support.instance import ROOT, Instance
from tests.support.model_server import DONE, Answer, ModelServer, Request, chat, usage
from tests.support.patience import PATIENCE, until
from tests.support.processes import Command, Program, free_port, start, started

FINISH = (chat(finish="stop"), usage(1, 2), DONE)


@dataclass
class Reader:
    """A client that reads an answer as it grows."""

    connection: HTTPConnection
    response: HTTPResponse

    def __post_init__(self) -> None:
        self._events = self._read()
        self.text = ""
        self.message_id = str(self.next("start")["message_id"])

    def next(self, kind: str) -> dict[str, Any]:
        """The next event of a kind; text is collected."""
        for event in self._events:
            if event["type"] == "content":
                self.text += event["content"]
            if event["type"] == kind:
                return event
        raise AssertionError(f"the stream ended without {kind}")

    def hear(self, text: str) -> None:
        """Returns when this is the text so far."""
        while self.text != text:
            self.next("content")

    def _read(self) -> Iterator[dict[str, Any]]:
        decoder = Decoder()
        while received := self.response.read1():
            for event in decoder.feed(received):
                if isinstance(event, Message):
                    yield json.loads(event.data)


@dataclass(frozen=True)
class Site:
    """An installation, its model's server, and the gunicorn that serves it."""

    instance: Instance
    model: ModelServer
    server: Program

    @property
    def worker(self) -> int:
        """The process that serves."""
        (pid,) = self.server.children()
        return pid

    def connect(self) -> HTTPConnection:
        """A connection that gives up when nothing comes."""
        return HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)

    def conversation(self) -> str:
        """A new conversation."""
        return self.instance.create_conversations(self.server.port, 1)[0]

    def send(self, connection: HTTPConnection, conversation_id: str) -> HTTPResponse:
        """Asks over a connection; the response streams."""
        headers = {"Accept": "text/event-stream", "Content-Type": "application/json"}
        path = f"/api/conversations/{conversation_id}/messages"
        body = json.dumps({"content": "Why?"})
        connection.request("POST", path, body, headers | self.instance.headers)
        return connection.getresponse()

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """Somebody who asked, and reads."""
        with closing(self.connect()) as connection:
            yield Reader(connection, self.send(connection, self.conversation()))

    def message(self, id: str) -> dict[str, Any]:
        """A message as the API shows it now."""
        with closing(self.connect()) as connection:
            connection.request("GET", f"/api/messages/{id}", headers=self.instance.headers)
            shown: dict[str, Any] = json.loads(connection.getresponse().read())
            return shown

    def rows(self, query: str, id: str) -> list[Any]:
        """What the database holds, whether anybody serves it or not."""
        with closing(sqlite3.connect(self.instance.folder / "chatapp.db")) as database:
            return database.execute(query, [id]).fetchall()

    def kept(self, id: str) -> str:
        """The text that the ticks have kept of a running answer."""
        query = "SELECT content FROM segments WHERE message_id = ? ORDER BY part, start"
        return "".join(json.loads(content)["text"] for (content,) in self.rows(query, id))

    def title(self, id: str) -> str:
        """The title of the conversation in which a message is."""
        query = (
            "SELECT title FROM conversations JOIN messages "
            "ON conversation_id = conversations.id WHERE messages.id = ?"
        )
        ((title,),) = self.rows(query, id)
        return str(title)

    def sealed(self, id: str) -> tuple[str, str]:
        """Status and text of an answer in the database."""
        ((status, text),) = self.rows("SELECT status, text FROM messages WHERE id = ?", id)
        return status, text


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    """One installation for all these tests; each has a server of its own."""
    return Instance(tmp_path_factory.mktemp("instance"), {"CHATAPP_MODEL": "m"})


def command(
    instance: Instance, log: Path, *options: str, settings: Mapping[str, str] | None = None
) -> Command:
    """How to start gunicorn with more options and settings."""
    plain = instance.gunicorn()

    def argv(port: int) -> list[str]:
        *most, app = plain.argv(port)
        return [*most, *options, app]

    return replace(plain, argv=argv, log=log, env=instance.env | dict(settings or {}))


@contextmanager
def served(instance: Instance, folder: Path, *options: str, **settings: str) -> Iterator[Site]:
    """The installation, served."""
    with ExitStack() as stack:
        model = stack.enter_context(ModelServer())
        settings["OPENAI_BASE_URL"] = model.base_url
        how = command(instance, folder / "gunicorn.log", *options, settings=settings)
        yield Site(instance, model, stack.enter_context(started(how)))


@pytest.fixture
def site(instance: Instance, tmp_path: Path) -> Iterator[Site]:
    with served(instance, tmp_path) as running:
        yield running


def is_deaf(port: int) -> bool:
    """Whether nobody takes connections any more."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_killed_worker_loses_at_most_its_last_tick(site: Site) -> None:
    more = Event()
    site.model.answers(Answer.sse(chat("Once "), more, chat("lost"), ending="hold"))
    with site.reading() as reader:
        id = reader.message_id
        reader.hear("Once ")
        until(lambda: site.kept(id) == "Once ")
        more.set()
        reader.hear("Once lost")
        os.kill(site.worker, signal.SIGKILL)
        with pytest.raises((HTTPException, ConnectionError)):
            reader.next("end")
    kept = site.kept(id)
    assert kept in ("Once ", "Once lost")
    until(lambda: site.message(id)["status"] == "interrupted")
    message = site.message(id)
    assert (message["text"], message["finish_reason"], message["error"]) == (kept, None, None)
    assert site.sealed(id) == ("interrupted", kept)
    assert site.rows("SELECT 1 FROM runs WHERE message_id = ?", id) == []


def test_a_killed_worker_is_replaced_though_the_master_was_not_told(
    instance: Instance, tmp_path: Path
) -> None:
    deaf = "\n_shipped = on_starting\n\n\ndef on_starting(server):\n    _shipped(server)\n"
    deaf += "    server.signal_chld = lambda number, frame: None\n"
    conf = tmp_path / "gunicorn.conf.py"
    conf.write_text((ROOT / conf.name).read_text() + deaf)
    with started(command(instance, tmp_path / "log", "-c", str(conf))) as server:
        until(lambda: len(server.children()) == 1)
        (worker,) = server.children()
        os.kill(worker, signal.SIGKILL)
        until(lambda: server.children() not in ([], [worker]))
        assert worker not in server.children()


def test_a_server_that_is_told_to_end_lets_answers_end(site: Site) -> None:
    more = Event()
    site.model.answers(Answer.sse(chat("Once "), more, chat("more"), *FINISH))
    with site.reading() as reader, closing(site.connect()) as other:
        reader.hear("Once ")
        conversation_id = site.conversation()
        other.request("GET", "/healthz")
        other.getresponse().read()
        os.kill(site.server.pid, signal.SIGTERM)
        until(lambda: is_deaf(site.server.port))
        refused = site.send(other, conversation_id)
        assert refused.status == 503
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert int(refused.headers["Retry-After"]) > 0
        more.set()
        assert reader.next("end")["status"] == "complete"
        assert reader.text == "Once more"
    assert site.server.wait() == 0
    assert site.sealed(reader.message_id) == ("complete", "Once more")
    assert len(site.model.requests) == 1
    assert "Traceback" not in site.server.log


def test_an_answer_that_nobody_reads_keeps_the_server_till_it_has_ended(site: Site) -> None:
    more = Event()
    site.model.answers(Answer.sse(chat("Once "), more, chat("more"), *FINISH))
    with site.reading() as reader:
        reader.hear("Once ")
    os.kill(site.server.pid, signal.SIGTERM)
    until(lambda: is_deaf(site.server.port))
    more.set()
    assert site.server.wait() == 0
    assert site.sealed(reader.message_id) == ("complete", "Once more")


def test_what_outlasts_the_grace_period_is_interrupted_with_everything(
    instance: Instance, tmp_path: Path
) -> None:
    with served(instance, tmp_path, "--graceful-timeout", "3") as site:
        site.model.answers(Answer.sse(chat("Once "), chat("more"), ending="hold"))
        with site.reading() as reader:
            reader.hear("Once more")
            os.kill(site.server.pid, signal.SIGTERM)
            end = reader.next("end")
        assert (end["status"], end["text_length"]) == ("interrupted", 9)
        assert site.server.wait() == 0
        assert site.sealed(reader.message_id) == ("interrupted", "Once more")
        assert site.model.wait_for_request().client_left.wait(PATIENCE)
        assert "Traceback" not in site.server.log


def test_ctrl_c_loses_nothing(site: Site) -> None:
    site.model.answers(Answer.sse(chat("Once "), chat("more"), ending="hold"))
    with site.reading() as reader:
        reader.hear("Once more")
        os.killpg(site.server.pid, signal.SIGINT)
        assert site.server.wait() == 0
    assert site.sealed(reader.message_id) == ("interrupted", "Once more")
    assert "Traceback" not in site.server.log


def test_a_reader_that_leaves_stops_nothing(site: Site) -> None:
    more = Event()
    site.model.answers(Answer.sse(chat("Once "), more, chat("more"), *FINISH))
    with site.reading() as reader:
        reader.hear("Once ")
    more.set()
    id = reader.message_id
    until(lambda: site.message(id)["status"] == "complete")
    message = site.message(id)
    assert (message["text"], message["finish_reason"]) == ("Once more", "stop")
    assert message["usage"] == {"input_tokens": 1, "output_tokens": 2}


def test_a_stop_closes_the_connection_to_the_model(site: Site) -> None:
    site.model.answers(Answer.sse(chat("Once"), ending="hold"))
    with site.reading() as reader, closing(site.connect()) as other:
        reader.hear("Once")
        path = f"/api/messages/{reader.message_id}/stop"
        other.request("POST", path, headers=site.instance.headers)
        assert other.getresponse().status == 202
        assert reader.next("end")["status"] == "stopped"
    assert site.model.wait_for_request().client_left.wait(PATIENCE)


def test_an_address_may_hold_a_long_question(site: Site) -> None:
    with closing(HTTPConnection("127.0.0.1", site.server.port, timeout=PATIENCE)) as connection:
        connection.request("GET", "/healthz?message=" + "%E6%97%A5" * 800)
        assert connection.getresponse().status == 200


def test_the_access_log_keeps_no_query(instance: Instance, tmp_path: Path) -> None:
    with served(instance, tmp_path, "--access-logfile", "-") as site:
        with closing(site.connect()) as connection:
            connection.request("GET", "/healthz?ticket=secret")
            assert connection.getresponse().status == 200
        until(lambda: '"GET /healthz HTTP/1.1" 200' in site.server.log)
        assert "secret" not in site.server.log


def run(how: Command, port: int) -> subprocess.CompletedProcess[str]:
    """Runs a command that ends by itself."""
    return subprocess.run(
        how.argv(port), cwd=how.cwd, env=how.env, capture_output=True, text=True, timeout=PATIENCE
    )


def test_a_port_in_use_is_said_in_one_line(instance: Instance, tmp_path: Path) -> None:
    how = command(instance, tmp_path / "log")
    with taken_port() as port:
        done = run(how, port)
    assert done.returncode != 0
    assert (done.stdout, len(done.stderr.splitlines())) == ("", 1)
    assert done.stderr.startswith(f"Cannot listen on 127.0.0.1:{port} ")


@contextmanager
def taken_port() -> Iterator[int]:
    """A port that somebody else has taken."""
    with socket.create_server(("127.0.0.1", free_port())) as listener:
        yield listener.getsockname()[1]


def test_a_wrong_setting_is_said_in_one_line(instance: Instance, tmp_path: Path) -> None:
    how = command(instance, tmp_path / "log", settings={"CHATAPP_GUESTS": "perhaps"})
    done = run(how, free_port())
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "CHATAPP_GUESTS='perhaps' cannot be used: accepted is 1 or 0.\n"


def test_a_second_start_serves_what_the_first_one_stored(site: Site, tmp_path: Path) -> None:
    site.model.answers(Answer.sse(chat("Once"), *FINISH))
    with site.reading() as reader:
        assert reader.next("end")["status"] == "complete"
    site.server.end()
    again = start(command(site.instance, tmp_path / "again.log"))
    try:
        assert replace(site, server=again).message(reader.message_id)["text"] == "Once"
    finally:
        again.end()


def test_a_title_comes_behind_its_answer_and_holds_nothing_up(
    instance: Instance, tmp_path: Path
) -> None:
    scripts = iter(((chat("A title"), *FINISH), ()))

    def answer(request: Request) -> Answer:
        if request.json()["model"] == "m":
            return Answer.sse(chat("Once"), *FINISH)
        return Answer.sse(*next(scripts), ending="hold")

    with served(instance, tmp_path, CHATAPP_TITLE_MODEL="tiny") as site:
        site.model.answers_by(answer)
        with site.reading() as reader:
            assert reader.next("end")["status"] == "complete"
        until(lambda: site.title(reader.message_id) == "A title")
        with site.reading() as reader:
            assert reader.next("end")["status"] == "complete"
        asked = site.model.wait_for_request(4)
        assert asked.json()["model"] == "tiny"
        os.kill(site.server.pid, signal.SIGTERM)
        assert site.server.wait() == 0
        assert asked.client_left.wait(PATIENCE)
        assert site.title(reader.message_id) == "Why?"
        assert "Traceback" not in site.server.log

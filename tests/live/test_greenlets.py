"""The live part under greenlets, as gunicorn's workers run it; each test is its own process."""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

OPENING = """
from gevent import monkey

monkey.patch_all()

import sys
from pathlib import Path

import gevent

from chatapp.events import End, Finish, Start, Text
from chatapp.live.answer import LiveAnswer
from chatapp.live.follow import follow, wait
from chatapp.live.bell import Bell
from chatapp.dialects.plain import Plain
"""


def run(program: str, *arguments: object) -> None:
    """Runs a program under gevent; it must end well and print nothing to standard error."""
    done = subprocess.run(
        [sys.executable, "-c", OPENING + textwrap.dedent(program), *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_followers_wake_and_miss_nothing() -> None:
    run(
        """
        answer = LiveAnswer(Start("m", "c", "q", "model"))

        def read(pause):
            told = []
            for words in follow(answer, Plain()):
                told.append(words)
                gevent.sleep(pause)
            return b"".join(told)

        readers = [gevent.spawn(read, pause) for pause in (0, 0, 0.001, 0.005) for _ in range(25)]
        gevent.sleep(0)
        for number in range(200):
            answer.append(Text(f"{number} "))
            if number % 3 == 0:
                gevent.sleep(0)
        answer.freeze()
        answer.close((End("complete", "stop", answer.parts.text_length),))
        gevent.joinall(readers, timeout=30)
        whole = "".join(f"{number} " for number in range(200)).encode()
        assert {reader.value for reader in readers} == {whole}
        """
    )


def test_followers_that_wait_do_nothing() -> None:
    run(
        """
        looks = 0
        listen = Bell.listen

        def counting(bell):
            global looks
            looks += 1
            return listen(bell)

        Bell.listen = counting
        answer = LiveAnswer(Start("m", "c", "q", "model"))
        readers = [gevent.spawn(list, follow(answer, Plain())) for _ in range(10)]
        readers.append(gevent.spawn(wait, answer))
        for _ in range(500):
            gevent.sleep(0)
        assert looks == 11, looks
        answer.append(Text("a"))
        for _ in range(500):
            gevent.sleep(0)
        assert looks == 22, looks
        answer.freeze()
        answer.close((End("complete", "stop", 1),))
        gevent.joinall(readers, timeout=30)
        assert all(reader.successful() for reader in readers)
        """
    )


def test_a_follower_that_is_killed_while_it_waits_harms_nobody() -> None:
    run(
        """
        answer = LiveAnswer(Start("m", "c", "q", "model"))
        killed, alive = (gevent.spawn(list, follow(answer, Plain())) for _ in range(2))
        gevent.sleep(0)
        assert answer.readers == 2
        killed.kill()
        assert answer.readers == 1
        answer.append(Text("a"))
        answer.freeze()
        answer.close((End("complete", "stop", 1),))
        assert b"".join(alive.get(timeout=30)) == b"a"
        """
    )


def test_a_ring_from_the_hub_wakes() -> None:
    run(
        """
        bell = Bell()
        woken = []

        def listen():
            bell.listen().wait()
            woken.append(1)

        waiting = [gevent.spawn(listen) for _ in range(5)]
        gevent.sleep(0)
        gevent.get_hub().loop.run_callback(bell.ring)
        gevent.joinall(waiting, timeout=30)
        assert len(woken) == 5
        """
    )


def test_answers_run_side_by_side_and_a_killed_one_is_interrupted() -> None:
    run(
        """
        from chatapp.live.engine import Engine
        from chatapp.live.run import Limits
        from chatapp.live.store.nothing import Nothing

        engine = Engine(Nothing(), Limits())
        running = []

        def slow(call):
            running.append(gevent.getcurrent())
            for word in "abc":
                yield Text(word)
                call.wait(0.001)
            yield Finish("stop")

        def stuck(call):
            running.append(gevent.getcurrent())
            yield Text("a")
            call.wait(60)

        answers = [engine.begin(Start(str(n), "c", "q", "m"), slow) for n in range(20)]
        lost = engine.begin(Start("lost", "c", "q", "m"), stuck)
        stopped = engine.begin(Start("stopped", "c", "q", "m"), stuck)
        for answer in answers:
            wait(answer)
            assert answer.closing[-1] == End("complete", "stop", 3), answer.closing
        running[-2].kill()
        assert lost.closing == (End("interrupted", None, 1),), lost.closing
        engine.stop("stopped")
        assert stopped.closing == (End("stopped", None, 1),), stopped.closing
        running[-1].join(timeout=30)
        assert running[-1].dead
        """
    )


def test_writes_run_in_one_thread_of_their_own(tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "chatapp.db")
    run(
        """
        from sqlalchemy import create_engine, text
        from sqlalchemy.exc import IntegrityError

        from chatapp.models.database import Database

        identify = monkey.get_original("threading", "get_ident")
        database = Database(create_engine(f"sqlite:///{sys.argv[1]}/chatapp.db"))

        writers = [gevent.spawn(database.write, lambda c: identify()) for _ in range(5)]
        threads = {writer.get(timeout=30) for writer in writers}
        assert len(threads) == 1, threads
        assert threads != {identify()}

        def fail(connection):
            connection.execute(text("UPDATE users SET email = 'lost'"))
            raise KeyError("mine")

        for work, error in (
            (fail, KeyError),
            (lambda c: c.execute(text("INSERT INTO users (id) VALUES (NULL)")), IntegrityError),
        ):
            try:
                database.write(work)
            except error:
                pass
            else:
                raise AssertionError(work)
        assert database.write(lambda c: c.scalar(text("SELECT 7"))) == 7
        """,
        tmp_path,
    )


def test_a_lock_held_elsewhere_stalls_no_greenlet(tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "chatapp.db")
    run(
        """
        import sqlite3

        from sqlalchemy import create_engine, text

        from chatapp.models.database import Database

        database = Database(create_engine(f"sqlite:///{sys.argv[1]}/chatapp.db"))
        database.write(lambda connection: None)
        elsewhere = sqlite3.connect(f"{sys.argv[1]}/chatapp.db", isolation_level=None)
        elsewhere.execute("BEGIN IMMEDIATE")
        writing = gevent.spawn(database.write, lambda c: c.scalar(text("SELECT 7")))
        for _ in range(50):
            gevent.sleep(0.001)
            assert database.read(lambda c: c.scalar(text("SELECT 8"))) == 8
        assert not writing.ready()
        elsewhere.execute("ROLLBACK")
        assert writing.get(timeout=30) == 7
        """,
        tmp_path,
    )

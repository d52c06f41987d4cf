"""Reading files in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chatapp.errors import Unreadable
from chatapp.knowledge.limits import Limits
from chatapp.knowledge.reader import Reader
from tests.support.patience import until

ROOT = Path(__file__).resolve().parents[2]

PAGE = b"# Leave\n\nThirty days a year.\n\n## Part-timers\n\nHalf of them.\n"

ENDLESS = b"id,name\n" + b"".join(b"%d,n%d\n" % (n, n) for n in range(1_000_000))
"""A table that takes some seconds to read, and many to analyse."""

SHORT = b"id,name\n" + b"1,n\n" * 3000


@pytest.fixture
def own() -> Iterator[list[Reader]]:
    """A place for readers of one test, which are closed after it."""
    made: list[Reader] = []
    yield made
    for reader in made:
        reader.close()


def words(reader: Reader, name: str, content: bytes) -> str:
    """Why a file cannot be read."""
    with pytest.raises(Unreadable) as error:
        reader.read(name, content)
    return str(error.value)


def test_a_file_gives_its_text_and_passages_that_are_pieces_of_it(reader: Reader) -> None:
    read = reader.read("hr/leave.md", PAGE)
    assert (read.title, read.media_type, read.language) == ("Leave", "text/markdown", "en")
    assert read.text == PAGE.decode().strip()
    assert read.passages
    for passage in read.passages:
        assert passage.content == read.text[passage.start : passage.end]
    assert "thirti" in " ".join(passage.terms for passage in read.passages).split()


def test_a_file_without_a_title_is_called_by_its_name(reader: Reader) -> None:
    assert reader.read("notes/monday.txt", b"Nothing happened.").title == "monday"


def test_a_long_file_comes_with_all_its_passages_in_their_order(reader: Reader) -> None:
    paragraphs = "\n\n".join(f"## Part {n}\n\n{'Some words. ' * 60}" for n in range(1000))
    read = reader.read("long.md", paragraphs.encode())
    starts = [passage.start for passage in read.passages]
    assert len(starts) >= 1000
    assert starts == sorted(starts)
    assert read.passages[-1].end == len(read.text)


def test_a_process_reads_one_file_after_another_until_it_had_enough(own: list[Reader]) -> None:
    own.append(reader := Reader(Limits(files=3)))
    reader.read("1.md", PAGE)
    first = reader.pid
    assert "empty" in words(reader, "2.md", b"")
    assert reader.pid == first
    reader.read("3.md", PAGE)
    assert reader.pid is None
    assert not exists(first)
    assert reader.read("4.md", PAGE).title == "Leave"


def test_a_process_that_grew_makes_way_for_another(own: list[Reader]) -> None:
    own.append(reader := Reader(Limits(grown=1)))
    reader.read("1.md", PAGE)
    first = reader.pid
    assert reader.read("2.md", PAGE).title == "Leave"
    assert reader.pid != first


def test_a_process_without_work_ends_and_another_takes_over(own: list[Reader]) -> None:
    own.append(reader := Reader(Limits(idle_seconds=0.01)))
    reader.read("1.md", PAGE)
    first = reader.pid
    until(lambda: has_ended(first))
    assert reader.read("2.md", PAGE).title == "Leave"
    assert reader.pid != first


def test_many_threads_share_one_process(reader: Reader) -> None:
    with ThreadPoolExecutor(8) as pool:
        read = pool.map(lambda n: reader.read(f"{n}.md", b"# Page %d" % n).title, range(50))
        assert list(read) == [f"Page {n}" for n in range(50)]


@pytest.mark.parametrize(
    ("limits", "content", "said"),
    [
        (Limits(cpu_seconds=1, text=10**9), ENDLESS, "This file takes too long to read."),
        (Limits(memory=150_000_000), ENDLESS * 2, "This file takes too much memory to read."),
        (Limits(text=1000), SHORT, "This file has more than 1,000 characters of text."),
        (Limits(reply=1000), SHORT, "There is too much in this file."),
    ],
)
def test_a_file_that_takes_too_much_is_refused_alone(
    own: list[Reader], limits: Limits, content: bytes, said: str
) -> None:
    own.append(reader := Reader(limits))
    assert words(reader, "x.csv", content).startswith(said)
    assert reader.read("1.md", b"# Leave").title == "Leave"


def test_a_process_that_takes_longer_than_it_may_is_ended(own: list[Reader]) -> None:
    own.append(reader := Reader(Limits(wall_seconds=0.5, text=10**9)))
    assert words(reader, "x.csv", ENDLESS) == "This file takes too long to read."
    assert reader.pid is None


@pytest.mark.parametrize(
    ("sent", "said"),
    [(signal.SIGKILL, "takes too much memory"), (signal.SIGSEGV, "is damaged, or made in a way")],
)
def test_a_file_that_ends_the_process_fails_alone(
    own: list[Reader], sent: signal.Signals, said: str
) -> None:
    own.append(reader := Reader())
    reader.read("1.md", PAGE)
    first = reader.pid
    assert first
    with ThreadPoolExecutor(1) as pool:
        begun = ticks(first)
        failing = pool.submit(words, reader, "x.csv", ENDLESS)
        until(lambda: ticks(first) > begun + 5)
        os.kill(first, sent)
        assert said in failing.result()
    assert reader.read("2.md", PAGE).title == "Leave"


def test_a_process_that_was_ended_between_two_files_is_replaced(own: list[Reader]) -> None:
    own.append(reader := Reader())
    reader.read("1.md", PAGE)
    first = reader.pid
    assert first
    os.kill(first, signal.SIGKILL)
    until(lambda: has_ended(first))
    assert reader.read("2.md", PAGE).title == "Leave"


@pytest.mark.parametrize("program", ["/nowhere/python", "/bin/false"])
def test_it_is_not_the_fault_of_a_file_that_no_process_can_read(
    own: list[Reader], monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    own.append(reader := Reader())
    monkeypatch.setattr(sys, "executable", program)
    assert words(reader, "1.md", PAGE).startswith("Files cannot be read here at the moment")
    monkeypatch.undo()
    assert reader.read("1.md", PAGE).title == "Leave"


def test_a_process_knows_nothing_of_ours(
    own: list[Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    own.append(reader := Reader())
    reader.read("1.md", PAGE)
    seen = Path(f"/proc/{reader.pid}/environ").read_bytes().split(b"\0")
    assert {each.split(b"=")[0] for each in seen if each} <= {
        *(b"PYTHONPATH", b"PYTHONUTF8", b"MALLOC_ARENA_MAX", b"LC_CTYPE")
    }
    until(lambda: kinds_of_open(reader.pid) == ["/dev/null", "socket"])


def test_a_process_has_low_priority_and_goes_first_when_memory_runs_out(reader: Reader) -> None:
    reader.read("1.md", PAGE)
    assert os.getpriority(os.PRIO_PROCESS, reader.pid or 0) == 10
    assert Path(f"/proc/{reader.pid}/oom_score_adj").read_text() == "1000\n"


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.socket()",
        "socket.getaddrinfo('localhost', 80)",
        "urllib.request.urlopen('file:///etc/passwd')",
        "subprocess.run(['true'])",
        "os.system('true')",
        "os.fork()",
        "open('/dev/shm/written', 'w')",
        "os.remove('/dev/shm/written')",
    ],
)
def test_what_no_reading_needs_is_refused(attempt: str) -> None:
    program = f"""
        import os, socket, subprocess, urllib.request
        from chatapp.knowledge._confinement import confine
        from chatapp.knowledge.limits import Limits

        confine(Limits())
        try:
            {attempt}
        except OSError as error:
            assert "while reading a file" in str(error), error
        else:
            raise SystemExit("it was not refused")
    """
    run(program)


def test_a_process_ends_when_the_server_is_gone_whatever_it_does() -> None:
    program = f"""
        import os, threading, time
        from pathlib import Path
        from chatapp.knowledge.reader import Reader

        reader = Reader()
        reader.read("1.md", b"words")
        stat = Path(f"/proc/{{reader.pid}}/stat")
        begun = int(stat.read_text().split()[13])
        content = b"id,name\\n" + b"1,2\\n" * 4_000_000
        threading.Thread(target=reader.read, args=("x.csv", content), daemon=True).start()
        while int(stat.read_text().split()[13]) < begun + 5:
            time.sleep(0.01)
        print(reader.pid, flush=True)
        os.kill(os.getpid(), {int(signal.SIGKILL)})
    """
    pid = int(run(program, -signal.SIGKILL))
    until(lambda: has_ended(pid))


def test_greenlets_go_on_while_a_file_is_read() -> None:
    program = """
        from gevent import monkey

        monkey.patch_all()

        import gevent
        from chatapp.errors import Unreadable
        from chatapp.knowledge.reader import Reader

        reader = Reader()
        words = b"Some words that are read. " * 200
        pages = b"".join(b"## Page %d\\n\\n%b\\n\\n" % (n, words) for n in range(400))
        reading = gevent.spawn(reader.read, "x.md", pages)
        queued = gevent.spawn(reader.read, "y.md", b"# Y")
        ticks = 0
        while not reading.ready():
            gevent.sleep(0.001)
            ticks += 1
        assert len(reading.get().passages) > 400
        assert queued.get().title == "Y"
        assert ticks > 20, ticks  # none of them if reading held the hub

        stopped = gevent.spawn(reader.read, "x.md", pages)
        gevent.sleep(0)
        stopped.kill()
        assert reader.pid is None
        assert reader.read("y.md", b"# Y").title == "Y"
        reader.close()
    """
    run(program)


def run(program: str, status: int = 0) -> str:
    """What a program says, run in a process of its own; it must end with this status."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (status, "")
    return done.stdout


def exists(pid: int | None) -> bool:
    """Whether there is such a process."""
    return Path(f"/proc/{pid}").exists()


def kinds_of_open(pid: int | None) -> list[str]:
    """What a process has open, each once; for a moment behind each file that is its own status."""
    try:
        links = {os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir()}
    except FileNotFoundError:  # closed in between
        return []
    return sorted("socket" if link.startswith("socket:") else link for link in links)


def has_ended(pid: int | None) -> bool:
    """Whether a process is gone, or only waits for its end to be heard."""
    try:
        return status_of(pid)[0] == "Z"
    except FileNotFoundError:
        return True


def ticks(pid: int | None) -> int:
    """How long a process has computed, in the system's ticks."""
    return int(status_of(pid)[11])


def status_of(pid: int | None) -> list[str]:
    """The fields of `/proc/…/stat` behind the name, which may hold blanks."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()

"""The law of imports: who may know whom. Whoever wants to break it changes this file first."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
CORE = frozenset({"events", "parts", "prompt", "sse", "errors", "greenlets"})

LAW: dict[str, frozenset[str]] = {
    **dict.fromkeys(CORE, CORE),
    **dict.fromkeys(("config", "extensions", "assets", "translations", "worker"), CORE),
    "providers": CORE,
    "dialects": CORE,
    "models": CORE | {"extensions"},
    "live": CORE,
    "knowledge": CORE | {"extensions", "models"},
    "accounts": CORE | {"extensions", "models"},
    "chat": CORE | {"config", "extensions", "models", "live", "knowledge", "providers.base"},
}
"""What each part of chatapp may import of the others; those that are not named may all of it.

`providers.base` stands for that module alone.
"""

TOP = frozenset({"chatapp", "application"})
"""Where all is put together: the package itself, which gives no more than a way to it."""

DOORS = frozenset({"views", "cli", "doctor"})
"""They may import everything but what `application` alone puts together."""

EXCEPTIONS = {
    "chatapp.live.store.database": "chatapp.models",  # its tables
    "chatapp.live.store.calls": "chatapp.models",  # its table
    "chatapp.cli": "chatapp.live.store.nothing",  # an answer in a terminal is kept nowhere
    "chatapp.doctor.model": "chatapp.live.store.nothing",  # nor is one that is only timed
}
"""What single modules may import beside."""

FAMILIES = {
    "chatapp.providers": "chatapp.providers.base",
    "chatapp.dialects": "chatapp.dialects.base",
    "chatapp.knowledge.fulltext": "chatapp.knowledge.fulltext.base",
    "chatapp.live.store": "chatapp.live.store.base",
    "chatapp.knowledge.formats": "chatapp.knowledge.formats.base",
}
"""Each with what its members share; modules whose name begins with `_` are shared too."""

THIRD_PARTIES = {
    "flask": {"views", "application", "chatapp", "extensions", "cli", "accounts"},
    "flask_sqlalchemy": {"extensions"},
    "flask_migrate": {"extensions"},
    "flask_cors": {"extensions"},
    "flask_wtf": {"extensions", "views"},
    "werkzeug": {"views", "application"},
    "openai": {"providers"},
    "httpx2": {"providers"},
    "gunicorn": {"worker"},
    "httptools": {"providers"},
    "limits": {"accounts"},
    "flask_limiter": {"views"},
    "redis": {"live", "extensions"},
    "alembic": {"cli"},
    "argon2": {"accounts"},
    "authlib": {"accounts"},
    "joserfc": {"accounts"},
    "requests": {"accounts"},
    "pydantic": {"config", "views", "doctor"},
    "dotenv": {"config"},
    "pypdf": {"knowledge"},
    "docx": {"knowledge"},
    "lxml": {"knowledge"},
    "charset_normalizer": {"knowledge"},
    "snowballstemmer": {"knowledge"},
}
"""Which parts may import a package; `chatapp` is the package itself, its `__init__`."""


class Import(NamedTuple):
    """A module that imports another one, wherever in its file."""

    who: str
    whom: str

    @property
    def part(self) -> str:
        """The part of chatapp that imports."""
        return part_of(self.who)


def part_of(module: str) -> str:
    """`live` of `chatapp.live.run`; `chatapp` of the package itself."""
    return module.split(".")[1] if "." in module else module


def name_of(path: Path) -> str:
    """The dotted name of a module of ours."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in sorted((ROOT / "chatapp").rglob("*.py"))}


def imports_of(module: str) -> Iterator[Import]:
    """All that a module imports, at its top or later."""
    for node in ast.walk(ast.parse(MODULES[module].read_text())):
        match node:
            case ast.Import(names):
                yield from (Import(module, alias.name) for alias in names)
            case ast.ImportFrom(source, names, level):
                assert level == 0, f"{module} imports relatively"
                yield from (Import(module, _target(source or "", alias.name)) for alias in names)


def _target(source: str, name: str) -> str:
    """`from chatapp import sse` means the module; `from chatapp.sse import encode` too."""
    return f"{source}.{name}" if f"{source}.{name}" in MODULES else source


IMPORTS = [each for module in MODULES for each in imports_of(module)]
OURS = [each for each in IMPORTS if each.whom == "chatapp" or each.whom.startswith("chatapp.")]


def is_excepted(each: Import) -> bool:
    """Whether an exception allows an import."""
    return each.who in EXCEPTIONS and f"{each.whom}.".startswith(f"{EXCEPTIONS[each.who]}.")


def is_lawful(each: Import) -> bool:
    """Whether the law allows an import of ours by ours."""
    part = part_of(each.whom)
    if part == each.part or each.part in TOP or is_excepted(each):
        return True
    if each.part in DOORS:
        return not _is_member(each.whom) or part == "dialects"
    allowed = LAW[each.part]
    return part in allowed or each.whom.removeprefix("chatapp.") in allowed


def _is_member(module: str) -> bool:
    """Whether a module is one of a family, and not what the family shares."""
    family, _, name = module.rpartition(".")
    return family in FAMILIES and module != FAMILIES[family] and not name.startswith("_")


def test_the_law_knows_every_part() -> None:
    assert {part_of(module) for module in MODULES} <= {*LAW, *DOORS, *TOP}


def test_every_import_is_lawful() -> None:
    assert [each for each in OURS if not is_lawful(each)] == []


def test_every_exception_is_needed() -> None:
    assert {each.who for each in OURS if is_excepted(each)} == set(EXCEPTIONS)


def test_members_of_a_family_do_not_know_one_another() -> None:
    among = [each for each in OURS if _is_member(each.who) and _is_member(each.whom)]
    within = [each for each in among if each.who.rpartition(".")[0] in each.whom]
    assert within == []


def test_what_a_family_shares_knows_no_member() -> None:
    shared = {module for module in MODULES if module.rpartition(".")[0] in FAMILIES}
    shared |= set(FAMILIES)
    wrong = [
        each
        for each in OURS
        if each.who in shared and not _is_member(each.who) and _is_member(each.whom)
    ]
    assert wrong == []


def test_nothing_imports_the_package_itself() -> None:
    assert [each for each in OURS if each.whom == "chatapp"] == []


def test_the_core_needs_the_standard_library_alone() -> None:
    foreign = [
        each
        for each in IMPORTS
        if each.part in CORE
        and each not in OURS
        and each.whom.split(".")[0] not in sys.stdlib_module_names
    ]
    assert foreign == [Import("chatapp.sse", "msgspec")]


@pytest.mark.parametrize("package", THIRD_PARTIES)
def test_a_package_is_imported_where_it_belongs(package: str) -> None:
    parts = {each.part for each in IMPORTS if each.whom.split(".")[0] == package}
    assert parts <= THIRD_PARTIES[package]


def test_views_ask_the_database_nothing_themselves() -> None:
    """Whatever they show was loaded in the name of somebody, by `chat.access` or its like."""
    views = {each.whom for each in IMPORTS if each.part == "views"}
    ours = {"sqlalchemy.exc", "sqlalchemy.orm"}  # what they catch, and a type
    assert {name for name in views if name.startswith("sqlalchemy")} <= ours


QUIET = """
import os
import sys
import threading
from importlib import import_module

def sockets():
    links = (f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd"))
    return [link for link in links if os.path.islink(link) and "socket:" in os.readlink(link)]

before = sockets()
"""


def run(program: str) -> None:
    """Runs a program in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", QUIET + program],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_importing_starts_no_thread_and_opens_no_socket() -> None:
    run(
        f"""
for module in {sorted(MODULES)}:
    import_module(module)
assert threading.enumerate() == [threading.main_thread()], threading.enumerate()
assert sockets() == before
"""
    )


def test_making_the_app_starts_nothing_and_loads_only_what_a_worker_needs(tmp_path: Path) -> None:
    run(
        f"""
from chatapp import create_app
from chatapp.config import load

create_app(load({{"CHATAPP_INSTANCE": {str(tmp_path)!r}, "CHATAPP_PROVIDER": "offline"}}))
assert threading.enumerate() == [threading.main_thread()], threading.enumerate()
assert sockets() == before
unneeded = {{"alembic", "argon2", "authlib", "flask_limiter", "gunicorn", "limits", "openai"}}
unneeded |= {{"pytest", "redis", "requests", "rich", "sqlalchemy.dialects.postgresql"}}
unneeded |= {{"charset_normalizer", "docx", "lxml", "pypdf", "snowballstemmer"}}
unneeded |= {{"chatapp.chat.naming"}}
unneeded &= sys.modules.keys()
assert not unneeded, unneeded
"""
    )


def test_the_start_looks_for_no_plugins_of_gevent(tmp_path: Path) -> None:
    run(
        f"""
import importlib.metadata
import runpy

asked = []
importlib.metadata.entry_points = lambda *, group: asked.append(group) or ()
os.environ["CHATAPP_INSTANCE"] = {str(tmp_path)!r}
runpy.run_path("gunicorn.conf.py")
assert not [group for group in asked if group.startswith("gevent")], asked
"""
    )

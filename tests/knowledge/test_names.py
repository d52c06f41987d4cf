"""What files are called: a path below a folder, that leads nowhere else and hides nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.errors import Unprocessable
from chatapp.knowledge.names import guess_media_type, name_of, normalize, title_of


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("hr/policy.md", "hr/policy.md"),
        ("./hr//policy.md", "hr/policy.md"),
        ("/etc/passwd", "etc/passwd"),
        ("../../etc/passwd", "etc/passwd"),
        ("C:\\hr\\policy.md", "hr/policy.md"),
        (" a\t b .md ", "a b .md"),
        ("a\0b\nc.md", "a b c.md"),
        ("exe\u202efdp.md", "exe fdp.md"),
        ("a\udcffb.md", "a b.md"),
        ("Cafe\u0301.md", "Caf\u00e9.md"),
        (".../x", ".../x"),
        ("年報.pdf", "年報.pdf"),
    ],
)
def test_a_path_is_made_a_name(path: str, name: str) -> None:
    assert normalize(path) == name


@pytest.mark.parametrize("path", ["", "/", "..", ".", "\0", "a:", "\\", "x" * 501])
def test_what_cannot_be_a_name_is_refused(path: str) -> None:
    with pytest.raises(Unprocessable):
        normalize(path)


@given(st.text(max_size=60))
def test_a_name_is_its_own_name_and_leads_nowhere_else(path: str) -> None:
    try:
        name = normalize(path)
    except Unprocessable:
        return
    assert normalize(name) == name
    assert not {"", ".", ".."} & set(name.split("/"))
    name.encode()


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("hr/sick_leave.md", "sick leave"),
        ("README", "README"),
        (".profile", ".profile"),
        ("a.b.pdf", "a.b"),
        ("x" * 300, "x" * 200),
        ("_", "_"),
    ],
)
def test_a_title_is_the_names_last_step(name: str, title: str) -> None:
    assert title_of(name) == title


def test_a_text_is_called_by_its_title() -> None:
    assert name_of("Either/or") == "Either or.md"


def test_a_kind_is_guessed_by_the_ending() -> None:
    assert guess_media_type("a/B.PDF") == "application/pdf"
    assert guess_media_type("pdf") == "application/octet-stream"

"""Addresses that somebody else may have written lead to this site alone."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.views.paths import own_path

HERE = "https://chat.example.org"


@pytest.mark.parametrize("path", ["/", "/c/1", "/c/1?stream=1#m-2", "/?q=a%20b&after=1", "/@x"])
def test_a_path_of_ours_stays_as_it_is(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "c/1", "https://x.example", "//x.example", "///x.example", "/\\x.example"),
        *("\\\\x.example", "/\t/x.example", "/\n/x.example", " /c", "javascript:alert(1)", "/\0"),
        *("/\ud800", "http:/c", "//[", "/%5c\\"),
    ],
)
def test_anything_else_leads_to_the_beginning(text: str | None) -> None:
    assert own_path(text) == "/"


@given(st.text(alphabet=st.sampled_from(list("/\\:@?#.%ax\t\n é[]"))) | st.text())
def test_whatever_is_asked_for_stays_on_this_site(text: str) -> None:
    path = own_path(text)
    assert path.isascii()
    assert urlsplit(urljoin(f"{HERE}/login", path)).netloc == "chat.example.org"

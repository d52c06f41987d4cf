"""What a browser is called, by what it says of itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.accounts.browsers import UNKNOWN, describe

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
CHROME = f"{WEBKIT} Chrome/142.0 Safari/537.36"
SAID = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0": "Firefox on Linux",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME}": "Chrome on Windows",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Edg/142.0": "Edge on Windows",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18 Safari/605": "Safari on macOS",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/142 Safari/604": (
        "Chrome on iPhone"
    ),
    f"Mozilla/5.0 (Linux; Android 15; K) {CHROME}": "Chrome on Android",
    "curl/8.5.0": "curl",
    "Something (Linux)": "Linux",
    "": UNKNOWN,
}


@pytest.mark.parametrize("user_agent", SAID)
def test_a_browser_is_known_by_its_own_name(user_agent: str) -> None:
    assert describe(user_agent) == SAID[user_agent]


@given(st.text())
def test_whatever_it_says_fits_the_list(user_agent: str) -> None:
    assert 0 < len(describe(user_agent)) <= 100

"""What docs/security.md promises is kept and held where it says."""

from __future__ import annotations

import re

from chatapp.config import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()


def test_every_file_it_names_exists() -> None:
    named = re.findall(r"`((?:\w+/)+(?:\w+\.\w+(?:\.\w+)?)?)`", PAGE)
    folders = (ROOT, ROOT / "chatapp")
    assert len(named) > 40
    assert [name for name in named if not any((each / name).exists() for each in folders)] == []

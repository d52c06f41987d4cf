"""Runs the tests of `static/js/lib` under Node, as a part of all the tests."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.processes import require

FOLDER = Path(__file__).parent


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.test.js")), ids=lambda file: file.stem)
def test_the_scripts_keep_their_promises(file: Path) -> None:
    node = require("node", "nodejs")
    done = subprocess.run([node, "--test", str(file)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]

"""The same contracts under greenlets, in a process of their own, patched before anything else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

RUN = """
from gevent import monkey
monkey.patch_all()
import sys
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    "module",
    [
        "test_transport",
        "test_framing",
        "test_lost",
        "test_cancelling",
        "test_tls",
        "test_stopping",
    ],
)
def test_the_contract_holds_under_greenlets(module: str) -> None:
    arguments = ["-p", "no:xdist", "-p", "no:cacheprovider", f"tests/providers/{module}.py"]
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]

"""Scripts for a browser, put into one file with the packages that they import."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.support.instance import ROOT

PACKAGES = ROOT / "tests" / "clients" / "node" / "node_modules"
"""Where `make clients` puts them."""


def bundle(script: Path, env: Mapping[str, str] | None = None) -> str:
    """The script as one file; `env` is what it finds in `process.env`. Raises `RuntimeError`."""
    given = {"NODE_ENV": "production", **(env or {})}
    defined = [f"--define:process.env.{name}={json.dumps(text)}" for name, text in given.items()]
    command = ["node", str(PACKAGES / "esbuild" / "bin" / "esbuild"), str(script), "--bundle"]
    done = subprocess.run(
        [*command, "--log-level=error", *defined],
        env=os.environ | {"NODE_PATH": str(PACKAGES)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout

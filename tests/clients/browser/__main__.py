"""Runs a client in a page of Chromium: `python -m tests.clients.browser SCRIPT`.

Lines come in and go out as `tests/clients/python/told.py` says.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.support.bundle import bundle

HERE = Path(__file__).parent
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run")
GIVEN = ("CHATAPP_URL", "OPENAI_API_KEY")


def tell(members: dict[str, object]) -> None:
    """A line of JSON."""
    sys.stdout.write(json.dumps(members) + "\n")
    sys.stdout.flush()


def main(script: str) -> None:
    """Asks what standard input says, in a page of the chat's own origin."""
    code = bundle(HERE / script, {name: os.environ[name] for name in GIVEN})
    with sync_playwright() as playwright:
        binary = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=binary, args=list(ARGUMENTS))
        page = browser.new_context(bypass_csp=True).new_page()
        page.expose_function("tell", tell)
        page.goto(f"{os.environ['CHATAPP_URL']}/login")
        page.add_script_tag(content=code)
        tell({"ready": True})
        for line in sys.stdin:
            wish = json.loads(line)
            page.evaluate("([question, stop]) => ask(question, stop)", [*wish.values()])
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])

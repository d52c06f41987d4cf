"""Measures the chat in a browser: `make browser [BROWSER="--rows pages,listing"]`.

Prints what each row found, keeps it as JSON, and writes its table into docs/performance.md. Rows
that were not measured keep what they had.
"""

from __future__ import annotations

import shutil
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from bench import machine, outcome, page
from bench.browser.answering import Answering
from bench.browser.listing import Listing
from bench.browser.memory import Memory
from bench.browser.opening import Opening, Pages
from bench.browser.stage import FULL, QUICK, Stage, opened
from bench.outcome import Outcome, Section
from tests.support.instance import ROOT

ROWS = (Pages(), Opening(), Answering(), Memory(), Listing())
PAGE = ROOT / "docs" / "performance.md"
KEPT = ROOT / "docs" / "browser.json"
BEGIN = "<!-- made by `make browser` -->"


def main(argv: list[str]) -> int:
    """Measures; 1 where a target is missed."""
    options = _options(argv)
    binary = shutil.which("chromium")
    if binary is None:
        sys.exit("Chromium is not installed (chromium).")
    versions = machine.versions(None)
    with TemporaryDirectory(prefix="chatapp-browser-") as name:
        size = QUICK if options.quick else FULL
        with opened(Path(name), binary, size) as stage:
            versions |= {"chromium": stage.browser.version}
            sections = _measured(options, stage, versions["chatapp"])
    found = Outcome(machine.described(), versions, False, sections)
    if options.write:
        _publish(found)
    missed = [] if options.quick else list(outcome.missed(found))
    print("", outcome.facts(found), *missed, sep="\n")
    return int(bool(missed))


def _measured(options: Namespace, stage: Stage, chatapp: str) -> dict[str, Section]:
    sections = {}
    before = outcome.read(KEPT)
    committed = before.figures() if before else {}
    for row in options.rows:
        begun, date = monotonic(), datetime.now(UTC)
        found = row.measure(stage)
        seconds = round(monotonic() - begun, 1)
        sections[row.name] = Section(row.title, date, seconds, chatapp, found)
        print(outcome.report(row.name, sections[row.name], committed), flush=True)
    return sections


def _publish(found: Outcome) -> None:
    before = outcome.read(KEPT)
    kept = (found.beside(before) if before else found).ordered([row.name for row in ROWS])
    outcome.write(kept, KEPT)
    PAGE.write_text(page.replaced(PAGE.read_text(), page.brief(kept), BEGIN))


def _options(argv: list[str]) -> Namespace:
    names = {row.name: row for row in ROWS}
    parser = ArgumentParser(prog="make browser", description="The chat in a browser.")
    parser.add_argument("--rows", help=f"separated by commas: {', '.join(names)}")
    parser.add_argument("--quick", action="store_true", help="small loads: whether it works")
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    options = parser.parse_args(argv)
    asked = options.rows.split(",") if options.rows else list(names)
    if unknown := [name for name in asked if name not in names]:
        parser.error(f"no such row: {', '.join(unknown)}")
    if options.write and options.quick:
        parser.error("small loads are not worth writing down")
    options.rows = [names[name] for name in asked]
    return options


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

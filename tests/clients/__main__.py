"""Runs all clients and writes what they do into docs/clients.md: `make clients-table`."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.clients.examining import Verdict, examine
from tests.clients.program import running
from tests.clients.rows import ROWS, Row
from tests.clients.serving import env_of
from tests.clients.table import replaced, table
from tests.support.instance import ROOT
from tests.support.v1_site import Site, v1_site

PAGE = ROOT / "docs" / "clients.md"


def main() -> int:
    """The number of clients that do not do all."""
    missing = [row.missing for row in ROWS if row.missing]
    if missing:
        sys.exit("\n".join(missing))
    with TemporaryDirectory() as folder, v1_site(Path(folder)) as site:
        results = [(row, _examine(row, site, Path(folder))) for row in ROWS]
    PAGE.write_text(replaced(PAGE.read_text(), table(results)))
    return sum(bool(verdict.missing) for _, verdict in results)


def _examine(row: Row, site: Site, folder: Path) -> Verdict:
    own = folder / row.script
    own.mkdir(parents=True)
    with running(row.script, own, env_of(site)) as client:
        verdict = examine(client, site.model, site.newest if row.kept else None)
    sys.stdout.write(f"{row.script}: {', '.join(verdict.missing) or 'all of it'}\n")
    sys.stdout.flush()
    return verdict


if __name__ == "__main__":
    sys.exit(main())

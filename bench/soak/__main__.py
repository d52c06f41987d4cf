"""Load with faults for half an hour, and what the server keeps of it.

    python -m bench.soak [--minutes 30] [--people N] [--output FILE] [--plot FILE]

Finds out how many people one worker on one core can serve, lets 60 % of them in for the time,
watches memory, descriptors, threads and greenlets, checks every answer, and says whether the
server would go on like this for ever. `bench/README.md` tells more.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bench import machine
from bench.machine import Cores, pinned
from bench.soak import page
from bench.soak.page import Outcome
from bench.soak.run import SHARE, Soak
from bench.soak.server import serving
from bench.soak.verdict import judge
from tests.support.instance import ROOT

_RESULTS = ROOT / "bench" / "results"
_WHOLE, _LEAST = 30.0, 0.5


def main() -> int:
    """Runs it; 1 where something does not hold."""
    options = _options()
    cores = Cores.divide()
    gc.freeze()
    with (
        TemporaryDirectory(prefix="chatapp-soak-") as folder,
        pinned(cores.rig),
        serving(Path(folder), cores) as server,
    ):
        soak = Soak(server, options.minutes)
        evidence = asyncio.run(soak.run(options.people))
    outcome = Outcome(
        date=datetime.now(UTC),
        machine=machine.described(),
        versions=machine.versions(None),
        server_has_own_core=cores.apart,
        capacity=soak.capacity,
        load=soak.load,
        minutes=options.minutes,
        claims=judge(evidence),
        done=dict(soak.world.ledger.done),
        evidence=evidence,
    )
    _write(outcome, options)
    print(page.words(outcome))
    return int(outcome.failed)


def _options() -> Namespace:
    parser = ArgumentParser(prog="make soak", description="Whether the server could go on so.")
    parser.add_argument("--minutes", type=float, default=_WHOLE)
    parser.add_argument("--people", type=int, help=f"of which {SHARE:.0%} come; else found out")
    parser.add_argument("--output", type=Path, default=_RESULTS / "soak.json")
    parser.add_argument("--plot", type=Path, help="docs/soak.svg after half an hour")
    options = parser.parse_args()
    if options.minutes < _LEAST:
        parser.error(f"--minutes: at least {_LEAST}, or there is nothing to compare")
    folder = ROOT / "docs" if options.minutes >= _WHOLE else _RESULTS
    options.plot = options.plot or folder / "soak.svg"
    return options


def _write(outcome: Outcome, options: Namespace) -> None:
    options.output.parent.mkdir(exist_ok=True)
    options.output.write_bytes(msgspec.json.format(msgspec.json.encode(outcome), indent=1) + b"\n")
    options.plot.write_text(page.plot(outcome.evidence.samples))


if __name__ == "__main__":
    sys.exit(main())

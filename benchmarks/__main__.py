"""`python -m benchmarks [NAMES] [--quick]`: measure, print the table, keep it in results.md."""

import argparse
import asyncio
import importlib
import os
import sys
import time

import psutil

from benchmarks.harness.processes import URGENT, BenchmarkFailed, allow_files
from benchmarks.harness.results import Row, keep, machine, others, table

NAMES = (
    "relay",
    "calls",
    "sign_in",
    "signatures",
    "idle",
    "set_up",
    "delay",
    "cost",
    "quality",
    "browser",
    "lookups_2023",
    "desktop",
)
LONGEST_S = 480.0


def main() -> int:
    """Measure what was asked for; all of it is kept only when all of it was measured in full."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--quick", action="store_true", help="shorter, rougher, not kept")
    parser.add_argument(
        "--urgent", action="store_true", help="calls go before other programs (needs root)"
    )
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(NAMES):
        parser.error(f"no such figure: {', '.join(sorted(unknown))}")
    allow_files(20_000)
    if asked.urgent:
        os.environ[URGENT] = "1"
    began, busy = time.monotonic(), others()
    print(f"{machine()}; {busy}", flush=True)
    rows: list[Row] = []
    for name in asked.names or NAMES:
        rows += asyncio.run(_measure(name, asked.quick))
    print(f"\n{table(rows)}")
    if not asked.names and not asked.quick:
        keep(rows, time.monotonic() - began, busy)
    return 0 if all(row.met is not False for row in rows) else 1


async def _measure(name: str, quick: bool) -> list[Row]:
    print(f"{name} …", end=" ", file=sys.stderr, flush=True)
    began = time.monotonic()
    figure = importlib.import_module(f"benchmarks.figures.{name}")
    try:
        async with asyncio.timeout(LONGEST_S):
            rows: list[Row] = await figure.measure(quick)
    except (BenchmarkFailed, TimeoutError, OSError, psutil.Error) as failure:
        rows = [Row(name, f"failed: {failure or 'took too long'}", met=False)]
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return rows


if __name__ == "__main__":
    sys.exit(main())

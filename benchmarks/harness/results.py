"""Rows of the table of results, as they are printed and as they are kept."""

import datetime
import os
import platform
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.harness.processes import URGENT

KEPT = Path(__file__).resolve().parent.parent / "results.md"
_COLUMNS = ("figure", "measured", "limit", "ratio", "goal", "met")


@dataclass(frozen=True)
class Row:
    """One figure beside its limit.

    `limit` says what it is compared with and `ratio` is the figure divided by it (None where there
    is nothing to divide by). `met` is None for a figure without a goal, or one that was skipped.
    """

    figure: str
    measured: str
    limit: str = ""
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        """Return the row as texts, in the order of the table."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        met = {True: "yes", False: "**no**", None: ""}[self.met]
        return (self.figure, self.measured, self.limit, ratio, self.goal, met)


def at_least(figure: str, value: float, goal: float, *, digits: int = 2, unit: str = "") -> Row:
    """Return the row of a figure that should not be below its goal."""
    shown, limit = f"{value:.{digits}f}{unit}", f"{goal:g}{unit}"
    return Row(figure, shown, limit, value / goal, f"≥ {limit}", value >= goal)


def at_most(figure: str, value: float, goal: float, *, digits: int = 1, unit: str = "") -> Row:
    """Return the row of a figure that should not be above its goal."""
    shown, limit = f"{value:.{digits}f}{unit}", f"{goal:g}{unit}"
    return Row(figure, shown, limit, value / goal, f"≤ {limit}", value <= goal)


def skipped(figure: str, why: str) -> Row:
    """Return the row of a figure that cannot be measured here."""
    return Row(figure, f"skipped: {why}")


def table(rows: list[Row]) -> str:
    """Return the rows as a table in Markdown, which also reads well on a terminal."""
    lines = [_COLUMNS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_COLUMNS))]
    padded = [
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)) + " |"
        for line in lines
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([padded[0], rule, *padded[1:]])


def machine() -> str:
    """Return what the figures depend on."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{_processor()}, {psutil.cpu_count()} cores, {memory:.0f} GiB; "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )


def others() -> str:
    """Return how busy the machine is with other programs, before anything is measured."""
    busy = psutil.getloadavg()[0]
    urgent = "; calls went before other programs (`--urgent`)" if URGENT in os.environ else ""
    return f"load of other programs at the beginning {busy:.1f}{urgent}"


def keep(rows: list[Row], took_s: float, others: str) -> None:
    """Write the results down, with date and machine; `others` as it was at the beginning."""
    now = datetime.datetime.now(datetime.UTC)
    KEPT.write_text(
        f"# Results\n\nMeasured on {now:%Y-%m-%d} at {now:%H:%M} UTC with `make bench`, in "
        f"{took_s / 60:.0f} minutes.\n\nMachine: {machine()}; {others}.\n\n"
        "What each figure means and how it is measured: [README.md](README.md).\n\n"
        f"{table(rows)}\n",
        "utf-8",
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or "unknown processor")

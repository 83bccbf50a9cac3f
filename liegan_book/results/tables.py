"""Tables: the poster's value, ours from records (mean ± sd, n seeds), and a verdict by rule.

The rule, stated here once. Where the poster gives a number, a cell is

- "reproduced" if the poster's number is within two standard deviations of our mean,
- "better" or "worse" if it is outside, by the direction of the metric.

An error that spans decades is compared by its logarithm: else a wide spread would reach down to
zero and take in any number.

Where the poster makes a claim in words, each seed passes or fails its threshold: "reproduced" if
all pass, "mostly" if at least nine in ten do, else "not reproduced". Our other methods on the same
task are held to the same threshold.

Where the poster gives a tick or a cross, ours is a tick if at least nine in ten seeds succeed, a
cross if at most one in ten does. A method that cannot express a task has a cross there without a
run, and the row says why. The cell is

- "reproduced" if the marks agree,
- "better" if ours is a tick and the poster's a cross, "worse" the other way round,
- "partly" if ours is neither.

With fewer than 5 seeds there is no verdict: "too few seeds"; without any, "no records". A method
that is not in a table of numbers or marks has none either: "not in the poster". Where our data are
others, made like the poster's, its number says nothing about ours: "other data". Where seeds were
picked, to compare run with run, how many pass says nothing either: "control".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, median, stdev
from typing import get_args

import pandas as pd

from liegan_book import records
from liegan_book.experiments import EXPERIMENTS
from liegan_book.experiments.comparison import CANNOT
from liegan_book.records import Profile, Record
from liegan_book.results.poster import TABLES, Table
from liegan_min.base.errors import InputError

#: Does not break, so that a narrow column keeps the two numbers together.
_PM = "\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}"

#: Seeds below which no verdict is given.
ENOUGH = 5

#: How a mark is printed.
MARKS = {1.0: "✓", 0.0: "×"}


@dataclass(frozen=True)
class Row:
    """One cell of a table, ours beside the poster's; for a mark, 1 is a tick and 0 a cross."""

    method: str
    metric: str
    poster: float | None
    mean: float | None
    sd: float | None
    median: float | None
    worst: float | None
    n: int
    passed: int | None
    verdict: str
    reason: str | None = None


def mark(passed: int, n: int) -> float:
    """Return 1 for a tick, 0 for a cross, 0.5 for neither, of n > 0 runs."""
    if 10 * passed >= 9 * n:
        return 1.0
    return 0.0 if 10 * passed <= n else 0.5


def _marked(poster: float | None, values: list[float]) -> tuple[int | None, str]:
    passed = sum(v >= 1 for v in values)
    if poster is None:
        return passed, "not in the poster"
    if len(values) < ENOUGH:
        return passed, "too few seeds"
    ours = mark(passed, len(values))
    if ours == poster:
        return passed, "reproduced"
    return passed, "partly" if ours not in MARKS else "better" if ours > poster else "worse"


def _verdict(table: Table, poster: float | None, values: list[float]) -> tuple[int | None, str]:
    if not values:
        return None, "no records"
    if table.scale == "mark":
        return _marked(poster, values)
    higher = table.better == "higher"
    if poster is None:
        if table.cells:
            return None, "not in the poster"
        if table.threshold is None:
            return None, "no rule"
        limit = table.threshold
        passed = sum(v >= limit if higher else v <= limit for v in values)
        if len(values) < ENOUGH:
            return passed, "too few seeds"
        if passed == len(values):
            return passed, "reproduced"
        return passed, "mostly" if 10 * passed >= 9 * len(values) else "not reproduced"
    if not table.same_data:
        return None, "other data"
    if len(values) < ENOUGH:
        return None, "too few seeds"
    if table.scale == "log":
        poster, values = math.log10(poster), [math.log10(v) for v in values]
    mean, sd = fmean(values), stdev(values)
    if abs(poster - mean) <= 2 * sd:
        return None, "reproduced"
    return None, "better" if (mean > poster) == higher else "worse"


def _row(
    table: Table,
    cell: tuple[str, str, float | None],
    runs: dict[str, list[Record]],
    reasons: Mapping[str, str],
) -> Row:
    method, metric, poster = cell
    values = [float(v) for r in runs.get(method, []) if (v := r.metrics.get(metric)) is not None]
    passed, verdict = _verdict(table, poster, values)
    if method in table.controls:
        verdict = "control"
    reason = None if values else reasons.get(method)
    if reason:  # a cross without a run
        verdict = {None: "not in the poster", 0.0: "reproduced"}.get(poster, "worse")
    worst = min if table.better == "higher" else max
    return Row(
        method=method,
        metric=metric,
        poster=poster,
        mean=fmean(values) if values else None,
        sd=stdev(values) if len(values) > 1 else None,
        median=median(values) if values else None,
        worst=worst(values) if values else None,
        n=len(values),
        passed=passed,
        verdict=verdict,
        reason=reason,
    )


def table(experiment: str, profile: str | None = None) -> list[Row]:
    """Return the rows of an experiment: the poster's cells, then our other methods.

    Args:
        experiment: whose.
        profile: of which records; default: the one that the table rests on.

    Raises:
        InputError: if the poster has no such table.
        DamagedFileError: if a record is damaged.
    """
    if experiment not in TABLES:
        raise InputError(f"unknown experiment {experiment!r}; there are: {', '.join(TABLES)}")
    t = TABLES[experiment]
    profile = profile or t.profile
    if profile not in get_args(Profile):
        known = ", ".join(get_args(Profile))
        raise InputError(f"unknown profile {profile!r}; there are: {known}")
    runs: dict[str, list[Record]] = {}
    for record in records.load_all(experiment, profile=profile):
        runs.setdefault(record.method, []).append(record)
    cells: list[tuple[str, str, float | None]] = [(c.method, c.metric, c.value) for c in t.cells]
    cells = cells or [(method, t.metric, None) for method in t.claimed]
    named = {method for method, _, _ in cells}
    reasons = inexpressible(experiment)
    # In the order of the experiment; a record of a method that it no longer has comes last.
    listed = EXPERIMENTS[experiment].methods if experiment in EXPERIMENTS else {}
    others = dict.fromkeys(m for m in (*listed, *reasons, *runs) if m in runs or m in reasons)
    cells += [(m, t.metric, None) for m in others if m not in named]
    return [_row(t, cell, runs, reasons) for cell in cells]


def inexpressible(experiment: str) -> dict[str, str]:
    """Return why a method cannot express its task, by the method's name in the table."""
    if experiment != "comparison":
        return {}
    return {f"{kind}-{method}": reason for (kind, method), reason in CANNOT.items()}


def frame(rows: list[Row]) -> pd.DataFrame:
    """Return rows as a data frame, one column for each field."""
    return pd.DataFrame([asdict(row) for row in rows])


def text(experiment: str, rows: list[Row]) -> str:
    """Return rows as they are printed, with the reason below where a method has one."""
    shown = frame(rows).drop(columns="reason").astype(object)
    if TABLES[experiment].scale == "mark":
        ours = [
            0.0 if row.reason else mark(row.passed or 0, row.n) if row.n else None for row in rows
        ]
        shown = shown[["method", "poster", "n", "passed", "verdict"]]
        shown.insert(2, "ours", [MARKS.get(m, "neither") if m is not None else None for m in ours])
        shown["poster"] = shown["poster"].map(MARKS)
    reasons = [f"{row.method}: {row.reason}" for row in rows if row.reason]
    return "\n".join([shown.where(shown.notna(), "–").to_string(index=False), *reasons])


def markdown(
    head: Sequence[object], rows: Iterable[Sequence[object]], caption: str = "", name: str = ""
) -> str:
    """Return a Markdown table, and with a caption the MyST directive that numbers it."""
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in (head, *rows)]
    lines.insert(1, "|" + " --- |" * len(head))
    body = "\n".join(lines)
    return f"```{{table}} {caption}\n:name: {name}\n\n{body}\n```" if caption else body


def scientific(mean: float | None, sd: float | None) -> str:
    """Return "(m ± s)e-5" with one exponent for both, or a dash where there is none."""
    if mean is None:
        return "–"
    exponent = math.floor(math.log10(abs(mean))) if mean else 0
    power = f"e{exponent}".replace("-", "\N{NON-BREAKING HYPHEN}")
    text = f"{mean / 10**exponent:.2f}"
    return f"{text}{power}" if sd is None else f"({text}{_PM}{sd / 10**exponent:.2f}){power}"


def plus_minus(mean: float | None, sd: float | None, digits: int = 5) -> str:
    """Return "mean ± sd" to fixed digits, or a dash where there is none."""
    if mean is None:
        return "–"
    text = f"{mean:.{digits}f}"
    return text if sd is None else f"{text}{_PM}{sd:.{digits}f}"

"""Tables: the poster's value, ours from records (mean ± sd, n seeds), and a verdict by rule.

The rule, stated here once. Where the poster gives a number, a cell is

- "reproduced" if the poster's number is within two standard deviations of our mean,
- "better" or "worse" if it is outside, by the direction of the metric.

An error that spans decades is compared by its logarithm: else a wide spread would reach down to
zero and take in any number.

Where the poster makes a claim in words, each seed passes or fails its threshold: "reproduced" if
all pass, "mostly" if at least nine in ten do, else "not reproduced". With fewer than 5 seeds there
is no verdict: "too few seeds". A method that the poster does not list has none: "not in the
poster". Where our data are others, made like the poster's, its number says nothing about ours:
"other data".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, median, stdev
from typing import get_args

import pandas as pd

from liegan_min import records
from liegan_min.errors import InputError
from liegan_min.experiments import EXPERIMENTS
from liegan_min.poster import TABLES, Table
from liegan_min.records import Profile, Record

#: Does not break, so that a narrow column keeps the two numbers together.
_PM = "\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}"

#: Seeds below which no verdict is given.
ENOUGH = 5


@dataclass(frozen=True)
class Row:
    """One cell of a table, ours beside the poster's."""

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


def _verdict(table: Table, poster: float | None, values: list[float]) -> tuple[int | None, str]:
    if not values:
        return None, "no records"
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


def _row(table: Table, method: str, metric: str, poster: float | None, runs: list[Record]) -> Row:
    values = [float(v) for r in runs if (v := r.metrics.get(metric)) is not None]
    passed, verdict = _verdict(table, poster, values)
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
    )


def table(experiment: str, profile: str | None = None) -> list[Row]:
    """Return the rows of an experiment: the poster's cells, then other methods with records.

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
    rows = [_row(t, c.method, c.metric, c.value, runs.get(c.method, [])) for c in t.cells]
    named = {c.method for c in t.cells}
    # In the order of the experiment; a record of a method that it no longer has comes last.
    listed = EXPERIMENTS[experiment].methods if experiment in EXPERIMENTS else {}
    others = [m for m in (*listed, *runs) if m in runs and m not in named]
    return rows + [_row(t, m, t.metric, None, runs[m]) for m in dict.fromkeys(others)]


def frame(rows: list[Row]) -> pd.DataFrame:
    """Return rows as a data frame, one column for each field."""
    return pd.DataFrame([asdict(row) for row in rows])


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

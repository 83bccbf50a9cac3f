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
from dataclasses import dataclass
from statistics import fmean, median, stdev
from typing import get_args

import pandas as pd

from liegan_book import records
from liegan_book.experiments import EXPERIMENTS
from liegan_book.records import Profile
from liegan_book.results.poster import TABLES, Table
from liegan_min.base.errors import InputError

#: Seeds below which no verdict is given.
ENOUGH = 5

#: How a mark is printed.
MARKS = {1.0: "✓", 0.0: "×"}


@dataclass(frozen=True)
class Row:
    """One cell of a table, ours beside the poster's; for a mark, 1 is a tick and 0 a cross.

    Attributes:
        poster: its number or mark; None where it makes a claim in words, or none.
        values: the metric of each of our runs that has it.
        ratio: our mean over the poster's number; None where there is no number or our data are
            others. Of an error it says how many times ours is as large.
        reason: why the method cannot express the task, where it has no run.
        records: files of the runs that the cell rests on, relative to data/results.
        command: makes these records again, in a shell; "" where there is nothing to run.
    """

    experiment: str
    task: str
    method: str
    metric: str
    profile: str
    poster: float | None
    values: tuple[float, ...]
    mean: float | None
    sd: float | None
    median: float | None
    worst: float | None
    n: int
    passed: int | None
    ratio: float | None
    verdict: str
    reason: str | None
    records: tuple[str, ...]
    command: str


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


def _command(experiment: str, method: str, profile: str, seeds: list[int]) -> str:
    """Return the shell command that runs a cell for some seeds, "" where it has no such run."""
    known = EXPERIMENTS[experiment].methods.get(method)
    if known is None or profile not in known.profiles:
        return ""
    run = f"liegan run {experiment} {method} --profile {profile} --force --seed"
    if len(seeds) == 1:
        return f"{run} {seeds[0]}"
    return f"for s in {' '.join(map(str, seeds))}; do {run} $s; done"


def _row(
    experiment: str,
    profile: str,
    cell: tuple[str, str, float | None],
    runs: pd.DataFrame,
) -> Row:
    t, (method, metric, poster) = TABLES[experiment], cell
    mine = runs.loc[method] if len(runs) and method in runs.index else runs.iloc[:0]
    values = [float(v) for v in mine[metric].dropna()] if metric in mine else []
    seeds = [int(seed) for seed in mine.index]
    passed, verdict = _verdict(t, poster, values)
    if method in t.controls:
        verdict = "control"
    reason = None if values else EXPERIMENTS[experiment].cannot.get(method)
    if reason:  # a cross without a run
        verdict = {None: "not in the poster", 0.0: "reproduced"}.get(poster, "worse")
    mean = fmean(values) if values else None
    comparable = mean is not None and t.same_data and t.scale != "mark"
    return Row(
        experiment=experiment,
        task=t.task,
        method=method,
        metric=metric,
        profile=profile,
        poster=poster,
        values=tuple(values),
        mean=mean,
        sd=stdev(values) if len(values) > 1 else None,
        median=median(values) if values else None,
        worst=(min if t.better == "higher" else max)(values) if values else None,
        n=len(values),
        passed=passed,
        ratio=mean / poster if poster and mean is not None and comparable else None,
        verdict=verdict,
        reason=reason,
        records=tuple(f"{experiment}/{method}/{profile}-s{seed}.json" for seed in seeds),
        command=""
        if reason
        else _command(experiment, method, profile, seeds or list(range(ENOUGH))),
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
    if experiment in EXPERIMENTS.keys() - TABLES.keys():
        raise InputError(
            f"the poster has no table of {experiment}; its records are in data/results/{experiment}"
        )
    if experiment not in TABLES:
        raise InputError(f"unknown experiment {experiment!r}; there are: {', '.join(TABLES)}")
    t = TABLES[experiment]
    profile = profile or t.profile
    if profile not in get_args(Profile):
        known = ", ".join(get_args(Profile))
        raise InputError(f"unknown profile {profile!r}; there are: {known}")
    runs = records.frame(experiment, profile)
    cells: list[tuple[str, str, float | None]] = [(c.method, c.metric, c.value) for c in t.cells]
    cells = cells or [(method, t.metric, None) for method in t.claimed]
    named = {method for method, _, _ in cells}
    known_methods, cannot = EXPERIMENTS[experiment].methods, EXPERIMENTS[experiment].cannot
    # In the order of the experiment; a record of a method that it no longer has comes last.
    there = set(runs.index.get_level_values(0)) | set(cannot)
    others = dict.fromkeys(m for m in (*known_methods, *cannot, *sorted(there)) if m in there)
    cells += [(m, t.metric, None) for m in others if m not in named]
    return [_row(experiment, profile, cell, runs) for cell in cells]

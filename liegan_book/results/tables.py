"""Tables: the poster's value, ours from records, and a verdict by rule (`results.rule`)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean, median, stdev
from typing import get_args

import pandas as pd

from liegan_book import records
from liegan_book.experiments import EXPERIMENTS, on
from liegan_book.experiments.two_body import Data
from liegan_book.records import Profile
from liegan_book.results.poster import TABLES, Table
from liegan_book.results.rule import ENOUGH, NOTHING, ON_OURS, OTHERS, interval, judge, passing
from liegan_min.base.errors import InputError


@dataclass(frozen=True)
class Row:
    """One cell of a table, ours beside the poster's; for a mark, 1 is a tick and 0 a cross.

    Attributes:
        poster: its number or mark; None where it makes a claim in words, or none.
        data: of the records: "published", "law" or "ours" (`poster.Table`).
        values: the metric of each of our runs that has it.
        mean: of the values; where errors span decades, of their logarithms, so the geometric mean.
        sd: standard deviation of the values themselves.
        low, high: where a new run falls; of a claim or a mark, the share of seeds that pass: both
            at 95 % (`rule.interval`).
        ratio: our mean over the poster's number; None where there is no number or our data are
            others. Of an error it says how many times ours is as large.
        verdict: on the poster's data.
        on_our_data: what the same rule says on data of ours; "–" where there is nothing to say.
        note: what a reader must know of these runs.
        reason: why the method cannot express the task, where it has no run.
        records: files of the runs that the cell rests on, relative to data/results.
        command: makes these records again, in a shell; "" where there is nothing to run.
    """

    experiment: str
    task: str
    method: str
    metric: str
    profile: str
    data: str
    poster: float | None
    values: tuple[float, ...]
    mean: float | None
    sd: float | None
    low: float | None
    high: float | None
    median: float | None
    worst: float | None
    n: int
    passed: int | None
    ratio: float | None
    verdict: str
    on_our_data: str
    note: str | None
    reason: str | None
    records: tuple[str, ...]
    command: str

    @property
    def said(self) -> str:
        """The verdict, or what the same rule says where the data are ours."""
        return self.on_our_data if self.data == "ours" else self.verdict


@dataclass(frozen=True)
class _Runs:
    """What a table is made from: the records of an experiment, and of its control if it has one."""

    experiment: str
    profile: str
    data: str
    of: pd.DataFrame
    control: pd.DataFrame | None


def _command(name: str, runs: _Runs, method: str, seeds: list[int]) -> str:
    """Return the shell command that runs a cell for some seeds, "" where it has no such run."""
    known = EXPERIMENTS[runs.experiment].methods.get(method)
    if known is None or runs.profile not in known.profiles:
        return ""
    data = " --data published" if runs.data == "published" else ""
    run = f"liegan run {name} {method} --profile {runs.profile}{data} --force --seed"
    if len(seeds) == 1:
        return f"{run} {seeds[0]}"
    return f"for s in {' '.join(map(str, seeds))}; do {run} $s; done"


def _values(runs: pd.DataFrame, method: str, metric: str) -> tuple[list[float], list[int]]:
    """Return a metric of the runs of a method that have it, and the seeds of all its runs."""
    mine = runs.loc[method] if len(runs) and method in runs.index else runs.iloc[:0]
    values = [float(v) for v in mine[metric].dropna()] if metric in mine else []
    return values, [int(seed) for seed in mine.index]


def _frame(t: Table, experiment: str, profile: str) -> pd.DataFrame:
    runs = records.frame(experiment, profile)
    if t.largest is not None and t.largest in runs:
        runs[t.metric] = runs[t.largest].map(max)
    return runs


def _row(name: str, runs: _Runs, cell: tuple[str, str, float | None]) -> Row:
    t, (method, metric, poster) = TABLES[name], cell
    values, seeds = _values(runs.of, method, metric)
    passed, said = judge(t, poster, values, enough=1 if method in t.fixed else ENOUGH)
    reason = None if values else EXPERIMENTS[runs.experiment].cannot.get(method)
    if reason:  # a cross without a run
        said = {None: "not in the poster", 0.0: "reproduced"}.get(poster, "worse")
    verdict, on_ours = said, "–"
    if runs.data == "ours":
        on_ours = ON_OURS.get(said, said)
        verdict = said if said in NOTHING else "our data"
    elif runs.control is not None:
        on_ours = judge(t, poster, _values(runs.control, method, metric)[0])[1]
        on_ours = ON_OURS.get(on_ours, on_ours)
    if poster is None and method not in t.claimed:
        verdict, on_ours = OTHERS.get(verdict, verdict), OTHERS.get(on_ours, on_ours)
    if method in t.controls:
        verdict, on_ours = "control", "–"
    log = t.scale == "log"
    mean = (math.exp(fmean(map(math.log, values))) if log else fmean(values)) if values else None
    low, high = interval(t, values, passed) or (None, None)
    comparable = mean is not None and runs.data != "ours" and t.scale != "mark"
    return Row(
        experiment=name,
        task=t.task,
        method=method,
        metric=metric,
        profile=runs.profile,
        data=runs.data,
        poster=poster,
        values=tuple(values),
        mean=mean,
        sd=stdev(values) if len(values) > 1 else None,
        low=low,
        high=high,
        median=median(values) if values else None,
        worst=(min if t.better == "higher" else max)(values) if values else None,
        n=len(values),
        passed=passed,
        ratio=mean / poster if poster and mean is not None and comparable else None,
        verdict=verdict,
        on_our_data=on_ours,
        note=t.notes.get(method),
        reason=reason,
        records=tuple(f"{runs.experiment}/{method}/{runs.profile}-s{seed}.json" for seed in seeds),
        command="" if reason else _command(name, runs, method, seeds or list(range(ENOUGH))),
    )


def table(experiment: str, profile: str | None = None, data: Data | None = None) -> list[Row]:
    """Return the rows of an experiment: the poster's cells, then our other methods.

    Args:
        experiment: whose.
        profile: of which records; default: the one that the table rests on.
        data: "ours" for the control, where a table rests on the published data.

    Raises:
        InputError: if the poster has no such table, or there are no such data.
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
    theirs = t.data == "published" if data is None else data == "published"
    name = on(experiment, "published") if theirs else experiment
    runs = _Runs(
        experiment=name,
        profile=profile,
        data="published" if theirs else "law" if t.data == "law" else "ours",
        of=_frame(t, name, profile),
        control=_frame(t, experiment, profile) if theirs else None,
    )
    cells: list[tuple[str, str, float | None]] = [(c.method, c.metric, c.value) for c in t.cells]
    cells = cells or [(method, t.metric, None) for method in t.claimed]
    named = {method for method, _, _ in cells}
    known_methods, cannot = EXPERIMENTS[name].methods, EXPERIMENTS[name].cannot
    # In the order of the experiment; a record of a method that it no longer has comes last.
    there = set(runs.of.index.get_level_values(0)) | set(cannot)
    others = dict.fromkeys(m for m in (*known_methods, *cannot, *sorted(there)) if m in there)
    cells += [(m, t.metric, None) for m in others if m not in named]
    return [_row(experiment, runs, cell) for cell in cells]


def sensitivity(row: Row) -> dict[float, int]:
    """Return how many seeds of a claim pass at its bar, and at those around it, by bar."""
    t = TABLES[row.experiment]
    bars = t.bars if t.threshold is None else (*t.bars, t.threshold)
    return {bar: passing(t, bar, row.values) for bar in sorted(bars)}

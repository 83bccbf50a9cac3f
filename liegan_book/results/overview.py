"""Every cell of every table of the poster: its value, ours, the verdict, the records, the command.

A cell is a number or a mark that the poster prints, or a method that it makes a claim about in
words. What our other methods did on the same tasks stands in `tables`, not here: it neither adds to
the count of what reproduced nor takes from it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from liegan_book.records import paths
from liegan_book.results import tables
from liegan_book.results.poster import TABLES

#: Verdicts as they are shown: what did not reproduce comes first, what did last.
ORDER = (
    "not reproduced",
    "worse",
    "partly",
    "mostly",
    "no records",
    "too few seeds",
    "other data",
    "better",
    "reproduced",
)

_PHRASES = {
    "partly": "in part",
    "mostly": "in most seeds",
    "no records": "not run yet",
    "too few seeds": "with too few seeds",
    "other data": "on other data",
}


@dataclass(frozen=True)
class Line:
    """One cell.

    Attributes:
        ratio: our mean over the poster's number; None where there is no number or our data are
            others. Of an error it says how many times ours is as large.
        records: files of the runs that the cell rests on, relative to data/results.
        command: makes these records again, in a shell; "" where there is nothing to run.
    """

    experiment: str
    task: str
    method: str
    metric: str
    profile: str
    poster: float | None
    mean: float | None
    sd: float | None
    n: int
    passed: int | None
    ratio: float | None
    verdict: str
    reason: str | None
    records: tuple[str, ...]
    command: str


def seeds(experiment: str, method: str, profile: str) -> list[int]:
    """Return the seeds that a cell has records of, in order."""
    found = (paths.results() / experiment / method).glob(f"{profile}-s*.json")
    return sorted(int(path.stem.rpartition("-s")[2]) for path in found)


def command(experiment: str, method: str, profile: str, numbers: list[int]) -> str:
    """Return the shell command that runs a cell again for some seeds, records there or not."""
    run = f"liegan run {experiment} {method} --profile {profile} --force --seed"
    if len(numbers) == 1:
        return f"{run} {numbers[0]}"
    return f"for s in {' '.join(map(str, numbers))}; do {run} $s; done"


def _line(experiment: str, row: tables.Row, profile: str) -> Line:
    t = TABLES[experiment]
    ratio = None
    if row.poster and row.mean is not None and t.same_data and t.scale != "mark":
        ratio = row.mean / row.poster
    there = seeds(experiment, row.method, profile)
    again = there or list(range(tables.ENOUGH))
    return Line(
        experiment=experiment,
        task=t.task,
        method=row.method,
        metric=row.metric,
        profile=profile,
        poster=row.poster,
        mean=row.mean,
        sd=row.sd,
        n=row.n,
        passed=row.passed,
        ratio=ratio,
        verdict=row.verdict,
        reason=row.reason,
        records=tuple(f"{experiment}/{row.method}/{profile}-s{seed}.json" for seed in there),
        command="" if row.reason else command(experiment, row.method, profile, again),
    )


def cells(profile: str | None = None) -> list[Line]:
    """Return every cell of the poster, what did not reproduce first.

    Args:
        profile: of the records; default: of each table the one that it rests on.

    Raises:
        InputError: if the profile is unknown.
        DamagedFileError: if a record is damaged.
    """
    lines = [
        _line(experiment, row, profile or t.profile)
        for experiment, t in TABLES.items()
        for row in tables.table(experiment, profile)
        if row.poster is not None or row.method in t.claimed
    ]
    return sorted(lines, key=lambda line: ORDER.index(line.verdict))


def counts(lines: list[Line]) -> dict[str, int]:
    """Return how many cells have each verdict, in the order in which verdicts are shown."""
    found = Counter(line.verdict for line in lines)
    return {verdict: found[verdict] for verdict in ORDER if found[verdict]}


def headline(lines: list[Line]) -> str:
    """Return the counts as a sentence: "12 of 35 cells reproduced, 4 better, 1 worse".

    Crosses that need no run, because the method cannot express the task, are told apart.
    """
    found = counts(lines)
    told = [f"{found.pop('reproduced', 0)} of {len(lines)} cells reproduced"]
    if crosses := sum(bool(line.reason) for line in lines if line.verdict == "reproduced"):
        told[0] += f" (for {crosses} of them no run is needed)"
    if better := found.pop("better", 0):
        told.append(f"{better} better")
    return ", ".join([*told, *(f"{n} {_PHRASES.get(v, v)}" for v, n in found.items())])


def poster_text(line: Line) -> str:
    """Return what the poster has in a cell: a number, a mark, or "in words"."""
    t = TABLES[line.experiment]
    if line.poster is None:
        return "in words"
    if t.scale == "mark":
        return tables.MARKS[line.poster]
    if t.scale == "log":
        return tables.scientific(line.poster, None)
    return f"{line.poster:.{3 if line.metric == 'accuracy' else 4}f}"


def ours_text(line: Line) -> str:
    """Return what we have in a cell as the poster has it: mean ± sd, a mark, or seeds that pass."""
    t = TABLES[line.experiment]
    if line.reason:
        return f"{tables.MARKS[0.0]} cannot express it"
    if not line.n:
        return "–"
    if t.scale == "log":
        return tables.scientific(line.mean, line.sd)
    passed = f"{line.passed} of {line.n} seeds"
    if t.scale == "mark":
        ours = tables.mark(line.passed or 0, line.n)
        return f"{tables.MARKS.get(ours, 'neither')}, {passed}"
    if line.metric == "success":
        return passed
    if line.poster is None:
        return f"{passed}, {tables.plus_minus(line.mean, line.sd)}"
    return tables.plus_minus(line.mean, line.sd, 4)


def ratio_text(line: Line) -> str:
    """Return the ratio to three digits, or a dash."""
    return "–" if line.ratio is None else f"{line.ratio:.3g}"


def text(lines: list[Line]) -> str:
    """Return the overview as it is printed: the headline, a line for each cell, the commands."""
    columns = {
        "task": [line.task for line in lines],
        "method": [line.method for line in lines],
        "metric": [line.metric for line in lines],
        "poster": [poster_text(line) for line in lines],
        "ours": [ours_text(line) for line in lines],
        "n": [str(line.n) for line in lines],
        "ratio": [ratio_text(line) for line in lines],
        "verdict": [line.verdict for line in lines],
    }
    widths = [max(map(len, [head, *column])) for head, column in columns.items()]
    rows = [tuple(columns), *zip(*columns.values(), strict=True)]
    table = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    reasons = [f"{line.method}: {line.reason}" for line in lines if line.reason]
    again = dict.fromkeys(line.command for line in lines if line.command)
    parts = [headline(lines), "\n".join(table), "\n".join(reasons), "To make them again:"]
    return "\n\n".join(filter(None, [*parts, "\n".join(again)]))

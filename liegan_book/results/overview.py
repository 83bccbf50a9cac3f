"""Every cell of every table of the poster: its value, ours, the verdict, the records, the command.

A cell is a number or a mark that the poster prints, or a method that it makes a claim about in
words. What our other methods did on the same tasks stands in `tables`, not here: it neither adds to
the count of what reproduced nor takes from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from liegan_book.results import tables
from liegan_book.results.poster import TABLES
from liegan_book.results.tables import Row
from liegan_book.results.text import aligned

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


def of_poster(experiment: str, profile: str | None = None) -> list[Row]:
    """Return those rows of `tables.table` that are cells of the poster, in its order."""
    claimed = TABLES[experiment].claimed
    rows = tables.table(experiment, profile)
    return [row for row in rows if row.poster is not None or row.method in claimed]


def cells(profile: str | None = None) -> list[Row]:
    """Return every cell of the poster, what did not reproduce first.

    Args:
        profile: of the records; default: of each table the one that it rests on.

    Raises:
        InputError: if the profile is unknown.
        DamagedFileError: if a record is damaged.
    """
    rows = [row for experiment in TABLES for row in of_poster(experiment, profile)]
    return sorted(rows, key=lambda row: ORDER.index(row.verdict))


def counts(rows: Sequence[Row]) -> dict[str, int]:
    """Return how many cells have each verdict, in the order in which verdicts are shown."""
    found = Counter(row.verdict for row in rows)
    return {verdict: found[verdict] for verdict in ORDER if found[verdict]}


def headline(rows: Sequence[Row]) -> str:
    """Return the counts as a sentence: "12 of 35 cells reproduced, 4 better, 1 worse".

    Crosses that need no run, because the method cannot express the task, are told apart.
    """
    found = counts(rows)
    told = [f"{found.pop('reproduced', 0)} of {len(rows)} cells reproduced"]
    if crosses := sum(bool(row.reason) for row in rows if row.verdict == "reproduced"):
        told[0] += f" (for {crosses} of them no run is needed)"
    if better := found.pop("better", 0):
        told.append(f"{better} better")
    return ", ".join([*told, *(f"{n} {_PHRASES.get(v, v)}" for v, n in found.items())])


def standing(experiment: str) -> tuple[str, int]:
    """Return how the poster's claim on a task stands, in words, and on how many runs that rests."""
    t, rows = TABLES[experiment], of_poster(experiment)
    if not (runs := sum({row.method: row.n for row in rows}.values())):
        return "not run yet", 0
    if not t.same_data:
        return "on data of our own: only the order can be compared", runs
    if t.cells:
        common = Counter(row.verdict for row in rows).most_common()
        return f"of {len(rows)} cells: " + ", ".join(
            f"{n} {verdict}" for verdict, n in common
        ), runs
    told = "; ".join(f"{r.method}: {r.verdict} ({r.passed} of {r.n} seeds)" for r in rows)
    return told, runs


def text(rows: Sequence[Row]) -> str:
    """Return the overview as it is printed: the headline, a line for each cell, the commands."""
    again = dict.fromkeys(row.command for row in rows if row.command)
    parts = [headline(rows), aligned(rows, task=True), "To make them again:", "\n".join(again)]
    return "\n\n".join(parts)

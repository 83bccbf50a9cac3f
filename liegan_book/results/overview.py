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
    "wide",
    "no records",
    "too few seeds",
    "our data",
    "better",
    "reproduced",
)

_PHRASES = {
    "partly": "in part",
    "mostly": "in most seeds",
    "wide": "too wide to say",
    "no records": "not run yet",
    "too few seeds": "with too few seeds",
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
    """Return the counts in a sentence or two: first the cells on the poster's own data.

    "Of 14 cells on the poster's own data, 9 reproduced, 3 better, 2 too wide to say. On data and
    tasks of ours, where nothing can reproduce, marks that agree: 9 of 12; …".
    """
    theirs = [row for row in rows if row.data != "ours"]
    found = counts(theirs)
    first = [f"{found.pop('reproduced', 0)} reproduced"]
    if better := found.pop("better", 0):
        first.append(f"{better} better")
    first += [f"{n} {_PHRASES.get(v, v)}" for v, n in found.items()]
    told = f"Of {len(theirs)} cells on the poster's own data, {', '.join(first)}"
    if ours := _ours([row for row in rows if row.data == "ours"]):
        told += ". On data and tasks of ours, where nothing can reproduce, " + "; ".join(ours)
    return told


def _ours(rows: Sequence[Row]) -> list[str]:
    """Return what is to be said of the cells on data of ours: claims, marks and numbers."""
    scales = {row.experiment: TABLES[row.experiment].scale for row in rows}
    claims = [row for row in rows if row.poster is None]
    marks = [row for row in rows if scales[row.experiment] == "mark"]
    numbers = len(rows) - len(claims) - len(marks)
    told = []
    if claims:
        agree = sum(row.on_our_data == "agrees" for row in claims)
        told.append(f"claims in words that hold: {agree} of {len(claims)}")
    if marks:
        agree = sum(row.on_our_data == "agrees" for row in marks)
        crosses = sum(row.reason is not None for row in marks)
        without = f" ({crosses} of them without a run)" if crosses else ""
        told.append(f"marks that agree: {agree} of {len(marks)}{without}")
    if numbers:
        told.append(f"accuracies and areas, of which only the order is compared: {numbers}")
    return told


def standing(experiment: str) -> tuple[str, int]:
    """Return how the poster's claim on a task stands, in words, and on how many runs that rests."""
    t, rows = TABLES[experiment], of_poster(experiment)
    if not (runs := sum({row.method: row.n for row in rows}.values())):
        return "not run yet", 0
    ours, said = t.data == "ours", [row.said for row in rows]
    where = "on data of ours: " if ours else ""
    if ours and t.scale == "linear" and t.cells:
        return f"{where}only the order can be compared", runs
    if t.cells:
        common = Counter(said).most_common()
        counted = ", ".join(f"{n} {verdict}" for verdict, n in common)
        return f"{where}of {len(rows)} cells: {counted}", runs
    told = "; ".join(
        f"{row.method}: {verdict} ({row.passed} of {row.n} seeds)"
        for row, verdict in zip(rows, said, strict=True)
    )
    return where + told, runs


def text(rows: Sequence[Row]) -> str:
    """Return the overview as it is printed: the headline, a line for each cell, the commands."""
    again = dict.fromkeys(row.command for row in rows if row.command)
    parts = [headline(rows), aligned(rows, task=True), "To make them again:", "\n".join(again)]
    return "\n\n".join(parts)

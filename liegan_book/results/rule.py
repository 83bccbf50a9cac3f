"""The rule of the verdicts, stated here once.

Where the poster gives a number, it is held against the interval that
holds a new run of ours with a probability of 95 % (`statistics.prediction_interval`), taken of the
logarithm where errors span decades. A cell is

- "reproduced" if the poster's number lies in it,
- "better" or "worse" if it lies outside, by the direction of the metric,
- "wide" if the interval of an error spans more than a factor of 30: then it says nothing.

Where the poster makes a claim in words, each seed passes or fails its threshold: "reproduced" if
all pass, "mostly" if at least nine in ten do, else "not reproduced". Other methods on the same task
are held to the same threshold, and pass or fail.

Where the poster gives a tick or a cross, ours is a tick if at least nine in ten seeds succeed, a
cross if at most one in ten does. A method that cannot express a task has a cross there without a
run, and the row says why. The cell is

- "reproduced" if the marks agree,
- "better" if ours is a tick and the poster's a cross, "worse" the other way round,
- "partly" if ours is neither.

With fewer than 5 seeds there is no verdict: "too few seeds"; without any, "no records". A method
that is not in a table of numbers or marks has none either: "not in the poster". Where seeds were
picked, to compare run with run, how many pass says nothing either: "control".

All this is about the poster's data. Where data or task are ours, nothing can reproduce: the verdict
is "our data", and what the same rule says of them stands in a column of its own, with "agrees" for
"reproduced" and "differs" for "not reproduced". Of an accuracy on other jets it says nothing:
"order only". Beside a verdict on the published orbits that column tells the control, the same runs
on orbits of ours.
"""

from __future__ import annotations

from collections.abc import Sequence

from scipy.stats import binomtest

from liegan_book.results.poster import Table
from liegan_book.results.statistics import LEVEL, WIDE, prediction_interval

#: Seeds below which no verdict is given.
ENOUGH = 5

#: How a mark is printed.
MARKS = {1.0: "✓", 0.0: "×"}

#: What the rule says where there is nothing to judge, on whichever data.
NOTHING = ("no records", "too few seeds", "not in the poster", "no rule")

#: What it says of runs on data of ours.
ON_OURS = {
    "reproduced": "agrees",
    "not reproduced": "differs",
    "no records": "–",
    "not in the poster": "–",
}

#: What it says of methods that no claim of the poster speaks of.
OTHERS = {
    "reproduced": "passes",
    "agrees": "passes",
    "not reproduced": "fails",
    "differs": "fails",
}


def mark(passed: int, n: int) -> float:
    """Return 1 for a tick, 0 for a cross, 0.5 for neither, of n > 0 runs."""
    if 10 * passed >= 9 * n:
        return 1.0
    return 0.0 if 10 * passed <= n else 0.5


def _marked(poster: float | None, values: Sequence[float]) -> tuple[int | None, str]:
    passed = sum(v >= 1 for v in values)
    if poster is None:
        return passed, "not in the poster"
    if len(values) < ENOUGH:
        return passed, "too few seeds"
    ours = mark(passed, len(values))
    if ours == poster:
        return passed, "reproduced"
    return passed, "partly" if ours not in MARKS else "better" if ours > poster else "worse"


def passing(table: Table, bar: float, values: Sequence[float]) -> int:
    """Return how many values reach a bar."""
    return sum(v >= bar if table.better == "higher" else v <= bar for v in values)


def interval(
    table: Table, values: Sequence[float], passed: int | None
) -> tuple[float, float] | None:
    """Return what stands beside a cell as its spread, or None for too few values.

    Of a number: where a new run falls (`prediction_interval`). Of a claim or a mark: the share of
    seeds that pass, by Wilson's interval.
    """
    if passed is None or not values:
        return prediction_interval(values, log=table.scale == "log")
    share = binomtest(passed, len(values)).proportion_ci(LEVEL, method="wilson")
    return float(share.low), float(share.high)


def judge(
    table: Table, poster: float | None, values: Sequence[float], enough: int = ENOUGH
) -> tuple[int | None, str]:
    """Return how many runs pass, where that is the question, and what the rule says.

    Args:
        table: whose cell it is.
        poster: its number or mark; None where there is none.
        values: the metric of each run.
        enough: runs below which there is no verdict.
    """
    if not values:
        return None, "no records"
    if table.scale == "mark":
        return _marked(poster, values)
    if poster is None:
        if table.cells:
            return None, "not in the poster"
        if table.threshold is None:
            return None, "no rule"
        passed = passing(table, table.threshold, values)
        if len(values) < enough:
            return passed, "too few seeds"
        if passed == len(values):
            return passed, "reproduced"
        return passed, "mostly" if 10 * passed >= 9 * len(values) else "not reproduced"
    if len(values) < enough:
        return None, "too few seeds"
    if table.scale == "linear" and table.data == "ours":
        return None, "order only"
    ends = prediction_interval(values, log=table.scale == "log")
    assert ends is not None  # noqa: S101 - there are enough
    low, high = ends
    if table.scale == "log" and high > WIDE * low:
        return None, "wide"
    if low <= poster <= high:
        return None, "reproduced"
    return None, "better" if (poster < low) == (table.better == "higher") else "worse"

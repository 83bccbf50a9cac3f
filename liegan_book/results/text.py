"""How cells and tables are written: for a terminal, and for a page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import pandas as pd

from liegan_book.results.poster import TABLES
from liegan_book.results.rule import MARKS, mark
from liegan_book.results.tables import Row

#: Does not break, so that a narrow column keeps the two numbers together.
_PM = "\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}"


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


def poster_text(row: Row) -> str:
    """Return what the poster has in a cell: a number, a mark, "in words", or nothing: a dash."""
    t = TABLES[row.experiment]
    if row.poster is None:
        return "in words" if row.method in t.claimed else "–"
    if t.scale == "mark":
        return MARKS[row.poster]
    if t.scale == "log":
        return scientific(row.poster, None)
    return f"{row.poster:.{3 if row.metric == 'accuracy' else 4}f}"


def ours_text(row: Row) -> str:
    """Return what we have in a cell as the poster has it: a mean, a mark, or seeds that pass.

    An error, which is judged on a scale of factors, has its geometric mean; `interval_text` has
    its spread.
    """
    t = TABLES[row.experiment]
    if row.reason:
        return f"{MARKS[0.0]} cannot express it"
    if not row.n:
        return "–"
    if t.scale == "log":
        return scientific(row.mean, None)
    if row.passed is None:
        return plus_minus(row.mean, row.sd, 4)
    passed = f"{row.passed} of {row.n} seeds"
    if t.scale == "mark":
        return f"{MARKS.get(mark(row.passed, row.n), 'neither')}, {passed}"
    return passed if row.metric == "success" else f"{passed}, {plus_minus(row.mean, row.sd)}"


def interval_text(row: Row) -> str:
    """Return the interval of a cell, "1.2e-5 … 3.4e-5" or "57 … 100 %", or a dash."""
    if row.low is None or row.high is None:
        return "–"
    t, gap = TABLES[row.experiment], "\N{NO-BREAK SPACE}…\N{NO-BREAK SPACE}"
    if t.scale == "log":
        return gap.join(scientific(end, None) for end in (row.low, row.high))
    if row.passed is not None:
        return f"{100 * row.low:.0f}{gap}{100 * row.high:.0f}\N{NO-BREAK SPACE}%"
    return gap.join(f"{end:.4f}" for end in (row.low, row.high))


def ratio_text(row: Row) -> str:
    """Return the ratio to three digits, or a dash."""
    return "–" if row.ratio is None else f"{row.ratio:.3g}"


def _five(row: Row, value: float | None) -> str:
    """Return a number to five digits; of truth values there is nothing to say."""
    return "–" if value is None or row.metric == "success" else f"{value:.5g}"


def aligned(rows: Sequence[Row], *, task: bool = False) -> str:
    """Return rows as a terminal shows them, and below them what a reader must know of some."""
    columns: dict[str, list[object]] = {"task": [row.task for row in rows]} if task else {}
    columns |= {
        "method": [row.method for row in rows],
        "metric": [row.metric for row in rows],
        "poster": [poster_text(row) for row in rows],
        "ours": [ours_text(row) for row in rows],
        "n": [row.n for row in rows],
        "interval": [interval_text(row) for row in rows],
        "median": [_five(row, row.median) for row in rows],
        "worst": [_five(row, row.worst) for row in rows],
        "ratio": [ratio_text(row) for row in rows],
        "data": [row.data for row in rows],
        "verdict": [row.verdict for row in rows],
        "on our data": [row.on_our_data for row in rows],
    }
    reasons = dict.fromkeys(
        f"{row.method}: {told}" for row in rows if (told := row.reason or row.note)
    )
    return "\n".join([pd.DataFrame(columns).to_string(index=False), *reasons])

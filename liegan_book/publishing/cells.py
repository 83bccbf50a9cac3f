"""The poster's cells on a page: a table for each experiment, and one figure of all.

Needs the extra `book`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from importlib.metadata import metadata
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from liegan_book.publishing import page
from liegan_book.publishing.figures import DATA, LEARNED, MOVED, MUTED, TRUTH
from liegan_book.results.overview import ORDER, of_poster
from liegan_book.results.poster import TABLES
from liegan_book.results.tables import Row
from liegan_book.results.text import interval_text, ours_text, poster_text, ratio_text

#: Colour and marker of a verdict, or of what is said on our data; those not here say nothing.
LOOKS = {
    "not reproduced": (MOVED, "X"),
    "worse": (MOVED, "v"),
    "differs": (MOVED, "X"),
    "partly": ("#b8860b", "D"),
    "mostly": ("#b8860b", "P"),
    "wide": ("#b8860b", "s"),
    "better": (DATA, "^"),
    "reproduced": (LEARNED, "o"),
    "agrees": (LEARNED, "o"),
}
NO_VERDICT = (MUTED, "s")


def table(experiment: str) -> Any:
    """Show an experiment's cells, what did not reproduce first, with records and commands."""
    t = TABLES[experiment]
    rows = sorted(of_poster(experiment), key=lambda r: ORDER.index(r.verdict))
    columns: dict[str, Callable[[Row], object]] = {
        "cell": lambda r: f"`{r.method}`" + f" {r.metric}" * (r.metric != t.metric),
        "poster": poster_text,
        "ours": ours_text,
        "95 % interval": interval_text,
        "n": lambda r: r.n,
    }
    if t.data != "ours":
        columns |= {"ratio": ratio_text} if t.scale == "log" else {}
        columns["verdict"] = lambda r: f"**{r.verdict}**"
    if t.data != "law":
        columns["on our data"] = lambda r: r.on_our_data
    columns["records, by seed"] = links
    lines = [[shown(r) for shown in columns.values()] for r in rows]
    shown = page.table([*columns], lines, t.task, f"tab-all-{experiment}")
    why = dict.fromkeys(f"- `{r.method}`: {told}" for r in rows if (told := r.reason or r.note))
    commands = dict.fromkeys(r.command for r in rows if r.command)
    again = ["````{dropdown} The commands", "```bash", *commands, "```", "````"]
    shown.data = "\n\n".join([shown.data, "\n".join(why), "\n".join(again)])
    return shown


def links(row: Row) -> str:
    """Return a link to each record of a cell, named by its seed."""
    urls = metadata("liegan-min").get_all("Project-URL", [])
    (base,) = [url.partition(", ")[2] for url in urls if url.startswith("Repository")]
    seeds = [(name.rpartition("-s")[2].removesuffix(".json"), name) for name in row.records]
    return " ".join(f"[{s}]({base}/blob/main/data/results/{name})" for s, name in seeds) or "–"


def place(row: Row) -> tuple[float, Sequence[float], float]:
    """Return where a cell stands on its axis: ours (NaN if not run), our seeds, the poster.

    An error is shown over the poster's, a claim or a mark as the share of seeds that succeed.
    """
    t = TABLES[row.experiment]
    if row.poster is not None and t.scale != "mark":
        unit = row.poster if t.scale == "log" else 1.0
        ours = math.nan if row.mean is None else row.mean / unit
        return ours, [v / unit for v in row.values], row.poster / unit
    ours = 0.0 if row.reason else math.nan if row.passed is None else row.passed / row.n
    return ours, (), 1.0 if row.poster is None else row.poster


def dots(ax: Axes, rows: Sequence[Row]) -> None:
    """Draw a line for each cell: the poster's stroke, our seeds, and ours by its verdict."""
    for y, row in enumerate(rows):
        colour, marker = LOOKS.get(row.said, NO_VERDICT)
        ours, seeds, poster = place(row)
        ax.plot(poster, y, "|", color=TRUTH, ms=13, mew=2, zorder=3)
        ax.plot(seeds, [y] * len(seeds), ".", color=colour, alpha=0.35, ms=6)
        face = "white" if row.reason else colour
        ax.plot(ours, y, marker, color=colour, mfc=face, ms=8, zorder=4)
    ax.set_yticks(range(len(rows)), [_label(row) for row in rows], fontsize=8)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.grid(axis="y", lw=0.4, alpha=0.5)


def _label(row: Row) -> str:
    t = TABLES[row.experiment]
    if not t.cells:
        return f"{t.task.removesuffix(' discovery').lower()}, {row.method}"
    return f"{row.method}, {row.metric}" if t.scale == "linear" else row.method


def figure() -> None:
    """Draw every cell of the poster: errors, the taggers, and the shares of seeds that succeed."""
    claims = [name for name, t in TABLES.items() if t.scale == "mark" or not t.cells]
    rows = {"a": of_poster("two-body-prediction"), "b": of_poster("top-tagging")}
    rows["c"] = [row for name in claims for row in of_poster(name)]
    heights = [len(rows["a"]), len(rows["b"])]
    fig, axes = plt.subplot_mosaic("ac;bc", figsize=(8, 7.4), height_ratios=heights)
    for key, ax in axes.items():
        dots(ax, rows[key])
    axes["a"].set(xscale="log", xlabel="test error, ours / poster", title="two-body prediction")
    axes["b"].set(xlabel="accuracy or AUROC", title="top tagging, other jets")
    axes["c"].set(xlim=(-0.06, 1.06), xlabel="share of seeds", title="claims and marks")
    for band in ((-0.06, 0.1), (0.9, 1.06)):
        axes["c"].axvspan(*band, color=MUTED, alpha=0.15, lw=0)
    found = Counter(row.said for part in rows.values() for row in part)
    looks = {f"{v} ({found.pop(v)})": LOOKS[v] for v in LOOKS if v in found}
    if found:
        looks[f"no verdict ({sum(found.values())})"] = NO_VERDICT
    for label, (colour, marker) in looks.items():
        axes["a"].plot([], [], marker, color=colour, ms=8, label=label)
    fig.legend(loc="outside lower center", ncols=4, fontsize=9, handletextpad=0)

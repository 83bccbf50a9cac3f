# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Every table, cell by cell
#
# ```{admonition} What you will learn
# :class: tip
# - Which cells of the poster came out again, and which did not; the latter come first.
# - The one rule by which every verdict in this book is given, and what it cannot say.
# - Which runs stand behind a cell, and the command that makes them again.
# - How to check the records without running all of them.
#
# **Reading time** 15 minutes. **Run time** a few seconds on one core: the tables are read from
# records, and one quick run is made again. **You need** nothing but {doc}`01-symmetry` for the
# words; each table names the chapter that explains it.
# ```

# %%
from importlib.metadata import metadata

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown
from myst_nb import glue

from liegan_book.results import overview, tables, verify
from liegan_book.records import paths
from liegan_book import records
from liegan_book.publishing.figures import (
    DATA,
    LEARNED,
    MOVED,
    MUTED,
    TRUTH,
    use_style,
)
from liegan_book.results.poster import TABLES

use_style()
lines = overview.cells()

# %% tags=["remove-cell"]
counts = overview.counts(lines)
glue("headline", overview.headline(lines), display=False)
glue("cells", len(lines), display=False)
glue("runs", len({r for line in lines for r in line.records}), display=False)
glue("enough", tables.ENOUGH, display=False)
glue("crosses", sum(bool(line.reason) for line in lines), display=False)
few = sum(0 < line.n < tables.ENOUGH for line in lines)
glue("few", few, display=False)

# %% [markdown]
# The poster has tables of numbers, one table of ticks and crosses, and claims in words. A *cell* is
# one number, one mark, or one method of which a claim speaks. Of these,
#
# > {glue:text}`headline`.
#
# (sec-rule)=
# ## The rule
#
# A verdict should not depend on who gives it. So there is one rule for all cells, and it is code,
# `liegan_min/tables.py`. Let $m$ and $s$ be mean and standard deviation over our seeds, and $p$
# the poster's number.

# %% mystnb={"markdown_format": "myst"} tags=["remove-input"]
Markdown(
    tables.markdown(
        ("the poster gives", "*reproduced*", "otherwise"),
        [
            (
                "a number",
                r"$\abs{p - m} \le 2 s$; for errors, which span decades, of "
                "their logarithms",
                "*better* or *worse*, by the direction of the metric",
            ),
            (
                "a claim in words",
                "all seeds pass the threshold of the task",
                "*mostly* if nine in ten pass, else *not reproduced*",
            ),
            (
                "a tick or a cross",
                "our mark is the same: a tick if at least nine in ten seeds "
                "succeed, a cross if at most one in ten does",
                "*better* or *worse* if it is the opposite, *partly* if ours is "
                "neither",
            ),
        ],
        "The rule of the verdicts",
        "tab-rule",
    )
)

# %% [markdown]
# No verdict is given with fewer than {glue:text}`enough` seeds, and none where our data are others
# than the poster's, because then two equal numbers would mean as little as two different
# ones. Where a method cannot express a task at all, it has a cross without a run, and the cell
# says why. The poster gives no spread: its number may itself be one draw of many. That is why
# the rule asks whether it could be one of ours, and not whether our mean is near.
#
# ## At a glance

# %% tags=["hide-input"]
STYLE = {
    "not reproduced": (MOVED, "X"),
    "worse": (MOVED, "v"),
    "partly": ("#b8860b", "D"),
    "mostly": ("#b8860b", "P"),
    "better": (DATA, "^"),
    "reproduced": (LEARNED, "o"),
}
AREAS = {
    "two-body-discovery": "two-body, ",
    "top-tagging-discovery": "top tagging, ",
    "cyclic": "order 7, ",
}


def values(line):
    """Return the metric of each run of a cell."""
    runs = [records.load(paths.results() / name) for name in line.records]
    found = [r.metrics.get(line.metric) for r in runs]
    return np.array([v for v in found if v is not None], dtype=float)


def in_order(*experiments):
    """Return the cells of some tables in the poster's order."""
    names = list(TABLES)
    kept = [line for line in lines if line.experiment in experiments]
    place = {
        (c.method, c.metric): i
        for t in TABLES.values()
        for i, c in enumerate(t.cells)
    }
    return sorted(
        kept,
        key=lambda c: (
            names.index(c.experiment),
            place.get((c.method, c.metric), 0),
        ),
    )


def dots(ax, cells, label, ours, seeds, poster):
    """Draw a row for each cell: seeds, their summary, and the poster's mark."""
    for y, line in enumerate(cells):
        color, marker = STYLE.get(line.verdict, (MUTED, "s"))
        if poster(line) is not None:
            ax.plot(poster(line), y, "|", color=TRUTH, ms=13, mew=2, zorder=3)
        if ours(line) is not None:
            each = seeds(line)
            ax.plot(each, [y] * len(each), ".", color=color, alpha=0.35, ms=6)
            face = "white" if line.reason else color
            ax.plot(ours(line), y, marker, color=color, mfc=face, ms=8, zorder=4)
    ax.set_yticks(range(len(cells)), [label(line) for line in cells], fontsize=8)
    ax.set_ylim(len(cells) - 0.4, -0.6)
    ax.grid(axis="y", lw=0.4, alpha=0.5)


def share(line):
    if line.reason:
        return 0.0
    return line.passed / line.n if line.n and line.passed is not None else None


# %% mystnb={"figure": {"caption": "Every cell of the poster. Upright strokes: the poster. Large markers: ours; small dots: single seeds. Top left: test errors over the poster's number. Bottom left: top tagging, on jets of our own, so without a verdict. Right: share of seeds that succeed; the stroke stands at 1 for a tick or a claim and at 0 for a cross, and in the shaded bands ours counts as a tick or a cross. Hollow: the method cannot express the task. A stroke alone: not run yet.", "name": "fig-every-cell"}, "image": {"alt": "Three dot plots with a row for each cell. Markers are coloured and shaped by verdict: circles for reproduced, triangles up for better, triangles down for worse, crosses for not reproduced, diamonds for in between, grey squares for no verdict. The tables below hold the same numbers."}} tags=["hide-input"]
errors = in_order("two-body-prediction")
tagging = in_order("top-tagging")
shares = in_order(
    "two-body-discovery", "top-tagging-discovery", "cyclic", "comparison"
)
fig = plt.figure(figsize=(8, 7.4))
grid = fig.add_gridspec(2, 2, height_ratios=[len(errors), len(tagging)])
top, bottom = fig.add_subplot(grid[0, 0]), fig.add_subplot(grid[1, 0])
right = fig.add_subplot(grid[:, 1])
dots(
    top,
    errors,
    label=lambda c: c.method,
    ours=lambda c: c.ratio,
    seeds=lambda c: values(c) / c.poster,
    poster=lambda c: 1.0,
)
top.set(
    xscale="log", xlabel="test error, ours / poster", title="two-body prediction"
)
dots(
    bottom,
    tagging,
    label=lambda c: f"{c.method}, {c.metric}",
    ours=lambda c: c.mean,
    seeds=values,
    poster=lambda c: c.poster,
)
bottom.set(xlabel="accuracy or AUROC", title="top tagging, other jets")
dots(
    right,
    shares,
    label=lambda c: AREAS.get(c.experiment, "") + c.method,
    ours=share,
    seeds=lambda c: [],
    poster=lambda c: 1.0 if c.poster is None else c.poster,
)
for band in ((-0.06, 0.1), (0.9, 1.06)):
    right.axvspan(*band, color=MUTED, alpha=0.15, lw=0)
right.set(xlim=(-0.06, 1.06), xlabel="share of seeds", title="claims and marks")
for verdict in overview.ORDER:
    if verdict in counts and verdict in STYLE:
        color, marker = STYLE[verdict]
        name = f"{verdict} ({counts[verdict]})"
        top.plot([], [], marker, color=color, ms=8, label=name)
rest = sum(n for verdict, n in counts.items() if verdict not in STYLE)
top.plot([], [], "s", color=MUTED, ms=8, label=f"no verdict ({rest})")
_ = fig.legend(loc="outside lower center", ncols=6, fontsize=9, handletextpad=0)

# %% [markdown]
# ## What did not reproduce
#
# These cells have a verdict, and it is not *reproduced* and not *better*. The chapter of a task
# goes into the reasons.

# %% tags=["hide-input"]
REPOSITORY = next(
    url.partition(", ")[2]
    for url in metadata("liegan-min").get_all("Project-URL")
    if url.startswith("Repository")
)
CHAPTER = {
    "two-body-discovery": "04",
    "two-body-prediction": "05",
    "top-tagging-discovery": "07",
    "top-tagging": "08",
    "cyclic": "09",
    "comparison": "10",
}
REASONS = {
    ("two-body-discovery", "liegan"): "at λ = 1 the generator shrinks",
    ("two-body-prediction", "aug-liegan"): "a short generator moves few orbits "
    "to where they are tested",
    (
        "two-body-prediction",
        "aug-symmetrygan",
    ): "its element lies next to the identity",
    ("two-body-prediction", "hnn"): "it knows no rotation; no protocol is published",
    ("cyclic", "liegan"): "a blunt critic, narrow valleys, traps at fractions",
}
TOC = (paths.root() / "book" / "_toc.yml").read_text()


def task(experiment):
    """Return a task with a link to its chapter, if the book has it."""
    found = (paths.root() / "book").glob(f"{CHAPTER[experiment]}-*.py")
    names = [p.stem for p in found if f"file: {p.stem}\n" in TOC]
    title = TABLES[experiment].task
    return f"{{doc}}`{title} <{names[0]}>`" if names else title


def links(line):
    """Return a link to each record of a cell, named by its seed."""
    if not line.records:
        return "–"
    base = f"{REPOSITORY}/blob/main/data/results"
    seeds = [(r.rpartition("-s")[2].removesuffix(".json"), r) for r in line.records]
    return " ".join(f"[{seed}]({base}/{record})" for seed, record in seeds)


def row(line):
    method = f"`{line.method}`"
    if TABLES[line.experiment].metric != line.metric:
        method += f" {line.metric}"
    return (
        method,
        overview.poster_text(line),
        overview.ours_text(line),
        line.n,
        overview.ratio_text(line),
        f"**{line.verdict}**",
        links(line),
    )


HEAD = ("cell", "poster", "ours", "n", "ratio", "verdict", "records, by seed")


def cells(experiment):
    """Return the table of an experiment, and its commands."""
    mine = [line for line in lines if line.experiment == experiment]
    name = f"tab-all-{experiment}"
    shown = tables.markdown(HEAD, map(row, mine), TABLES[experiment].task, name)
    why = dict.fromkeys(f"- `{c.method}`: {c.reason}" for c in mine if c.reason)
    commands = dict.fromkeys(c.command for c in mine if c.command)
    again = ["````{dropdown} The commands", "```bash", *commands, "```", "````"]
    return Markdown("\n\n".join([shown, "\n".join(why), "\n".join(again)]))


# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
FAILED = ("not reproduced", "worse", "partly", "mostly")
failed = [line for line in lines if line.verdict in FAILED]
Markdown(
    tables.markdown(
        ("task", "cell", "poster", "ours", "verdict", "why"),
        [
            (
                task(line.experiment),
                f"`{line.method}`",
                overview.poster_text(line),
                overview.ours_text(line),
                f"**{line.verdict}**",
                REASONS.get((line.experiment, line.method), "–"),
            )
            for line in failed
        ],
        "What did not reproduce",
        "tab-failed",
    )
)

# %% [markdown]
# ### What mends it
#
# Where we found what was wrong, the same task was run again with that changed. The remedies are
# ours and no cell of the poster, so they do not count in the headline.

# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
REMEDIES = {
    ("two-body-discovery", "liegan"): ("liegan-lambda-10", "λ = 10"),
    ("two-body-prediction", "aug-liegan"): (
        "aug-liegan-cleaned",
        "the same generators, cleaned",
    ),
    ("cyclic", "liegan"): (
        "liegan-restarts",
        "many small games, and a critic that sees",
    ),
}


def outcome(table_row):
    if table_row.passed is not None:
        return f"{table_row.passed} of {table_row.n} seeds"
    return tables.scientific(table_row.mean, table_row.sd)


mended = []
for line in failed:
    remedy, changed = REMEDIES.get((line.experiment, line.method), (None, ""))
    rows = {r.method: r for r in tables.table(line.experiment)}
    if remedy in rows and rows[remedy].n:
        before, after = rows[line.method], rows[remedy]
        names = f"`{line.method}`", f"`{remedy}`: {changed}"
        told = outcome(rows[line.method]), outcome(rows[remedy])
        mended.append((line.task, names[0], told[0], names[1], told[1]))
Markdown(
    tables.markdown(
        ("task", "cell", "as published", "remedy", "with it"),
        mended,
        "Remedies",
        "tab-remedies",
    )
)

# %% [markdown]
# ## Two-body discovery
#
# A claim in words, held against a support cosine. The numbers link to the records, by seed; the
# commands below a table make them again.

# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
cells("two-body-discovery")

# %% [markdown]
# ## Two-body prediction
#
# The mean squared error after the last epoch. A ratio below 1 means that ours is smaller. *Better*
# is no reproduction either: it says that the two protocols differ in something that matters,
# and {doc}`05-prediction` says in what.

# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
cells("two-body-prediction")

# %% [markdown]
# ## Top-tagging discovery

# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
cells("top-tagging-discovery")

# %% [markdown]
# ## Top quark tagging
#
# Our jets are simulated and easier than the benchmark's. There is no ratio and no verdict,
# however near the numbers are; {doc}`08-tagging` compares the order of the rows instead.

# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
cells("top-tagging")

# %% [markdown]
# ## Discrete rotation
#
# The metric is whether a seed found a rotation of order 7 and nothing else.

# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
cells("cyclic")

# %% [markdown]
# ## Comparison of methods
#
# Each cell is one kind of symmetry for one method, and the poster has a tick or a cross there. Cells
# with a reason in place of runs: {glue:text}`crosses`. The reason stands below the table.

# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
cells("comparison")

# %% [markdown]
# ## Check it yourself
#
# A record holds its settings and their hash, the checksum of its data, the sources, the machine
# and the versions, and a seal over all of it. What it cannot hold is a proof that the run happened.
# For that it must be made again. To make all of them takes days of one core; a sample takes a minute:
#
# ```bash
# liegan verify                                # three quick runs, others each time
# liegan verify --sample 10 --seed 1           # a sample that can be drawn again
# liegan verify --experiment two-body-discovery --method spectral
# liegan table all                             # this chapter in a terminal; --json for a program
# ```
#
# It compares where there is something to compare: if the settings, the data or the records that a
# run built on have changed, it says so and does not. Whole numbers must be equal. Others *repeat*
# if they differ by less than {glue:text}`repeated` relative, which on the machine of the record they
# do. Another processor rounds otherwise in the seventh digit, and an adversarial game carries
# that on over thousands of steps. There numbers *agree* to {glue:text}`agrees`, or within
# {glue:text}`spread` standard deviations over the seeds of the cell: where a method ends at random,
# a run elsewhere is another draw. One mismatch, or nothing that could be compared, is exit status 1.
# Here is one run, made again now.

# %% tags=["hide-input"]
from liegan_min.base import tolerances

glue("repeated", f"{tolerances.REPEATED:g}", display=False)
glue("agrees", f"{tolerances.AGREES:.0%}", display=False)
glue("spread", f"{tolerances.SPREAD:g}", display=False)

# %%
(quick,), _ = verify.sample(1, 0, experiment="two-body-discovery", method="spectral")
made = verify.again(quick)
same = made.verdict in ("repeats", "agrees")
print(f"{made.record}: the same in {made.compared} metrics: {same}")
assert same

# %% [markdown]
# ## Exercises
#
# ```{exercise}
# :label: ex-wide-spread
# A row of wide spread is easily *reproduced*. Which number would show that the verdict says little,
# and which cell of {numref}`tab-all-two-body-prediction` is the clearest case?
# ```
#
# ````{solution} ex-wide-spread
# :class: dropdown
# The spread in decades: with a standard deviation $s$ of the logarithm, every number within a
# factor of $10^{2s}$ either way passes. Compare the ratio with that factor: far from 1 and still
# *reproduced* means a wide row.
# ````

# %% tags=["hide-input"]
spread = {
    line.method: 10 ** (2 * np.log10(values(line)).std(ddof=1))
    for line in lines
    if line.experiment == "two-body-prediction" and line.verdict == "reproduced"
}
for method, factor in sorted(spread.items(), key=lambda item: -item[1]):
    print(f"{method}: passes within a factor of {factor:.1f}")

# %% [markdown]
# ```{exercise}
# :label: ex-chance
# A method succeeds with probability $q$ in each of ten seeds. How likely is a tick for
# $q = 0.8$? How many seeds would it take to tell $0.8$ from $0.95$?
# ```
#
# ```{solution-start} ex-chance
# :class: dropdown
# ```

# %%
from scipy.stats import binom

for q in (0.5, 0.8, 0.95):
    print(f"q = {q}: a tick in {binom.sf(8, 10, q):.0%} of tables")
n = next(
    n
    for n in range(10, 1000)
    if any(
        binom.sf(k, n, 0.8) < 0.05 and binom.cdf(k, n, 0.95) < 0.05 for k in range(n)
    )
)
print(f"to tell 0.8 from 0.95 with errors of 5 % each way: {n} seeds")

# %% [markdown]
# Ten seeds tell a method that works from one that does not. They do not tell one that works often
# from one that works nearly always.
#
# ```{solution-end}
# ```
#
# ## Limits of what was shown
#
# - A verdict speaks of one number and our spread. It does not say that the protocols are the same; where
#   the poster leaves something open, the choice is ours and its chapter says so.
# - Of {glue:text}`cells` cells, {glue:text}`few` have fewer than {glue:text}`enough` seeds. All rest on
#   {glue:text}`runs` records.
# - The tagging table is not reproduced at all: it needs the public jets and GPUs. What stands
#   in for it are the same networks on jets of our own.
# - The seeds of a row share one data set, except where it is drawn anew for each. So the spread is
#   that of training, and smaller than that over data sets.
# - A claim and a tick need a bar for success. The bars are ours; the poster states none.

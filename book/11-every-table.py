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
import numpy as np
from scipy.stats import binom
from scipy.stats import t as student

from liegan_book import tolerances
from liegan_book.publishing import cells
from liegan_book.publishing.figures import use_style
from liegan_book.publishing.page import note, table
from liegan_book.results import overview, rule, tables, verify
from liegan_book.results.poster import TABLES
from liegan_book.results.statistics import LEVEL, WIDE
from liegan_book.results.text import ours_text, poster_text

use_style()
lines = overview.cells()

# %% tags=["remove-cell"]
note(headline=overview.headline(lines), cells=len(lines), enough=rule.ENOUGH)
note(runs=len({record for line in lines for record in line.records}))
note(crosses=sum(bool(line.reason) for line in lines))
note(wide=f"{WIDE:g}", level=f"{LEVEL:.0%}")
theirs = [line for line in lines if line.data != "ours"]
note(theirs=len(theirs), ours=len(lines) - len(theirs))

# %% [markdown]
# The poster has tables of numbers, one table of ticks and crosses, and claims in words. A *cell* is
# one number, one mark, or one method of which a claim speaks. There are {glue:text}`cells` of them.
#
# > {glue:text}`headline`.
#
# ## Whose data?
#
# A result can reproduce only on the data it was given for. For {glue:text}`theirs` cells we have these
# data: the two-body orbits are published, and the function of order 7 is a law that the poster states
# in full. For the other {glue:text}`ours` we do not. The public jets are too many for the machines
# that made this book, so its jets are simulated; and the poster does not say on which tasks its ticks and
# crosses were given. There nothing can reproduce, however near two numbers are. What the same rule says of
# our data stands in a column of its own.
#
# (sec-rule)=
# ## The rule
#
# A verdict should not depend on who gives it. So there is one rule for all cells, and it is code,
# `liegan_book/results/rule.py`. The poster gives one number and no spread: it may itself be one draw of
# many. So the question is whether it could be one of ours. Let $m$ and $s$ be mean and standard deviation
# over our $n$ seeds. A new seed of ours falls, with a probability of {glue:text}`level`, into the
# *prediction interval*
#
# ```{math}
# :label: eq-prediction-interval
# m \pm t_{n-1}\, s\, \sqrt{1 + 1/n} ,
# ```
#
# where $t_{n-1}$ is the quantile of Student's law for $n - 1$ degrees of freedom. The two factors are
# the price of having estimated $m$ and $s$ from few seeds. Without them, $m \pm 2s$ holds

# %%
rng = np.random.default_rng(0)
for n in (5, 10):
    old, new = rng.normal(size=(200_000, n)), rng.normal(size=200_000)
    m, s = old.mean(1), old.std(1, ddof=1)
    plain = (abs(new - m) <= 2 * s).mean()
    t = student.ppf(0.975, n - 1)
    held = (abs(new - m) <= t * s * np.sqrt(1 + 1 / n)).mean()
    print(
        f"n = {n}: m ± 2 s holds {plain:.0%} of new draws, the interval {held:.0%}"
    )
    assert abs(held - LEVEL) < 0.005

# %% [markdown]
# of new draws, not 95. Errors span decades, so for them $m$, $s$ and the interval are those of
# the logarithm, and the tables show them on that scale: the geometric mean, and the ends.
#
# ```{table} The rule of the verdicts
# :name: tab-rule
#
# | the poster gives | *reproduced* | otherwise |
# | --- | --- | --- |
# | a number | it lies in our prediction interval | *better* or *worse*, by the direction of the metric; *wide* if the interval of an error spans more than a factor of {glue:text}`wide`, for then it takes in too much to say anything |
# | a claim in words | all seeds pass the bar of the task | *mostly* if nine in ten pass, else *not reproduced* |
# | a tick or a cross | our mark is the same: a tick if at least nine in ten seeds succeed, a cross if at most one in ten does | *better* or *worse* if it is the opposite, *partly* if ours is neither |
# ```
#
# On data of ours the words are *agrees* for *reproduced* and *differs* for *not reproduced*, and of an
# accuracy on other jets nothing is said but the order. With fewer than {glue:text}`enough` seeds there is
# no verdict. Where a method cannot express a task at all, it has a cross without a run, and the cell
# says why. Beside a claim or a mark the interval is that of the share of seeds that pass (Wilson's).
#
# ### The bars
#
# A claim in words needs a bar, and the poster states none. Ours are in {numref}`tab-bars`, with what would have come
# out at others.

# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
claims = [
    (name, row)
    for name in ("two-body-discovery", "top-tagging-discovery")
    for row in tables.table(name)
    if row.n >= rule.ENOUGH and row.method.startswith("liegan")
]
bars = []
for name, row in claims:
    at = tables.sensitivity(row)
    own = TABLES[name].threshold
    told = ", ".join(f"{bar:g}: {n}" for bar, n in at.items() if bar != own)
    bars.append(
        (row.task, f"`{row.method}`", f"{own:g}: {at[own]} of {row.n}", told)
    )
head = ("task", "method", "our bar: seeds that pass", "at other bars")
table(head, bars, "How much hangs on the bar", "tab-bars")

# %% [markdown]
# For two-body discovery the bar is a support cosine, for jets the largest angle in degrees. That
# of the jets is 0.251 radians, at which a later paper measured LieGAN ({doc}`07-lorentz`).
#
# ## At a glance

# %% mystnb={"figure": {"caption": "Every cell of the poster. Upright strokes: the poster. Large markers: ours; small dots: single seeds. Colours and shapes: the verdict, or what the rule says on data of ours. Top left: test errors over the poster's number. Bottom left: top tagging, on jets of our own, of which only the order counts. Right: share of seeds that succeed; the stroke stands at 1 for a tick or a claim and at 0 for a cross, and in the shaded bands ours counts as a tick or a cross. Hollow: the method cannot express the task. A stroke alone: not run yet.", "name": "fig-every-cell"}, "image": {"alt": "Three dot plots with a row for each cell. Markers are coloured and shaped by verdict: circles for reproduced, triangles up for better, triangles down for worse, crosses for not reproduced, squares in amber for intervals too wide to say anything, grey squares for no verdict. The tables below hold the same numbers."}} tags=["remove-input"]
cells.figure()

# %% [markdown]
# ## What did not reproduce
#
# These cells are on the poster's own data and have a verdict, which is not *reproduced* and not
# *better*. The chapter of a task goes into the reasons, which {numref}`tab-failed` gives in a line each.

# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
P, D = "two-body-prediction", "two-body-discovery"
SPACES = "on our orbits, an error hangs on which maps a tolerance lets through"
WHY = {
    f"{D}/liegan-lambda-10-sigma-3": "some seeds turn along ellipses, or stretch",
    "cyclic/liegan": "a blunt discriminator, narrow valleys, traps at fractions",
    f"{P}/hnn": "judged on how its energy continues; no protocol is published",
    f"{P}/aug-liegan-lambda-10-sigma-3": "one seed of five has a poor generator",
    f"{P}/emlp-liegan-es": SPACES,
    f"{P}/emlp-augerino-plus": SPACES,
}
FAILED = ("not reproduced", "worse", "partly", "mostly", "wide")
failed = [line for line in lines if line.verdict in FAILED]
assert {f"{line.experiment}/{line.method}" for line in failed} == WHY.keys()
table(
    ("task", "cell", "poster", "ours", "verdict", "why"),
    [
        (
            r.task,
            f"`{r.method}`",
            poster_text(r),
            ours_text(r),
            f"**{r.verdict}**",
            WHY[f"{r.experiment}/{r.method}"],
        )
        for r in failed
    ],
    "What did not reproduce",
    "tab-failed",
)

# %% [markdown]
# ### What mends it
#
# Where we found what was wrong, the same task was run again with that changed
# ({numref}`tab-remedies`). The remedies are ours and no cell of the poster, so they do not count in
# the headline.

# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
rows = {(row.experiment, row.method): row for t in TABLES for row in tables.table(t)}
ours = {row.method: row for row in tables.table(P, data="ours")}
REMEDIES = [
    (
        "Discrete rotation",
        rows["cyclic", "liegan"],
        "many small games, and a discriminator that sees",
        rows["cyclic", "liegan-restarts"],
    ),
    (
        "Two-body discovery",
        rows[D, "liegan-lambda-10-sigma-3"],
        "σ = 1 in place of 3",
        rows[D, "liegan-lambda-10"],
    ),
    (
        "Two-body prediction, our orbits",
        ours["aug-liegan"],
        "the same generators, cleaned",
        ours["aug-liegan-cleaned"],
    ),
]
assert all(with_it.passed == with_it.n for *_, with_it in REMEDIES[:2])
assert REMEDIES[2][3].high < REMEDIES[2][1].low
table(
    ("task", "method", "as it was", "remedy", "method", "with it"),
    [
        (task, f"`{a.method}`", ours_text(a), how, f"`{b.method}`", ours_text(b))
        for task, a, how, b in REMEDIES
    ],
    "Remedies",
    "tab-remedies",
)

# %% [markdown]
# ## Two-body discovery
#
# A claim in words, held against a support cosine. The numbers link to the records, by seed; the
# commands below a table make them again.

# %% mystnb={"markdown_format": "myst"} tags=["remove-input"]
cells.table("two-body-discovery")

# %% [markdown]
# ## Two-body prediction
#
# The mean squared error after the last epoch, on the published orbits; the last but one column tells the
# control on ours. A ratio below 1 means that ours is smaller. *Better* is no reproduction either:
# it says that the two protocols differ in something that matters, and {doc}`05-prediction` says in what.

# %% mystnb={"markdown_format": "myst"} tags=["remove-input"]
cells.table("two-body-prediction")

# %% [markdown]
# ## Top-tagging discovery
#
# A claim in words about jets, on jets of ours: the largest angle between the learned span and
# $\so(1,3)$ plus dilation.

# %% mystnb={"markdown_format": "myst"} tags=["remove-input"]
cells.table("top-tagging-discovery")

# %% [markdown]
# ## Top quark tagging
#
# Our jets are simulated and easier than the benchmark's. There is no verdict, however near the
# numbers are; {doc}`08-tagging` compares the order of the rows instead.

# %% mystnb={"markdown_format": "myst"} tags=["remove-input"]
cells.table("top-tagging")

# %% [markdown]
# ## Discrete rotation
#
# The metric is whether a seed found a rotation of order 7 and nothing else.

# %% mystnb={"markdown_format": "myst"} tags=["remove-input"]
cells.table("cyclic")

# %% [markdown]
# ## Comparison of methods
#
# Each cell is one kind of symmetry for one method, and the poster has a tick or a cross there. The tasks
# are ours, so a mark can agree and cannot reproduce. Cells
# with a reason in place of runs: {glue:text}`crosses`. The reason stands below the table.

# %% mystnb={"markdown_format": "myst"} tags=["remove-input"]
cells.table("comparison")

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

# %% tags=["remove-cell"]
note(repeated=f"{tolerances.REPEATED:g}", agrees=f"{tolerances.AGREES:.0%}")
note(spread=f"{tolerances.SPREAD:g}")

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
# A row of wide spread is easily *reproduced*, which is why an interval can be *wide*. By which factor may
# the poster's number differ from ours in each row that did reproduce?
# ```
#
# ```{solution-start} ex-wide-spread
# :class: dropdown
# ```
#
# By the half-width of the interval, which on the scale of logarithms is a factor: the root of its
# upper over its lower end.

# %%
spread = {
    line.method: (line.high / line.low) ** 0.5
    for line in lines
    if line.experiment == "two-body-prediction" and line.verdict == "reproduced"
}
for method, factor in sorted(spread.items(), key=lambda item: -item[1]):
    print(f"{method}: within a factor of {factor:.1f} either way")

# %% [markdown]
# ```{solution-end}
# ```
#
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
# - The cells rest on {glue:text}`runs` records in all.
# - The tagging table is not reproduced at all: it needs the public jets and GPUs. What stands
#   in for it are the same networks on jets of our own.
# - The seeds of a row share one data set, except where it is drawn anew for each. So the spread is
#   that of training, and smaller than that over data sets.
# - A claim and a tick need a bar for success. The bars are ours; the poster states none.

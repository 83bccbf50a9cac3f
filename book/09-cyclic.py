# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A discrete group: seven turns
#
# ```{admonition} What you will learn
# :class: tip
# - How integer coefficients turn a Lie algebra into a discrete group.
# - Why the published recipe mostly misses the rotation of order 7: a blunt discriminator, narrow
#   basins, and traps at fractions.
# - How many small games from many starts find it, and how bets with a discriminator tell the order
#   of the group when nobody said that it is 7.
#
# **Reading time** 25 minutes. **Run time** about two minutes on one core.
# **You need** chapters {doc}`02-lie-groups` and {doc}`03-liegan`.
# ```

# %%
import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from torch.nn import functional as F

from liegan_book import experiments, records
from liegan_book.datasets import cyclic
from liegan_book.experiments.metrics.cyclic import R_Z, generates, rotation_of
from liegan_book.publishing.figures import (
    DATA,
    LEARNED,
    MOVED,
    MUTED,
    TRUTH,
    use_style,
)
from liegan_book.publishing.page import note, table
from liegan_book.results import tables
from liegan_min.algebra.lie_algebra import act
from liegan_min.algebra.moments import kept_by_moments
from liegan_min.base.options import RunOptions
from liegan_min.discrete.evidence import EvidenceConfig, fit_evidence
from liegan_min.discrete.rotation_group import implied, limit
from liegan_min.discrete.rotations import powers
from liegan_min.game.discriminator import Discriminator
from liegan_min.game.fourier import FourierDiscriminators
from liegan_min.game.restarts import side_by_side

use_style()
STEP = 2 * math.pi / 7

# %% [markdown]
# ## The claim
#
# The poster's third task is a function on $\R^3$ that a turn by a seventh leaves as it is,
#
# ```{math}
# :label: eq-sawtooth
# f(x, y, z) = \frac{z}{1 + (\theta \bmod \frac{2\pi}{7})}, \qquad
# \theta = \arctan \frac{y}{x} .
# ```
#
# The claim: with coefficients $w$ from the integers LieGAN finds that rotation. The trick is
# in $\gamma_\beta$. Where $w$ is an integer, $g = \exp(wL) = \exp(L)^w$ is a power of one
# matrix, so the generator moves the data by the elements of a cyclic group.
#
# ## What there is to find
#
# The turns about the $z$-axis are $\exp(\alpha R_z)$. For $\alpha = 2\pi k/7$ the function
# does not change.

# %%
rng = np.random.default_rng(0)
points = rng.normal(size=(1000, 3))
for k in range(7):
    g = torch.linalg.matrix_exp(k * STEP * R_Z).numpy()
    assert np.allclose(cyclic.f(points @ g.T), cyclic.f(points))
half = torch.linalg.matrix_exp(STEP / 2 * R_Z).numpy()
print(
    "half a step changes f:",
    not np.allclose(cyclic.f(points @ half.T), cyclic.f(points)),
)

# %% [markdown]
# One letter matters here. An $\arctan$ of $y/x$, taken at its word, cannot tell $(x, y)$ from
# $(-x, -y)$: it has period $\pi$, and $2\pi/7$ does not divide $\pi$. The function as printed
# has a half turn for its symmetry, and no rotation of order 7. The published code calls
# `arctan2`, the angle of the point, and so do we.


# %%
def printed(p):
    """The formula as printed, with arctan(y/x)."""
    return p[:, 2] / (1 + np.mod(np.arctan(p[:, 1] / p[:, 0]), STEP))


for name, angle in {"half a turn": math.pi, "a seventh of a turn": STEP}.items():
    moved = points @ torch.linalg.matrix_exp(angle * R_Z).numpy().T
    print(
        f"{name} keeps the printed f:", np.allclose(printed(moved), printed(points))
    )

# %% [markdown]
# The data are 20,000 points from $\mathcal N(0, \mathbb 1_3)$ with their values; $g$ moves the
# point and leaves the value alone. Any of six matrices is right: $L = \frac{2\pi k}{7} R_z$
# with $k = \pm 1, \pm 2, \pm 3$ modulo 7, since each of these turns generates all seven. We say
# a seed **succeeds** if the angle of $L$ is within 1 % of a step of such a multiple and every
# other entry is below 0.02.

# %% mystnb={"figure": {"caption": "The function on the plane $z = 1$: seven teeth of a saw.", "name": "fig-sawtooth"}, "image": {"alt": "A disc of seven equal sectors; in each the colour falls steadily with the angle and jumps back at the edge."}} tags=["nbval-ignore-output"]
disc = rng.uniform(-2, 2, size=(12_000, 3))
disc = disc[np.hypot(disc[:, 0], disc[:, 1]) < 2]
disc[:, 2] = 1


def show(ax, p, title=""):
    """Draw where p, (n, 3), has the points of the disc, coloured by their values."""
    ax.set(aspect="equal", xticks=[-2, 0, 2], yticks=[-2, 0, 2], title=title)
    return ax.scatter(*p[:, :2].T, c=cyclic.f(disc), s=2, cmap="viridis", lw=0)


fig, ax = plt.subplots(figsize=(4.2, 3.5))
fig.colorbar(show(ax, disc), label="$f(x, y, 1)$")
_ = ax.set(xlabel="$x$", ylabel="$y$")

# %% [markdown]
# ## The published recipe, twenty seeds
#
# Coefficients from the integers $-10 \dots 9$, the entries of $L$ from $\mathcal N(0, 2/9)$, a
# discriminator of 512-512, batch 64, 100 epochs, $\lambda = 0.01$ on the cosine.

# %%
runs = records.frame("cyclic", "paper")
published = runs.loc["liegan"]
steps = published["steps"].abs()  # an L and -L generate the same group
basin = (abs(steps - 1) < 0.03) & (published["others"] < 0.02)
identity = steps < 0.01
assert len(steps) >= 20
assert published["success"].mean() < 0.5

# %% mystnb={"figure": {"caption": "Where the published recipe ends: the angle of the averaged $L$ in steps of $2\\pi/7$, one dot a seed. The dashed lines are right answers, and the identity at 0 is a trap.", "name": "fig-published-angles"}, "image": {"alt": "Twenty dots on a line from 0 to 2 steps. A few sit at 1; the others are spread over other values, two of them at 0."}} tags=["nbval-ignore-output"]
_, ax = plt.subplots(figsize=(7, 1.7))
height = np.random.default_rng(1).uniform(-1, 1, len(steps))
colours = np.where(published["success"], LEARNED, MOVED)
ax.scatter(steps, height, c=colours, s=36, alpha=0.8, lw=0)
for k in (1, 2):
    ax.axvline(k, color=TRUTH, ls="--", lw=0.8)
ax.set(xlabel="angle, in steps of $2\\pi/7$", yticks=[], ylim=(-2, 2))
_ = ax.spines["left"].set_visible(False)

# %% [markdown]
# {glue:text}`pub_won` of {glue:text}`pub_n` seeds succeed, on the basis averaged over the last
# steps. The last basis itself, which the published code prints, succeeds in
# {glue:text}`pub_last`: its other entries still move by more than 0.02.
# {glue:text}`pub_basin` seeds come to the right place, within 3 % of a step;
# {glue:text}`pub_identity` end at the identity. The rest end elsewhere, and not at random.
#
# ## Reason one: the discriminator is blunt
#
# Turn every point by half a step. No value then belongs to its point, and a good discriminator sees
# it at once. Can this one? We let two discriminators learn to tell moved data from real, for as
# many steps: the published one, and one that is given waves of its inputs,
#
# ```{math}
# \begin{gathered}
# z = (x, f(x)), \quad h_0 = \bigl(z, \cos Bz, \sin Bz\bigr), \\
# h_1 = (U h_0) \odot (V h_0),
# \end{gathered}
# ```
#
# with random frequencies $B$ {cite}`tancik2020fourier`. Perceptrons learn slow functions first
# {cite}`rahaman2019spectral`. And the product is there because $f$ holds one: $z$ times a saw.

# %%
pairs = cyclic.pairs(20_000, 7, seed=0)
moved = pairs.x @ torch.from_numpy(half).float().T
held = slice(16_000, None)


def mistaken(discriminator, rows):
    """A discriminator's loss on samples as they are, and moved by half a step."""
    real, fake = (discriminator(x[rows], pairs.y[rows]) for x in (pairs.x, moved))
    return F.softplus(torch.cat([-real, fake])).mean()


def told_apart(discriminator, lr, epochs=5):
    """Train it on a half-step turn; return its loss on unseen samples."""
    optimiser = torch.optim.Adam(discriminator.parameters(), lr=lr)
    order = torch.Generator().manual_seed(0)
    for _ in range(epochs):
        for rows in torch.randperm(16_000, generator=order).split(64):
            optimiser.zero_grad()
            mistaken(discriminator, rows).backward()
            optimiser.step()
    with torch.no_grad():
        return float(mistaken(discriminator, held))


# %%
torch.manual_seed(0)
for lr in (2e-4, 5e-3):  # the published rate, and that of the other
    blunt = told_apart(Discriminator(4), lr)
    print(f"published, rate {lr:g}: has seen next to nothing: {blunt > 0.67}")
    assert blunt > 0.67
sharp = told_apart(FourierDiscriminators(1, 4, scale=pairs.rms()), lr=5e-3)
print("the one with waves has seen it:", sharp < 0.5)
assert sharp < 0.5

# %% [markdown]
# A discriminator that guesses has a loss of $\log 2 = 0.69$. After five epochs the published one is
# still above 0.67, at its own learning rate and at one 25 times as high, and the other is below 0.5.
# These are single starts, but the difference is not subtle. A blunt discriminator is a poor guide: what
# it cannot see does not push.
#
# ## Reason two: basins are narrow, and fractions are traps
#
# Give the generator the best guide that we can make, and look at the landscape. The discriminator
# $T$ below tells the data from data turned by *any* angle about the axis; at its best
#
# ```{math}
# :label: eq-ratio
# \begin{gathered}
# T(z) = \log \frac{p(z)}{\bar p(z)}, \\
# \bar p = \text{the mean of } p \text{ over all turns.}
# \end{gathered}
# ```
#
# A turn $g$ leaves $\bar p$ as it is. So $T(z) - T(g^{-1}z) = \log p(z)/p(g^{-1}z)$, which is all
# that can be said about "was $z$ moved by $g$?", for every $g$, from one discriminator. How much
# it says on average is the height of the landscape at $g$.

# %%
evidence = fit_evidence(
    pairs,
    R_Z,
    EvidenceConfig(stack=2, epochs=12, held_out=2000),
    options=RunOptions(seed=0),
)


def height(steps, exponents):
    """What the evidence says, in nats a sample, against exp(wL), w as given."""
    return max(
        0.0, evidence.log_e_value(powers(steps * STEP * R_Z, exponents)) / 2000
    )


angles = np.linspace(-0.25, 2.25, 101)
one = [height(a, (-1, 1)) for a in angles]
fine = np.linspace(0, 2, 161)
grid = [height(a, range(-10, 10)) for a in fine]
low = [a for a, h in zip(angles, one, strict=True) if h < 0.01]
print("lowest at whole steps alone:", {round(float(a)) for a in low} == {0, 1, 2})
print("and near them:", max(abs(a - round(a)) for a in low) <= 0.15)

# %%
traps = sorted({p / q for q in range(2, 11) for p in range(1, 2 * q)} - {1.0})


def at_a_trap(steps):
    """Which angles lie within 0.005 steps of a fraction p/q of a step, q <= 10."""
    return np.abs(np.asarray(steps)[:, None] - traps).min(1) < 0.005


lost = steps[~basin & ~identity]
near, chance = at_a_trap(lost).sum(), at_a_trap(np.linspace(0.3, 1.8, 5001)).mean()
assert near / len(lost) > 2 * chance

# %% mystnb={"figure": {"caption": "What a sharp discriminator can tell about $\\exp(wL)$, against the angle of $L$. Top: $w = \\pm 1$. Bottom: the published grid $-10 \\dots 9$; the marks below are the ends of the published recipe's seeds.", "name": "fig-landscape"}, "image": {"alt": "Top: a curve that is high and flat and drops to zero in valleys at 0, 1 and 2 steps. Bottom: a jagged curve with narrow deep notches at 0, 1 and 2 and shallower notches at one half, one third, two thirds and other fractions, where many of the marks sit."}} tags=["hide-input", "nbval-ignore-output"]
fig, (top, bottom) = plt.subplots(2, 1, figsize=(7, 4.6), sharex=True)
top.plot(angles, one, color=DATA)
bottom.plot(fine, grid, color=DATA, lw=1.2)
bottom.plot(steps, np.full(len(steps), -0.012), "|", color=MOVED, ms=12)
for p, q in ((1, 2), (1, 3), (2, 3), (3, 2)):
    dent = p / q, height(p / q, range(-10, 10))
    label = {"textcoords": "offset points", "ha": "center", "color": MUTED}
    bottom.annotate(f"{p}/{q}", dent, (0, -14), **label)
top.set(ylabel="nats a sample")
_ = bottom.set(ylabel="nats a sample", xlabel="angle of $L$, in steps of $2\\pi/7$")

# %% [markdown]
# With $w = \pm 1$ every angle leads downhill to a whole step: the valleys are half a step wide
# to each side. The published grid makes it hard. Under the tenth power an error of the angle
# counts ten times, so the valleys are a tenth as wide, and between them lies rough high
# ground. Its dents are not noise: at $p/q$ steps every $q$-th power of $\exp(L)$ *is* a
# symmetry, so about $1/q$ of the moved samples are perfect. These fractions are traps. Of the
# {glue:text}`lost` seeds that ended neither at a whole step nor at the identity,
# {glue:text}`near_fraction` lie within 0.005 steps of a fraction $p/q$ with $q \le 10$; of angles
# drawn evenly {glue:text}`chance` % do.
#
# ## Reason three: a pull that never ends
#
# The seeds that did arrive stand a little to the right of their line in
# {numref}`fig-published-angles`, all of them: by {glue:text}`bias` % of a step, where 1 % is all
# that we allow. The cosine term $\lambda\, |E \cos(gx, x)|$ is there to forbid the identity, and
# it does not vanish at the answer. As a control we ran all {glue:text}`free_n` of these seeds again
# with $\lambda = 0$, from the same starts.

# %%
free = runs.loc["liegan-lambda-0"]
assert [*free.index] == [*steps.index[basin]]
assert (steps[basin] > 1.005).all()
assert (free["steps"].abs() < steps[free.index]).all()

# %% tags=["hide-input"]
note(
    pub_n=len(published),
    pub_won=int(published["success"].sum()),
    pub_last=int(published["success_last"].sum()),
    pub_basin=int(basin.sum()),
    pub_identity=int(identity.sum()),
    lost=len(lost),
    near_fraction=int(near),
    chance=f"{100 * chance:.0f}",
    bias=f"{100 * (steps[basin] - 1).mean():.1f}",
    free_n=len(free),
    free_won=int(free["success"].sum()),
    bound_won=int(published.loc[free.index, "success"].sum()),
    free_bias=", ".join(f"{100 * (a - 1):+.1f}" for a in free["steps"].abs()),
)

# %% [markdown]
# Now their errors are {glue:text}`free_bias` % of a step, and {glue:text}`free_won` of them
# succeed, where {glue:text}`bound_won` did before. The term costs the recipe seeds that it had already
# won. It cannot simply be dropped:
# these seeds were picked because they had arrived, and what keeps the others from the
# identity, or does not, is another matter.
#
# ## The remedy: many small games
#
# The landscape says what to do.
#
# 1. **Search with $w = \pm 1$**, from many starts, each with a small discriminator that sees waves.
#    Zero is left out: a $w$ that moves nothing teaches nothing.
# 2. **Look where an answer can be.** A $g$ that keeps the law of $x$ keeps
#    $\Sigma = E\, x x^\top$, so $\Sigma^{-1/2} g\, \Sigma^{1/2}$ is orthogonal, and $L$ lies in
#    $\Sigma^{1/2}\, \so(3)\, \Sigma^{-1/2}$: three numbers instead of nine.
# 3. **Refine** what has not shrunk to the identity with $w = \pm 1 \dots \pm 10$. Now that
#    the angle is nearly right, ten times as steep a valley is what we want.
#
# Sixteen games run side by side in one stack. They share batches and nothing else: row $r$ of
# a batch is moved by $L_r$ and judged by discriminator $r$, so one backward pass serves them all.

# %%
config = experiments.settings("cyclic", "liegan-restarts", "paper")
within = kept_by_moments(pairs.x)
print("room for L:", within.dim, "dimensions of", pairs.x.shape[-1] ** 2)
found = side_by_side(
    pairs, config.search, options=RunOptions(seed=0, progress=False)
)
ends = [rotation_of(L, 7) for L in found.L]
arrived = [e for e in ends if e.k and e.angle_error < 0.1]
print("games near a whole step, not 0:", len(arrived) >= 4)

# %% mystnb={"figure": {"caption": "Sixteen games of one seed: the angle of each $L$ in steps of $2\\pi/7$.", "name": "fig-restarts"}, "image": {"alt": "Lines that bend within two or three epochs to whole numbers between minus 2 and 2; several go to 0, and one stays between 2 and 3."}} tags=["nbval-ignore-output"]
course = pd.DataFrame(
    [[rotation_of(L, 7).steps for L in games] for games in found.bases]
)
vanished = course.iloc[-1].abs() < 0.1
ax = course.set_index(1 + course.index).plot(
    style="o-", color=[*np.where(vanished, MUTED, LEARNED)],
    ms=3, lw=1, legend=False, figsize=(6, 3.6),
)  # fmt: skip
for k in range(-4, 5):
    ax.axhline(k, color=TRUTH, lw=0.5, ls="--" if k else "-")
_ = ax.set(xlabel="epoch", ylabel="angle of $L$, in steps")

# %% [markdown]
# ## Which order? Bets
#
# Nobody told these games that there are seven teeth. What they leave is a set of matrices:
# turns about one axis by several angles, a few of them perhaps in a trap. The question is which
# *group* of turns keeps the law, and how sure we can be. So ask of every $C_n$ about the axis
# that was found, $n = 2, 3, \dots, 24$.
#
# Take samples that no discriminator has seen. For each toss a coin: heads, it is moved by a $g$ drawn
# from the group. The discriminator of {eq}`eq-ratio` bets on the coin at fair odds, with all it holds:
#
# ```{math}
# :label: eq-bet
# \begin{gathered}
# e = \prod_i 2\, p_i, \\
# p_i = \text{its belief in how coin } i \text{ fell.}
# \end{gathered}
# ```
#
# If the group keeps the law, a sample says nothing about its coin. Then each factor has mean 1
# whatever the discriminator is, $E\, e = 1$, and by Markov's inequality
# $P(e \ge 1/\alpha) \le \alpha$: exactly, for any number of samples and however badly the discriminator
# was trained {cite}`vovk2021evalues`. A large $\log e$ **refutes** the group. The order is the
# largest $n$ such that neither $C_n$ nor a subgroup of it is refuted.
#
# How large is large? Twenty-three groups are asked about, and before them each turn that a game
# ended with: those that are refuted lie in a trap or tilt too far, and the axis is that of the
# others. The chance that anything which keeps the law is refuted shall be $\alpha = 0.01$ at most, for all of these
# bets together. So each of the two questions gets a share of $\alpha$ that is divided among its
# bets, and a group is refuted from $\log e = {}${glue:text}`bar` on. And because the axis depends on
# the first bets, the second are placed on samples of their own.

# %%
orders = range(2, 25)
against = {
    n: evidence.log_e_value(powers(2 * math.pi / n * R_Z, range(1, n)))
    for n in orders
}
bar = limit(len(orders), config.alpha)
kept = [n for n in orders if implied(against, n) < bar]
print("not refuted:", kept)
assert kept == [7]

# %% [markdown]
# The last step reads $L$ off the games, not off the order. Winners sit at multiples
# $L_i \approx k_i L$ of one matrix; the order says which whole number $k_i$ is, and $L$ is the
# least-squares spacing $\sum_i k_i L_i / \sum_i k_i^2$. Its angle is not rounded to anything.
#
# ## Twenty seeds, and other orders
#
# The same settings, which say nothing of an order, on the poster's function, on those with
# three, five and twelve teeth, and on one with a single tooth, which has no symmetry at all.

# %%
restarts = "liegan-restarts"
TEETH = {"liegan": 7, restarts: 7} | {f"{restarts}-{n}": n for n in (3, 5, 12, 1)}
runs["right"] = runs["order"] == runs.index.get_level_values("method").map(TEETH)
methods = runs.loc[[*TEETH]].groupby("method", sort=False)
assert (runs.loc[f"{restarts}-3", "right"]).all()
twelve = runs.loc[f"{restarts}-12"]
assert [*twelve.loc[~twelve["right"], "order"]] == [23]
found = methods.agg(
    right=("right", "sum"),
    success=("success", "sum"),
    n=("success", "size"),
    error=("angle_error", "median"),
    weakest=("weakest", "min"),
    seconds=("cpu_seconds", "median"),
)
ours = runs.loc[restarts]
assert len(ours) >= 20
assert (ours["success"] & ours["right"]).all()
assert ours["cpu_seconds"].max() < 180
assert found["right"][f"{restarts}-1"] == found["n"][f"{restarts}-1"]
again = runs[runs["blur"] > config.evidence.blur]
assert {*again.index.unique("method")} == {f"{restarts}-3"}


# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
def cells(row):
    order = TEETH[row.Index]
    name = {"liegan": "published recipe", f"{restarts}-1": "ours, no symmetry"}
    told = row.Index == "liegan"
    return (
        name.get(row.Index, "ours"),
        f"$C_{{{order}}}$" if order > 1 else "none",
        "–" if told else f"{row.right}/{row.n}",
        f"{row.success}/{row.n}",
        f"{100 * row.error:.2f}" if order > 1 else "–",
        "–" if told else f"{row.weakest:.0f}",
        f"{row.seconds:.0f}",
    )


table(
    ("method", "truth", "order right", "success", "error", "evidence", "CPU s"),
    map(cells, found.itertuples()),
    "The poster's task, and other orders. Error: the median of the angle's, "
    "in % of a step. Evidence: the least log e of any seed against a finer "
    f"group than the one reported; {bar:.1f} refutes. CPU s: median for a "
    "seed, on one core.",
    "tab-cyclic",
)

# %% tags=["hide-input"]
verdicts = {row.method: row.verdict for row in tables.table("cyclic")}
three = runs.loc[f"{restarts}-3"]
assert ((three["others"] < 0.02) == three["success"]).all()
note(
    bar=f"{bar:.1f}",
    blur=f"{config.evidence.blur:g}",
    blurred=len(again),
    all_runs=int(runs["order"].count()),
    three_n=len(three),
    three_error=f"{np.ceil(1000 * three['angle_error'].max()) / 10:.1f}",
    three_tilted=int((~three["success"]).sum()),
    three_others=f"{three['others'].max():.2f}",
    twelve_n=len(twelve),
    ours_n=len(ours),
    ours_won=int(ours["success"].sum()),
    ours_verdict=verdicts[restarts],
    pub_verdict=verdicts["liegan"],
    ours_error=f"{100 * ours['angle_error'].max():.2f}",
    ours_others=f"{ours['others'].max():.3f}",
    ours_cpu=f"{ours['cpu_seconds'].max():.0f}",
)

# %% [markdown]
# {glue:text}`ours_won` of {glue:text}`ours_n` seeds find the group and its generator; the largest error of
# an angle is {glue:text}`ours_error` % of a step, the largest other entry {glue:text}`ours_others`, and no seed
# took more than {glue:text}`ours_cpu` seconds of one core. By the rule of {doc}`11-every-table` the claim is
# **{glue:text}`pub_verdict`** with the published recipe, and this one **{glue:text}`ours_verdict`**. Where
# there is no symmetry, none is reported.
#
# The other orders show where the limits lie. Three teeth have few edges to hold an axis. The order is
# right in all {glue:text}`three_n` seeds, and so is the angle, to {glue:text}`three_error` %; but in
# {glue:text}`three_tilted` of them another entry of $L$ is above the 0.02 that we allow, up to
# {glue:text}`three_others`. With twelve teeth, the law changes little from tooth to tooth. One seed of
# {glue:text}`twelve_n` has weak bets, so weak that $C_{23}$ is not refuted beside $C_{12}$, and 23 is
# reported: a prime has no subgroup that could speak against it.


# %%
def bets(log_e):
    """Evidence against C_2, C_3, …, and which of them no bet refutes."""
    by_order = dict(enumerate(log_e, 2))
    stands = [implied(by_order, n) < bar for n in by_order]
    return pd.DataFrame({"n": [*by_order], "log e": log_e, "stands": stands})


cases = {3: "three teeth", 7: "seven teeth", 12: "twelve teeth", 1: "one tooth"}
named = runs.rename({m: cases.get(n) for m, n in TEETH.items() if m != "liegan"})
asked = named.loc[[*cases.values()], "log_e_of_orders"].map(bets)

# %% mystnb={"figure": {"caption": "Evidence against $C_n$ about the axis that was found, for every seed. Green: neither the group nor a subgroup is refuted; the dashed line is where a bet refutes.", "name": "fig-orders"}, "image": {"alt": "Four panels of dots against n from 2 to 24. For three teeth only n equal 3 lies below the line; for seven only 7; for twelve 2, 3, 4, 6 and 12, and a few more in one seed; for one tooth none."}} tags=["nbval-ignore-output"]
fig, axes = plt.subplots(2, 2, figsize=(7.6, 5), sharex=True)
for ax, title in zip(axes.flat, cases.values(), strict=True):
    told = pd.concat([*asked[title]])
    size, colour = 9 + 20 * told["stands"], np.where(told["stands"], LEARNED, MOVED)
    ax.scatter("n", "log e", size, colour, data=told, lw=0, alpha=0.6)
    ax.axhline(bar, color=TRUTH, ls="--", lw=0.8)
    ax.set_yscale("symlog", linthresh=20)
    ax.set(xticks=[2, 3, 4, 5, 6, 7, 12, 18, 24], title=title)
fig.supxlabel("$n$")
_ = fig.supylabel(r"$\log e$ against $C_n$")

# %% [markdown]
# The poster shows samples of the plane $z = 1$ after $g = \exp(L)$. A symmetry moves every point
# and changes nothing: the moved points, still in the colours of their values, make the same
# picture. Beside it the same for a seed of the published recipe that a trap holds.

# %% mystnb={"figure": {"caption": "Points of the plane $z = 1$ moved by $\\exp(L)$, in the colours of their values. The black ring marks one point and where it goes. Middle: our $L$, seed 0. Right: the published recipe, its first seed in a trap.", "name": "fig-moved-teeth"}, "image": {"alt": "Three discs with seven sectors. The middle one looks like the left one. In the right one the sectors are turned against the left one, so that the edges do not line up."}} tags=["nbval-ignore-output"]
trapped = torch.tensor(published["basis"][lost.index[0]])[0]
learned = torch.tensor(ours["L"][0])
assert generates(rotation_of(learned, 7), 7)
assert not generates(rotation_of(trapped, 7), 7)

titles = {
    "as they are": 0 * learned,
    "moved, ours": learned,
    "moved, trapped": trapped,
}
fig, axes = plt.subplots(1, 3, figsize=(8.4, 3.1))
for ax, (title, L) in zip(axes, titles.items(), strict=True):
    g = torch.linalg.matrix_exp(L.double())
    show(ax, act(g, torch.from_numpy(disc)).numpy(), title)
    ring = g @ torch.tensor([1.2, 0.9, 1.0], dtype=torch.float64)
    ax.plot(*ring[:2], "o", mfc="none", mec="black", ms=8)

# %% [markdown]
# ## Exercises
#
# ```{exercise}
# :label: ex-cyclic-order
# Which of $L = \frac{2\pi k}{12} R_z$, $k = 1, \dots, 11$, generate all of $C_{12}$ with integer
# coefficients? What does the judge of this chapter do with $k = 2$?
# ```
#
# ````{solution} ex-cyclic-order
# :class: dropdown
# Those with $k$ prime to 12: 1, 5, 7 and 11. The powers for $k = 2$ are the six even turns, the
# subgroup $C_6$. The judge asks for $\gcd(k, n) = 1$ and does not take it, close as its angle is.
# ````
#
# ```{exercise}
# :label: ex-cyclic-traps
# On the grid $-10 \dots 9$ an angle of one half step keeps the even powers. What share of the moved
# samples is perfect, and what is the share at $1/3$ and at $1/7$ of a step?
# ```
#
# ````{solution} ex-cyclic-traps
# :class: dropdown
# Of twenty integers ten are even, so one half; seven are multiples of 3 (−9 … 9), so 0.35; three
# are multiples of 7, so 0.15. A trap at $1/q$ is the weaker the larger $q$ is, and at
# $q > 10$ only $w = 0$ is left, which any $L$ has.
# ````
#
# ```{exercise}
# :label: ex-cyclic-bets
# Let the discriminator bet before it has learned anything. Which orders are refuted then, and why is that no
# error of the method?
# ```
#
# ```{solution-start} ex-cyclic-bets
# :class: dropdown
# ```
#
# None. Bets without knowledge win nothing against any group. The guarantee runs one way: a group
# that keeps the law is hardly ever refuted; one that does not is refuted by a discriminator that is
# good enough.

# %%
novice = fit_evidence(
    pairs,
    R_Z,
    EvidenceConfig(epochs=1, lr=1e-09, held_out=1000),
    options=RunOptions(seed=0),
)
lost_bets = {
    n: novice.log_e_value(powers(2 * math.pi / n * R_Z, range(1, n)))
    for n in (2, 3, 5, 14)
}
print("refuted:", [n for n, log_e in lost_bets.items() if log_e > bar])

# %% [markdown]
# ```{solution-end}
# ```
#
# ## Limits of what was shown
#
# - A group that is not refuted is not thereby proven. What stands behind "order 7" is that every finer group
#   up to $n = 24$ was refuted; {numref}`tab-cyclic` gives the weakest evidence.
# - With twelve teeth {numref}`fig-orders` shows bets against other orders that only just refute, and
#   some that do not. More teeth would need more samples to bet on.
# - Orders were asked for up to 24. A law with more teeth would come out as a divisor, or be
#   reported at that bound.
# - The step from axis and angle to the order is one for turns of $\R^3$. The search by stacked
#   games is not: it takes any $k$.
# - Bets are blurred by {glue:text}`blur` rad, so that the error of a found axis does not count as
#   broken symmetry. Symmetry is asked for up to that. Where some $L$ came to rest away from the
#   identity, and yet every group was refuted or every $L$ was, the bets are made again at twice the
#   blur, twice at most: {glue:text}`blurred` of {glue:text}`all_runs` runs of ours came to that, all
#   with three teeth.
# - The settings were chosen on seeds from 100 on, with three, seven and twelve teeth. The way of
#   betting changed after seeds of the table had been seen, four times. Samples to bet on were kept
#   from the games. The second blur came in after two of the three-toothed seeds had come out as
#   having no symmetry. Then $\alpha$ was made to hold for all bets together, and the orders got
#   samples of their own; after that all runs of {numref}`tab-cyclic` were made anew, and half of the
#   seeds of the other orders had not been seen before. Last, the second blur was extended to the case
#   that every $L$ is refuted, for two of these seeds with three teeth; in the others that changes
#   nothing.

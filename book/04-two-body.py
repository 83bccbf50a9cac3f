# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Two bodies: SO(2) from orbits
#
# ```{admonition} What you will learn
# :class: tip
# - Why orbits of two equal masses show only half of their symmetry, and how to score an
#   answer on what they show.
# - How LieGAN finds the rotation, live, in two search spaces.
# - What the full protocol gives over ten seeds, and how far it drifts towards the identity;
#   why it does, and what stops it.
# - What the poster's own orbits are like, and which settings its saved generator was made with.
# - What second moments alone can find, without a game.
#
# **Reading time** 30 minutes. **Run time** under a minute on one core.
# **You need** chapters {doc}`02-lie-groups` and {doc}`03-liegan`.
# ```

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy.linalg import logm

from liegan_book import experiments, records, tolerances
from liegan_book.baselines.spectral import spectral
from liegan_book.datasets import store, two_body
from liegan_book.publishing.figures import (
    DATA,
    LEARNED,
    MOVED,
    MUTED,
    STATE,
    TRUTH,
    heat,
    path,
    use_style,
)
from liegan_book.publishing.page import note, table
from liegan_book.results import poster, rule, tables
from liegan_book.results.text import plus_minus
from liegan_min.algebra import groups, linalg
from liegan_min.algebra.lie_algebra import LieAlgebra, act
from liegan_min.base.options import RunOptions

use_style()
NEAR = 2.0  # degrees to which an element is a quarter turn
FLOW = 0.95  # cosine from which a direction counts as the flow of time

# %% [markdown]
# ## The data
#
# Two bodies of mass 1 circle each other under gravity, with $G = 1$. A state holds the
# position and momentum of both, eight numbers,
#
# ```{math}
# :label: eq-state
# x = (q_1, p_1, q_2, p_2) \in \R^8 .
# ```
#
# The orbits are nearly circular; the bodies are 3 to 6 apart. Each orbit has 20 states,
# $20/49$ apart in time. The learner sees pairs: a state $x$ and the next state $y$.
#
# There are two sets of such orbits in this book. The authors publish theirs, and the verdicts
# on the poster's cells rest on those: `liegan data two-body-published` fetches them. The other
# set is made by us from the closed-form solution of Kepler's problem, so that no integrator
# adds an error of its own. It needs no download, so everything that runs live here runs on it,
# and it serves as a control: what holds on both does not hang on one file.
#
# Body 1 of a training orbit starts in the lower half-plane, of a test orbit in the upper.
# The test set is a rotated world. A model that does not know the rotation has never been
# there, and this is why symmetry pays in this task.

# %% mystnb={"figure": {"caption": "Paths of body 1. Training orbits start in the lower half-plane, test orbits in the upper: the test set is the training set, turned by half a circle.", "name": "fig-orbits"}, "image": {"alt": "Two panels of arcs on a ring. On the left, arcs that start in the lower half of the ring; on the right, arcs that start in the upper half."}}
orbits = store.load("two-body")
fig, axes = plt.subplots(1, 2, figsize=(8, 3.9), sharex=True, sharey=True)
for ax, split, color in zip(axes, ("train", "test"), (DATA, MOVED), strict=True):
    for state in orbits[split][:40]:
        path(ax, state[:, :2], color, lw=1.2)
    ax.plot(0, 0, "+", color=TRUTH)
    ax.set(title=f"{split} orbits", xlabel=STATE[0], ylabel=STATE[1])

# %% [markdown]
# ## What the data can tell
#
# In the frame of the centre of mass $q_2 = -q_1$ and $p_2 = -p_1$. So the data fill only four
# of the eight dimensions. Their *support* is the smallest linear space that holds them; let
# the columns of $P$ be an orthonormal basis of it.

# %%
pairs = experiments.two_body_pairs()
P = linalg.support(pairs.x)
print(f"dimensions of the state: {P.shape[0]}, of its support: {P.shape[1]}")

# %% [markdown]
# Two matrices that do the same to every state of the support cannot be told apart by any
# method. What the data tell of $L$ is $LP$, no more. Take the rotation that the poster looks
# for, and a second matrix that lets each body be turned by *the other body's* position, with
# the opposite sign:

# %%
truth = experiments.SO2
J = groups.so(2).basis[0]
swap = torch.tensor(
    [[0.0, 0, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, 0]]
).double()
crossed = LieAlgebra(-torch.kron(swap, J)[None], "crossed")

print(f"raw cosine: {crossed.cosine(truth):.3f}")
print(f"cosine on the support: {crossed.cosine(truth, P):.3f}")

# %% [markdown]
# As matrices the two are orthogonal. On the data they are the same. So we judge a learned
# basis by its **support cosine**, the cosine of the largest principal angle between the spans
# of $\{L_i P\}$ and $\{L^*_i P\}$. It is 1 when the two do the same to the data. The **raw
# cosine** compares the matrices themselves; we report it beside the other, as a warning.
#
# ## Two search spaces
#
# The generator is $g = \exp(wL)$ with $w \sim \N(0, \sigma^2)$ and a mask on $L$.
#
# - **LieGAN** searches four $2 \times 2$ blocks: $q_1$, $p_1$, $q_2$, $p_2$ each move by
#   themselves.
# - **LieGAN-ES**, the *expanded search*, lets $q_1$ mix with $q_2$ and $p_1$ with $p_2$. Now
#   the data no longer fix $L$: any mixture of the two matrices above is as good.

# %% mystnb={"figure": {"caption": "The entries of $L$ that each search may use, and the rotation that it should find.", "name": "fig-search-spaces"}, "image": {"alt": "Three eight by eight grids: four filled blocks on the diagonal; the same with further blocks that join body 1 and body 2; and the true generator, with minus one and one in each diagonal block."}}
fig, axes = plt.subplots(1, 3, figsize=(9.5, 3.4))
masks = {"LieGAN": experiments.BLOCKS, "LieGAN-ES": experiments.EXPANDED}
for ax, (name, mask) in zip(axes, masks.items(), strict=False):
    ax.imshow(mask, cmap="Greys", vmin=0, vmax=2)
    ax.set_xticks(range(8), STATE, fontsize=8)
    ax.set_yticks(range(8), STATE, fontsize=8)
    ax.set_title(f"{name} may use")
heat(axes[2], truth.basis[0], "the truth, SO(2)", STATE)
plt.show()

# %% [markdown]
# ## Live
#
# The `quick` profile plays the game with a smaller discriminator that sees inputs of unit size. It
# is not the poster's recipe; that one follows below, from records.

# %% tags=["parameters"]
seed = 0

# %%
found = {
    name: experiments.run(
        "two-body-discovery",
        name,
        "quick",
        RunOptions(seed=seed, device="cpu", progress=False),
    ).found
    for name in ("liegan", "liegan-es")
}
for name, result in found.items():
    cosine = result.algebra.cosine(truth, P)
    assert cosine > tolerances.FOUND
    print(
        f"{name}: support cosine > {tolerances.FOUND}: {cosine > tolerances.FOUND}"
    )

# %% mystnb={"figure": {"caption": "The learned matrices, live, scaled to the norm of the truth on the data. LieGAN finds the four rotations. LieGAN-ES finds one of the many matrices that turn these data: part of the turn of body 1 is read off body 2.", "name": "fig-live-heat"}, "image": {"alt": "Three heat maps of eight by eight matrices. LieGAN has the same pattern as the truth. LieGAN-ES has further entries in the blocks that join the two bodies."}} tags=["nbval-ignore-output"]
fig, axes = plt.subplots(1, 3, figsize=(10, 3.5))
size = torch.linalg.norm(truth.basis[0] @ torch.from_numpy(P))
heat(axes[0], truth.basis[0], "truth", STATE, limit=1)
for ax, (name, result) in zip(axes[1:], found.items(), strict=True):
    L = result.algebra.basis[0]
    L = L * size / torch.linalg.norm(L @ torch.from_numpy(P))
    heat(ax, L, name, STATE, limit=1)
plt.show()

# %% [markdown]
# Does the matrix do to orbits what a rotation does? We take one orbit of the training set and
# move it by $\exp(wL)$ for a few $w$. The expanded search's $L$ looks nothing like the
# truth as a matrix, and moves the data all the same.

# %% mystnb={"figure": {"caption": "The path of body 1 in one training orbit, moved by $\\exp(wL)$ in eight steps around the circle, with the matrix that the expanded search learned. Grey ring: the exact rotation of its first point.", "name": "fig-moved"}, "image": {"alt": "Eight copies of one arc, coloured by angle and turned around the origin in equal steps, all of them close to one grey ring."}}
L = found["liegan-es"].algebra.basis[0]
turn = torch.linalg.eigvals(
    torch.from_numpy(P.T) @ L @ torch.from_numpy(P)
).imag.max()
fig, ax = plt.subplots(figsize=(5, 5))
state = torch.from_numpy(orbits["train"][3]).double()
ring = act(truth.exp(torch.linspace(0, 2 * np.pi, 200)[:, None]), state[0])
ax.plot(*ring[:, :2].T, color=MUTED, lw=0.6)
for w in torch.linspace(0, 1.75 * np.pi, 8):
    moved = act(torch.matrix_exp(w / turn * L), state)
    color = plt.colormaps["twilight_shifted"](0.1 + 0.8 * float(w) / (2 * np.pi))
    path(
        ax, moved[:, :2].numpy(), color, f"$w = {float(w) / np.pi:.2f}\\pi$", lw=2.2
    )
ax.legend(loc="center", ncols=2)
ax.set(xlabel="x", ylabel="y")
plt.show()

# %% [markdown]
# ## The full protocol, ten seeds
#
# The full protocol is another matter: a discriminator of width 512-512 with the learning rate
# $2\cdot10^{-4}$, 100 epochs over 15,200 pairs in batches of 64, Adam with $10^{-3}$ for the
# generator; LieGAN with $\lambda = 1$ and $\sigma = 1$, LieGAN-ES with $\lambda = 10$,
# $\sigma = 3$ and a start close to zero. These are the settings that the README of the published
# code names. We ran ten seeds of each with `liegan run two-body-discovery liegan --profile paper
# --seed S`, and each run left a record under `data/results/`.
#
# The poster gives no number for the discovery. It says that LieGAN finds the SO(2) that turns
# the positions and momenta of both masses together, also in the expanded search. So a bar is
# needed, and it is ours: a seed passes with a support cosine of {glue:text}`threshold`, which is
# an angle of {glue:text}`bar_angle`°. {numref}`tab-bars` shows how much hangs on it.
# First our own orbits.

# %% tags=["hide-input"]
runs = records.frame("two-body-discovery", "paper")
rows = {row.method: row for row in tables.table("two-body-discovery", data="ours")}
threshold = poster.TABLES["two-body-discovery"].threshold
note(threshold=threshold, worst=round(rows["liegan"].worst, 4))
note(bar_angle=f"{np.degrees(np.arccos(threshold)):.1f}")
note(passed=rows["liegan"].passed)

NAMES = {
    "liegan": "LieGAN",
    "liegan-es": "LieGAN-ES",
    "liegan-lambda-10": "LieGAN, $\\lambda = 10$",
    "liegan-full-circle": "LieGAN, orbits from the full circle",
}
HEAD = ["method", "support cosine", "median", "worst", "raw cosine", "passed"]


def line(method):
    row, raw = rows[method], runs.loc[method]["raw_cosine"].mean()
    cosines = plus_minus(row.mean, row.sd), f"{row.median:.5f}", f"{row.worst:.5f}"
    return NAMES[method], *cosines, f"{raw:.2f}", f"{row.passed} of {row.n}"


# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
compared = map(line, ["liegan", "liegan-es"])
table(HEAD, compared, "The full protocol on our orbits", "tab-discovery")

# %%
best = runs.loc["liegan"]["support_cosine"].max()
assert best < runs.loc["liegan-es"]["support_cosine"].min()

# %% [markdown]
# Every seed finds the rotation: the worst support cosine of LieGAN is {glue:text}`worst`. But
# only {glue:text}`passed` of its ten seeds clear the bar, and LieGAN, with the easier search,
# is *less* exact than LieGAN-ES in every run. The raw cosine of LieGAN-ES, as announced, says
# little about how good it is. The curves over training show what goes wrong.


# %% mystnb={"figure": {"caption": "The full protocol on our orbits over its 100 epochs, a line a seed. Above: how far the support cosine is from 1. Below: the norm of $L$ on the way. LieGAN at $\\lambda = 1$ finds the direction early and then shrinks; LieGAN-ES holds its size and improves to the end.", "name": "fig-curves"}, "image": {"alt": "Four panels. For LieGAN, one minus the cosine falls and levels off or rises again, while the norm falls steadily. For LieGAN-ES, one minus the cosine falls to the end and the norm stays level."}}
def curves(methods):
    size = (4.2 * len(methods), 5)
    _, axes = plt.subplots(2, len(methods), figsize=size, sharey="row")
    epochs = np.arange(1, 101)
    for (top, bottom), m in zip(axes.T, methods, strict=True):
        cosines, norms = (
            np.stack(runs.loc[m][c], 1) for c in ("curve", "norm_curve")
        )
        top.semilogy(epochs, 1 - cosines, color=LEARNED, alpha=0.6)
        bottom.semilogy(epochs, norms, color=DATA, alpha=0.6)
        top.axhline(1 - threshold, color=TRUTH, ls=":", lw=1)
        top.set_title(NAMES[m])
        bottom.set_xlabel("epoch")
    axes[0, 0].set_ylabel("1 - support cosine")
    axes[1, 0].set_ylabel("norm of $L$")


curves(["liegan", "liegan-es"])
plt.show()

# %% [markdown]
# ## Why it shrinks, and what stops it
#
# The rotation is a symmetry of the *law of motion*, $p(y \mid x)$. It is not one of the law
# of the training data, because these orbits start in the lower half-plane: turn them, and
# some land where no orbit was. The discriminator sees that. Leaving the identity by a small angle
# $\theta$ moves a fraction of the data that grows like $\theta$ out of the half-plane, and
# the cosine term rewards it only with $\lambda(1 - \cos\theta) \approx \lambda\theta^2/2$.
# For small $\theta$ the cost wins: the identity attracts. Chapter {doc}`03-liegan` shows the
# same on a toy.
#
# As $L$ shrinks, moved data resemble real data whatever the direction of $L$, and the
# direction loosens. If this is the reason, two things must help:
#
# - **the same recipe on orbits that start anywhere.** Their law is invariant, so nothing
#   pulls towards the identity;
# - **the same data and a stronger cosine term**, $\lambda = 10$, which outbids the cost.
#
# Both are a change of one setting, run on the same seeds.

# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
compared = map(line, ["liegan", "liegan-full-circle", "liegan-lambda-10"])
table(HEAD, compared, "The control and the remedy", "tab-remedy")

# %% mystnb={"figure": {"caption": "As in {numref}`fig-curves`, for the control (orbits that start anywhere) and the remedy ($\\lambda = 10$).", "name": "fig-remedy"}, "image": {"alt": "Six panels: one minus the cosine above and the norm of L below, for LieGAN, for LieGAN on orbits from the full circle, and for LieGAN with lambda ten. Only in the first does the norm fall towards zero."}}
curves(["liegan", "liegan-full-circle", "liegan-lambda-10"])
plt.show()

# %%
medians = runs.groupby("method")[["norm", "support_cosine"]].median()
norm, exact = medians["norm"], medians["support_cosine"]
assert norm["liegan"] < norm["liegan-full-circle"]
assert norm["liegan"] < norm["liegan-lambda-10"]
assert exact["liegan"] < exact["liegan-lambda-10"]
for m in ("liegan", "liegan-full-circle", "liegan-lambda-10"):
    print(f"{m:20} median norm {norm[m]:.1f}, median support cosine {exact[m]:.4f}")

# %% [markdown]
# (sec-own-orbits)=
# ## The poster's own orbits
#
# The file that the authors publish holds 814 training and 790 test orbits. We may not pass it
# on, but a record describes each of its orbits by a few numbers, and
# {numref}`fig-published-orbits` compares them with ours. They start in the same half-planes and at the
# same separations; most are rounder than ours, a few are less round. Three training orbits are not orbits: half-way
# through, after ten states, the pair jumps to another radius, and the energy with it. Whoever
# trains on the file trains on these, too, and so do we.

# %% mystnb={"figure": {"caption": "Every orbit of both sets: its largest eccentricity, and the largest change of its energy on the way. Ours keep the energy to the rounding of float32. Of the published ones three training orbits jump by some per cent, and one test orbit by a tenth of one.", "name": "fig-published-orbits"}, "image": {"alt": "Scatter plot on a logarithmic vertical axis. Two dense clouds of points lie near a millionth, the published one reaching to larger eccentricities. Three points of the published training orbits lie at about five per cent and one test orbit at about a thousandth."}}
facts = records.frame("orbits", "paper")
fig, ax = plt.subplots(figsize=(7.4, 3.8))
for whose, color in (("published", MOVED), ("ours", DATA)):
    for split, marker in (("train", "o"), ("test", "x")):
        told = facts.loc[(whose, 0)]
        e, jump = told[f"{split}_eccentricity"], told[f"{split}_energy_jump"]
        ax.semilogy(
            e, jump, marker, color=color, ms=4, alpha=0.5, label=f"{whose}, {split}"
        )
ax.set(xlabel="largest eccentricity", ylabel="largest change of energy")
ax.legend(fontsize=8)
plt.show()

# %%
theirs = facts.loc[("published", 0)]
jumps = np.array(theirs["train_energy_jump"])
print("training orbits whose energy jumps by over 1 %:", (jumps > 0.01).sum())

# %% [markdown]
# ### Which settings?
#
# The README of the published code says $\lambda = 1$ and $\sigma = 1$. The generator saved with
# the code says something else: it holds $\sigma = 3$, and a norm of {glue:text}`saved_norm`, where
# our runs at $\lambda = 1$ ended near {glue:text}`short_norm`. The saved element of SymmetryGAN turns by
# {glue:text}`saved_angle`°. So we took a grid of $\lambda$ = 1 or 10 and $\sigma$ = 1 or 3, and
# stated a rule before the runs: a cell of the poster rests on the setting that has the saved
# $\sigma$ and leads to the saved norm, which is $\lambda = 10$, $\sigma = 3$; for SymmetryGAN,
# which has no $\sigma$, on the $\lambda$ that leads to the saved angle. The published code reports
# the matrix of the last step, we the average over the last thousand; both are scored.

# %% tags=["hide-input"]
theirs = records.frame("two-body-discovery-published", "paper")
FIXED = poster.TABLES["two-body-discovery"].fixed  # nothing drawn: one run is all
cells = {
    r.method: r
    for r in tables.table("two-body-discovery")
    if r.n >= rule.ENOUGH or (r.method in FIXED and r.n)
}
SETTINGS = {
    "released-liegan": "saved: LieGAN",
    "released-liegan-es": "saved: LieGAN-ES",
    "released-augerino-plus": "saved: Augerino+",
    "liegan": "LieGAN, $\\lambda = 1$, $\\sigma = 1$",
    "liegan-sigma-3": "LieGAN, $\\lambda = 1$, $\\sigma = 3$",
    "liegan-lambda-10": "LieGAN, $\\lambda = 10$, $\\sigma = 1$",
    "liegan-lambda-10-sigma-3": "LieGAN, $\\lambda = 10$, $\\sigma = 3$",
    "liegan-es": "LieGAN-ES",
    "augerino-plus": "Augerino+",
    "spectral": "second moments",
}


def scored(method):
    row, of = cells[method], theirs.loc[method]
    last = of.get("support_cosine_last", of.support_cosine)
    last = f"{last.mean():.5f}" if last.notna().all() else "–"
    norm = f"{of['norm'].median():.2f}"
    cosines = f"{row.mean:.5f}", f"{row.worst:.5f}", last
    return SETTINGS[method], norm, *cosines, f"{row.passed} of {row.n}"


note(saved_norm=f"{theirs.loc['released-liegan', 'norm'].mean():.1f}")
note(
    saved_angle=f"{theirs.loc['released-symmetrygan', 'angle_deg'].abs().mean():.0f}"
)
note(short_norm=f"{runs.loc['liegan', 'norm'].median():.1f}")

# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
head = ["setting", "norm", "support cosine", "worst", "last step", "passed"]
shown = [scored(m) for m in SETTINGS if m in cells]
table(head, shown, "Discovery on the published orbits", "tab-published")

# %% [markdown]
# Every setting finds the rotation in some seeds, and one finds it in all: $\lambda = 10$ with
# $\sigma = 1$, where the worst of ten seeds has {glue:text}`best_worst`. At the README's setting the
# generator shrinks here as on our orbits, and few seeds clear the bar. At $\sigma = 3$, which is
# what the saved generator was made with, most seeds pass and some are lost altogether. SymmetryGAN at $\lambda = 10$ ends within {glue:text}`element_off`° of a quarter turn in
# {glue:text}`element_near` seeds, and at $\lambda = 1$ within {glue:text}`element_short`° of the identity,
# which no cosine tells from a rotation.
#
# What goes wrong in the seeds that fail? The eigenvalues of $L$ on the data tell. For a rotation they
# are imaginary. If an eigenvalue has a real part, $\exp(wL)$ stretches.


# %%
def shape(L):
    """Largest real part of an eigenvalue of L, and largest ratio of axes."""
    blocks = np.array(L).reshape(4, 2, 4, 2)[range(4), :, range(4), :]
    growth = abs(np.linalg.eigvals(blocks).real).max()
    a = abs(blocks[:, 1, 0] - blocks[:, 0, 1]) / 2
    s = np.linalg.norm((blocks + blocks.swapaxes(1, 2)) / 2, 2, axis=(1, 2))
    return growth, np.sqrt((a + s) / np.maximum(a - s, 1e-9)).max()


for seed, run in theirs.loc["liegan-lambda-10-sigma-3"].iterrows():
    verdict = "passes" if run["support_cosine"] >= threshold else "fails"
    growth, axes_ratio = shape(run["basis"][0])
    ovals = f"ellipses with axes up to {axes_ratio:.2f} : 1"
    stretched = f"stretches, with a real part up to {growth:.1f}"
    print(f"seed {seed} {verdict}: {stretched if growth > 1 else ovals}")

# %% [markdown]
# They fail in two ways. In one, the blocks turn at nearly equal rates but along ellipses: a block
# $L = a R + S$, with $R$ the generator of the rotation and a symmetric part $S$ of spectral norm
# $s < \abs a$, carries points around an ellipse with axes in the ratio
# $\sqrt{(\abs a + s) / (\abs a - s)}$. In the other, $L$ stretches, and by $\exp(wL)$ with
# $\sigma = 3$ the moved data are thrown far beyond any orbit.
#
# The width is a likely reason for both. With $\sigma = 3$ the generators that pass turn by
# {glue:text}`width`° in one standard deviation of $w$, in the median, so that moved orbits lie all
# around the ring. A discriminator that knows orbits of one half-plane can tell most of them by their place
# alone, and then a ring that is a little oval adds hardly anything to what it sees. And data that
# are thrown far off are told apart so surely that the gradient which would bring them back
# vanishes.

# %% tags=["hide-input"]
elements = theirs.loc["symmetrygan-lambda-10", "angle_deg_last"].abs()
short = theirs.loc["symmetrygan", "angle_deg_last"].abs()
note(best_worst=f"{cells['liegan-lambda-10'].worst:.4f}")
near = int((abs(elements - 90) < NEAR).sum())
note(element_off=f"{NEAR:g}", element_near=f"{near} of {len(elements)}")
wide = theirs.loc["liegan-lambda-10-sigma-3"]
wide = wide[wide["support_cosine"] >= threshold]
turns = [np.linalg.eigvals(np.array(L[0])).imag.max() for L in wide["basis"]]
note(width=f"{3 * np.degrees(np.median(turns)):.0f}")
note(element_short=f"{np.ceil(short.max()):.0f}")
assert cells["liegan-lambda-10"].worst >= 0.9998
assert near >= 8

# %% [markdown]
# ## Without a game
#
# Is an adversary needed for this? If the joint law of $(x, y)$ is invariant under
# $\exp(tL)$, so are its second moments. Each of them is a linear condition on $L$,
#
# ```{math}
# :label: eq-moments
# L M + M L^\top = 0, \qquad M \in \{\E\, x x^\top,\ \E\, x y^\top,\ \E\, y y^\top\} ,
# ```
#
# and one singular value decomposition solves them all. It needs no training.

# %%
spaces = {
    "blocks": experiments.BLOCKS,
    "expanded": experiments.EXPANDED,
    "all": None,
}
moments = {name: spectral(pairs, mask=mask) for name, mask in spaces.items()}
for name, m in moments.items():
    cosine = m.algebra.cosine(truth, P)
    print(f"search space {name!r}: support cosine > 0.999: {cosine > 0.999}")

# %% [markdown]
# In both search spaces of the poster this finds the rotation, in milliseconds. A linear
# symmetry that the search space singles out does not need a game. That is the honest
# competitor, and a reader with such data should try it first.
#
# In the space of all matrices it fails, and its answer is worth a look. The best linear map
# from $x$ to $y$ is one step of time; its logarithm is the flow of time.

# %%
onto = torch.from_numpy(P)
x, y = pairs.x[:, 0].double() @ onto, pairs.y[:, 0].double() @ onto
step = torch.linalg.lstsq(x, y).solution.T.numpy()
flow = LieAlgebra(torch.from_numpy(P @ logm(step).real @ P.T)[None], "time")
found_time = moments["all"].algebra.cosine(flow, P)
print(f"what the moments found is the flow of time: {found_time > FLOW}")
assert found_time > FLOW

# %% [markdown]
# The flow of time carries orbits to orbits too. It is not an exact linear symmetry, because
# each radius turns at its own rate, but these radii are close enough for second moments, and
# those do not tell it from the rotation. The blocks forbid it: they do not let $q$ mix with
# $p$. The search space is prior knowledge, for the game as for the moments.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-unequal
# Make the masses unequal, $m_1 = 1$ and $m_2 = 3$. What is the rank of the support now? Is
# the raw cosine of the expanded search still misleading?
# ```
#
# ```{solution-start} ex-unequal
# :class: dropdown
# ```
#
# The centre of mass still rests: $m_1 q_1 = -m_2 q_2$ and $p_1 = -p_2$. The rank stays 4, and
# the raw cosine stays misleading. Only noise, or a moving centre of mass, fills the space.

# %%
unequal = two_body.orbits(100, masses=(1.0, 3.0), seed=1)
print("rank with unequal masses:", linalg.support(unequal.state).shape[1])
noisy = two_body.orbits(100, noise=0.01, seed=1)
print("rank with noise:", linalg.support(noisy.state).shape[1])

# %% [markdown]
# ```{solution-end}
# ```
#
# ```{exercise}
# :label: ex-time
# Time evolution also maps orbits to orbits: $x(t) \mapsto x(t + \tau)$ takes the data's law of
# motion to itself. For circular orbits of one radius it *is* a rotation. Why does LieGAN not
# find it here as a second symmetry?
# ```
#
# ````{solution} ex-time
# :class: dropdown
# Not as an exact linear one: an orbit of radius $r$ turns at a rate that falls like $r^{-3/2}$,
# and one matrix $\exp(wL)$ cannot know the radius. The best linear approximation mixes $q$ with
# $p$, which the blocks forbid; among all matrices the second moments did find it.
# ````
#
# ```{exercise}
# :label: ex-average
# LieGAN-ES may answer with any mixture $L_a = (1 - a) L^* + a L_\times$ of the two matrices of
# the section on what the data can tell. Which $a$ has the smallest norm, and what is its raw
# cosine to the truth?
# ```
#
# ````{solution} ex-average
# :class: dropdown
# The two are orthogonal and equally long, so $\lVert L_a \rVert^2 \propto (1-a)^2 + a^2$ is
# smallest at $a = 1/2$: there $L = \tfrac12(L^* + L_\times)$, and its raw cosine is
# $1/\sqrt 2 \approx 0.71$. Runs that start near zero grow both parts alike and end near it.
# ````
#
# ## Limits of what was shown
#
# - One task, noise-free, nearly circular orbits, equal masses. `two_body.orbits` has options
#   for noise, eccentricity and unequal masses; the exercises use them.
# - The seed changes the start and the batches. All runs of a method share one data set.
# - The reported basis is an average over the last thousand or so steps. Each record also
#   holds the last iterate, which is what the published code reports (`support_cosine_last`).
# - The saved generator tells its $\sigma$ and its norm, and not the $\lambda$ of its training. That it
#   was 10 is inferred: of the four settings that we tried, only that one leads to such a norm with
#   such a $\sigma$.

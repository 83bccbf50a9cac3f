# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Top tagging
#
# ```{admonition} What you will learn
# :class: tip
# - How a form $J$ becomes a network that is invariant under the group of $J$: LorentzNet, with
#   its layer in thirteen lines.
# - Why the network is given the beams, and what it stays invariant under then.
# - Four taggers that are one network, trained under one protocol, beside boosted trees; which
#   differences stand out from the seeds and the test sample, and which do not.
# - How invariant each is, how many jets each needs, and how good $J$ has to be.
#
# **Reading time** 30 minutes. **Run time** about two minutes on one core; the tables are read
# from records. **You need** chapters {doc}`02-lie-groups`, {doc}`06-jets` and {doc}`07-lorentz`.
# ```

# %%
from functools import partial
from itertools import pairwise
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from torch import nn

from liegan_book import experiments, paths, records
from liegan_book.datasets.jets import storage
from liegan_book.experiments import top_tagging
from liegan_book.experiments.metrics import tagging
from liegan_book.experiments.metrics.tagging import CURVE, RAPIDITIES
from liegan_book.publishing import figures, tagging_figures
from liegan_book.publishing.page import note, table
from liegan_book.publishing.tagging_figures import NAMES
from liegan_book.results import poster, separation
from liegan_book.results.text import plus_minus
from liegan_book.training import roc
from liegan_book.training.tagging_config import TaggingConfig
from liegan_min.algebra import groups, linalg
from liegan_min.algebra.groups import ETA
from liegan_min.base import tolerances
from liegan_min.base.options import RunOptions
from liegan_min.equivariant.jet_graph import BEAMS, JetGraphs
from liegan_min.equivariant.lorentznet import LorentzNet, checked_form
from liegan_min.equivariant.message_layer import psi

figures.use_style()
test = storage.load("test")

# %% [markdown]
# ## The claim
#
# The poster builds a network on the metric that LieGAN has learned, calls it LieGNN, and compares
# it with three others on the public top-tagging benchmark {cite:p}`kasieczka2019dataset`.

# %%
claimed = pd.DataFrame(poster.TABLES["top-tagging"].cells)
claimed = claimed.pivot_table("value", "method", "metric", sort=False)
NETWORKS = [*claimed.index]
lost = claimed["auroc"]["lorentznet"] - claimed["auroc"]["liegnn"]

# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
note(lost=f"{lost:.4f}")
HEAD = ("system", "accuracy", "AUROC", r"$1/\varepsilon_B$ at 0.5", "at 0.3")
theirs = [(NAMES[m], f"{a:.3f}", f"{b:.4f}") for m, a, b in claimed.itertuples()]
caption = "The poster's table, on the benchmark's jets"
table(HEAD[:3], theirs, caption, "tab-poster-tagging")

# %% [markdown]
# Without prior knowledge, it says, LieGNN almost reaches LorentzNet, which has the symmetry
# built in: it gives away {glue:text}`lost` in AUROC. The two lower rows make a second point.
# Without the symmetry, or with that of Euclid's distance, the same kind of network is worse.
#
# ## From $L$ to $J$ to a network
#
# Chapter {doc}`07-lorentz` went from the generators to the form: $J$ solves
# $L_i^\top J + J L_i = 0$, {eq}`eq-keeps-form`. {prf:ref}`prop-invariant` says what that gives:
# $\langle u, v \rangle = u^\top J v$ is then the same for $gu$ and $gv$, for all $g$ of the group.
# Two rules make a network of it.
#
# - **Numbers** are made from products $\langle x_i, x_j \rangle$ and from other such numbers.
#   They are invariant, whatever is done to them.
# - **Vectors** move along one another, by invariant amounts:
#   $x_i + c \sum_j (x_i - x_j)\, t_{ij}$. Since $g$ is linear,
#   $g x_i + c \sum_j (g x_i - g x_j)\, t_{ij}$ is $g$ times that: they are equivariant.
#
# LorentzNet {cite:p}`gong2022lorentznet` follows them. Each constituent $i$ of a jet has its
# four-momentum $x_i$, a few input scalars $s_i$ (its mass), and a vector $h_i$ of numbers. With
# $\norm{u}^2 = \langle u, u \rangle$ and $\psi(z) = \operatorname{sgn}(z) \log(1 + |z|)$, which
# tames squares that span ten decades, one layer is
#
# ```{math}
# :label: eq-lorentznet
# m_{ij} &= \phi_e\bigl(h_i,\, h_j,\, \psi(\norm{x_i - x_j}^2),\,
#   \psi(\langle x_i, x_j \rangle)\bigr) \\
# w_{ij} &= \phi_m(m_{ij}) \in (0, 1) \\
# x_i &\leftarrow x_i + \frac{c}{n - 1} \sum_{j \ne i} (x_i - x_j)\, \phi_x(w_{ij} m_{ij}) \\
# h_i &\leftarrow h_i + \phi_h\Bigl(h_i,\, \sum_{j \ne i} w_{ij} m_{ij},\, s_i\Bigr)
# ```
#
# over the $n$ nodes of a jet, all joined with all, as the released program has it. The $\phi$ are
# perceptrons of two layers. After the last round the mean of $h_i$ over the jet goes through one
# more, and out comes the log-odds of a top quark. Only $\langle\cdot,\cdot\rangle$ knows of the
# group. With $J = \eta$ it is LorentzNet; with the $J$ that LieGAN found it is LieGNN. In code:


# %%
def layer(h, x, s, J, phi, c):
    """One layer on one jet: h (n, hidden), x (n, 4), s (n, 2)."""
    n = len(x)
    i, j = (1 - torch.eye(n)).nonzero().T  # the edges

    def product(u, v):
        return ((u @ J) * v).sum(1)

    apart = x[i] - x[j]
    pair = psi(torch.stack([product(apart, apart), product(x[i], x[j])], 1))
    m = phi.e(torch.cat([h[i], h[j], pair], 1))
    wm = phi.m(m) * m
    total = torch.zeros_like(h).index_add(0, i, wm)
    step = torch.zeros_like(x).index_add(0, i, apart * phi.x(wm)) / (n - 1)
    return h + phi.h(torch.cat([h, total, s], 1)), x + c * step


# %% [markdown]
# The module's `Layer` does the same for many jets at once, with far less memory. Here both get
# the same weights, drawn at random, and the same jet.


# %%
def networks(layer):
    """The four networks of a layer of the module, as plain ones of torch."""
    e, h, relu = layer.edge, layer.phi_h, nn.ReLU()

    def norm(ours):
        plain = nn.BatchNorm1d(len(ours.weight)).double()
        plain.load_state_dict(ours.state_dict(), strict=False)
        return plain

    return SimpleNamespace(
        e=nn.Sequential(e.phi_e_first, norm(e.norm), relu, e.phi_e_second, relu),
        m=nn.Sequential(e.phi_m, nn.Sigmoid()),
        x=nn.Sequential(e.phi_x_first, relu, e.phi_x_second),
        h=nn.Sequential(h.first, norm(h.norm), relu, h.second),
    )


# %%
_ = torch.manual_seed(0)
net = LorentzNet(hidden=16, layers=3).double()
for p in net.parameters():
    nn.init.normal_(p, std=0.5)
first, DOUBLE = net.layers[0], torch.float64
graphs, _ = JetGraphs(test.take(slice(1))).batch(np.arange(1))
graphs = graphs.to(DOUBLE)
s, x = net.scalars(graphs), graphs.p
h = net.embedding(s)
plain = layer(h, x, s, net.J, networks(first), first.c)
module = first(h, x, s, net.J, graphs)


def apart(a, b):
    return float(((a - b).norm() / b.norm()).detach())


differences = [
    apart(plain[0], module[0]),
    apart(plain[1] - x, module[1] - x),  # the step, not the place
]
print("the layer is the module's:", max(differences) < tolerances.IDENTITY[DOUBLE])
assert max(differences) < tolerances.IDENTITY[DOUBLE]

# %% [markdown]
# And it obeys the two rules. A random rotation and a boost of rapidity 1 leave its $h$ alone
# and take its $x$ along.

# %%
g = tagging.lorentz_moves(1, rapidity=1.0)[0]
moved = layer(h, x @ g.T, s, net.J, networks(first), first.c)
differences = [
    apart(moved[0], plain[0]),
    apart(moved[1], plain[1] @ g.T),
]
obeys = max(differences) < tolerances.EQUIVARIANCE[DOUBLE]
print("h is invariant, x is equivariant:", obeys)
assert obeys

# %% [markdown]
# ## The beams
#
# A network that is invariant under all of $\SO(1,3)^+$ cannot know how fast a jet is, or where
# the beam runs: a boost changes both and leaves all of its numbers. But the task is not that
# symmetric. Jets are selected in a window of transverse momentum, by a detector whose
# resolution depends on energy and direction, and the mass of a QCD jet grows with its $p_T$. So
# LorentzNet adds two particles to each jet, $b_\pm = (\sqrt 2, 0, 0, \pm 1)$, one along
# each beam. Products with them tell what was missing,
#
# ```{math}
# :label: eq-beams
# \langle x, b_\pm \rangle = \sqrt 2\, E \mp p_z ,
# ```
#
# and from both follow $E$ and $p_z$. Physicists call such a vector, which stands for what
# breaks a symmetry, a spurion. The bookkeeping stays honest: the network is invariant if the
# beams are moved *along with* the jet. If they stay while the jet moves, it is not.

# %%
_ = torch.manual_seed(0)
untrained = LorentzNet(hidden=16, layers=3)
few = test.take(slice(200))
for name, config, along in (
    ("no beams", TaggingConfig(beams=False), True),
    ("beams moved along", TaggingConfig(), True),
    ("beams fixed", TaggingConfig(), False),
):
    error = tagging.invariance_error(
        untrained, few, config, rapidity=1.0, beams=along
    )
    print(f"{name}: the answer changes by less than 1e-8: {error < 1e-8}")
    assert (error < 1e-8) == (name != "beams fixed")
assert error > 0.01

# %% [markdown]
# The change is the root mean square over jets, relative to the spread of the answers, in
# double precision. An exercise asks which symmetry is left with the beams fixed.
#
# ## Four systems, one network
#
# ```{table} What the four are. All else is the same.
# :name: tab-systems
#
# | system | $J$ | an edge is told | invariant under, beams moved along |
# | --- | --- | --- | --- |
# | LorentzNet | $\eta$ | both products | $\SO(1,3)^+$ |
# | LieGNN | found by LieGAN, seed for seed | both products | the group of its $J$; Lorentz as far as $J$ is $\eta$ |
# | LorentzNet (w/o) | $\eta$ | both products, and $x_i$, $x_j$ themselves | nothing |
# | EGNN | $\mathbb 1$ | the distance | rotations of $\R^4$ |
# ```
#
# - **LorentzNet (w/o)** has all that LorentzNet has. The components let it do what it likes,
#   and nothing makes it respect the group.
# - **EGNN** {cite:p}`satorras2021egnn` was made for points in space. Its group has the
#   translations, which keep distances and no products, so it sees
#   $\norm{x_i - x_j}^2$ alone. Its input scalar $\norm{x_i}$ is $\sqrt 2$ times the energy, for a
#   massless constituent.
#
# ## What costs time
#
# Messages run along all edges, and a jet of $n$ nodes has $n(n - 1)$.

# %%
median, largest = int(np.median(test.counts)), int(test.counts.max())
for name, n in (("median", median), ("largest", largest)):
    print(f"{name} jet: {n} constituents, {(n + 2) * (n + 1):,} edges with beams")

# %% [markdown]
# Anything that is written for each edge and each channel costs more than all the rest. One such
# array can be saved. The first layer of $\phi_e$ is linear in what an edge is told,
#
# ```{math}
# :label: eq-split
# z_{ij} = a_i + b_j + W f_{ij}, \qquad a_i = W_1 h_i, \quad b_j = W_2 h_j,
# ```
#
# where $f_{ij}$ are the two numbers of the pair. The large products are done per node. Batch
# normalisation comes next, and wants mean and variance of $z$ over all edges. Write
# $p_i$, $q_j$ and $f'_{ij}$ for $a_i$, $b_j$ and $f_{ij}$ less their means. With
# $r_i = \sum_{j} f'_{ij}$, and because $f_{ij} = f_{ji}$, squaring out gives
#
# ```{math}
# :label: eq-statistics
# \operatorname{E} z &= \bar a + \bar b + W \bar f, \\
# n(n-1) \operatorname{Var} z &= (n-1) \sum_i (p_i^2 + q_i^2) - 2 \sum_i p_i q_i \\
#   &\quad + 2 \sum_i (p_i + q_i)\, W r_i + \sum_{i \ne j} (W f'_{ij})^2
# ```
#
# (channel by channel; $\sum_i p_i = 0$ has removed a term). The last sum is
# $W \bigl(\sum f' f'^\top\bigr) W^\top$: a matrix of $2 \times 2$ in the middle. All are sums
# over nodes, or over edges of two numbers.


# %%
def statistics(a, b, f, W):
    """Mean and variance of z_ij = a_i + b_j + W f_ij over all edges, without a z."""
    n, edges = len(a), len(a) * (len(a) - 1)
    off = 1 - torch.eye(n, dtype=f.dtype)[..., None]
    mean_f = (f * off).sum((0, 1)) / edges
    p, q, f = a - a.mean(0), b - b.mean(0), (f - mean_f) * off
    square = (n - 1) * (p**2 + q**2).sum(0) - 2 * (p * q).sum(0)
    square += 2 * ((p + q) * (f.sum(1) @ W.T)).sum(0)
    square += torch.einsum("hk,ijk,ijl,hl->h", W, f, f, W)
    return a.mean(0) + b.mean(0) + W @ mean_f, square / edges


# %%
W_1, W_2, W = torch.split(first.edge.phi_e_first.weight, [16, 16, 2], 1)
a, b, dots = h @ W_1.T, h @ W_2.T, x @ net.J @ x.T
norms = dots.diagonal()
f = psi(torch.stack([norms[:, None] + norms - 2 * dots, dots], 2))
mean, variance = statistics(a, b, f, W)

i, j = (1 - torch.eye(len(a))).nonzero().T
z = a[i] + b[j] + f[i, j] @ W.T  # (edges, channels): what we want to avoid
batch_norm = nn.BatchNorm1d(16, affine=False).double()
difference = apart((z - mean) / (variance + batch_norm.eps).sqrt(), batch_norm(z))
print("sums give torch's statistics:", difference < tolerances.IDENTITY[DOUBLE])
assert difference < tolerances.IDENTITY[DOUBLE]

# %% [markdown]
# To normalise $z$ is then one scale for $a$, $b$ and $W$ and one shift for $a$. Nothing of the
# size edges times channels is written for it. The module's `message_layer.py` does so for
# ragged batches, and `edge_messages.py` computes what is left in place.
#
# ```{admonition} A trap
# :class: warning
# Jets differ in size, so batches are padded. The released code of LorentzNet sets padded rows of
# $h$ to zero and then takes the mean over all places, real or padded. It divides by the size of
# the *largest* jet of the batch: the answer for a jet depends on its neighbours. Ours divides by
# the number of nodes.
# ```

# %%
net = net.eval()
with torch.no_grad():
    graphs, rows = JetGraphs(test.take(slice(64))).batch(np.arange(64))
    together = net(graphs.to(DOUBLE))[rows.argsort()]
    each = [JetGraphs(test.take(slice(k, k + 1))) for k in range(64)]
    alone = [net(jet.batch(np.arange(1))[0].to(DOUBLE)) for jet in each]
same = apart(together, torch.cat(alone)) < tolerances.IDENTITY[DOUBLE]
print("a jet's answer does not depend on its batch:", same)
assert same

# %% [markdown]
# ## Live
#
# The `quick` profile trains a small LorentzNet on few jets.

# %% tags=["parameters"]
seed = 0

# %%
options = RunOptions(seed=seed, device="cpu", progress=False)
live = experiments.run("top-tagging", "lorentznet", "quick", options).found
area, _ = roc.auroc(live.scores["test"], test.label)
best = roc.best_threshold(live.scores["validation"], live.splits.validation.label)
accuracy = ((live.scores["test"] >= best) == (test.label == 1)).mean()
for name, value, bound in (("AUROC", area, 0.95), ("accuracy", accuracy, 0.88)):
    print(f"{name} > {bound}: {value > bound}")
    assert value > bound

# %% mystnb={"figure": {"caption": "The live run on the test split: for each share of tops that is kept, how many QCD jets there are for each one that passes.", "name": "fig-live-roc"}, "image": {"alt": "A falling curve on a logarithmic axis, from some hundreds at a small share of tops to one at a share of one."}} tags=["nbval-ignore-output"]
passing = tagging.passing(live.scores["test"], test.label)
curve = pd.DataFrame({"LorentzNet, quick": passing}, index=CURVE)
tagging_figures.rejection(curve, width=5.4)

# %% tags=["hide-input"]
quick = live.config
note(quick_kept=quick.constituents, quick_layers=quick.layers)
note(quick_hidden=quick.hidden, quick_epochs=quick.epochs)
note(quick_jets=f"{len(live.splits.train):,}", n_test=f"{len(test):,}")

# %% [markdown]
# It saw {glue:text}`quick_jets` jets in {glue:text}`quick_epochs` epochs, of each
# {glue:text}`quick_kept` leading constituents, and has {glue:text}`quick_layers` layers of
# {glue:text}`quick_hidden` channels. The curve rests on {glue:text}`n_test` test jets; at its
# left end a handful of QCD jets decide.
#
# ## The table
#
# The records rest on the committed jets of chapter {doc}`06-jets`. All networks have one
# protocol: {glue:text}`epochs` epochs of AdamW with a warm-up and one cosine, of which the one of
# best validation accuracy is kept, and a threshold from the validation split. LieGNN with seed
# $s$ uses the $J$ of LieGAN's run with seed $s$.

# %%
runs = records.frame("top-tagging", "cpu")  # a row for each method and seed
ALL = [*NETWORKS, "boosted-trees"]
METRICS = {"accuracy": 4, "auroc": 4, "rejection_50": 0, "rejection_30": 0}
(n_train,) = runs.loc[ALL, "training_jets"].astype(int).unique()
assert 60 * n_train == 1_200_000, "sixty times fewer than the benchmark has"
SHARED = ["constituents", "rest", "layers", "hidden", "epochs"]
settings = pd.DataFrame([*runs.loc[NETWORKS, "config"]])[SHARED].drop_duplicates()
(shared,) = settings.itertuples()  # raises if the networks do not agree


def over_seeds(method, metric, digits):
    """Mean ± sd of a metric over a method's seeds."""
    values = runs.loc[method][metric]
    assert values.notna().all(), "a rejection without a bound has no mean"
    spread = values.std() if len(values) > 1 else None
    return plus_minus(values.mean(), spread, digits)


# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
assert shared.rest
taken = f"{shared.constituents} leading constituents and the sum of the others"
width = f"{shared.layers} layers of {shared.hidden} channels"
note(n_train=f"{n_train:,}", taken=taken, epochs=shared.epochs)
cells = {m: [over_seeds(m, *metric) for metric in METRICS.items()] for m in ALL}
rows = [(NAMES[m], *row, len(runs.loc[m])) for m, row in cells.items()]
caption = f"Our jets: {n_train:,} for training, {len(test):,} for the test. "
caption += f"Networks: {taken}, {width}. Mean ± sd over seeds"
table((*HEAD, "seeds"), rows, caption, "tab-tagging")

# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
cost = runs.loc[NETWORKS].groupby("method", sort=False)
cost = cost[["parameters", "jets_per_second", "wall_seconds"]].median()
rows = [
    (NAMES[m], f"{size:,.0f}", f"{speed:,.0f}", f"{seconds / 60:.0f}")
    for m, size, speed, seconds in cost.itertuples()
]
head = ("network", "parameters", "jets a second", "minutes a run")
caption = "What the networks of the records cost: training on one core, medians"
table(head, rows, caption, "tab-tagging-cost")

# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
published = pd.read_csv(paths.data() / "published.csv", dtype=str)
published = published.query("experiment == 'top-tagging'")
published["system"] += " {cite:p}`" + published["paper"] + "`"
published["value"] += (" ± " + published["error"]).fillna("")
cells = published.pivot_table("value", "system", "metric", "first", sort=False)
rows = [(f"{name}, poster", *numbers, "–", "–") for name, *numbers in theirs]
rows += cells[[*METRICS]].fillna("–").itertuples()
caption = "Published, **other jets, not run here**: the benchmark, "
caption += "1.2 million jets for training, 400,000 for the test"
table(HEAD, rows, caption, "tab-tagging-published")

# %% [markdown]
# ```{admonition} The two tables are not comparable
# :class: warning
# Our jets are easier than the benchmark's ({doc}`06-jets`), there are far fewer of them, and our
# networks are smaller. A number of {numref}`tab-tagging` says nothing about one of
# {numref}`tab-tagging-published`, in either direction. What can be asked of ours is the *order* of
# the rows, and whether it is the poster's.
# ```
#
# The published rows below the poster's come from the table of {cite:t}`spinner2024lgatr`. Two
# versions of that paper differ in the last digits of its own row; here stands one of them.
#
# ### What is separated
#
# A mean over $n$ seeds has a standard error of $\mathrm{sd}/\sqrt n$ from the seeds. The test
# jets are a sample too, and give every row an error of its own, DeLong's for the AUROC and the
# binomial one for the accuracy. We add the two in squares, for both rows of a pair, and call a
# pair **separated** if the means differ by more than twice the root. The trees draw, too: each split chooses from a random half of the observables.
#
# The rule asks whether the order would hold on other test jets. It is careful, because all rows
# share the test jets, and so part of their errors cancels in a difference. A weaker question is
# whether it holds on *these* jets for other seeds; a column answers it with the error of the
# seeds alone, which rests on few of them. The rule stands in `liegan_book/results/separation.py`; here it
# is put to the pairs that the poster's order is made of, and to each network beside the trees.

# %% mystnb={"markdown_format": "myst"}
compare = partial(separation.compare, runs)
LADDER = [*pairwise(NETWORKS)]  # the poster's order, step by step
table(
    ("first less second", "AUROC", "first is", "by seeds alone", "accuracy"),
    [
        (
            f"{NAMES[one]} less {NAMES[other]}",
            compare(one, other),
            compare(one, other).verdict,
            compare(one, other, sample=False).verdict,
            compare(one, other, "accuracy"),
        )
        for one, other in LADDER + [(m, "boosted-trees") for m in NETWORKS]
    ],
    "Differences of the means ± twice their error; separated ones in bold",
    "tab-separated",
)

# %%
verdicts = [compare(*pair).verdict for pair in LADDER]
gap = compare("lorentznet", "liegnn").value
held = verdicts[0] in ("above", "not separated") and verdicts[1:] == ["above"] * 2
print("LieGNN within 0.002 AUROC of LorentzNet:", abs(gap) < 0.002)
print("the poster's order, LieGNN > w/o > EGNN, is separated:", held)

# %% [markdown]
# In AUROC, LorentzNet is above LieGNN, by {glue:text}`gap`. LieGNN is not separated from the
# network without the symmetry, LorentzNet (w/o), and both are above EGNN. Boosted trees on the
# high-level observables of chapter {doc}`06-jets` were grown on as many jets. LorentzNet is not
# separated from them, and the other three networks are below them. The rejections at 0.3 rest on
# {glue:text}`few_qcd` QCD jets in the median, and order nothing.
#
# So the poster's order is found in part. EGNN is last by far: without the products, the beams
# tell it little, and no edge tells it a mass. LieGNN does not come as close to LorentzNet as the
# poster says, and it is not above the network without the symmetry. That is a finding about $J$,
# and {ref}`sec-form` takes it up. And no network is above the trees: their observables were
# chosen by physicists for this very task, and with {glue:text}`n_train` jets that is worth at
# least as much as a built-in symmetry.

# %%
trees = [compare(m, "boosted-trees").verdict for m in NETWORKS]
assert verdicts == ["above", "not separated", "above"]
assert all(compare(m, "egnn").verdict == "above" for m in NETWORKS[:3])
assert trees == ["not separated", "below", "below", "below"]

# %% tags=["hide-input"]
qcd = runs.loc[NETWORKS].groupby("method")["rejection_30_qcd"].mean()
note(gap=f"{gap:.4f}", few_qcd=f"{qcd.median():.0f}")


# %%
def medians(array, methods, index):
    """The median of an array over a method's seeds, a column for each method."""
    found = {NAMES[m]: np.median([*runs.loc[m][array]], axis=0) for m in methods}
    return pd.DataFrame(found, index=index)


# %% mystnb={"figure": {"caption": "ROC curves from the records: the median over the seeds for each of the five. To the left few QCD jets pass and the curves are noise.", "name": "fig-tagging-roc"}, "image": {"alt": "Five falling curves on a logarithmic axis that lie close together."}}
tagging_figures.rejection(medians("passing", ALL, CURVE))

# %% [markdown]
# ## How invariant is each?
#
# After its training each network was given some hundred test jets, and the same jets after a random
# rotation and a boost of given rapidity along a random direction. A fifth network stands beside
# the four: LieGNN with a sharper form from LieGAN, as {ref}`sec-form` tells.

# %% mystnb={"figure": {"caption": "Change of the answer under a random rotation and a boost, relative to the spread of the answers; the median over the seeds. Solid: beams moved along with the jet. Dashed: beams fixed. At rapidity 0 there is the rotation alone.", "name": "fig-invariance"}, "image": {"alt": "Change of the answer on a logarithmic axis against the rapidity of the boost. The solid line of LorentzNet lies many decades below those of LieGNN, of the network without symmetry and of EGNN."}}
measured = [*NETWORKS, "liegnn-held-long"]
along = medians("invariance_error", measured, RAPIDITIES)
fixed = medians("invariance_error_beams_fixed", measured, RAPIDITIES)
tagging_figures.invariance(along, fixed)

# %%
for claim, holds in {
    "LorentzNet changes by rounding": along["LorentzNet"] < 1e-6,
    "EGNN survives rotations": along["EGNN"][0] < 1e-6,
    "but not boosts": along["EGNN"][1] > 0.01,
    "w/o survives neither": along["LorentzNet (w/o)"] > 0.01,
    "none does with beams fixed": fixed > 1e-4,
}.items():
    print(f"{claim}:", bool(np.all(holds)))
    assert np.all(holds)
assert along["LieGNN"][1] > along["LorentzNet (w/o)"][1]

# %% tags=["hide-input"]
turned, boosted = (along.loc[rapidity].map("{:.1g}".format) for rapidity in (0, 1))
note(lie_turned=turned["LieGNN"], lie_boosted=boosted["LieGNN"])
note(wo_turned=turned["LorentzNet (w/o)"], wo_boosted=boosted["LorentzNet (w/o)"])
note(sharp_turned=turned.iloc[-1], sharp_boosted=boosted.iloc[-1])
note(fixed_boosted=f"{fixed['LorentzNet'][1]:.1g}")

# %% [markdown]
# LieGNN is invariant under the group of its own $J$, as an exercise checks. Under the Lorentz
# group it is as good as its $J$. With the form as LieGAN found it, rotations alone change the
# answers by {glue:text}`lie_turned` of their spread, and a boost of rapidity 1 by
# {glue:text}`lie_boosted`. That is more than for LorentzNet (w/o), in which nothing is built in
# ({glue:text}`wo_turned` and {glue:text}`wo_boosted`). With the sharper form, the changes are
# {glue:text}`sharp_turned` and {glue:text}`sharp_boosted`. LorentzNet with its beams fixed
# changes by {glue:text}`fixed_boosted` at rapidity 1: so much of its answer comes from the beams.
#
# ## How many jets does each need?
#
# A symmetry that is built in need not be learned. It should pay most when jets are few.

# %%
sizes = runs.assign(wrong=1 - runs["auroc"], jets=runs["training_jets"].astype(int))
sizes["system"] = [m.removesuffix(f"-{n}") for (m, _), n in sizes["jets"].items()]
LEARNERS = [m for m in ALL if m != "egnn"]  # EGNN is far behind at any size
sizes = sizes[sizes["system"].isin(LEARNERS)]
wrong = sizes.pivot_table("wrong", "jets", "system")
assert [*wrong.index] == sorted({*top_tagging.SIZES, n_train})
assert (sizes.groupby(["jets", "system"]).size() >= 5).all()

# %% mystnb={"figure": {"caption": "Share of pairs (top, QCD jet) that are ranked wrong, one less the AUROC, against the number of training jets: mean over seeds, bars from the best to the worst.", "name": "fig-sample-efficiency"}, "image": {"alt": "Four falling lines on logarithmic axes, one for each tagger, from 600 to 20,000 training jets. The trees are lowest throughout; LorentzNet comes closer with each step, LieGNN and the network without symmetry stay above."}}
tagging_figures.sample_efficiency(sizes)


# %%
def at(jets, method):
    """The method whose records have so many training jets."""
    return method if jets == n_train else f"{method}-{jets}"


def leads(jets):
    """How LorentzNet stands beside each of the others, with so many jets."""
    first = at(jets, "lorentznet")
    return {m: compare(first, at(jets, m)) for m in LEARNERS[1:]}


ratio = wrong[LEARNERS[1:]].div(wrong["lorentznet"], axis=0)
by_size = pd.DataFrame({n: leads(n) for n in wrong.index}).T
trees_best = (wrong.idxmin(axis=1) == "boosted-trees").all()
print("the trees are best at every size:", trees_best)
assert trees_best
assert all(d.verdict == "above" for d in by_size["lorentznet-wo"])

# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
networks_runs = sizes[sizes["system"].isin(NETWORKS)]
epochs = {(run.jets, run.config["epochs"]) for run in networks_runs.itertuples()}
assert len(epochs) == len(ratio), "networks with as many jets have as many epochs"
note(**{f"epochs_{n}": e for n, e in epochs if n in (600, 2000)})
assert dict(epochs)[6000] == dict(epochs)[n_train] == shared.epochs
rows = [
    (f"{n:,}", *(f"{ratio[m][n]:.2f}, {by_size[m][n].verdict}" for m in ratio))
    for n in ratio.index
]
caption = "Pairs that a system ranks wrong for each one that LorentzNet does, "
caption += "five seeds each. "
caption += "A word says how LorentzNet stands by the rule"
head = ("training jets", *(NAMES[m] for m in ratio))
wo = ratio["lorentznet-wo"]
assert wo.idxmax() == 2000
assert wo.idxmin() == n_train
note(ahead_600=f"{wo[600]:.1f}", ahead_2000=f"{wo[2000]:.1f}")
note(ahead_many=f"{wo[n_train]:.1f}")
alone = runs.loc["lorentznet-600"]["auroc"]
note(least_600=f"{alone.min():.3f}", most_600=f"{alone.max():.3f}")
table(head, rows, caption, "tab-sample-efficiency")

# %% [markdown]
# Small sets are seen more often, and in smaller batches: there are {glue:text}`epochs_600` epochs
# for 600 jets, {glue:text}`epochs_2000` for 2,000, and {glue:text}`epochs` for the two larger
# sets. For each pair that LorentzNet ranks wrong, the network without the symmetry, LorentzNet (w/o),
# ranks {glue:text}`ahead_2000` wrong with 2,000 jets and {glue:text}`ahead_many` with the most. So the
# symmetry pays more where jets are fewer, as it should: what is built in need not be learned. With
# 600 jets, where one would expect the most, it is {glue:text}`ahead_600`. There LorentzNet's own seeds
# lie far apart, from an AUROC of {glue:text}`least_600` to {glue:text}`most_600`.
#
# Knowledge of another kind pays as well. Boosted trees have the highest mean AUROC at every size, and
# their observables were chosen by people who know what a top quark does.
#
# (sec-form)=
# ## How good must $J$ be?
#
# LieGNN takes what discovery gives it, and LieGAN's $J$ has a cosine of more than 0.99 with
# $\eta$. Why is that not enough? Two constituents with energies $E_i$ and $E_j$ at an angle
# $\theta$ have
#
# ```{math}
# :label: eq-collinear
# \langle x_i, x_j \rangle_\eta = E_i E_j (1 - \cos\theta) \approx E_i E_j\, \theta^2 / 2 .
# ```
#
# A jet is narrow, so this is a small difference of large numbers, and it is what carries the
# masses. A form that is off by $\delta$ adds an error of order $\delta E_i E_j$. It drowns all
# pairs with $\theta^2 < 2\delta$.

# %%
J = checked_form(top_tagging.found("liegan", 0)).double()
few_jets = torch.from_numpy(test.take(test.counts >= 12).leading(12)[:500]).double()
i, j = torch.triu_indices(12, 12, offset=1)
u, v = few_jets[:, i].flatten(0, 1), few_jets[:, j].flatten(0, 1)
right, got = ((u @ ETA) * v).sum(1), ((u @ J) * v).sum(1)
cosine = (u[:, 1:] * v[:, 1:]).sum(1) / (u[:, 0] * v[:, 0])
angle = cosine.clamp(-1, 1).arccos()
off = ((got - right) / right).abs()
drowned = float((off > 1).double().mean())

# %% mystnb={"figure": {"caption": "Relative error of the product of two constituents with a $J$ that LieGAN found, against the angle between them: 2,000 pairs of the leading 12 constituents. The line is $2\\delta/\\theta^2$ for the largest error $\\delta$ of an entry of $J$. Above the dashed line the product is lost.", "name": "fig-collinear"}, "image": {"alt": "A cloud of points on logarithmic axes that falls with the square of the angle. Most points lie above a dashed line at one."}}
delta = float((J - ETA).abs().max())
pick = torch.randperm(len(off), generator=torch.Generator().manual_seed(0))[:2000]
fig, ax = plt.subplots(figsize=(6, 3.8))
ax.loglog(angle[pick], off[pick], ".", color=figures.DATA, ms=3, alpha=0.5)
theta = np.geomspace(0.005, 1, 50)
ax.plot(theta, 2 * delta / theta**2, color=figures.LEARNED)
ax.axhline(1, color=figures.MUTED, ls="--")
ax.set(xlabel=r"angle $\theta$ between the two", ylabel="relative error")
_ = ax.set(xlim=(0.005, 1.5), ylim=(1e-3, 1e4))

# %% tags=["hide-input"]
note(drowned=f"{drowned:.0%}", delta=f"{delta:.2f}")
note(polished_bar=top_tagging.POLISHED)

# %% [markdown]
# With this $J$, whose entries are off by {glue:text}`delta` at most, the error is larger than the
# product itself for {glue:text}`drowned` of these pairs.
#
# ### A sharper form from the same game
#
# A better $J$ needs nothing but LieGAN. In chapter {doc}`07-lorentz` the norm of each channel is
# held, so that none takes over and none goes to sleep. At a norm of 0.5, where moves are strong
# enough to be seen, the distance $\norm{J - \eta}$ (Frobenius) is {glue:text}`strong_delta` in the
# worst of five seeds, and {glue:text}`long_delta` if the game is played three times as long, a length
# that was settled on other seeds and without $\eta$. With the published recipe it is
# {glue:text}`recipe_delta` in the best of the five seeds that taggers were trained with. So we trained LieGNN again, the tagger of seed $s$ with
# the $J$ that held channels found with seed $s$. Beside these stands the form that the authors saved
# with their code. It is one matrix, so five taggers share it.

# %%
FORMS = {
    "lorentznet": "Minkowski's",
    "liegnn-held-long": "LieGAN, held channels, played long",
    "liegnn-held-strong": "LieGAN, held channels",
    "liegnn": "LieGAN, published recipe",
    "lorentznet-6000": "Minkowski's",
    "liegnn-6000": "LieGAN, published recipe",
    "liegnn-augerino-plus": "Augerino+",
    "liegnn-identity": "identity",
    "liegnn-random": "random",
}


def distance(method, seed):
    """|J - η| of the form of a run's network; a sign does not count."""
    form = experiments.method_of("top-tagging", method).play.keywords["form"]
    J = checked_form(form(seed)).double()
    return min(float((sign * J - ETA).norm()) for sign in (-1, 1))


forms = runs.loc[[*FORMS]]
forms = forms.assign(distance=[distance(*run) for run in forms.index])
of_form = forms.groupby("method", sort=False)
mean = of_form[["training_jets", "auroc"]].mean()
best = mean.loc[["lorentznet", "lorentznet-6000"]].set_index("training_jets")
loss = mean["training_jets"].map(best["auroc"]) - mean["auroc"]  # with as many jets
ends = of_form["distance"].agg(["min", "max"])
for method, within in (
    ("liegnn-held-long", True),
    ("liegnn-held-strong", False),
    ("liegnn", False),
):
    print(f"{FORMS[method]}: within 0.002: {loss[method] < 0.002}")
    assert (loss[method] < 0.002) == within


# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
def form_rows(methods):
    for m in methods:
        far = " to ".join(sorted({f"{d:.3f}" for d in ends.loc[m]}, key=float))
        less = f"{-loss[m]:+.4f}".replace("-", "−") if loss[m] else "–"
        yield FORMS[m], far, over_seeds(m, "auroc", 4), less, len(runs.loc[m])


FORM_HEAD = ("form", r"$\norm{J - \eta}$", "AUROC", "less LorentzNet's", "seeds")
full = [m for m in FORMS if mean["training_jets"][m] == n_train]
caption = f"One network, other forms: {n_train:,} training jets ({taken}, {width})"
table(FORM_HEAD, form_rows(full), caption, "tab-forms")

# %% mystnb={"figure": {"caption": "What an inexact form costs: how far the AUROC of a tagger is below LorentzNet's mean, against the distance of its $J$ to $\\eta$. A dot for each seed.", "name": "fig-form-cost"}, "image": {"alt": "Fifteen dots. Ten of held channels lie below 0.04 and lose less than 0.004, on average least if played long. Of the published recipe three lie near 0.09 and lose 0.0045, one at 0.12 loses 0.011, and one at 0.18 loses 0.019."}}
_, ax = plt.subplots(figsize=(6, 3.6))
INKS = (figures.LEARNED, figures.DATA, figures.MOVED)
for method, ink in zip(full[1:], INKS, strict=True):
    some = forms.loc[method]
    lost_here = best["auroc"][n_train] - some["auroc"]
    ax.plot(some["distance"], lost_here, "o", color=ink, label=FORMS[method])
ax.axhline(0, color=figures.MUTED, lw=0.8)
ax.set(xlabel=r"$\Vert J - \eta \Vert$", ylabel="AUROC lost", xlim=(0, None))
_ = ax.legend()

# %% tags=["hide-input"]
spans = records.frame("top-tagging-discovery", "paper").loc["liegan"]
held, recipe = forms.loc["liegnn-held-strong"], forms.loc["liegnn"]
angles = spans["principal_angles_deg"].map(max)[: len(recipe)]
astray = [*recipe["distance"].nlargest(2).index]
assert [*recipe["auroc"].nsmallest(2).index] == astray
assert [*angles.nlargest(2).index] == astray
assert held["distance"].idxmax() == held["auroc"].idxmin()
assert held["distance"].max() < recipe["distance"].min()
longer = forms.loc["liegnn-held-long"]
assert longer["distance"].max() < held["distance"].max() / 2
assert longer["auroc"].min() > held["auroc"].min()
others = recipe["auroc"].drop(astray)
saved = runs.loc["liegnn-released", "auroc"].mean()
note(
    strong_delta=f"{ends['max']['liegnn-held-strong']:.2f}",
    long_delta=f"{ends['max']['liegnn-held-long']:.3f}",
    recipe_delta=f"{ends['min']['liegnn']:.2f}",
    strong_gap=f"{loss['liegnn-held-strong']:.4f}",
    long_gap=f"{loss['liegnn-held-long']:.4f}",
    recipe_gap=f"{loss['liegnn']:.4f}",
    released_gap=f"{best['auroc'][n_train] - saved:.4f}",
)
note(astray=" and ".join(map(str, sorted(astray))))
note(astray_angles=" and ".join(f"{angles[s]:.0f}°" for s in sorted(astray)))
note(astray_lost=f"{best['auroc'][n_train] - recipe['auroc'].min():.3f}")
note(others_gap=f"{best['auroc'][n_train] - others.mean():.4f}")

# %% [markdown]
# With channels that are held and played long, LieGNN is {glue:text}`long_gap` below LorentzNet in the
# mean of five seeds. That is within the 0.002 that we had set ourselves before the runs, and close to
# the poster's {glue:text}`lost`. Played for a third of that time it is {glue:text}`strong_gap` below,
# and with the published recipe {glue:text}`recipe_gap`: both miss the bar. {numref}`fig-form-cost`
# suggests the reason: on the whole, a form that is further off costs more. The seeds {glue:text}`astray` of the
# published recipe are those of the five whose spans have the largest angles to $\so(1,3)$ in chapter
# {doc}`07-lorentz`, {glue:text}`astray_angles`. Their forms are the furthest off, and the worse of the
# two loses {glue:text}`astray_lost`. Without them the recipe would lose {glue:text}`others_gap`.
#
# The form that the authors saved, in five taggers of ours, loses {glue:text}`released_gap`. On the poster a
# form of LieGAN's lost {glue:text}`lost`, with sixty times as many jets. Do more jets make up for an
# inexact form?

# %% mystnb={"figure": {"caption": "What LieGAN's form costs by the number of training jets: the mean AUROC of LorentzNet less that of LieGNN with the published recipe, five seeds each, with twice the standard error. Crosses: without the two seeds whose form is furthest off. The open circle is the poster's, on the benchmark's jets.", "name": "fig-form-jets"}, "image": {"alt": "Four points with bars, at 600 and 2,000 training jets near 0.023, fall to 0.009 at 20,000, and crosses below them fall alike, towards an open circle at 1.2 million jets just above zero."}}
by_jets = by_size["liegnn"]
straight = pd.Series(
    {
        n: (1 - wrong["lorentznet"][n])
        - runs.loc[at(n, "liegnn")]["auroc"].drop(astray).mean()
        for n in by_jets.index
    }
)
_, ax = plt.subplots(figsize=(6, 3.2))
ax.errorbar(
    by_jets.index.astype(float),
    [d.value for d in by_jets],
    yerr=[2 * d.error for d in by_jets],
    fmt="o-",
    color=figures.DATA,
    capsize=3,
    label="ours",
)
ax.plot(straight, "x", color=figures.MOVED, label="ours, without two seeds")
ax.plot(60 * n_train, lost, "o", mfc="none", color=figures.TRUTH, label="poster")
ax.axhline(0, color=figures.MUTED, lw=0.8)
ax.set(xscale="log", xlabel="training jets", ylabel="AUROC lost")
_ = ax.legend()

# %% tags=["hide-input"]
assert by_jets[2000].value > by_jets[6000].value > by_jets[n_train].value
assert straight[2000] > straight[6000] > straight[n_train]
note(cost_2000=f"{by_jets[2000].value:.3f}")
note(cost_20000=f"{by_jets[n_train].value:.3f}")

# %% [markdown]
# From 2,000 jets on the cost falls with each step, from {glue:text}`cost_2000` to
# {glue:text}`cost_20000`; whether it is larger or smaller with 600, LorentzNet's own seeds scatter too much to say. The crosses
# leave out the two forms that went astray and fall alike. So more jets make up for a part of the
# error, and the poster's small gap does not contradict our larger one.
#
# ### A remedy: polish $J$ on the data
#
# LieGAN says which form the data know of, and the data can say it more precisely. All
# constituents lie on the light cone of the form that was found, $x^\top J x \approx 0$. So among
# all symmetric $J$ of norm 1 we take the one for which that holds best,
#
# ```{math}
# :label: eq-polish
# J^\star = \arg\min_{\|J\| = 1} \; \operatorname{E} \bigl(\hat x^\top J \hat x\bigr)^2,
# \qquad \hat x = x / |x| ,
# ```
#
# an eigenvector of a $10 \times 10$ matrix (`quadric` in `liegan_book/experiments/metrics/lorentz.py`). If it is the form that
# LieGAN found, to a cosine of {glue:text}`polished_bar`, it replaces it; Augerino+'s would stay as
# it is. Neither labels nor $\eta$ are used. This is a fit of the mass shell: LieGAN has only said
# near which form to look, and the answer is exact because the constituents of our jets are massless.
# A LieGNN with the polished form is LorentzNet up to rounding, so there is nothing left to train.


# %%
def polish(x):
    """The form of norm 1 with the least mean of (x̂ᵀ J x̂)²."""
    x = x.double() / x.double().norm(dim=1, keepdim=True)
    S = linalg.symmetric_basis(4)  # ten matrices: J is a sum of them
    forms = torch.einsum("mi,sij,mj->ms", x, S, x)
    _, vectors = torch.linalg.eigh(forms.T @ forms)
    return torch.einsum("s,sij->ij", vectors[:, 0], S)


sharp = checked_form(polish(few_jets.flatten(0, 1))).double()
sharp = sharp * sharp[0, 0].sign()
print("the polished form is η to 1e-5:", bool((sharp - ETA).abs().max() < 1e-5))
assert (sharp - ETA).abs().max() < 1e-5

# %% [markdown]
# ### A wrong form
#
# And if $J$ is simply wrong? The same network was trained on Augerino+'s form, on Euclid's and on a
# random symmetric matrix, with fewer jets, beside LorentzNet and LieGNN with as many.

# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
fewer = [m for m in FORMS if mean["training_jets"][m] < n_train]
caption = f"The same with {mean['training_jets'][fewer[0]]:,.0f} training jets"
table(FORM_HEAD, form_rows(fewer), caption, "tab-wrong-form")

# %% tags=["hide-input"]
wrong_forms = loss[["liegnn-augerino-plus", "liegnn-identity", "liegnn-random"]]
note(found_cost=f"{loss['liegnn-6000']:.4f}")
note(wrong_cost=f"{wrong_forms.max():.4f}", least_cost=f"{wrong_forms.min():.4f}")

# %% [markdown]
# With 6,000 jets the found form costs {glue:text}`found_cost`, and the wrong ones
# {glue:text}`least_cost` to {glue:text}`wrong_cost`. A wrong form is not blind: products with
# the beams and with the other constituents still tell the components one by one, as long as $J$ is
# not singular. What is lost is the help of the right one, which hands an edge the mass of its pair
# as one number.
#
# ## At full scale
#
# The `paper` profile is the published training on the public benchmark: all constituents, the
# full width, and a global batch that is shared out to as many GPUs as there are. It was **not
# run here**.

# %% mystnb={"markdown_format": "myst"} tags=["hide-input"]
paper = experiments.settings("top-tagging", "lorentznet", "paper")
cpu = experiments.settings("top-tagging", "lorentznet", "cpu")
assert (paper.constituents, cpu.rest, quick.rest) == (None, True, True)
labels = {"hidden": "channels", "batch": "jets in a batch", "lr": "learning rate"}
settings = ["layers", "hidden", "dropout", "batch", "epochs", "lr", "weight_decay"]
some = [f"{c.constituents} and the sum of the others" for c in (cpu, quick)]
rows = [("training jets", "1.2 million", f"{n_train:,}", f"{quick.jets:,}")]
rows += [("leading constituents", "all", *some)]
for name in settings:
    numbers = (f"{getattr(c, name):g}" for c in (paper, cpu, quick))
    rows.append((labels.get(name, name.replace("_", " ")), *numbers))
head = ("setting", "`paper`", "`cpu`, the records", "`quick`, live")
table(head, rows, "The three profiles of the networks", "tab-profiles")

# %% [markdown]
# ```bash
# liegan data top-tagging train        # and validation, and test: 1.7 GB in all
# liegan run top-tagging lorentznet --profile paper --seed 0
# ```
#
# On one machine with four GPUs, the second line becomes
#
# ```bash
# accelerate launch --num_processes 4 -m liegan_book.cli \
#     run top-tagging lorentznet --profile paper --seed 0
# ```
#
# and `accelerate config` sets up several machines. The batch is the global one: each process
# takes its share, the statistics of batch normalisation run over all of them, and the losses
# are those of one process. A run that was cut off goes on from its last checkpoint. LieGNN needs the
# record of LieGAN with the same seed, which is there for the seeds of chapter {doc}`07-lorentz`.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-massless-products
# Show that for massless constituents the two numbers of an edge are one. Where in the network do
# they differ all the same?
# ```
#
# ````{solution} ex-massless-products
# :class: dropdown
# $\norm{x_i - x_j}^2 = \norm{x_i}^2 + \norm{x_j}^2 - 2 \langle x_i, x_j \rangle$, and the squares
# are zero. They differ on edges to what has a mass, the beams and the sum of the constituents
# that are left out, and from the second layer on, because a step in $x$ leaves the light cone.
# ````
#
# ```{exercise}
# :label: ex-beams-left
# Which Lorentz transformations leave the answers alone when the beams are fixed?
# ```
#
# ```{solution-start} ex-beams-left
# :class: dropdown
# ```
#
# Those that leave both beams where they are. Of the algebra, that is all $L$ with
# $L b_+ = L b_- = 0$: a null space.

# %%
so13 = groups.so13().basis
condition = torch.einsum("cij,bj->bic", so13, BEAMS.double()).reshape(-1, len(so13))
_, values, rows = torch.linalg.svd(condition)
left = rows[(values > tolerances.RANK).sum() :]
print("dimension:", len(left))
print("it is the rotation about z:", bool((so13[5] * left[0, 5]).abs().sum() > 1.99))

# %% [markdown]
# A boost along the beam keeps the plane of the two and moves both. So the network could learn
# that the answer does not depend on it, but it is not built in.
#
# ```{solution-end}
# ```
#
# ```{exercise}
# :label: ex-own-group
# Let $K$ be antisymmetric. Show that $L = J^{-1} K$ keeps the form $J$. Check that a network with
# the $J$ of LieGAN is invariant under $\exp(L)$ to rounding, and under a Lorentz boost it is not.
# ```
#
# ```{solution-start} ex-own-group
# :class: dropdown
# ```
#
# $L^\top J + J L = K^\top J^{-\top} J + K = K^\top + K = 0$ for a symmetric $J$. There are as
# many antisymmetric $K$ as rotations of $\R^4$, six: every form that is not singular has a group of
# this dimension.

# %%
J = top_tagging.found("liegan", 0)
_ = torch.manual_seed(1)
learned = LorentzNet(J, hidden=16, layers=3).double().eval()
K = torch.randn(4, 4, dtype=DOUBLE)
own = torch.matrix_exp(0.3 * torch.linalg.solve(learned.J, K - K.T))
boost = tagging.lorentz_moves(1, rapidity=1.0)[0]
graphs = JetGraphs(few).batch(np.arange(len(few)))[0].to(DOUBLE)
s = learned.scalars(graphs)
with torch.no_grad():
    before = learned.decide(s, graphs)
    for name, move in (("its own group", own), ("a boost", boost)):
        change = (learned.decide(s, graphs.moved(move)) - before).square().mean()
        small = bool(change.sqrt() / before.std() < 1e-8)
        print(f"{name}: changes by less than 1e-8: {small}")
        assert small == (name == "its own group")

# %% [markdown]
# The input scalars are taken from the jet before the move. They are invariant too, but for one
# thing: a mass below the rounding of a float32 momentum counts as none, and a move can carry a
# constituent across that line.
#
# ```{solution-end}
# ```
#
# ```{exercise}
# :label: ex-translations
# Add one and the same vector to all $x_i$ of a jet. Which of the two numbers of an edge change?
# Why does EGNN want only the other, and why is that no symmetry of a jet?
# ```
#
# ````{solution} ex-translations
# :class: dropdown
# The distance stays, the product changes. EGNN is about points in space, where no origin is given:
# only distances mean something. Momenta have an origin, the particle at rest, and adding a vector
# to all of them changes masses and energies.
# ````
#
# ## Limits of what was shown
#
# - The jets are ours and easier than the benchmark's. Nothing here reproduces a number of the
#   poster's table; what is tested is the order of its rows, at one size and one width.
# - The networks of the records are smaller than the published ones, see fewer constituents, and
#   were tuned for LorentzNet. The others got the same settings, and might gain from their own.
# - Five seeds a row, and one test split of {glue:text}`n_test` jets. A seed changes the start and the
#   order of the jets, and for LieGNN the form $J$.
# - The poster does not say in detail what its LorentzNet (w/o) and EGNN are given. Ours are what
#   {numref}`tab-systems` says.
# - LieGNN's $J$ was learned on 100,000 jets of the same simulation, more than the taggers train
#   on, and its labels did not matter ({doc}`07-lorentz`).
# - The trees' observables use all constituents of a jet, the networks of the records
#   {glue:text}`taken`.
# - Speeds come from runs that shared one machine with others.

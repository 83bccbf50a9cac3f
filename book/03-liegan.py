# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # LieGAN: the game
#
# ```{admonition} What you will learn
# :class: tip
# - Why symmetry discovery becomes a game between a generator and a discriminator, and why an
#   exact symmetry of the law of the data is an equilibrium of it.
# - What each term of the generator's loss is for. We switch each off and look.
# - Why one backward pass serves both players.
# - The *identity trap*: when the law is only nearly symmetric, doing nothing can win.
#
# **Reading time** 25 minutes. **Run time** about a minute on one core: every game
# in this chapter is played as it runs.
# **You need** {doc}`01-symmetry` and {doc}`02-lie-groups`, and to have trained a
# neural network once.
# ```

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch
from torch.nn.functional import logsigmoid, softplus

from liegan_book.experiments.metrics.discovery import curve
from liegan_book.publishing.figures import (
    DATA,
    LEARNED,
    MOVED,
    MUTED,
    TRUTH,
    heat,
    use_style,
)
from liegan_book.tolerances import FOUND
from liegan_min.algebra.groups import so
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base import tolerances
from liegan_min.base.options import RunOptions
from liegan_min.game import losses
from liegan_min.game.coefficients import IntegerGrid, Normal, Uniform
from liegan_min.game.config import GameConfig
from liegan_min.game.discovery import play_game
from liegan_min.game.discriminator import Discriminator
from liegan_min.game.generator import LieGenerator
from liegan_min.game.pairs import as_pairs

use_style()
torch.set_num_threads(1)  # small matrices: a second thread only gets in the way

# %% [markdown]
# ## Why a game
#
# By {prf:ref}`thm-joint`, a symmetry of a task whose inputs share it is a symmetry of
# the law of the pairs. So we look for matrices $L$ whose flow leaves that law alone:
#
# $$ (gx, gy) \sim (x, y), \qquad g = \exp(wL). $$
#
# We cannot compare densities, for we do not have any: only samples. But there is a way to compare
# laws that needs nothing else. Train a classifier to tell two piles of samples apart. If it
# cannot do better than a coin, the laws look the same {cite:p}`lopezpaz2017revisiting`.
# {doc}`01-symmetry` did that for seven candidates, with a discriminator trained afresh for each.
#
# To *search*, we want more than a verdict on one candidate. We want to know in which
# direction to change it. If the discriminator is a differentiable function of the moved sample and the
# moved sample is one of $L$, the chain rule says. This is the idea of generative adversarial
# nets {cite:p}`goodfellow2014gan`; that the generator *moves* data by a learnable Lie
# group, instead of making data up from noise, is LieGAN {cite:p}`yang2023liegan`.
#
# Our toy has a known answer. Points of the plane with a uniform angle and a radius between ½ and
# 1½, and a number $y = \sin 3\norm{x}$. The connected group of all linear symmetries is
# $\SO(2)$.


# %%
def disc(seed, arc=2 * np.pi, n=1024):
    """Pairs (x, y), with angles from an arc of the circle."""
    rng = np.random.default_rng(seed)
    angle, r = rng.uniform(-arc / 2, arc / 2, n), rng.uniform(0.5, 1.5, n)
    x = r[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return as_pairs(x, np.sin(3 * r), "scalar")


# %% [markdown]
# ## The generator
#
# It has a basis $L_1, \dots, L_c$ of $k \times k$ matrices to learn. For every sample it
# draws coefficients and moves $x$ and $y$ by the same group element:
#
# ```{math}
# :label: eq-generator
# w \sim \gamma_\beta(w), \qquad
# g = \exp\Bigl(\sum_{i=1}^{c} w_i L_i\Bigr), \qquad
# (x, y) \mapsto (gx, gy) .
# ```
#
# A $y$ that is a number or a label stays as it is. In code:


# %%
def generate(L, x, rng):
    """Move x, (n, k), by g = exp(Σ w_i L_i), w ~ N(0, 1); L: (c, k, k)."""
    w = torch.randn(len(x), len(L), generator=rng)
    g = torch.matrix_exp(torch.einsum("nc,cij->nij", w, L))
    return torch.einsum("nij,nj->ni", g, x)


module = LieGenerator(3, Normal(channels=2), rng=torch.manual_seed(1))
x = torch.randn(50, 3)
ours = generate(module.L, x, torch.Generator().manual_seed(2))
theirs, _ = module(x[:, None], None, torch.Generator().manual_seed(2))
off = (ours - theirs[:, 0]).norm() / ours.norm()
print("same as the module's:", bool(off < tolerances.IDENTITY[torch.float32]))

turned = generate(so(2).basis.float(), disc(0).x[:, 0], torch.manual_seed(3))
same_radius = turned.norm(dim=1) - disc(0).x[:, 0].norm(dim=1)
assert same_radius.abs().max() < tolerances.IDENTITY[torch.float32]

# %% [markdown]
# The coefficients are what makes it a *distribution over* transformations. A discriminator sees
# samples that were moved by all kinds of $w$ at once.
#
# ## The discriminator
#
# The discriminator maps a pair to a number $s$, its *logit*. Its belief that the pair is real is
# $\sigma(s) = 1/(1 + e^{-s})$. It learns by the cross-entropy; with
# $-\log \sigma(s) = \log(1 + e^{-s}) = \operatorname{softplus}(-s)$ this is
#
# ```{math}
# :label: eq-discriminator
# \ell_D = \tfrac12\, \E\bigl[\operatorname{softplus}(-s(x, y))\bigr]
#        + \tfrac12\, \E\bigl[\operatorname{softplus}(s(gx, gy))\bigr] .
# ```
#
# We keep the logits. Computing $\sigma$ first and its logarithm later loses the gradient: in single
# precision $\sigma(s)$ is exactly 1 from $s \approx 17$ on, and then $\log(1 - \sigma)$ has none.

# %%
s = torch.tensor([30.0], requires_grad=True)
(late,) = torch.autograd.grad(-torch.log(1 - torch.sigmoid(s)), s)
(kept,) = torch.autograd.grad(softplus(s), s)
print("σ first, log later: gradient is", late.item(), "| from logits:", kept.item())
assert torch.equal(softplus(-s), -logsigmoid(s))

# %% [markdown]
# What is the best a discriminator can do? Write $p_d$ for the law of the data and $p_t$ for that
# of the transformed data. The answer is that of {cite:t}`goodfellow2014gan`.
#
# ```{prf:theorem} The value of the game
# :label: thm-value
#
# For a fixed generator the smallest value of $\ell_D$ is
#
# $$ \min_s \ell_D = \log 2 - \mathrm{JSD}(p_d, p_t), $$
#
# attained at $s^* = \log (p_d / p_t)$. Here, with $m = \tfrac12(p + q)$,
#
# $$
# \begin{aligned}
# \mathrm{JSD}(p, q) ={}& \tfrac12\, \mathrm{KL}(p \,\|\, m) \\
# &+ \tfrac12\, \mathrm{KL}(q \,\|\, m)
# \end{aligned}
# $$
#
# is the Jensen-Shannon divergence. It is never negative, and 0 only if the laws are equal.
# ```
#
# ```{prf:proof}
# At each point, $\ell_D$ has the integrand
# $\tfrac12 \bigl( -p_d \log D - p_t \log(1 - D) \bigr)$ with $D = \sigma(s)$. It is
# convex in $D$, and its derivative vanishes at $D^* = p_d / 2m$, where now $m = \tfrac12(p_d + p_t)$.
# Insert it:
#
# $$
# \begin{aligned}
# \min_s \ell_D ={}& -\tfrac12 \int p_d \log \frac{p_d}{2m} \\
# & - \tfrac12 \int p_t \log \frac{p_t}{2m} \\
# ={}& \log 2 - \mathrm{JSD}(p_d, p_t) .
# \end{aligned}
# $$
#
# Finally, $\mathrm{KL}$ is never negative and vanishes only for equal laws.
# ```
#
# ```{prf:corollary} An exact symmetry is an equilibrium
# :label: cor-equilibrium
#
# If $(gx, gy) \sim (x, y)$ for every $g$ that the generator draws, then no discriminator gets below
# $\log 2$, the discriminator $s = 0$ attains it, and against this discriminator no generator
# is better than another. As far as the discriminator is concerned, neither player gains by moving alone.
# ```
#
# A case where $p_d$ and $p_t$ are known shows that a trained discriminator gets there. Take angles
# from *half* the circle and turn them by $\varphi \le \pi$. Where the two
# half circles overlap the best discriminator must guess; elsewhere it is sure. So
# $\min \ell_D = (1 - \varphi/\pi) \log 2$ and the divergence is *linear* in the angle. Remember that.


# %%
def trained_loss(angle, seed=0, steps=200):
    """Held-out loss of a discriminator against data turned by an angle."""
    x, other, fresh, fresh2 = (disc(i, arc=np.pi).x for i in range(4))
    g = so(2).exp([angle]).float()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        discriminator = Discriminator(2, (64, 64))
    optimiser = torch.optim.Adam(discriminator.parameters(), lr=1e-2)
    for _ in range(steps):
        optimiser.zero_grad()
        losses.discriminator_loss(
            discriminator(x), discriminator(other @ g.T)
        ).backward()
        optimiser.step()
    with torch.no_grad():
        return losses.discriminator_loss(
            discriminator(fresh), discriminator(fresh2 @ g.T)
        ).item()


SLACK = 0.1  # of a discriminator trained for a second, on fresh samples
for part in (1 / 4, 3 / 4):
    off = trained_loss(part * np.pi) - (1 - part) * np.log(2)
    print(f"turned by {part} π: loss as predicted: {abs(off) < SLACK}")
    assert abs(off) < SLACK

# %% [markdown]
# ## The generator's loss, term by term
#
# The generator wants the discriminator to take moved pairs for real. Left alone it has an easy way to do so: to leave
# everything where it is. So it plays
#
# ```{math}
# :label: eq-loss
# \begin{aligned}
# \ell_G ={}& \E\bigl[\operatorname{softplus}(-s(gx, gy))\bigr]
#   && \text{be taken for real} \\
# &+ \lambda\, \bigl\lvert \E \cos(gx, x) \bigr\rvert
#   && \text{move the data} \\
# &+ \eta \sum_{i<j} k\, \lvert \cos(L_i, L_j) \rvert
#   && \text{differ between channels} \\
# &+ \mu\, \norm{L}_p
#   && \text{be small or sparse.}
# \end{aligned}
# ```
#
# Each is a line or two.


# %%
def move_term(gx, x):
    return torch.cosine_similarity(gx, x, dim=-1).mean().abs()


def differ_term(L):
    flat = L.flatten(1)
    cos = torch.cosine_similarity(flat[:, None], flat[None], dim=-1)
    return L.shape[-1] * torch.triu(cos, diagonal=1).abs().sum()


def small_term(L, p):
    return (L.abs() ** p).sum() ** (1 / p)


x, L = torch.randn(100, 4), torch.randn(3, 4, 4)
gx = generate(0.3 * L, x, torch.Generator().manual_seed(0))
close = {"rtol": tolerances.IDENTITY[torch.float32], "atol": 1e-6}
assert torch.allclose(move_term(gx, x), losses.cosine(gx, x), **close)
assert torch.allclose(differ_term(L), losses.correlation(L), **close)
assert all(
    torch.allclose(small_term(L, p), losses.norm(L, p), **close) for p in (1, 2)
)

# %% [markdown]
# The published settings are the defaults of the module. Two details of them matter later: the norm is off, and $\lambda = 1$.

# %%
published = GameConfig()
for symbol, name in {"λ": "cosine", "η": "correlation", "μ": "norm"}.items():
    print(f"{symbol} = {getattr(published, name)}")
for name in ("batch", "epochs", "hidden", "lr_generator", "lr_discriminator"):
    print(f"{name}: {getattr(published, name)}")

# %% [markdown]
# Why $\operatorname{softplus}(-s)$ and not just $-\ell_D$? The moved sample $b$ enters either loss through its
# logit $s_b$ alone, so its gradient is the same vector $\partial s_b / \partial (gx_b)$ times a
# number. For $\operatorname{softplus}(-s_b)$ that number is $-\sigma(-s_b)$, close to $-1$ where the discriminator is sure that the
# sample is fake. For $-\operatorname{softplus}(s_b)$ it is $-\sigma(s_b)$, close to 0 there. A
# beginner who is always caught should hear something {cite:p}`goodfellow2014gan`.
#
# ## One look serves both players
#
# The same remark saves half of the work. The discriminator trains on
# moved samples too, so its backward pass computes $\partial s_b/\partial (gx_b)$ on the
# way. With $n$ moved samples,
#
# ```{math}
# :label: eq-judge
# \begin{aligned}
# \frac{\partial \ell_D}{\partial (gx_b)} &= \frac{\sigma(s_b)}{2n}\, \frac{\partial s_b}{\partial (gx_b)}, \\
# \frac{\partial \ell_G}{\partial (gx_b)} &= -\frac{\sigma(-s_b)}{n}\, \frac{\partial s_b}{\partial (gx_b)} ,
# \end{aligned}
# ```
#
# where only the first term of $\ell_G$ counts. Rescale the first, row by row, and you have the second.

# %%
torch.manual_seed(0)
discriminator, n = Discriminator(2, (64, 64)).double(), 200
real = torch.randn(n, 1, 2).double()
gx = torch.randn(n, 1, 2).double().requires_grad_()

s = discriminator(gx)
(pull_d,) = torch.autograd.grad(
    losses.discriminator_loss(discriminator(real), s), gx
)
(pull_g,) = torch.autograd.grad(losses.generator_loss(discriminator(gx)), gx)
ratio = (-2 * torch.sigmoid(-s) / torch.sigmoid(s)).view(-1, 1, 1)
look = losses.judge(discriminator, real, gx, reject=0)
close = {"rtol": tolerances.EQUIVARIANCE[torch.float64], "atol": 1e-15}
assert torch.allclose(ratio * pull_d, pull_g, **close)
assert torch.allclose(look.pull, pull_g, **close)

# %% [markdown]
# `losses.judge` does this for every step of every game in this book. In the module one
# thing is added: a sample that the discriminator believes less than $10^{-12}$ loses its pull. With a
# bad $L$ and a large $w$ such samples lie far away and would drown the others. The published code does the
# same through a clamp inside its cross-entropy.
#
# ## Watch it play
#
# We use a smaller and quicker discriminator than the published one; the loss is {eq}`eq-loss` with $\lambda = 1$. Seeds 0, 1
# and 2 were fixed in advance and are all shown, here and below; a seed draws the data and the game.

# %%
QUICK = {
    "hidden": (64, 64),
    "batch": 128,
    "epochs": 60,
    "lr_generator": 2e-2,
    "lr_discriminator": 1e-2,
    "ema": 0.95,
}
SEEDS = (0, 1, 2)


def play(data, seed, **settings):
    config = GameConfig.of(**QUICK | settings)
    return play_game(
        data, config, options=RunOptions(seed=seed, progress=False, device="cpu")
    )


def sizes(found):
    """Frobenius norm of the basis after each epoch."""
    return torch.linalg.vector_norm(found.bases, dim=(1, 2, 3)).numpy()


games = [play(disc(seed), seed) for seed in SEEDS]
for seed, found in zip(SEEDS, games, strict=True):
    is_found = found.algebra.cosine(so(2)) > FOUND
    print(f"seed {seed}: cosine to so(2) > {FOUND}: {is_found}")
    assert is_found

# %% [markdown]
# At the start of a game moved samples lie where no data are ({numref}`fig-game`). At its end
# they fill the same ring, and the matrix is antisymmetric.

# %% mystnb={"figure": {"caption": "A game, start to end. Above: real samples (blue) and moved ones (orange), left under the random matrix that seed 0 starts from, right under the matrix that it learned. Below left: that matrix; zero on the diagonal and opposite signs off it is a rotation. Below right: the cosine between the learned matrix and so(2) for all three seeds.", "name": "fig-game"}, "image": {"alt": "Two scatter plots of a ring: moved samples first spread far beyond it, then cover it. A two by two heat map with a red and a blue entry off the diagonal. Three curves that climb to one within twenty epochs."}} tags=["hide-input"]
start = LieGenerator(2, rng=torch.Generator().manual_seed(0)).L.detach()
x = disc(7).x[:500, 0]
fig, axes = plt.subplots(2, 2, figsize=(6.6, 5.6), height_ratios=[1, 0.8])
axes = axes.flat
panels = {"at the start": start, "at the end": games[0].algebra.basis.float()}
for ax, (title, L) in zip(axes[:2], panels.items(), strict=True):
    moved = generate(L, disc(8).x[:500, 0], torch.Generator().manual_seed(1))
    ax.plot(*x.T, ".", ms=3, color=DATA, label="real")
    ax.plot(*moved.T, ".", ms=3, color=MOVED, label="moved", alpha=0.7)
    ax.set(title=title, xlim=(-3.2, 3.2), ylim=(-3.2, 3.2), aspect="equal")
axes[1].legend(loc="upper left", markerscale=3, handletextpad=0, borderpad=0)
heat(axes[2], games[0].algebra.basis[0], "learned $L$")
for seed, found in zip(SEEDS, games, strict=True):
    axes[3].plot(
        curve(found.bases, so(2), None), color=LEARNED, alpha=1 - 0.3 * seed
    )
axes[3].set(xlabel="epoch", title="cosine to so(2)", ylim=(0, 1.05))
plt.show()

# %% [markdown]
# ## Without the cosine term
#
# Set $\lambda = 0$. Doing nothing is then an equilibrium like any other:
# $L = 0$ keeps every law. So do $\theta R$ for all $\theta$, with $R$ the generator of
# rotations. Which of them will be reached? We start near the identity (entries of size 0.01), with
# the term and without, and once more without it from the usual start.

# %%
near = {"init_scale": 0.01, "epochs": 40}
with_term = [play(disc(s), s, **near) for s in SEEDS]
without = [play(disc(s), s, cosine=0, **near) for s in SEEDS]
far_without = [play(disc(s), s, cosine=0, epochs=40) for s in SEEDS]

AT_IDENTITY, MOVING = 0.5, 2.0  # norms of L; the runs are far from both
stays = all(sizes(g)[-1] < AT_IDENTITY for g in without)
leaves = all(sizes(g)[-1] > MOVING for g in with_term)
shrinks = all(sizes(g)[-1] < sizes(g)[0] for g in far_without)
print("near start, no cosine term: all stay at the identity:", stays)
print("near start, with it: all leave:", leaves)
print("usual start, no cosine term: all shrink:", shrinks)
assert all([stays, leaves, shrinks])


# %% mystnb={"figure": {"caption": "Size of the learned matrix, three seeds each. From a start near the identity, the cosine term drives it away (green); without the term it stays (orange). From the usual start without the term (grey) it shrinks, in some runs to the identity, in others to a rotation of moderate size.", "name": "fig-no-cosine"}, "image": {"alt": "Norm of L against epochs. Three green curves rise from zero to about four. Three orange ones stay close to zero. Three grey ones fall from between one and three."}} tags=["hide-input"]
def draw_sizes(ax, games, epochs=None):
    for label, (runs, colour) in games.items():
        norms = np.transpose([sizes(found)[:epochs] for found in runs])
        first, *_ = ax.plot(norms, color=colour)
        first.set_label(label)
    ax.set(xlabel="epoch", ylabel=r"$\Vert L \Vert$")


fig, ax = plt.subplots(figsize=(6.6, 3.3))
shown = {
    "start 0.01, λ = 1": (with_term, LEARNED),
    "start 0.01, λ = 0": (without, MOVED),
}
draw_sizes(ax, shown | {"start 1, λ = 0": (far_without, MUTED)})
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# So the cosine term does what it is there for ({numref}`fig-no-cosine`). The grey curves add a nuance. Without it, a
# run from the usual start need not end at the identity. On its way from a wrong
# matrix it shrinks, because small moves are harder to see, and it stops shrinking where it becomes a
# rotation. Where that is, is an accident of the start.
#
# How hard does the term push? For a rotation by $w\theta$ with $w \sim \N(0, 1)$
#
# ```{math}
# :label: eq-cosine-gain
# \E \cos(gx, x) = \E \cos(w\theta) = e^{-\theta^2/2} = 1 - \tfrac12 \theta^2 + \dots
# ```
#
# Near the identity its slope is zero. And it never stops: any larger $\theta$ is better still. So the size of
# a learned $L$ tells how long the game was played and not much else; in this
# chapter only its direction counts.

# %%
w = torch.randn(200_000, generator=torch.Generator().manual_seed(0))
for theta in (0.5, 1.0, 2.0):
    g = LieAlgebra(theta * so(2).basis).exp(w[:, None])
    x = torch.tensor([1.0, 0.0]).double().expand(len(w), 2)
    sampled = losses.cosine(torch.einsum("nij,nj->ni", g, x), x)
    exact = np.exp(-(theta**2) / 2)
    print(f"θ = {theta}: exp(-θ²/2) = {exact:.2f}, sampled {sampled:.2f}")
    off = sampled - exact
    assert off.abs() < 5 / np.sqrt(len(w))  # five standard deviations at most

# %% [markdown]
# ## Without the correlation term
#
# With two channels and a law that has two symmetries, we want one each. Take two independent
# copies of the ring, in $\R^4$. The symmetries are $a R_1 + b R_2$: a turn of the first plane and
# one of the second. Would anything prevent both channels from learning the same mixture?
#
# - The discriminator would not. If $L_1$ is a symmetry, so is a second copy of it.
# - The cosine term would not. It sees angles $w_1 a_1 + w_2 a_2$ in the first plane and $w_1 b_1 + w_2 b_2$ in the second, one plane
#   at a time. It depends on $a_1^2 + a_2^2$ and on $b_1^2 + b_2^2$ only.
#
# So without the correlation term the overlap of the channels is left to chance. We play with
# $\eta = 0$ and $\eta = 0.1$.


# %%
def planes(seed, n=1024):
    """Two rings: x in R^4, y in R^2."""
    rng = np.random.default_rng(seed)
    angle, r = rng.uniform(0, 2 * np.pi, (n, 2)), rng.uniform(0.5, 1.5, (n, 2))
    z = r * np.exp(1j * angle)
    x = np.stack([z.real, z.imag], axis=2).reshape(n, 4)
    return as_pairs(x, np.sin(3 * r), "scalar")


turns = torch.zeros(2, 4, 4, dtype=torch.float64)
turns[0, :2, :2] = turns[1, 2:, 2:] = so(2).basis[0]
two_turns = LieAlgebra(turns, "so(2) + so(2)")
pair = {"channels": 2, "init_scale": 0.1}
channels = {
    eta: [play(planes(s), s, correlation=eta, **pair) for s in SEEDS]
    for eta in (0, 0.1)
}


def overlap(found):
    a, b = found.algebra.basis.flatten(1)
    return float(torch.cosine_similarity(a, b, dim=0).abs())


OVERLAP, SYMMETRIC = 0.1, 0.95
for eta, runs in channels.items():
    true = all(g.algebra.cosine(two_turns) > SYMMETRIC for g in runs)
    apart = [overlap(g) < OVERLAP for g in runs]
    print(f"η = {eta}: both channels symmetries: {true}; apart: {apart}")
assert all(overlap(g) < OVERLAP for g in channels[0.1])
assert not any(overlap(g) < OVERLAP for g in channels[0])

# %% mystnb={"figure": {"caption": "Direction of the two learned channels, as turns of the first plane (horizontal) and of the second (vertical), for three seeds. Above, without the correlation term, they overlap by chance. Below, with it, they are orthogonal. Every arrow reaches the circle: each channel is a symmetry, up to the length that is missing.", "name": "fig-channels"}, "image": {"alt": "Six unit circles with two arrows each. In the upper row the arrows enclose small or middling angles, in the lower row right angles."}} tags=["hide-input"]
fig, axes = plt.subplots(2, 3, figsize=(6.6, 4.5))
unit = two_turns.basis.flatten(1) / np.sqrt(2)
t = np.linspace(0, 2 * np.pi, 100)
for row, (eta, runs) in zip(axes, channels.items(), strict=True):
    for seed, (ax, found) in enumerate(zip(row, runs, strict=True)):
        B = torch.nn.functional.normalize(found.algebra.basis.flatten(1), dim=1)
        ax.plot(np.cos(t), np.sin(t), color=MUTED, lw=0.8)
        for (a, b), colour in zip((B @ unit.T).tolist(), (DATA, MOVED), strict=True):
            arrow = {"arrowstyle": "-|>", "color": colour, "lw": 2}
            arrow |= {"shrinkA": 0, "shrinkB": 0}
            ax.annotate("", (a, b), (0, 0), arrowprops=arrow)
        ax.set(xlim=(-1.1, 1.1), ylim=(-1.1, 1.1), aspect="equal")
        ax.set(title=f"η = {eta}, seed {seed}", xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
plt.show()

# %% [markdown]
# So what the term prevents is real, but it is drift rather than attraction. And it depends on the
# algebra. For rotations of $\R^3$ the argument fails: $w_1 L_1 + w_2 L_2 + w_3 L_3$ turns
# about one axis, and leaves a point near that axis where it is. Three channels with the same axis
# leave the same points in place every time, and the cosine term minds. So here nothing
# collapses even if $\eta = 0$:


# %%
def ball(seed, n=1024):
    """Points of R^3 in all directions, and a number y."""
    rng = np.random.default_rng(seed)
    r, v = rng.uniform(0.5, 1.5, n), rng.standard_normal((n, 3))
    x = r[:, None] * v / np.linalg.norm(v, axis=1, keepdims=True)
    return as_pairs(x, np.sin(3 * r), "scalar")


three = {"channels": 3, "correlation": 0, "epochs": 40}
free = [play(ball(s), s, **three) for s in SEEDS]
all_so3 = all(g.algebra.cosine(so(3)) > SYMMETRIC for g in free)
APART = 0.5
flat = [torch.nn.functional.normalize(g.algebra.basis.flatten(1)) for g in free]
apart = all((u @ u.T - torch.eye(3)).abs().max() < APART for u in flat)
print(f"so(3), η = 0: found: {all_so3}; no overlap above {APART}: {apart}")
assert all([all_so3, apart])

# %% [markdown]
# The term has a price as well. It demands orthogonal channels even if there is only one
# symmetry ({numref}`ex-too-many`), and what is orthogonal depends on the coordinates.
#
# ## With a norm
#
# The norm is off in the published settings, and our runs show no harm from its absence but the
# drift of scale above. What does it do if it is on? For $L = \theta R$ we have $\norm{L}_2 = \sqrt 2\, \theta$. Along the
# symmetry the discriminator is silent, so the generator minimises
#
# ```{math}
# :label: eq-norm
# \begin{aligned}
# h(\theta) &= \lambda\, e^{-\theta^2/2} + \mu \sqrt 2\, \theta, \\
# h'(\theta) = 0 &\iff \theta\, e^{-\theta^2/2} = \sqrt 2\, \mu / \lambda .
# \end{aligned}
# ```
#
# The left side is at most $e^{-1/2}$, at $\theta = 1$. This predicts three things. For a small $\mu$ the scale
# comes to rest, at the larger of two roots. The identity has become a minimum too, since a norm has a
# slope at zero where the cosine term has none; the smaller root is the barrier between the two. For $\mu > \lambda e^{-1/2}/\sqrt 2 \approx 0.43\,\lambda$ only
# the identity is left. We try $\mu = 0.2$ and $\mu = 0.6$.


# %%
def roots(mu, lam=1.0):
    """Norms of L at the barrier and at rest; none if μ is too large."""
    theta = np.linspace(0, 4, 40_001)
    slope = np.sqrt(2) * mu / lam - theta * np.exp(-(theta**2) / 2)
    return np.sqrt(2) * theta[1:][np.diff(np.sign(slope)) != 0]


normed = {
    mu: [play(disc(s), s, norm=mu, epochs=50) for s in SEEDS] for mu in (0.2, 0.6)
}
ends = {mu: np.array([sizes(g)[-1] for g in runs]) for mu, runs in normed.items()}
AT_REST = 0.25  # relative distance from the predicted norm
print("μ = 0.6 has roots:", len(roots(0.6)) > 0)
print("μ = 0.6: all at the identity:", all(ends[0.6] < AT_IDENTITY))
assert all(ends[0.6] < AT_IDENTITY)
barrier, rest = roots(0.2)
near_one = (np.abs(ends[0.2] / rest - 1) < AT_REST) | (ends[0.2] < barrier)
print("μ = 0.2: all at rest as predicted, or at the identity:", all(near_one))
assert all(near_one)

# %% mystnb={"figure": {"caption": "Size of the learned matrix with a 2-norm in the loss, three seeds each. Dashed: where the formula says that it comes to rest for a weight of 0.2; dotted: the barrier below which it falls to the identity. For a weight of 0.6 only the identity is left. Without the norm the size drifts on.", "name": "fig-norm"}, "image": {"alt": "Norm of L against epochs. Grey curves without a norm rise to four. Green curves with weight 0.2 approach the dashed line or fall. Orange curves with weight 0.6 fall to zero."}} tags=["hide-input"]
fig, ax = plt.subplots(figsize=(6.6, 3.3))
shown = {"μ = 0": (games, MUTED), "μ = 0.2": (normed[0.2], LEARNED)}
draw_sizes(ax, shown | {"μ = 0.6": (normed[0.6], MOVED)})
ax.axhline(rest, color=TRUTH, ls="--", lw=1, label="rest, μ = 0.2")
ax.axhline(barrier, color=TRUTH, ls=":", lw=1, label="barrier, μ = 0.2")
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# ## The identity trap
#
# A second slope at zero comes from the data. The poster's two-body orbits start in one half-plane, and
# {doc}`01-symmetry` found that then not even the true symmetry passes the discriminator. Our toy
# does the same with angles from half of the circle. Turn by $w\theta$, and near both edges a share of
# samples, proportional to $\theta$, lands where no data are. What does the generator pay for it? Let $p$ be
# the law of the angles and $q$ that of the turned ones. The best discriminator is known, $s^* = \log(p/q)$, and it stays as it is
# while the generator takes a step. So the price of a little more $\theta$, with either loss $f$ of the generator, is
#
# ```{math}
# :label: eq-price
# \begin{gathered}
# \int f(s^*)\, \frac{\partial q}{\partial \theta}\, d\varphi , \\
# f(s) = -\operatorname{softplus}(s) \ \text{ or } \ \operatorname{softplus}(-s) .
# \end{gathered}
# ```
#
# The first is the slope of $2\,\mathrm{JSD}$ ({prf:ref}`thm-value`), the second that of {eq}`eq-loss`. A turn
# by a normal angle blurs the law, so $q$ is one Fourier transform away. No discriminator is infinitely sure: we let
# its logits end at $\pm 5$ (a belief of 0.7 % or 99.3 %).


# %%
def price(theta, f, sure=5.0, n=2**15):
    """What a little more theta costs on half the circle."""
    m = np.fft.rfftfreq(n, 1 / n)
    p = np.where(np.arange(n) < n // 2, 2.0, 0.0)  # density; mean 1
    blurred = np.fft.rfft(p) * np.exp(-((m * theta) ** 2) / 2)
    q = np.fft.irfft(blurred, n)
    dq = np.fft.irfft(-(m**2) * theta * blurred, n)
    s = np.log(p + 1e-9) - np.log(q.clip(1e-9))
    return np.mean(f(s.clip(-sure, sure)) * dq)


def zero_sum(s):
    return -np.logaddexp(0, s)


def as_used(s):
    return np.logaddexp(0, -s)


def gain(theta, lam=1.0):
    """What a little more theta gains in the cosine term."""
    return lam * theta * np.exp(-(theta**2) / 2)


for f in (zero_sum, as_used):
    doubled = price(0.02, f) / price(0.01, f)
    print(f"price at twice the angle, {f.__name__}: times {doubled:.1f}")
print(f"gain at twice the angle: times {gain(0.02) / gain(0.01):.1f}")

# %% [markdown]
# Towards the identity the gain vanishes and the price does not. So the price wins there **for every
# $\lambda$**: a law that is not exactly invariant makes the identity a trap. The weight decides how far
# out one must start to escape, and whether there is an outside at all.

# %%
theta = np.linspace(0.01, 2.5, 250)
cost = {f: np.array([price(t, f) for t in theta]) for f in (zero_sum, as_used)}
for lam in (1, 10):
    for f in cost:
        wins = gain(theta, lam) > cost[f]
        text = f"from θ = {theta[wins][0]:.2f}" if wins.any() else "nowhere"
        print(f"λ = {lam}, {f.__name__}: leaving pays {text}")
unsure = np.array([price(t, as_used, sure=2.0) for t in theta])
pays = bool((gain(theta) > unsure).any())
print("λ = 1, as_used, logits up to ±2: leaving pays somewhere:", pays)

# %% [markdown]
# So in a zero-sum game one could leave with $\lambda = 1$, from a start that is far enough out. The loss that is
# used is harder on samples that land where no data are, and against it the
# cosine term with $\lambda = 1$ is too weak at every angle ({numref}`fig-trap`, left), unless the discriminator stays
# undecided. Is that what happens?
# We play on the half circle with $\lambda = 1$ and with $\lambda = 10$.

# %%
half = {
    lam: [play(disc(s, arc=np.pi), s, cosine=lam, epochs=40) for s in SEEDS]
    for lam in (1, 10)
}
trapped = all(sizes(g)[-1] < AT_IDENTITY for g in half[1])
escaped = all(sizes(g)[-1] > MOVING for g in half[10])
NEARLY = 0.9  # no exact symmetry to be found here
rotation = all(g.algebra.cosine(so(2)) > NEARLY for g in half[10])
print("half circle, λ = 1: all trapped at the identity:", trapped)
print(f"half circle, λ = 10: all move: {escaped}; as rotations: {rotation}")
assert all([trapped, escaped, rotation])

# %% mystnb={"figure": {"caption": "The identity trap. Left: what a little more rotation gains in the cosine term (colours), and what it costs on half the circle against the best discriminator (black), by the size $\\theta$ of the turns. Where a coloured curve is below a black one, the generator goes back towards the identity. The dashed black curve belongs to the loss that is used. Right: games on half the circle, three seeds each, and on the full circle with $\\lambda = 1$.", "name": "fig-trap"}, "image": {"alt": "Left, two black curves that are level near zero angle, the dashed one higher, and two coloured ones that rise from zero. Right, norm of L over epochs: orange curves fall to zero, green and grey ones stay large."}} tags=["hide-input"]
fig, (ax, right) = plt.subplots(1, 2, figsize=(9.2, 3.4))
styles = {zero_sum: ("-", "price, zero sum"), as_used: ("--", "price, as used")}
for f, (line, label) in styles.items():
    ax.plot(theta, cost[f], color=TRUTH, ls=line, label=label)
for lam, colour in ((1, MOVED), (10, LEARNED)):
    ax.plot(theta, gain(theta, lam), color=colour, label=f"gain, λ = {lam}")
ax.set(xlabel=r"$\theta$", ylabel=r"per unit of $\theta$", yscale="log")
ax.set_ylim(0.005, 12)
ax.legend(ncols=2, fontsize=8, loc="lower right")
shown = {"full, λ = 1": (games, MUTED), "half, λ = 1": (half[1], MOVED)}
draw_sizes(right, shown | {"half, λ = 10": (half[10], LEARNED)}, epochs=40)
right.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=8)
plt.show()

# %% [markdown]
# It is: with the published weight of 1 every game on the half circle falls back to the identity, also those
# that were a rotation of good size on their way, and with 10 none does. The left picture assumes the best
# discriminator with logits up to $\pm 5$, so its numbers are a guide and not a law; the level price
# and the vanishing gain are exact.
#
# None of this is particular to toys. {doc}`04-two-body` meets the trap in the published recipe
# itself, on orbits like the poster's, and shows it in records of complete runs.
#
# ## Exercises
#
# ```{exercise} A coefficient distribution that fixes the scale
# :label: ex-scale
#
# Compute $\E\cos(w\theta)$ for $w$ uniform on $[-1, 1]$, and for $w$ uniform on $\{-1, 0, 1\}$. Where does
# the cosine term $\lvert \E \cos(gx, x) \rvert$ now push $\theta$, for an exact $\SO(2)$ symmetry? What are the
# group elements there?
# ```
#
# ```{solution-start} ex-scale
# :class: dropdown
# ```
#
# $\frac{\sin\theta}{\theta}$, which first vanishes at $\theta = \pi$: the turns then cover the circle exactly once. And
# $\frac{1 + 2\cos\theta}{3}$, which first vanishes at $\theta = 2\pi/3$: the three elements of $C_3$. With these
# distributions the term stops pushing; with a normal one, by {eq}`eq-cosine-gain`, it never does. But it is
# the term and not the data that chose this size.

# %%
for name, law, angle in (
    ("uniform", Uniform(low=-1, high=1), np.pi),
    ("integers", IntegerGrid(low=-1, high=1), 2 * np.pi / 3),
):
    w = law.sample(200_000, torch.Generator().manual_seed(0))
    x = torch.tensor([1.0, 0.0]).double().expand(len(w), 2)
    gx = torch.einsum("nij,nj->ni", LieAlgebra(angle * so(2).basis).exp(w), x)
    vanishes = losses.cosine(gx, x) < 5 / np.sqrt(len(w))
    print(f"{name}: the cosine term vanishes at θ = {angle:.3f}: {vanishes}")

# %% [markdown]
# ```{solution-end}
# ```
#
# ```{exercise} More channels than symmetries
# :label: ex-too-many
#
# Play on the full circle with two channels. What do you expect of the second channel with $\eta = 0$, and with
# $\eta = 1$? Which quantity gives it away?
# ```
#
# ```{solution-start} ex-too-many
# :class: dropdown
# ```
#
# With $\eta = 0$ both must learn the rotation: there is nothing else. With $\eta = 1$ the second must be orthogonal to the first and so cannot be a
# symmetry. The discriminator sees it, and the only way out is to become small: the term compares directions and does not mind
# size. A small norm beside a large one gives the false channel away; `Discovery.dimension` counts
# directions by this rule.

# %%
greedy = [play(disc(s), s, channels=2, correlation=1, epochs=40) for s in SEEDS]
norms = [torch.linalg.matrix_norm(g.algebra.basis) for g in greedy]
print("orthogonal:", all(overlap(g) < OVERLAP for g in greedy))
print("one channel is small:", all(n.min() < 0.2 * n.max() for n in norms))

# %% [markdown]
# ```{solution-end}
# ```
#
# ```{exercise} The generator's gradient at the best discriminator
# :label: ex-gradient
#
# Let $s^* = \log(p_d/p_t)$. On half the circle, what is the pull on a sample that lands where no data are, in
# the loss $\operatorname{softplus}(-s)$ and in $-\operatorname{softplus}(s)$? What does this mean for the trap?
# ```
#
# ```{solution} ex-gradient
# :class: dropdown
#
# There $p_d = 0$, so $s^* \to -\infty$. The factor of {eq}`eq-judge` is $\sigma(-s) \to 1$ for the first and
# $\sigma(s) \to 0$ for the second. In the first every stray sample pulls back with the full slope of the discriminator; in the
# second it is given up. So the loss that helps a beginner makes the trap wider. The belief
# `reject`, below which a sample loses its pull, stands between the two.
# ```
#
# ## Limits of what was shown
#
# - The symmetries were exact (full circle) or broken in one chosen way (half circle), in two to four dimensions, with three
#   seeds. What holds at eight dimensions is the business of {doc}`04-two-body`.
# - {prf:ref}`cor-equilibrium` says where the game may rest, not that it gets there. Adversarial games can circle
#   around an equilibrium {cite:p}`mescheder2018converge`. We report an average of the basis over the last
#   steps {cite:p}`yazici2019averaging`.
# - The discriminator sees the mixture over all $w$. That each single $g$ is a symmetry is read from the
#   matrix, not from the discriminator.
# - Our recipe (discriminator, rates, batch) is not the published one. Weights at which a term starts to help or
#   to harm are those of the toy.

# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Symmetry and the law of the data
#
# ```{admonition} What you will learn
# :class: tip
# - What invariance and equivariance say, and what they leave unsaid.
# - Why a symmetry of a *task* shows itself as a symmetry of the *law of the data*, which
#   a discriminator can test although nobody labelled anything as symmetric.
# - Why the converse needs care: two-body orbits that start in one half-plane obey a
#   rotation-equivariant law of motion and yet do not have a rotation-invariant law.
# - Why no boost, and so not the Lorentz group, can be an exact symmetry of any law of
#   data: a theorem with a short proof.
#
# **Reading time** 20 minutes. **Run time** under half a minute on one core.
# **You need** linear algebra and the idea of a random variable; no group theory.
# ```

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch

from liegan_book.datasets import two_body
from liegan_book.publishing.figures import DATA, LEARNED, MOVED, MUTED, use_style
from liegan_min.algebra import linalg
from liegan_min.algebra.groups import so
from liegan_min.algebra.lie_algebra import LieAlgebra

use_style()
PURPLE = "#aa4499"

# %% [markdown]
# ## Two definitions and a claim
#
# A group $G$ moves the inputs $x \in \mathcal X$ of a task and its outputs
# $y \in \mathcal Y$. The function $f : \mathcal X \to \mathcal Y$ that we want to learn is
#
# ```{math}
# :label: eq-equivariance
# \begin{aligned}
# \textit{invariant} &\text{ if } & f(gx) &= f(x), \\
# \textit{equivariant} &\text{ if } & f(gx) &= g f(x),
# \end{aligned}
# ```
#
# for all $g \in G$ and all $x \in \mathcal X$. Invariance is the special case in which $g$ leaves every $y$ where it is.
#
# A network that is equivariant *by construction* needs to be told $G$. Often nobody
# knows it. {cite:t}`yang2023liegan` propose to find it from data, and build on one
# observation, which the poster puts in a sentence: *invariant or equivariant
# transformations preserve the data distribution*. With $p_d$ the law of the data
# $(x, y)$ and $p_t$ the law of the transformed data $(gx, gy)$,
#
# ```{math}
# :label: eq-pd-pt
# p_d \approx p_t .
# ```
#
# This chapter makes {eq}`eq-pd-pt` precise, tests it on data, and finds its limits.
# Everything after it in the book rests on it.

# %% [markdown]
# ## The running example: two bodies
#
# Two bodies of mass 1 attract each other in the plane. The state is
# $x = (q_1, p_1, q_2, p_2) \in \R^8$: where the bodies are, and their momenta. The task
# is to predict the state $y = f(x)$ a short time later. Newton's law is the whole of $f$:
#
# $$
# \dot q_i = p_i, \qquad \dot p_1 = -\frac{q_1 - q_2}{\norm{q_1 - q_2}^3} = -\dot p_2 .
# $$


# %%
def motion(x):
    """The right-hand side of Newton's law; x: (n, 8)."""
    q1, p1, q2, p2 = np.split(x, 4, axis=1)
    r = q1 - q2
    pull = r / np.linalg.norm(r, axis=1, keepdims=True) ** 3
    return np.hstack([p1, -pull, p2, pull])


def f(x, time=two_body.DT, steps=8):
    """The state a little later, by the classical Runge-Kutta method."""
    h = time / steps
    for _ in range(steps):
        a = motion(x)
        b = motion(x + h / 2 * a)
        c = motion(x + h / 2 * b)
        x = x + h / 6 * (a + 2 * b + 2 * c + motion(x + h * c))
    return x


# %% [markdown]
# The data are pairs $(x, y)$, one from each of many independent orbits. We draw them
# twice: with the starting angle of body 1 uniform on the *full* circle, and with that
# angle in the *lower* half-plane only. The second is how the poster's training set is
# made; its test set starts in the upper half-plane.


# %%
def pairs(n, start, seed):
    """One pair (x, y) from each of n orbits: (n, 8), (n, 8)."""
    state = two_body.orbits(n, start=start, steps=2, seed=seed).state
    return state[:, 0], state[:, 1]


x, y = pairs(1000, "full", seed=0)
print("f is the law that made the data:", np.abs(f(x) - y).max() < 1e-8)

# %% [markdown]
# ## Seven ways to move a state
#
# Which of these are symmetries? The first turns all four vectors together. The last mirrors them,
# which Newton's law allows and these data do not show. The five between them are wrong, each in
# its own way. All but the mirror are of the form $g = \exp(wL)$ with a
# generator $L$; the {doc}`next chapter <02-lie-groups>` explains $\exp$. A pair
# $(g_x, g_y)$ holds what acts on $x$ and what acts on $y$.

# %%
turn = so(2).basis[0].numpy()  # exp(w turn) rotates by the angle w
skew = np.array([[0.0, 1.0], [0.0, 0.0]])  # exp(w skew) shears it


def moved(w, A, vectors=(1, 1, 1, 1)):
    """exp(w L), where L lets A act on the chosen ones of q1, p1, q2, p2."""
    L = np.kron(np.diag(vectors), A)
    return LieAlgebra(torch.tensor(L[None])).exp([w]).numpy()


def both(g):
    return g, g


quarter = np.pi / 2
MOVES = {
    "turn everything": both(moved(quarter, turn)),
    "shear everything": both(moved(0.5, skew)),
    "scale everything": both(moved(0.2, np.eye(2))),
    "turn only the positions": both(moved(quarter, turn, (1, 0, 1, 0))),
    "turn only body 1": both(moved(quarter, turn, (1, 1, 0, 0))),
    "turn x but not y": (moved(quarter, turn), np.eye(8)),
    "mirror everything": both(np.kron(np.eye(4), np.diag([1.0, -1.0]))),
}


# %% [markdown]
# {numref}`fig-moves` shows what the eye makes of them. Only the turn of everything leaves
# a picture that could have come from the same orbits.


# %% mystnb={"figure": {"caption": "Orbits (blue) and moved orbits (orange): position and momentum of body 1 and, where it matters, a line to body 2. Shearing makes circles into ellipses; turning only the positions makes the momenta point outwards; a mirror makes everything run clockwise; turning only body 1 breaks the straight line through the centre. Below right, a true symmetry of the motion moves data that start in the lower half-plane to where no data are.", "name": "fig-moves"}, "image": {"alt": "Six panels of points with arrows on a ring. In the first, turned orbits overlap the original ones; in the next four they differ visibly; in the last, both form half rings that overlap by half."}} tags=["hide-input"]
def show(ax, state, colour, link):
    q1, p1, q2, _ = np.split(state, 4, axis=1)
    if link:
        ax.plot(
            *np.stack([q1, q2]).transpose(2, 0, 1), color=colour, lw=0.8, alpha=0.7
        )
        ax.plot(*q2.T, "o", ms=3.5, mfc="none", color=colour)
    ax.plot(*q1.T, "o", ms=3, color=colour)
    arrows = {"angles": "xy", "scale_units": "xy", "width": 0.006, "scale": 0.42}
    ax.quiver(*q1.T, *p1.T, color=colour, alpha=0.9, **arrows)


turned, *others = [list(MOVES)[i] for i in (0, 1, 3, 6, 4)]
half, _ = pairs(120, "lower", seed=1)
panels = {name: (x, name) for name in (turned, *others)}
panels["turn everything, lower start"] = half, turned
fig, axes = plt.subplots(2, 3, figsize=(8.4, 5.8), sharex=True, sharey=True)
for ax, (title, (state, name)) in zip(axes.flat, panels.items(), strict=True):
    n, link = (12, True) if name == "turn only body 1" else (60, False)
    show(ax, state[:n], DATA, link)
    show(ax, state[n : 2 * n] @ MOVES[name][0].T, MOVED, link)
    ax.set(title=title, xlim=(-4.2, 4.2), ylim=(-4.2, 4.2), aspect="equal")
    ax.axis("off")
plt.show()

# %% [markdown]
# ## Why a symmetry of the task shows in the law of the data
#
# We write $X \sim X'$ for "has the same law as".
#
# ```{prf:theorem} Symmetries of a joint law
# :label: thm-joint
#
# Let $x$ be random, $y = f(x)$, and $g$ an invertible map that acts on both. The
# following are equivalent.
#
# 1. The pair has an invariant law: $(gx, gy) \sim (x, y)$.
# 2. The input has an invariant law, $gx \sim x$, and $f$ is equivariant where there are
#    data: $f(gx) = g f(x)$ with probability 1.
# ```
#
# ```{prf:proof}
# Assume 2. Then $(gx, gy) = (gx, g f(x)) = (gx, f(gx))$ with probability 1. This is the
# pair $(x', f(x'))$ for $x' = gx$, and $x' \sim x$, so it has the law of $(x, f(x))$.
#
# Assume 1 and put $(x', y') = (gx, gy)$. Looking at the first component, $gx \sim x$. The
# event $y' = f(x')$ has the same probability as the event $y = f(x)$, which is 1. Written
# out, $g f(x) = f(gx)$ with probability 1.
# ```
#
# If $y$ is noisy, the same holds with the conditional law of $y$ given $x$ in place of
# $f$: it must be carried along, $p(gy \mid gx) = p(y \mid x)$ up to the volume factor of
# $g$ on $\mathcal Y$.
#
# The theorem says what the poster's sentence needs. Statement 1 speaks of samples only:
# draw some from $p_d$, draw some others, move them, and ask whether anyone can tell the
# two piles apart. No label "symmetric" is involved. That question is what a
# *discriminator* answers, and LieGAN is the game of moving samples so that the
# discriminator fails. And the theorem says what the sentence leaves out: **equivariance
# of $f$ is not enough**. The law of $x$ must be invariant too.

# %% [markdown]
# ## A discriminator that can be trusted
#
# To test statement 1 we train a discriminator to tell real pairs from moved ones and score it
# on pairs that it has not seen {cite:p}`lopezpaz2017revisiting`. If the laws agree, its
# accuracy is that of a coin, whatever the discriminator is. Ours is small on purpose: least
# squares on all products of degree at most two. It has one right answer and no random
# start.


# %%
def features(z):
    i, j = np.triu_indices(z.shape[1])
    return np.hstack([np.ones((len(z), 1)), z, z[:, i] * z[:, j]])


def discriminator(real, fake, features=features):
    """Held-out accuracy in telling real from fake, both (n, k)."""
    half = len(real) // 2
    train = np.vstack([real[:half], fake[:half]])
    centre, spread = train.mean(0), train.std(0) + 1e-9

    def phi(z):
        return features((z - centre) / spread)

    A, label = phi(train), np.repeat([1.0, -1.0], half)
    ridge = 1e-3 * len(A) * np.eye(A.shape[1])
    w = np.linalg.solve(A.T @ A + ridge, A.T @ label)
    hits = np.r_[phi(real[half:]) @ w > 0, phi(fake[half:]) @ w < 0]
    return hits.mean()


# %% [markdown]
# Two details decide whether such a test is honest. The pairs that we move are *other*
# pairs than those we keep: $x$ and $gx$ from one orbit would be dependent. And every
# orbit gives one pair only, since states of one orbit are dependent too. With $n$
# held-out pairs a coin's accuracy has standard deviation $1/(2\sqrt n)$. We say "told
# apart" at four of these above one half.

# %%
N = 4000
chance = 0.5 + 4 * 0.5 / np.sqrt(N)
ROUNDING = 1e-8  # an equivariance error below this, relative to the step


def examine(start):
    """The claims of the theorem, tested for each move."""
    x, y = pairs(N, start, seed=1)
    u, v = pairs(N, start, seed=2)
    rows = {}
    for name, (gx, gy) in MOVES.items():
        error = np.abs(f(u @ gx.T) - v @ gy.T).max() / np.abs(v - u).max()
        on_x = discriminator(x, u @ gx.T)
        pair = discriminator(np.hstack([x, y]), np.hstack([u @ gx.T, v @ gy.T]))
        rows[name] = (error < ROUNDING, on_x < chance, pair < chance, pair)
    names = ["f equivariant", "x same law", "(x, y) same law", "discriminator"]
    return pd.DataFrame(rows, index=names).T


full, lower = examine("full"), examine("lower")
for table in (full, lower):
    claims = table.iloc[:, :3].astype(bool).to_numpy()
    f_ok, x_ok, pair_ok = claims.T
    assert (pair_ok == f_ok & x_ok).all()  # the theorem

# %% [markdown]
# The assertion is {prf:ref}`thm-joint`, checked on fourteen cases: the pair keeps its law
# exactly where $f$ is equivariant *and* the law of $x$ is invariant. The table spells it
# out for orbits that start anywhere on the circle. The last column is the accuracy of
# the discriminator on pairs, in per cent; 50 is a coin. Only one move passes.


# %%
def verdicts(table):
    shown = table.iloc[:, :3].map(lambda ok: "yes" if ok else "no")
    percent = (100 * table["discriminator"].astype(float)).round().astype(int)
    return shown.assign(discriminator=percent)


verdicts(full)

# %% [markdown]
# Read three of its rows again.
#
# - *Turn x but not y* keeps the law of $x$, and would be right if $f$ were invariant. Only
#   the pair betrays it. This is why LieGAN shows its discriminator $x$ **and** $y$.
# - *Mirror everything* is an exact symmetry of Newton's law, as turning everything is. The data do
#   not have it: all our orbits run counter-clockwise, and a mirrored one would run clockwise. A
#   method that looks at the law of the data will not find the mirror, and is right not to.
# - *Turn only body 1* moves the data off the set $q_1 = -q_2$ on which they all lie. A
#   discriminator sees that at once. Directions in which there are no data at all return in
#   {doc}`04-two-body`.
#
# Now the same for orbits that start in the lower half-plane. Nothing passes any more,
# not even the true symmetry of the motion.

# %%
verdicts(lower)

# %% [markdown]
# ## What a discriminator sees in the lower half-plane
#
# Turning everything has lost its "yes": $f$ is as equivariant as before, but a rotated
# half circle is another half circle, and the discriminator can point at it. Is that *all* that
# it sees? If the conditional law is equivariant, then the pair $(gx, gy)$ must look like
# a fresh pair $(x, f(x))$ **whose $x$ lies where $gx$ lies**. We can make such pairs: take
# orbits from the full circle and keep those whose angle, turned back, is in the lower
# half.


# %%
def same_place(angle, seed):
    """Fresh pairs whose x has the law of g x, for x with a lower start."""
    x, y = pairs(2 * N, "full", seed)
    back = np.angle((x[:, 0] + 1j * x[:, 1]) * np.exp(-1j * angle))
    return np.hstack([x, y])[back < 0]


u, v = pairs(N, "lower", seed=2)
for degrees in (30, 90, 180):
    angle = np.deg2rad(degrees)
    g, fresh = moved(angle, turn), same_place(angle, seed=3)
    turned = np.hstack([u @ g.T, v @ g.T])
    m = min(len(fresh), len(turned)) // 2 * 2
    unseen = discriminator(fresh[:m], turned[:m]) < 0.5 + 4 * 0.5 / np.sqrt(m)
    print(f"{degrees:3d} degrees: like fresh pairs at that place: {unseen}")

# %% [markdown]
# So *where* $x$ lies is all that the discriminator has. The conditional law is equivariant; the
# marginal law is not invariant. {numref}`fig-along` leaves the identity along four
# one-parameter groups. Each point is the accuracy of a discriminator trained afresh.

# %%
sizes = np.geomspace(0.0005, np.pi, 25)
everything, positions = (1, 1, 1, 1), (1, 0, 1, 0)
accuracy = pd.DataFrame(index=sizes)
for label, start, A, vectors in (
    ("turn only the positions", "full", turn, positions),
    ("shear everything", "full", skew, everything),
    ("turn everything, lower start", "lower", turn, everything),
    ("turn everything, full start", "full", turn, everything),
):
    real, other = (np.hstack(pairs(N, start, seed)) for seed in (1, 2))
    gs = [np.kron(np.eye(2), moved(w, A, vectors)) for w in sizes]
    accuracy[label] = [discriminator(real, other @ g.T) for g in gs]

seen = accuracy > chance
seen_from = seen.idxmax().where(seen.any(), np.inf)
wrong = seen_from[["turn only the positions", "shear everything"]]
never = seen_from["turn everything, full start"] == np.inf
further = seen_from["turn everything, lower start"] > 10 * wrong.max()
print("full start, turning everything is never seen:", never)
print("lower start, it goes 10 times as far as wrong moves:", further)

# %% mystnb={"figure": {"caption": "How well a discriminator tells exp(wL)-moved pairs from real ones, against the size of the move. Turning everything is invisible at every angle when orbits start anywhere (blue). When they start in the lower half-plane (green) it is seen once it is large enough to show in the law of x. Wrong moves (orange, violet) are seen at a fraction of that. The shaded band is what chance allows. Towards w = 0 every curve sinks into the band: the identity is a symmetry of every law.", "name": "fig-along"}, "image": {"alt": "Accuracy of the discriminator against w from 0.0005 to pi on a logarithmic axis. The blue curve stays at one half. The curves for the shear and for turning only the positions rise to one before w reaches 0.1. The green curve follows more than a factor of ten later and ends near one at w = pi."}} tags=["hide-input"]
colours = (PURPLE, MOVED, LEARNED, DATA)
spots = ((0.0038, 0.83), (0.03, 0.83), (1.4, 0.75), (np.pi, 0.44))
ax = accuracy.plot(logx=True, color=colours, lw=2, legend=False, figsize=(7.4, 3.7))
ax.axhspan(1 - chance, chance, color=MUTED, alpha=0.2, lw=0)
for label, colour, spot in zip(accuracy, colours, spots, strict=True):
    ax.text(*spot, label, color=colour, ha="right")
ax.set(xlabel="size of the move, $w$", ylabel="accuracy of the discriminator")
ax.set_xticks([0.001, 0.01, 0.1, 1, np.pi], ["0.001", "0.01", "0.1", "1", "π"])
ax.set(ylim=(0.41, 1.03))
ax.minorticks_off()
plt.show()

# %% [markdown]
# Three lessons for the game that follows in {doc}`03-liegan`.
#
# 1. **The identity is always a solution.** A generator that learns $L = 0$ is never caught.
#    LieGAN must be pushed away from it.
# 2. **Approximate means approximate.** For data with a lower start, no rotation but
#    the identity keeps the law exactly. The symmetry of the motion still costs a
#    generator much less than either wrong move of the same size, for those break the
#    law of motion too. This is the sense of "≈" in {eq}`eq-pd-pt`.
# 3. **A failed test is no proof.** "The discriminator cannot tell" means: this discriminator, with this
#    many samples. A richer one should be tried, and is:


# %%
def rich_features(z, count=400):
    """Random cosines as well: they see more than second moments."""
    rng = np.random.default_rng(0)
    W = 0.4 * rng.standard_normal((z.shape[1], count))
    shift = rng.uniform(0, 2 * np.pi, count)
    return np.hstack([features(z), np.cos(z @ W + shift)])


x, z = (np.hstack(pairs(N, "full", seed)) for seed in (1, 2))
for w in (0.5, quarter, 3.0):
    g = np.kron(np.eye(2), moved(w, turn))
    seen = discriminator(x, z @ g.T, rich_features) > chance
    print(f"w = {w:.2f}: seen by the richer discriminator: {seen}")

# %% [markdown]
# ## Why Lorentz cannot be an exact symmetry of a law
#
# The poster's second task is to tell jets of particles apart by the four-momenta
# $(E, p_x, p_y, p_z)$ of their constituents, and LieGAN is reported to discover the Lorentz
# group $\SO(1,3)^+$: rotations, and *boosts*, which mix energy and momentum. The label of
# a jet does not depend on the observer, so the *task* has this symmetry. Could the *law of
# the data* have it as well? It could not, and the reason has nothing to do with jets.
#
# Let $g$ be a symmetry of the law of $x \in \R^k$, so that $gx \sim x$. Then both sides
# have the same second moment $M = \E[x x^{\mathsf T}]$:
#
# ```{math}
# :label: eq-moment
# g M g^{\mathsf T} = M .
# ```
#
# ```{prf:theorem} The linear symmetry group of a law is compact
# :label: thm-compact
#
# Let $x \in \R^k$ be random with finite second moment $M$, and let $M$ be nondegenerate
# (positive definite). Then
#
# $$G = \{ g \in \GL(k) : gx \sim x \}$$
#
# is a compact group, and $M^{-1/2} g M^{1/2}$ is orthogonal for every $g \in G$: up to a
# change of coordinates $G$ is a closed subgroup of $\mathrm{O}(k)$.
# ```
#
# ```{prf:proof}
# $G$ is a group: if $gx \sim x$ and $hx \sim x$, then $ghx \sim gx \sim x$ and
# $x = g^{-1} g x \sim g^{-1} x$. Put $h = M^{-1/2} g M^{1/2}$. By {eq}`eq-moment`,
# $h h^{\mathsf T} = M^{-1/2}\, g M g^{\mathsf T} M^{-1/2} = 1$, so $h$ is orthogonal. Hence
# $G \subset M^{1/2}\, \mathrm{O}(k)\, M^{-1/2}$, which is bounded. $G$ is closed in it: if
# $g_n \to g$ with $g_n \in G$, then $g_n x \to gx$ for every outcome, hence in law, and each
# $g_n x$ has the law of $x$; so $gx \sim x$. Closed and bounded sets of matrices are
# compact.
# ```
#
# ```{prf:corollary} What a generator of symmetries looks like
# :label: cor-generator
#
# If $\exp(wL)x \sim x$ for all $w$, then $L M + M L^{\mathsf T} = 0$. Hence
# $M^{-1/2} L M^{1/2}$ is antisymmetric, and $L$ is diagonalisable with purely imaginary
# eigenvalues. No boost (eigenvalues $\pm 1$), no scaling (eigenvalue 1) and no shear (not
# diagonalisable) can be one.
# ```
#
# ```{prf:proof}
# Put $g = \exp(wL)$ into {eq}`eq-moment` and take the derivative at $w = 0$. Multiply the
# result by $M^{-1/2}$ from both sides.
# ```
#
# Neither assumption is essential. If $M$ is degenerate, the data lie in a subspace and
# the theorem holds there: $G$ is then compact in its action on that subspace, which is
# all that the data can tell. If second moments are infinite, the group is compact all the
# same, which {numref}`ex-heavy` proves. What cannot be had is a law of total mass one that
# boosts keep and that does not live on a proper subspace, for the same reason that there is no
# uniform distribution on the whole line: boosts never come back. On a subspace it can: a law in
# which $E = p_x = 0$ does not see a boost along $x$ at all.
#
# ### The smallest boost
#
# Take massless particles on a line: $p$ standard normal and $E = \abs p$. Then
# $\E[E^2] = \E[p^2] = 1$ and $\E[Ep] = 0$, so $M = 1$. A boost of rapidity $\eta$ should give
#
# $$
# \begin{aligned}
# g &= \begin{pmatrix} \cosh\eta & \sinh\eta \\ \sinh\eta & \cosh\eta \end{pmatrix}, \\
# g M g^{\mathsf T}
# &= \begin{pmatrix} \cosh 2\eta & \sinh 2\eta \\ \sinh 2\eta & \cosh 2\eta \end{pmatrix} .
# \end{aligned}
# $$

# %%
boost = LieAlgebra(torch.tensor([[[0.0, 1.0], [1.0, 0.0]]]), "so(1,1)")
M = np.eye(2)
for eta in (0.0, 0.5, 1.0, 2.0):
    g = boost.exp([eta]).numpy()
    c, s = np.cosh(2 * eta), np.sinh(2 * eta)
    assert np.allclose(g @ M @ g.T, [[c, s], [s, c]], rtol=1e-12)
    print(f"rapidity {eta}: E[E²] from 1 to {c:6.3f} = cosh({2 * eta})")

# %% [markdown]
# So it is in samples: 20,000 particles, boosted step by step ({numref}`fig-boost`).

# %%
p = np.random.default_rng(0).standard_normal(20_000)
particles = np.stack([np.abs(p), p], axis=1)  # (E, p)
etas = np.linspace(0, 2, 9)
boosted = [particles @ boost.exp([eta]).numpy().T for eta in etas]
measured = [np.mean(z[:, 0] ** 2) for z in boosted]
off = np.abs(measured / np.cosh(2 * etas) - 1)
print("samples follow cosh within 5 %:", bool((off < 0.05).all()))

# %% mystnb={"figure": {"caption": "A boost keeps the light cone and loses the law. Left: massless particles before (blue) and after (orange) a boost of rapidity 0.8, with the ellipses of their second moments. The points stay on the cone; those on the right are stretched along it, those on the left shrink. Right: the second moment of the energy, exactly $\\cosh 2\\eta$ (line) and in 20,000 samples (dots). A rotation of the whitened data would follow the flat line.", "name": "fig-boost"}, "image": {"alt": "Left, points on a V-shaped cone with a circle for their second moment, which the boost turns into a long tilted ellipse. Right, a curve that rises from 1 at rapidity 0 to about 27 at rapidity 2, with dots on it, above a flat line at 1."}} tags=["hide-input"]
t, g = np.linspace(0, 2 * np.pi, 200), boost.exp([0.8]).numpy()
fig, (ax, right) = plt.subplots(1, 2, figsize=(8.4, 3.7))
ax.plot([-5, 0, 5], [5, 0, 5], color=MUTED, lw=0.8)
for matrix, colour, label, shift in (  # beside the cone, so that both can be seen
    (M, DATA, "before", -0.07),
    (g, MOVED, "after the boost", 0.07),
):
    energy, momentum = matrix @ particles[:90].T
    ax.plot(
        momentum, energy + shift, ".", ms=5, alpha=0.8, color=colour, label=label
    )
    ax.plot(*(matrix @ [np.cos(t), np.sin(t)])[::-1], color=colour, lw=2)
ax.set(xlabel="momentum $p$", ylabel="energy $E$", aspect="equal")
ax.set(xlim=(-4, 5), ylim=(-2.3, 5))
ax.legend(loc="upper left")
eta = np.linspace(0, 2, 100)
right.plot(eta, np.cosh(2 * eta), color=MOVED, lw=2, label=r"boost: $\cosh 2\eta$")
right.plot(
    etas, measured, "o", color=MOVED, mfc="none", ms=6, label="20,000 samples"
)
right.axhline(1, color=DATA, lw=2, label="any symmetry of the law")
right.set(xlabel=r"rapidity $\eta$", ylabel="$\\mathrm{E}[E^2]$", yscale="log")
right.set_yticks([1, 3, 10, 30], ["1", "3", "10", "30"])
right.minorticks_off()
right.legend()
plt.show()

# %% [markdown]
# ### The same test on orbits
#
# {prf:ref}`cor-generator` is a linear equation in $L$, so it can be tested without a discriminator.
# We measure how far $LM$ is from being antisymmetric,
#
# $$
# d(L) = \frac{\norm{LM + (LM)^{\mathsf T}}}{2\,\norm{LM}} \in [0, 1],
# $$
#
# where 0 allows a symmetry and 1 excludes it most firmly. The orbits span only four
# of eight dimensions, so $L$ is first restricted to that span.


# %%
def moment_defect(L, x):
    """How far LM is from antisymmetric, on the span P of x: (n, 8)."""
    P = linalg.support(x)
    L, M = P.T @ L @ P, P.T @ (x.T @ x / len(x)) @ P
    return np.linalg.norm(L @ M + M @ L.T) / (2 * np.linalg.norm(L @ M))


x, _ = pairs(20_000, "full", seed=4)
for name, A in {"turn": turn, "shear": skew, "scale": np.eye(2)}.items():
    d = moment_defect(np.kron(np.eye(4), A), x)
    print(f"{name:5s}: below 0.02: {d < 0.02!s:5} above 0.5: {d > 0.5}")

# %% [markdown]
# ## What follows
#
# - The boosts that LieGAN reports for jets cannot be a symmetry of their *law*. They can be one
#   approximately: the smaller the boost, the harder it is to see, since by {eq}`eq-moment` the
#   second moment changes by $w\,(LM + ML^{\mathsf T})$ to first order. How wide
#   $\gamma_\beta(w)$ spreads its steps therefore matters, and against a perfect discriminator no
#   boost would survive; turns about the beam would, because jets have no preferred azimuth.
#   What it is that makes the game find boosts all the same, whether the labels or something
#   else, is a question for controls, and {doc}`07-lorentz` asks it.
# - For exact symmetries of a law, one need only search inside a conjugate of
#   $\mathfrak{so}(k)$, and $M$ says which.
# - A symmetry of the task that the data break, like the mirror, cannot be found from
#   their law. Finding none is no evidence against it.

# %% [markdown]
# ## Exercises
#
# ```{exercise} Give the data back their mirror
# :label: ex-mirror
#
# Newton's law has the mirror symmetry; the orbits do not. Change the data so that the
# discriminator can no longer see the mirror, and check that turning everything is still
# invisible. Which group do the new data have?
# ```
#
# ```{solution-start} ex-mirror
# :class: dropdown
# ```
#
# Reflect every second orbit. The law of $x$ is then an equal mixture of the old law and
# its mirror image, which the mirror only swaps. By {prf:ref}`thm-joint` the pairs keep
# their law, and the symmetry group is $\mathrm{O}(2)$.

# %%
mirror = np.kron(np.eye(8), np.diag([1.0, -1.0]))  # on (x, y), 16 numbers


def mixed(seed):
    z = np.hstack(pairs(N, "full", seed))
    z[::2] = z[::2] @ mirror.T
    return z


rotation = np.kron(np.eye(2), moved(1.0, turn))
for name, g in {"mirror": mirror, "turn": rotation}.items():
    print(f"{name} seen: {discriminator(mixed(1), mixed(2) @ g.T) > chance}")

# %% [markdown]
# ```{solution-end}
# ```
#
# ```{exercise} Kepler's third law
# :label: ex-kepler
#
# The scaling $q \mapsto \lambda^2 q$, $p \mapsto \lambda^{-1} p$ maps orbits to orbits. Is the
# map $f$ that takes a state to the state one time step later equivariant under it? What
# would have to be scaled as well?
# ```
#
# ```{solution-start} ex-kepler
# :class: dropdown
# ```
#
# No. Time scales as well, by $\lambda^3$: larger orbits are slower (the square of the period
# goes as the cube of the size). With $f_t$ the flow over a time $t$,
# $f_{\lambda^3 t}(gx) = g f_t(x)$. The data of this chapter hold one fixed step, so their law
# cannot show this symmetry, even if sizes were spread in just the right way.

# %%
lam = 1.3
g = np.kron(np.diag([lam**2, 1 / lam, lam**2, 1 / lam]), np.eye(2))
x, y = pairs(100, "full", seed=5)
stride = np.abs(y - x).max()
for name, time in {"same": two_body.DT, "scaled": lam**3 * two_body.DT}.items():
    error = np.abs(f(x @ g.T, time) - y @ g.T).max() / stride
    print(f"equivariant at the {name} time step: {error < ROUNDING}")

# %% [markdown]
# ```{solution-end}
# ```
#
# ```{exercise} Every ellipse has its rotations
# :label: ex-ellipse
#
# Let $x \in \R^2$ be normal with mean zero and $M = \begin{pmatrix}4&1\\1&1\end{pmatrix}$. Find the
# generator of all linear symmetries of its law that are connected to the identity, scaled
# so that $\exp(2\pi L) = 1$. Is $L$ antisymmetric?
# ```
#
# ```{solution-start} ex-ellipse
# :class: dropdown
# ```
#
# A normal law with mean zero is given by $M$, so {eq}`eq-moment` is not only necessary but
# sufficient. The antisymmetric $2 \times 2$ matrices are the multiples of one matrix $A$, the generator
# of rotations, so $L = M^{1/2} A M^{-1/2}$ up to sign. It is not antisymmetric; it turns
# points along ellipses.

# %%
M = np.array([[4.0, 1.0], [1.0, 1.0]])
value, vector = np.linalg.eigh(M)
root = vector @ np.diag(np.sqrt(value)) @ vector.T
L = root @ turn @ np.linalg.inv(root)
g = LieAlgebra(torch.tensor(L[None])).exp([[0.7], [2 * np.pi]]).numpy()
print("L M antisymmetric:", np.allclose(L @ M, -(L @ M).T))
print(
    "keeps M:",
    np.allclose(g[0] @ M @ g[0].T, M),
    "| closes:",
    np.allclose(g[1], np.eye(2)),
)
print("L antisymmetric:", np.allclose(L, -L.T))

# %% [markdown]
# ```{solution-end}
# ```
#
# ```{exercise} No moments needed
# :label: ex-heavy
#
# Prove that $G$ in {prf:ref}`thm-compact` is compact for *every* law that does not live on a
# proper linear subspace, with or without second moments. Hint: for a unit vector $v$, how large is
# $\abs{v^{\mathsf T} x}$ with some fixed probability?
# ```
#
# ```{solution} ex-heavy
# :class: dropdown
#
# First, there are $\varepsilon, \delta > 0$ with
# $\Pr(\abs{v^{\mathsf T}x} > \varepsilon) \ge \delta$ for all unit vectors $v$. Otherwise there are
# unit vectors $v_n$ with $\Pr(\abs{v_n^{\mathsf T}x} > 1/n) < 1/n$. A subsequence converges to
# a unit vector $v$, and along it $v_n^{\mathsf T} x \to v^{\mathsf T} x$ for every outcome, while
# $v_n^{\mathsf T} x \to 0$ in probability. So $v^{\mathsf T}x = 0$ with probability 1, and the law
# lives on a hyperplane, against the assumption.
#
# Now let $g \in G$. There is a unit vector $u$ such that $g^{\mathsf T}u = \norm{g}\, v$ with
# a unit vector $v$. Since $gx \sim x$,
#
# $$
# \Pr\bigl(\norm{x} > \varepsilon \norm{g}\bigr)
# \ge \Pr\bigl(\abs{u^{\mathsf T}x} > \varepsilon \norm{g}\bigr)
# = \Pr\bigl(\abs{u^{\mathsf T}gx} > \varepsilon \norm{g}\bigr)
# = \Pr\bigl(\abs{v^{\mathsf T}x} > \varepsilon\bigr) \ge \delta .
# $$
#
# The left side goes to 0 as $\norm{g}$ grows, so $\norm{g}$ is bounded by a number that depends
# on the law alone. With $g$ also $g^{-1}$ is in $G$, so limits of elements of $G$ are
# invertible, and they keep the law, as in the proof above. Hence $G$ is compact.
# ```

# %% [markdown]
# ## Limits of what was shown
#
# - The discriminator sees second moments and, where we said so, random cosines. "Same law" in the
#   tables means that it found no difference in `N` pairs a side.
# - The law of motion was known here, so that equivariance could be checked on $f$ itself.
#   In a real task only the pairs are there.
# - The theorems are about *linear* symmetries, as LieGAN is. A law can have symmetries
#   that no matrix expresses.

# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Lie groups and algebras from scratch
#
# ```{admonition} What you will learn
# :class: tip
# - What $\exp$ does to a matrix, and why a continuous symmetry has a generator.
# - Why $\exp(A)\exp(B)$ is not $\exp(A + B)$, and what the bracket has to do with it.
# - How $\mathfrak{so}(2)$, $\mathfrak{so}(3)$ and $\mathfrak{so}(1,3)$ follow from one
#   equation, $L^{\mathsf T}J + JL = 0$, and how to read $J$ back from matrices.
# - How the Killing form tells rotations from boosts.
# - How to compare two learned algebras fairly, and how integers make a discrete group.
#
# **Reading time** 25 minutes. **Run time** a few seconds on one core.
# **You need** matrices and derivatives. For a full account see {cite:t}`hall2015lie`.
# ```

# %%
import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from IPython.display import HTML

from liegan_book.datasets import two_body
from liegan_book.publishing import flow_demo
from liegan_book.publishing.figures import (
    DATA,
    LEARNED,
    MOVED,
    MUTED,
    heat,
    use_style,
)
from liegan_min.algebra import linalg
from liegan_min.algebra.groups import (
    conjugate,
    diagonal,
    dilation,
    gl,
    so,
    so13,
    span_of,
)
from liegan_min.algebra.lie_algebra import LieAlgebra, bracket
from liegan_min.base import tolerances
from liegan_min.game.coefficients import IntegerGrid

use_style()
PURPLE = "#aa4499"

# %% [markdown]
# ## From a flow to its generator
#
# A continuous symmetry comes in any size: one can turn by a lot, by a little, by nothing.
# And two turns in a row are one larger turn. A *one-parameter group* of matrices says
# just this. It is a differentiable family $g(w)$, $w \in \R$, with
#
# ```{math}
# :label: eq-one-parameter
# g(0) = 1, \qquad g(v + w) = g(v)\, g(w) .
# ```
#
# Take the derivative of {eq}`eq-one-parameter` in $v$ at $v = 0$, and call $L = g'(0)$ the
# *generator*:
#
# ```{math}
# :label: eq-flow
# g'(w) = L\, g(w), \qquad\text{so } x(w) = g(w)\, x \text{ solves } \dot x = L x .
# ```
#
# A linear differential equation has one solution, and we can write it down as a series:
#
# ```{math}
# :label: eq-exp
# g(w) = \exp(wL) = 1 + wL + \frac{(wL)^2}{2!} + \frac{(wL)^3}{3!} + \dots
# ```
#
# So a whole group is encoded by a single matrix $L$ that says in which direction each
# point sets out. This is why LieGAN learns $L$ and not $g$: an $L$ can be of any size
# and sum, and $\exp(wL)$ is always invertible, with inverse $\exp(-wL)$.
#
# The series converges for every matrix but slowly for large ones. Halving $wL$ a few times
# first, and squaring the result as often, cures that {cite:p}`moler2003expm`:


# %%
def exp(A, terms=18):
    """exp(A), A: (k, k), by series, with scaling and squaring."""
    halvings = max(0, math.ceil(math.log2(np.linalg.norm(A) + 1e-300)) + 1)
    A = A / 2**halvings
    total = power = np.eye(len(A))
    for n in range(1, terms):
        power = power @ A / n
        total = total + power
    return np.linalg.matrix_power(total, 2**halvings)


L = np.random.default_rng(0).standard_normal((4, 4))
algebra = LieAlgebra(torch.tensor(L[None]))  # c = 1 generator on R^4
assert np.allclose(exp(2.5 * L), algebra.exp([2.5]).numpy(), rtol=1e-11)
assert np.allclose(exp(0.7 * L) @ exp(1.8 * L), exp(2.5 * L), rtol=1e-11)
assert np.isclose(np.linalg.det(exp(L)), np.exp(np.trace(L)), rtol=1e-11)

# %% [markdown]
# The assertions are {eq}`eq-one-parameter`, agreement with the module's
# `LieAlgebra.exp`, and a fact worth remembering: $\det \exp(L) = e^{\tr L}$. A generator
# without trace keeps volumes.
#
# ## Move it yourself
#
# In {numref}`fig-flow` the blue patch stays and the orange one is $\exp(wL)$ applied to
# it. The thin lines are the orbits: where $\dot x = Lx$ can carry a point.

# %% mystnb={"figure": {"caption": "Five generators of the plane. Choose one and drag the slider, or focus it and use the arrow keys. It runs in the page itself, without a kernel or a network.", "name": "fig-flow"}, "image": {"alt": "A square patch of points and its moved copy among the orbits of a generator of the plane, with a slider."}}
HTML(flow_demo.html())

# %% [markdown]
# Some things to try:
#
# - **Rotation.** After $w = 2\pi$ it is back. Its eigenvalues $\pm i$ are imaginary: this is
#   what {doc}`01-symmetry` requires of a symmetry of a law of data.
# - **Boost.** It never comes back. One diagonal is stretched by $e^w$, the other shrinks
#   by $e^{-w}$; the area stays.
# - **Shear.** $L^2 = 0$, so the series ends: $\exp(wL) = 1 + wL$ exactly.
# - **Dilation.** It commutes with everything, and hides in other generators. A
#   **spiral** is a rotation and a dilation at once. It keeps no quadratic form.
#
# ## The bracket: what the order of two moves costs
#
# With two generators there are more group elements than $\exp(sA)$ and $\exp(tB)$:
# their products. If the matrices commute, $\exp(A)\exp(B) = \exp(A + B)$. If not, multiply
# the two series and keep what is of second order:
#
# ```{math}
# :label: eq-bch
# \exp(tA)\exp(tB) = \exp\bigl( t(A + B) + \tfrac{t^2}{2} [A, B] + O(t^3) \bigr)
# ```
#
# with the *bracket*, or commutator, $[A, B] = AB - BA$.
# This is the start of the Baker-Campbell-Hausdorff formula; all its further terms are
# brackets of brackets. Walk along $A$, then $B$, then back along both, and you
# miss the start by $t^2 [B, A]$:

# %%
A, B, C = so(3).basis.numpy()  # turns about the axes x, y, z
size = np.geomspace(1e-3, 0.3, 12)


def gap(t, order):
    """|exp(tA) exp(tB) - exp(...)|, the exponent cut after an order."""
    exponent = t * (A + B) + (order >= 2) * t**2 / 2 * (A @ B - B @ A)
    return np.linalg.norm(exp(t * A) @ exp(t * B) - exp(exponent))


gaps = {order: np.array([gap(t, order) for t in size]) for order in (1, 2)}
for order, values in gaps.items():
    slope = np.polyfit(np.log(size), np.log(values), 1)[0]
    print(f"exponent to order {order}: the error grows like t^{slope:.1f}")
print("[R_x, R_y] = R_z:", np.allclose(A @ B - B @ A, C))


# %% mystnb={"figure": {"caption": "Left: a point of the sphere is turned about x, then y, then back about x, back about y, by 0.3 radian each, seen from above its start. The walk ends beside its start, and $t^2 [B, A]\\, x$ (dashed) says where. Right: the error of exp(tA) exp(tB) against an exponential whose exponent stops at first order (orange) or at second (blue), with slopes 2 and 3.", "name": "fig-bracket"}, "image": {"alt": "Left, four arcs that almost form a closed quadrilateral, with a dashed arrow from the start to near the end. Right, two straight lines on doubly logarithmic axes, the lower one steeper."}} tags=["hide-input"]
def arrow(ax, tail, tip, **style):
    style = {"arrowstyle": "-|>", "lw": 2} | style
    ax.annotate("", tip, tail, arrowprops=style)


t, start = 0.3, np.ones(3) / np.sqrt(3)
view = np.array([[-1, 1, 0], [-1, -1, 2]]) / np.sqrt([[2], [6]])
fig, (ax, right) = plt.subplots(1, 2, figsize=(8.4, 3.6))
names = ("turn about x", "turn about y", "back about x", "back about y")
walk = zip((A, B, -A, -B), names, (DATA, LEARNED, PURPLE, MOVED), strict=True)
here = start
for R, name, colour in walk:
    arc = np.array([view @ exp(s * R) @ here for s in np.linspace(0, t, 40)])
    ax.plot(*arc.T, color=colour, lw=2.5, label=name)
    arrow(ax, arc[19], arc[22], color=colour)
    here = exp(t * R) @ here
end = start + t**2 * (B @ A - A @ B) @ start
arrow(ax, view @ start, view @ end, arrowstyle="->", color=MUTED, ls="--")
ax.plot(*view @ start, "o", color=MUTED, ms=7, label="start")
ax.plot(*view @ here, "s", color=MOVED, ms=7, label="end")
ax.set_aspect("equal")
ax.axis("off")
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
for order, colour in ((1, MOVED), (2, DATA)):
    label = f"exponent to order {order}"
    right.loglog(size, gaps[order], "o-", ms=4, lw=1.5, color=colour, label=label)
right.set(xlabel="$t$", ylabel="error")
right.legend()
plt.show()

# %% [markdown]
# ## Lie algebras
#
# If $A$ and $B$ generate symmetries, so do $sA + tB$ and, by the walk above, $[A, B]$. All
# generators of a group $G$ of matrices therefore form a *Lie algebra* $\g$: a linear space of
# matrices that is closed under the bracket. Choose a basis $L_1, \dots, L_c$; then
#
# $$ [L_i, L_j] = \sum_k f_{ijk}\, L_k $$
#
# with numbers $f_{ijk}$, the *structure constants*. They hold all that is left of the group
# when one forgets on which space it acts. For $\mathfrak{so}(3)$ they are the signs of the
# permutations of $(1, 2, 3)$.

# %%
f = so(3).structure_constants()
signs = torch.zeros(3, 3, 3, dtype=torch.float64)
for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
    signs[i, j, k], signs[j, i, k] = 1, -1
assert torch.allclose(f, signs, atol=tolerances.IDENTITY[torch.float64])

rng = torch.manual_seed(0)
X, Y, Z = torch.randn(3, 4, 4, dtype=torch.float64, generator=rng)
cyclic = ((X, Y, Z), (Y, Z, X), (Z, X, Y))
jacobi = sum(bracket(a, bracket(b, c)) for a, b, c in cyclic)
assert jacobi.abs().max() < tolerances.IDENTITY[torch.float64]

# %% [markdown]
# The second assertion is the *Jacobi identity*, which makes brackets of brackets
# consistent; matrices satisfy it by associativity.
#
# A *learned* basis rarely closes exactly. The **closure defect** measures the part of all
# brackets that leaves the span, relative to the brackets, in an orthonormal basis of the
# span. It is 0 for an algebra. Two rotations alone are none, since their bracket is the
# third:

# %%
noise = 0.01 * torch.randn(3, 3, 3, generator=torch.manual_seed(1))
for name, basis in {
    "R_x, R_y": so(3).basis[:2],
    "R_x, R_y, R_z": so(3).basis,
    "the three with noise": so(3).basis + noise,
}.items():
    defect = LieAlgebra(basis).closure_defect()
    closes = defect < tolerances.CLOSURE
    print(f"{name:21s} closure defect {abs(defect):.2f}, closes: {closes}")

# %% [markdown]
# ## One equation for so(2), so(3) and so(1,3)
#
# Most groups of interest are defined by what they keep. Rotations keep the scalar product
# $u^{\mathsf T}v$. Lorentz transformations keep $u_0 v_0 - u_1 v_1 - u_2 v_2 - u_3 v_3$. The
# poster states when a bilinear form is kept.
#
# ```{prf:proposition} Invariant forms
# :label: prop-invariant
#
# Let $L_1, \dots, L_c$ and $J$ be $k \times k$ matrices and
# $\eta(u, v) = u^{\mathsf T} J v$. Then $\eta(gu, gv) = \eta(u, v)$ for all $u, v$ and all products
# $g$ of elements $\exp(w_i L_i)$, $w_i \in \R$, if and only if
#
# $$ L_i^{\mathsf T} J + J L_i = 0 \qquad \text{for } i = 1, \dots, c . $$
# ```
#
# ```{prf:proof}
# That $g$ keeps $\eta$ means $g^{\mathsf T} J g = J$. If two matrices do, so does their product;
# so it is enough to look at $g(w) = \exp(wL)$ for one $L = L_i$. By {eq}`eq-flow`,
#
# $$ \frac{d}{dw}\; g^{\mathsf T} J g = g^{\mathsf T} \bigl( L^{\mathsf T} J + J L \bigr)\, g . $$
#
# If $g^{\mathsf T} J g = J$ for all $w$, the left side is 0, and $w = 0$ gives the equation. If the
# equation holds, $g^{\mathsf T} J g$ is constant and has the value $J$ at $w = 0$.
# ```
#
# Read as an equation for $L$, the proposition gives the algebra of a form; read as an
# equation for $J$, it gives the form of an algebra. Both are null spaces. First the algebra:


# %%
def preserving(J, name=""):
    """All L with LᵀJ + JL = 0, for J: (k, k), as a Lie algebra."""
    E = gl(len(J)).basis  # the matrix units, (k², k, k)
    images = (E.mT @ J + J @ E).flatten(1)
    U, s, _ = torch.linalg.svd(images)
    null = U[:, s < tolerances.RANK * s[0]].T
    return LieAlgebra(torch.einsum("ca,aij->cij", null, E), name)


def euclid(n):
    return torch.eye(n, dtype=torch.float64)


minkowski = torch.tensor([1.0, -1.0, -1.0, -1.0]).double().diag()
textbook = ((so(2), euclid(2)), (so(3), euclid(3)), (so13(), minkowski))
for known, J in textbook:
    found = preserving(J)
    same = found.dim == known.dim and found.grassmann(known) < 1e-6
    print(f"{known.name:8s} dimension {found.dim}, as in textbooks: {same}")

# %% [markdown]
# The dimension is no accident: $L^{\mathsf T}J + JL = 0$ says that $JL$ is antisymmetric. For
# invertible symmetric $J$ that leaves $k(k-1)/2$ dimensions, whatever the signs in $J$.
#
# {numref}`fig-so13` shows the six generators of $\mathfrak{so}(1,3)$ on $(E, p_x, p_y, p_z)$. Boosts
# are symmetric and mix $E$ with one momentum; rotations are antisymmetric and leave $E$.

# %% mystnb={"figure": {"caption": "A basis of so(1,3): three boosts above, three rotations below. Empty entries are 0.", "name": "fig-so13"}, "image": {"alt": "Six four by four heat maps. The boosts have two equal entries, in the first row and first column; the rotations have two entries of opposite sign in the lower right three by three block."}}
titles = ("boost x", "boost y", "boost z", "rotation x", "rotation y", "rotation z")
fig, axes = plt.subplots(2, 3, figsize=(6.6, 4.6))
for ax, matrix, title in zip(axes.flat, so13().basis, titles, strict=True):
    heat(ax, matrix, title, ["$E$", "$p_x$", "$p_y$", "$p_z$"], limit=1)
plt.show()

# %% [markdown]
# Now the other way. `LieAlgebra.invariant_form` looks for the symmetric $J$ that makes all
# $L_i^{\mathsf T}J + JL_i$ smallest. It sets each generator's trace part aside first, for no
# form survives a dilation. A learned algebra has *some* best $J$ even if it keeps no form,
# or many. The singular values tell: the **gap** $1 - s_0/s_1$ between the smallest and the next is
# near 1 if one form stands out, and near 0 if several do equally well.

# %%
about_z = LieAlgebra(so(3).basis[2:], "rotations about z")
with_dilation = span_of(so13(), dilation(4))
noise = 0.02 * torch.randn(6, 4, 4, generator=torch.manual_seed(2))
shaken = LieAlgebra(so13().basis + noise, "so(1,3) with noise")
rows = {}
for a in (so(2), so(3), so13(), with_dilation, shaken, about_z):
    form = a.invariant_form()
    value = torch.linalg.eigvalsh(form.J)
    signs = f"{int(sum(value > 0.1))} plus, {int(sum(value < -0.1))} minus"
    signs = signs if form.gap > 0.5 else "not unique"
    rows[a.name] = (a.dim, signs, f"{abs(form.gap):.1f}")
assert shaken.invariant_form().cosine(minkowski) > 0.99
pd.DataFrame(rows, index=["dimension", "signs of J", "gap"]).T

# %% [markdown]
# A rotation about one axis of space keeps two forms, $x^2 + y^2$ and $z^2$, and every
# mixture of them. So its gap is 0, and the $J$ that comes out is not to be trusted.
#
# ## The Killing form: rotations and boosts told apart
#
# $\mathfrak{so}(4)$ and $\mathfrak{so}(1,3)$ both have dimension 6. What distinguishes them, if we do
# not want to trust $J$? Let an algebra act on itself: $\ad_X : Y \mapsto [X, Y]$ is a linear map
# from $\g$ to $\g$. The **Killing form** is
#
# ```{math}
# :label: eq-killing
# B(X, Y) = \tr(\ad_X \ad_Y), \qquad B(L_i, L_j) = \sum_{k,l} f_{ikl}\, f_{jlk} .
# ```
#
# It is symmetric. Its matrix depends on the basis, but the numbers of its positive,
# negative and zero eigenvalues do not (Sylvester's law of inertia). They say much:
#
# - $B$ is nondegenerate exactly if the algebra is *semisimple*, that is, has no abelian
#   ideal such as a dilation (Cartan's criterion, {cite:t}`hall2015lie`).
# - A direction in which $B > 0$ flows without return, like a boost.

# %%
so12 = preserving(minkowski[:3, :3], "so(1,2)")
rows = {}
for a in (so(2), so(3), so(4), so12, so13(), with_dilation):
    value = torch.linalg.eigvalsh(a.orthonormal().killing_form()).numpy()
    counts = (sum(value > 0.1), sum(value < -0.1), sum(abs(value) < 0.1))
    rows[a.name] = (a.dim, *counts)
pd.DataFrame(rows, index=["dimension", "positive", "negative", "zero"]).T

# %% [markdown]
# Rotations count as negative, boosts as positive, and what commutes with everything as
# zero. In the textbook's basis the numbers come out whole. For $\mathfrak{so}(3)$ the Killing form is
# $-2$ times the identity; for $\mathfrak{so}(1,3)$ it is $+4$ on boosts and $-4$ on rotations,
# signature $(3, 3)$.

# %%
exact = {"atol": tolerances.IDENTITY[torch.float64], "rtol": 0}
assert torch.allclose(so(3).killing_form(), -2 * euclid(3), **exact)
signs = torch.tensor([1.0, 1.0, 1.0, -1.0, -1.0, -1.0]).double()
assert torch.allclose(so13().killing_form(), 4 * signs.diag(), **exact)

# %% [markdown]
# Together with {prf:ref}`thm-compact` this gives a test of a learned algebra that needs no
# data.
#
# ```{prf:proposition} Compact groups have no positive direction
# :label: prop-killing
#
# If $\g$ is the Lie algebra of a compact group, then $B(X, X) \le 0$ for all $X \in \g$. So an algebra
# with a positive direction in its Killing form is not the symmetry algebra of any law with finite,
# nondegenerate second moment.
# ```
#
# ```{prf:proof}
# A compact matrix group is orthogonal in suitable coordinates, so $X$ and
# all of $\g$ are antisymmetric there. For antisymmetric matrices
# $\langle Y, Z \rangle = \tr(Y^{\mathsf T} Z)$ satisfies
# $\langle [X, Y], Z \rangle = - \langle Y, [X, Z] \rangle$. So $\ad_X$ is antisymmetric in an orthonormal
# basis of $\g$, and $\tr(\ad_X^2) = -\norm{\ad_X}^2 \le 0$.
# ```
#
# ## Compare spans, not matrices
#
# Any invertible mixture of $L_1, \dots, L_c$ is a basis of the same algebra, so comparing
# matrices entry by entry means nothing when $c > 1$, and little when $c = 1$. What is to be compared are
# two subspaces of the space of matrices. Flatten and orthonormalise both bases, $Q$ and $Q'$; the
# **principal angles** $\theta_i$ between the spans, and the **Grassmann distance**, are
#
# ```{math}
# :label: eq-grassmann
# \cos\theta_i = \sigma_i(Q^{\mathsf T} Q'), \qquad
# d = \Bigl( \sum_i \theta_i^2 \Bigr)^{1/2} .
# ```
#
# The angles go back to {cite:t}`bjorck1973angles` in this form. If the dimensions differ, each
# missing direction counts as a right angle {cite:p}`ye2016schubert`.

# %%
a, seed = so13(), torch.manual_seed(3)
mix = torch.randn(6, 6, dtype=torch.float64, generator=seed)
mixed = LieAlgebra(torch.einsum("ab,bij->aij", mix, a.basis))
flat, mixed_flat = a.basis.flatten(), mixed.basis.flatten()
entries = torch.cosine_similarity(flat, mixed_flat, dim=0)

Q, Q2 = (np.linalg.qr(b.basis.flatten(1).T.numpy())[0] for b in (a, shaken))
cosines = np.linalg.svd(Q.T @ Q2, compute_uv=False)
d = np.linalg.norm(np.arccos(np.clip(cosines, 0, 1)))
assert np.isclose(d, a.grassmann(shaken), rtol=1e-6)

print("mixed basis: entries agree:", bool(entries > 0.9))
print("mixed basis: same span:", a.grassmann(mixed) < 1e-6)
right_angles = a.grassmann(so(4)) / (np.pi / 2)
print(f"distance to so(4), in right angles: {right_angles:.3f}")

# %% [markdown]
# The last line is $\sqrt 3$: $\mathfrak{so}(1,3)$ and $\mathfrak{so}(4)$ share three rotations, and their
# other three directions are at right angles.
#
# One more trap waits in data. In the two-body states of {doc}`01-symmetry` $q_1 = -q_2$ and
# $p_1 = -p_2$ always. Data that span only a subspace with orthonormal basis $P$ see
# $L_i P$ and nothing else of $L_i$. Add to the true generator any matrix that
# vanishes on the data, and no experiment can tell; only a comparison of entries would complain.
# So we compare **on the support**.

# %%
truth = diagonal(so(2), copies=4)  # q1, p1, q2 and p2 turn together
P = linalg.support(two_body.orbits(200, start="full").state)
N = torch.randn(1, 8, 8, generator=torch.manual_seed(4)).double()
unseen = N @ (euclid(8) - torch.tensor(P @ P.T))  # N, off the support
learned = LieAlgebra(truth.basis + unseen)
print("rank of the support:", P.shape[1])
print("cosine of all entries > 0.9:", learned.cosine(truth) > 0.9)
print("on the support > 0.9999:", learned.cosine(truth, support=P) > 0.9999)

# %% [markdown]
# ## A discrete group is an integer grid
#
# Let $w$ run through the integers only. Then $\exp(nL) = \exp(L)^n$ are the powers of one
# matrix. With $L = \frac{2\pi}{7} R$, where $R$ generates the rotations of the plane, they are the
# seven rotations of the heptagon, the cyclic group $C_7$:
#
# ```{math}
# :label: eq-c7
# \exp\bigl(\tfrac{2\pi n}{7} R\bigr), \quad n \in \Z, \qquad
# \exp\bigl(\tfrac{2\pi (n + 7)}{7} R\bigr) = \exp\bigl(\tfrac{2\pi n}{7} R\bigr) .
# ```
#
# So LieGAN can look for continuous and for discrete symmetries in the same way: what
# changes is the distribution $\gamma_\beta(w)$ from which the coefficients are drawn. A normal one spreads
# over a group; a uniform one on $[-1, 1]$ covers a subset of it; integers make
# it discrete.

# %%
step = 2 * np.pi / 7
w = IntegerGrid(low=-10, high=9).sample(500, torch.manual_seed(5))
g = LieAlgebra(step * so(2).basis).exp(w)
elements = torch.unique((1e6 * g).round() + 0.0, dim=0)
print("integers drawn:", len(torch.unique(w)))
print("different group elements:", len(elements))

# %% [markdown]
# {numref}`fig-c7` shows them on a function with this symmetry, $f = 1/(1 + \varphi \bmod \frac{2\pi}{7})$,
# where $\varphi$ is the angle of $(x, y)$; it is the plane $z = 1$ of the poster's third task.
# It also shows what makes that task hard. The same *set* of elements comes from
# $k \cdot \frac{2\pi}{7} R$ for every $k$ that is not a multiple of 7, each in another order, so the
# answer is not unique. And a generator between two of them is not almost right but
# wrong.

# %% mystnb={"figure": {"caption": "A point moved by exp(nL), n = 0 to 13, over a function with the symmetry $C_7$; the dots show n (n and n + 7 coincide in the first two). Once and twice $2\\pi/7$ give the same seven points in another order. One and a half times $2\\pi/7$ gives fourteen points, and half of them see another value of the function.", "name": "fig-c7"}, "image": {"alt": "Three discs in seven equal sectors, each shaded from dark to light. In the first two, seven points sit at the same shade of each sector; in the third, fourteen points sit at two shades."}} tags=["hide-input"]
x, y = np.meshgrid(*2 * [np.linspace(-1, 1, 400)])
shade = 1 / (1 + np.arctan2(y, x) % step)
shade[(x**2 + y**2 > 1) | (x**2 + y**2 < 0.12)] = np.nan
p0 = 0.78 * np.array([np.cos(0.4 * step), np.sin(0.4 * step)])
number = {"ha": "center", "va": "center_baseline", "color": "white", "fontsize": 8}
fig, axes = plt.subplots(1, 3, figsize=(8.4, 3.0))
for ax, times, shown in zip(axes, (1, 2, 1.5), (7, 7, 14), strict=True):
    ax.imshow(shade, "Greys", extent=(-1, 1, -1, 1), origin="lower", clim=(0.4, 1.6))
    turns = LieAlgebra(times * step * so(2).basis).exp(torch.arange(14.0)[:, None])
    points = turns.numpy() @ p0
    right = np.isclose(np.angle(points @ [1, 1j]) % step, 0.4 * step)
    ax.scatter(*points.T, s=169, c=np.where(right, DATA, MOVED))
    for n in range(shown):
        ax.text(*points[n], n, **number)
    ax.set_title(f"$L$ = {times} · (2π/7) $R$")
    ax.axis("off")
plt.show()

# %% [markdown]
# ## Exercises
#
# ```{exercise} The exponential of a 2 × 2 matrix
# :label: ex-closed-form
#
# Write $L = m + N$ with $m = \frac12 \tr L$ and $N$ without trace. Show that $N^2 = \delta\, 1$ with
# $\delta = -\det N$, and sum the series {eq}`eq-exp`. Which sign of $\delta$ belongs to which of the flows in
# {numref}`fig-flow`?
# ```
#
# ```{solution-start} ex-closed-form
# :class: dropdown
# ```
#
# By the theorem of Cayley and Hamilton $N^2 - (\tr N) N + \det N = 0$, and $\tr N = 0$. Even powers of
# $N$ are powers of $\delta$, odd ones have one factor $N$ left. For $\delta > 0$ (boost)
#
# $$ \exp(wL) = e^{wm} \Bigl( \cosh(w\sqrt\delta) + \frac{\sinh(w\sqrt\delta)}{\sqrt\delta} N \Bigr). $$
#
# For $\delta < 0$ (rotation, spiral) replace $\cosh$, $\sinh$ and $\sqrt\delta$ by $\cos$, $\sin$ and $\sqrt{-\delta}$; for
# $\delta = 0$ (shear, dilation) the bracket is $1 + wN$. The script of the figure
# computes exactly this.


# %%
def closed_form(L, w):
    m = np.trace(L) / 2
    N = L - m * np.eye(2)
    root = np.emath.sqrt(-np.linalg.det(N))  # imaginary for a rotation: cosh is cos
    odd = w if abs(root) < 1e-12 else np.sinh(w * root) / root
    even = np.cosh(w * root)
    return np.exp(w * m) * np.real(even * np.eye(2) + odd * N)


trials = [flow.L for flow in flow_demo.FLOWS.values()]
trials += list(np.random.default_rng(1).normal(size=(20, 2, 2)))
agree = [np.allclose(closed_form(L, 1.3), exp(1.3 * L)) for L in trials]
print("agrees with the series:", all(agree))

# %% [markdown]
# ```{solution-end}
# ```
#
# ```{exercise} Boosts alone
# :label: ex-boosts
#
# Do the three boosts of $\mathfrak{so}(1,3)$ span a Lie algebra? Compute $[K_x, K_y]$ before you
# compute the closure defect. What does this mean for someone who boosts along $x$, then along
# $y$?
# ```
#
# ```{solution-start} ex-boosts
# :class: dropdown
# ```
#
# No: $[K_x, K_y] = -R_z$. Two boosts in different directions are not a boost but a boost *and a
# rotation* (the rotation of Thomas and Wigner). A search with three channels cannot
# find boosts without rotations as a group; with six it can.

# %%
K, R = so13().basis[:3], so13().basis[3:]
print("[K_x, K_y] = -R_z:", torch.equal(bracket(K[0], K[1]), -R[2]))
for name, a in {"boosts": LieAlgebra(K), "with rotations": so13()}.items():
    print(f"{name:14s} closure defect {abs(a.closure_defect()):.2f}")

# %% [markdown]
# ```{solution-end}
# ```
#
# ```{exercise} The same group in other coordinates
# :label: ex-conjugate
#
# Coordinates change by $x' = Sx$. Show that $L' = S L S^{-1}$, and that if $L$ keeps $J$, then
# $L'$ keeps $J' = S^{-\mathsf T} J S^{-1}$. Which properties computed in this chapter are the same for both?
# ```
#
# ```{solution-start} ex-conjugate
# :class: dropdown
# ```
#
# From $\dot x = Lx$ follows $\dot x' = S L S^{-1} x'$. Put $L'$ and $J'$ into {prf:ref}`prop-invariant`:
# $L'^{\mathsf T}J' + J'L' = S^{-\mathsf T}(L^{\mathsf T}J + JL)S^{-1} = 0$. Structure constants, Killing form and
# dimension are the same, and so is the signature of the form. The span, the Grassmann distance to a reference
# and $\cos J$ are not: they belong to the coordinates of the data.

# %%
S = torch.randn(4, 4, dtype=torch.float64, generator=torch.manual_seed(6))
inverse = torch.linalg.inv(S)
a, b = so13(), conjugate(so13(), S)
J = b.invariant_form()
same = torch.allclose(a.killing_form(), b.killing_form(), atol=1e-8)
print("same Killing form:", same)
wanted = inverse.T @ minkowski @ inverse
print("form as computed:", J.cosine(wanted) > 0.9999)
print("same span:", a.grassmann(b) < 1e-6)

# %% [markdown]
# ```{solution-end}
# ```
#
# ```{exercise} Which steps make the whole group?
# :label: ex-cyclic
#
# For which $k \in \{1, \dots, m - 1\}$ do the integer multiples of $k \cdot \frac{2\pi}{m} R$ give all of
# $C_m$, if $m = 7$, and if $m = 6$? Why is a prime the easiest case to get right up to this
# ambiguity?
# ```
#
# ```{solution-start} ex-cyclic
# :class: dropdown
# ```
#
# Those that share no factor with $m$: the multiples of $k$ modulo $m$ number $m / \gcd(k, m)$. If $m$
# is prime, every $k$ will do, and the only false answer among the multiples is the identity, $k = 0$. For $m = 6$ a
# learner may settle in a proper subgroup, $C_3$ or $C_2$, which is a true symmetry and yet not all of it.


# %%
def count(k, m):
    L = 2 * np.pi * k / m * so(2).basis
    turns = LieAlgebra(L).exp(torch.arange(m)[:, None])
    return len(torch.unique((1e6 * turns).round() + 0.0, dim=0))


for m in (7, 6):
    sizes = [count(k, m) for k in range(1, m)]
    assert sizes == [m // math.gcd(k, m) for k in range(1, m)]
    print(f"m = {m}: elements for k = 1 ... {m - 1}: {sizes}")

# %% [markdown]
# ```{solution-end}
# ```
#
# ## Limits of what was shown
#
# - Every group here is a group of matrices, and LieGAN learns no other. It also reaches only
#   what is connected to the identity by $\exp$, or a grid of it: no mirror comes out.
# - An element of a connected group need not be a single $\exp$; for compact groups and for
#   $\SO(1,3)^+$ it always is.
# - Signs of the Killing form and the gap of $J$ were read from exact or slightly noisy
#   matrices. A learned basis must close well before they mean anything.

"""One rule for what a method finds: is the set of matrices that it draws the true set?

Methods answer in different forms: a basis with a distribution of coefficients, one element, a range
for each generator, a list of permutations. Each of them can be asked for draws g, (m, k, k), and
these are held against the true set S, (p, k, k), finely sampled. Near means |g - s|_F / √2 ≤ 0.1,
for turns about one axis a tenth of a radian. Two shares decide, and both must be at least 95 %:

- valid: of the draws, those that lie near a member of S. A method that moves too far fails here.
- covered: of S, the members that lie near a draw. A method that finds a part only fails here.

What a method draws is what it says in its own terms: LieGAN exp(Σ w_i L_i) with the coefficients
that it played or learned; Augerino the same with w_i ~ U(-r_i, r_i) and the generators that it was
given; MSR the permutations that keep the sharing it learned; SymmetryGAN the powers of its element,
up to the exponent that suits it best, as it does not name one.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from liegan_book.tolerances import ENOUGH
from liegan_min.base import tolerances
from liegan_min.base.errors import InputError


class Shares(NamedTuple):
    """How draws and the true set lie to each other."""

    valid: float
    covered: float

    @property
    def success(self) -> bool:
        """Whether both shares are large enough: the set is the true one."""
        return min(self) >= ENOUGH


def _matrices(name: str, a: Tensor) -> Tensor:
    a = torch.as_tensor(a).detach().to("cpu", torch.float64)
    if a.ndim != 3 or a.shape[1] != a.shape[2] or 0 in a.shape:
        raise InputError(
            f"{name} must be square matrices, (m, k, k), with m >= 1, not {tuple(a.shape)}"
        )
    return a


def distance(g: Tensor, s: Tensor) -> Tensor:
    """Return d(g, s) = |g - s|_F / √2, (m, p), of matrices g, (m, k, k), and s, (p, k, k).

    Of turns about one axis by angles a and b it is 2 |sin((a - b) / 2)|: for near ones the angle
    between them, in radians. A draw that is not finite is at distance infinity.

    Raises:
        InputError: if one is not a stack of matrices, or they act on different spaces.
    """
    g, s = _matrices("g", g), _matrices("s", s)
    if g.shape[1:] != s.shape[1:]:
        raise InputError(
            f"g acts on R^{g.shape[1]} and s on R^{s.shape[1]}; compare like with like"
        )
    # Differences, not products: |a|² - 2ab + |b|² would lose the small distances that decide.
    d = torch.cdist(g.flatten(1), s.flatten(1), compute_mode="donot_use_mm_for_euclid_dist")
    return (d / 2**0.5).nan_to_num(nan=torch.inf)


def shares(draws: Tensor, truth: Tensor, within: float = tolerances.NEAR) -> Shares:
    """Return which share of draws, (m, k, k), is valid, and which of the truth is covered.

    Raises:
        InputError: see `distance`.
    """
    near = distance(draws, truth) <= within
    return Shares(float(near.any(1).double().mean()), float(near.any(0).double().mean()))


def angles(g: Tensor, L: Tensor) -> Tensor:
    """Return the angle, (m,), in degrees, of the turn exp(θL) that is nearest to each g, (m, 3, 3).

    Args:
        g: (m, 3, 3).
        L: (3, 3), antisymmetric of norm √2, so that exp(2πL) = 1.

    With exp(θL) = 1 + sin θ L + (1 - cos θ) L² (Rodrigues), the inner product of g with it is
    largest at tan θ = <g, L> / -<g, L²>.
    """
    g, L = _matrices("g", g), L.double()
    sine, cosine = (g * L).sum((1, 2)), -(g * (L @ L)).sum((1, 2))
    return torch.rad2deg(torch.atan2(sine, cosine))

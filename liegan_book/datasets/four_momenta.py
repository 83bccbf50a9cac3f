"""Four-vectors made by hand: controls for discoveries on jets, with a known answer.

Pairs of momenta, (E, px, py, pz). Massless ones lie on the light cone E = |p| and carry labels
by the toss of a coin. Massive ones fill the cone's inside, and their label says whether the
invariant mass of the pair,

    s = (p_1 + p_2)ᵀ η (p_1 + p_2),

is above its median: it depends on invariants of the Lorentz group alone.

Separations of two events, (t, x, y, z), whose law knows nothing of a light cone: it is Gaussian.
Their label says whether light has the time to get from one event to the other, t² > x² + y² + z².
The law is invariant under the rotations of the form diag(1/3, 1, 1, 1), the label under what keeps
the cone of η; only the rotations of space are both. Units are arbitrary throughout.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liegan_book.datasets.kinematics import mass_squared
from liegan_min.base.errors import InputError


@dataclass(frozen=True)
class FourMomenta:
    """Samples: p, (n, t, 4), and label, (n,), 0 or 1."""

    p: NDArray[np.float64]
    label: NDArray[np.int64]


def _on_shell(three: NDArray[np.float64], mass: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (E, px, py, pz), (..., 4), with E² = m² + |p|²."""
    energy = np.sqrt(mass**2 + (three**2).sum(-1))
    return np.concatenate([energy[..., None], three], axis=-1)


def massless(n: int, seed: int = 0) -> FourMomenta:
    """Return pairs on the light cone with p ~ N(0, 100²), and labels that say nothing.

    The spread is about that of a jet's leading constituents in GeV, so that a discriminator is as
    sharp on these as on those.

    Raises:
        InputError: if n < 1.
    """
    rng = _rng(n, seed)
    three = 100 * rng.standard_normal((n, 2, 3))
    return FourMomenta(_on_shell(three, np.zeros((n, 2))), rng.integers(0, 2, n))


def massive(n: int, seed: int = 0) -> FourMomenta:
    """Return massive pairs with p ~ N(0, 1) and log m ~ N(0, 0.5²), labelled by s.

    Raises:
        InputError: if n < 1.
    """
    rng = _rng(n, seed)
    p = _on_shell(rng.standard_normal((n, 2, 3)), np.exp(0.5 * rng.standard_normal((n, 2))))
    s = mass_squared(p.sum(axis=1))
    return FourMomenta(p, (s > np.median(s)).astype(np.int64))


#: Variance of t over that of a coordinate: about two in five separations are then timelike.
TIME = 3.0

#: The form whose rotations keep the law of `events`: its precision, up to a factor.
LAW = np.diag([1 / TIME, 1.0, 1.0, 1.0])


def events(n: int, seed: int = 0) -> FourMomenta:
    """Return separations of events, (n, 1, 4), with coordinates of spread 3, and their labels.

    The spread is not 1 because a discriminator learns faster from larger numbers.

    Raises:
        InputError: if n < 1.
    """
    x = 3 * _rng(n, seed).standard_normal((n, 1, 4)) / np.sqrt(np.diag(LAW))
    return FourMomenta(x, (mass_squared(x[:, 0]) > 0).astype(np.int64))


def _rng(n: int, seed: int) -> np.random.Generator:
    if n < 1:
        raise InputError(f"n must be at least 1, not {n}")
    return np.random.default_rng(seed)

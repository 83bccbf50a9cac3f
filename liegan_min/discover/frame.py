"""Coordinates in which data have no units: white, and the same however their columns were mixed.

A symmetry of x is one of Ax, conjugated: A L A⁻¹. So nothing that is found may hang on the columns'
units or on which mixtures of them were recorded. Whitening by the second moments about the origin
leaves a rotation open; the fourth moments settle it (Cardoso 1989, "Source separation using higher
order moments"), and the third the signs of the axes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from liegan_min.algebra import linalg
from liegan_min.algebra.linalg import Array
from liegan_min.base import tolerances
from liegan_min.base.errors import InputError


@dataclass(frozen=True)
class Frame:
    """A linear map from the support of data, of rank r in R^k, to white coordinates, and back.

    Attributes:
        forth: (r, k); z = forth x.
        back: (k, r); x = back z on the support.
        unit: (k,), the root mean square of each column; 1 where it is 0.
    """

    forth: Array
    back: Array
    unit: Array

    @property
    def rank(self) -> int:
        """Dimension of the support."""
        return len(self.forth)

    def white(self, x: Array) -> Array:
        """Return vectors (..., k) in the frame, (..., r)."""
        return x @ self.forth.T

    def returned(self, L: Array) -> Array:
        """Return matrices of the frame, (..., r, r), in the data's coordinates, (..., k, k).

        Off the support, where no data are, they do nothing.
        """
        return self.back @ L @ self.forth

    def angle(self, L: Array, other: Array) -> float:
        """Return the largest angle, in degrees, between the spans of L and of other, (c, k, k).

        It is taken in the frame, so that it has no units.
        """
        one, two = ((self.forth @ M @ self.back).reshape(len(M), -1) for M in (L, other))
        return float(np.degrees(linalg.angles_between(one, two)[-1]))

    def readable(self, L: Array) -> tuple[Array, Array]:
        """Return a basis of the span of L, (c, r, r), that depends on the span alone, and how.

        The basis is orthonormal where each column is measured in its root mean square, and as
        sparse as axes can make it: that of so(3) turns about the axes. One generator alone is
        scaled so that its fastest rate is 1: a turn by 1 radian, or growth by e, in a unit of time.

        Returns:
            The basis, (c, k, k), in the data's coordinates, and (c, c), with basis = mix @ L there.
        """
        inner = self.returned(L) / self.unit[:, None] * self.unit
        columns = inner.swapaxes(1, 2).reshape(len(L), -1)
        rows = linalg.first_large_positive(linalg.canonical(columns))
        mix = np.linalg.lstsq(columns.T, rows.T, rcond=None)[0].T
        if len(L) == 1:
            fastest = np.abs(np.linalg.eigvals(mix[0, 0] * L[0])).max()
            mix = mix / (fastest if fastest > 0.1 * np.linalg.norm(mix[0, 0] * L[0]) else 1.0)
        return np.einsum("cd,dij->cij", mix, self.returned(L)), np.asarray(mix, dtype=np.float64)


def frame(x: Array) -> Frame:
    """Return the frame of vectors x, (n, t, k), float64, t of them moved together.

    Raises:
        InputError: if x is zero everywhere.
    """
    rows = x.reshape(-1, x.shape[-1])
    largest = np.abs(rows).max(axis=0)
    if largest.max() == 0:
        raise InputError("x is zero everywhere: no direction to act on; check the data")
    unit = np.where(largest > 0, largest, 1.0)
    rows = rows / unit  # first: the square of what float64 holds it need not hold
    rms = np.sqrt(np.mean(rows**2, axis=0))
    unit, rows = unit * np.where(rms > 0, rms, 1.0), rows / np.where(rms > 0, rms, 1.0)
    _, s, axes = np.linalg.svd(rows / np.sqrt(len(rows)), full_matrices=False)
    kept = s > tolerances.SUPPORT * s[0]
    forth, back = axes[kept] / s[kept, None], (axes[kept] * s[kept, None]).T
    z = (rows @ forth.T).reshape(*x.shape[:-1], -1)
    weight = np.square(z).sum(axis=(1, 2))  # of a sample: its |z|²
    fourth = np.einsum("n,nti,ntj->ij", weight, z, z) / len(z)
    turn = np.linalg.eigh(fourth)[1].T
    third = np.power(z @ turn.T, 3).sum(axis=(0, 1))
    turn = turn * np.where(third < 0, -1.0, 1.0)[:, None]
    return Frame(turn @ forth / unit, unit[:, None] * (back @ turn.T), unit)

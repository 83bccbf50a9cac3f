"""Polynomials of low degree: their values on data, and how the flow of a matrix changes them.

A polynomial is a row of coefficients in monomials z^e, each scaled so that its mean square on the
data is 1. Along the flow of L it changes at the rate ∇f · Lz, a polynomial of the same degree, so
that L acts on the coefficients by a matrix.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from liegan_min.algebra.linalg import Array


@dataclass(frozen=True)
class Monomials:
    """All monomials of r variables up to a degree.

    Attributes:
        exponents: (m, r).
        size: (m,), what each is divided by: its root mean square on the data.
    """

    exponents: np.ndarray[tuple[int, int], np.dtype[np.int64]]
    size: Array

    @classmethod
    def fitted(cls, z: Array, degree: int) -> Monomials:
        """Return the monomials, scaled to vectors z, (n, r)."""
        r = z.shape[1]
        exponents = np.array(
            [
                np.bincount(np.array(some, dtype=int), minlength=r)
                for d in range(degree + 1)
                for some in itertools.combinations_with_replacement(range(r), d)
            ]
        )
        raw = cls(exponents, np.ones(len(exponents)))
        size = np.sqrt(np.square(raw.values(z)).mean(axis=0))
        return cls(exponents, np.where(size > 0, size, 1.0))

    def values(self, z: Array) -> Array:
        """Return the monomials on vectors z, (n, r): (n, m)."""
        powers = np.stack([z**d for d in range(int(self.exponents.max()) + 1)], axis=2)
        columns = np.arange(z.shape[1])
        return np.stack(
            [
                powers[:, columns, e].prod(axis=1) / s
                for e, s in zip(self.exponents, self.size, strict=True)
            ],
            axis=1,
        )

    def action(self) -> Array:
        """Return T, (r, r + 1, m, m), what the flow z' = Lz + b does to polynomials.

        A polynomial f changes at the rate Σ_ab (L | b)_ab T_ab f.
        """
        m, r = self.exponents.shape
        where = {tuple(e): i for i, e in enumerate(self.exponents.tolist())}
        T = np.zeros((r, r + 1, m, m))
        for i, e in enumerate(self.exponents.tolist()):
            for a in range(r):
                if not e[a]:
                    continue
                for b in range(r + 1):  # z_b ∂/∂z_a, and ∂/∂z_a at the end
                    moved = [*e, 0]
                    moved[a] -= 1
                    moved[b] += 1
                    j = where[tuple(moved[:r])]
                    T[a, b, j, i] += e[a] * self.size[j] / self.size[i]
        return T


def number(variables: int, degree: int) -> int:
    """Return how many monomials there are."""
    return math.comb(variables + degree, degree)

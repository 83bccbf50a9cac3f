"""Representations as sums of scalars and vectors, and the linear maps that commute with a group.

A layer is equivariant under every exp(tL) if and only if, for each L of the algebra,

    ρ_out(L) W - W ρ_in(L) = 0                   (Finzi, Welling and Wilson 2021, arXiv:2104.09459),

a linear condition on W. For a sum of scalars and copies of V it falls apart into four small ones,
from V or a scalar to V or a scalar, whatever the number of copies: each is solved once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.algebra.linalg import Array, as_float64
from liegan_min.base.errors import InputError

#: What the poster loosened the test for a zero singular value to, so that a learned basis passes.
LOOSE = 5e-3


@dataclass(frozen=True)
class Rep:
    """The representation `scalars` · R + `vectors` · V; its components stand in this order."""

    scalars: int = 0
    vectors: int = 0

    def __add__(self, other: Rep) -> Rep:
        """Return the direct sum."""
        return Rep(self.scalars + other.scalars, self.vectors + other.vectors)

    def __rmul__(self, n: int) -> Rep:
        """Return n copies."""
        return Rep(n * self.scalars, n * self.vectors)

    def dim(self, k: int) -> int:
        """Return its dimension where V = R^k."""
        return self.scalars + k * self.vectors


SCALAR, V = Rep(1, 0), Rep(0, 1)


@dataclass(frozen=True)
class Space:
    """The solutions of one of the conditions.

    Attributes:
        basis: (m, rows, columns), orthonormal.
        singular_values: of the condition, ascending; each L has Frobenius norm √k.
        tolerance: singular values up to this fraction of the largest counted as zero.
    """

    basis: Tensor
    singular_values: Array
    tolerance: float

    @property
    def gap(self) -> float:
        """Ratio of the first singular value left out to the last let in: the larger the surer.

        Infinite where all of them, or none, or exact zeros were let in.
        """
        s, m = self.singular_values, len(self.basis)
        if m in (0, len(s)) or s[m - 1] <= 1e-14 * s[-1]:
            return float("inf")
        return float(s[m] / s[m - 1])


def checked(algebra: LieAlgebra | Tensor, tolerance: float) -> Array:
    """Return the basis, (c, k, k), each of Frobenius norm √k: as long as the identity.

    How long a learned L is says how far its generator walks, not which group it generates.

    Raises:
        InputError: if the basis is not one, or the tolerance is not a fraction.
    """
    if not 0 < tolerance < 1:
        raise InputError(
            f"tolerance must lie between 0 and 1, not {tolerance}; the poster's is {LOOSE}"
        )
    basis = algebra if isinstance(algebra, LieAlgebra) else LieAlgebra(algebra)
    L = as_float64(basis.basis)
    norms = np.linalg.norm(L, axis=(1, 2))
    if (norms == 0).any():
        raise InputError(
            f"generator {int(norms.argmin())} is zero: it generates nothing; drop it from the basis"
        )
    L = np.asarray(L * np.sqrt(basis.k) / norms[:, None, None], dtype=np.float64)
    s = np.linalg.svd(L.reshape(len(L), -1), compute_uv=False)
    if s[-1] < 1e-6 * s[0]:
        raise InputError(
            "the generators are linearly dependent; pass LieAlgebra(...).orthonormal() instead"
        )
    return L


def _solve(conditions: list[Array], shape: tuple[int, int], tolerance: float) -> Space:
    """Return the null space of the stacked conditions, each (d, rows · columns)."""
    _, s, vt = np.linalg.svd(np.concatenate(conditions), full_matrices=True)
    s = np.concatenate([s, np.zeros(vt.shape[0] - len(s))])[::-1]
    m = int((s <= tolerance * max(s[-1], 1e-300)).sum())
    basis = np.ascontiguousarray(vt[::-1][:m].reshape(m, *shape))
    return Space(torch.from_numpy(basis), s.copy(), tolerance)


class Spaces:
    """Every space of maps that a network of scalars and vectors can use, for one algebra.

    Attributes:
        vv: V to V, the commutant: B with L B = B L.
        vs: V to a scalar: rows u with u L = 0.
        sv: a scalar to V: columns v with L v = 0.
        form: V × V to a scalar, symmetric: Q with Lᵀ Q + Q L = 0.

    Args:
        algebra: the generators, (c, k, k).
        tolerance: relative to the largest singular value of each condition. The published test is
            absolute, 1e-5, loosened by the poster to 5e-3.

    Raises:
        InputError: see `checked`.
    """

    def __init__(self, algebra: LieAlgebra | Tensor, tolerance: float = LOOSE) -> None:
        L = checked(algebra, tolerance)
        k = L.shape[-1]
        eye = np.eye(k)
        self.k = k
        # Row-major vec: vec(A X B) = (A ⊗ Bᵀ) vec(X).
        commute = [np.kron(M, eye) - np.kron(eye, M.T) for M in L]
        self.vv = _solve(commute, (k, k), tolerance)
        self.vs = _solve([M.T for M in L], (1, k), tolerance)
        self.sv = _solve(list(L), (k, 1), tolerance)
        keep = [np.kron(M.T, eye) + np.kron(eye, M.T) for M in L]
        swap = np.eye(k * k).reshape(k, k, k, k).swapaxes(0, 1).reshape(k * k, k * k)
        self.form = _solve([*keep, np.sqrt(k) * (np.eye(k * k) - swap)], (k, k), tolerance)

    def block(self, name: str) -> Space:
        """Return a space by its name; "ss" is that of all maps between scalars."""
        if name == "ss":
            return Space(torch.ones(1, 1, 1, dtype=torch.float64), np.zeros(1), self.vv.tolerance)
        return {"vv": self.vv, "vs": self.vs, "sv": self.sv, "form": self.form}[name]

    def dimension(self, rep_in: Rep, rep_out: Rep) -> int:
        """Return the dimension of the space of equivariant maps."""
        return (
            len(self.vv.basis) * rep_in.vectors * rep_out.vectors
            + len(self.vs.basis) * rep_in.vectors * rep_out.scalars
            + len(self.sv.basis) * rep_in.scalars * rep_out.vectors
            + rep_in.scalars * rep_out.scalars
        )

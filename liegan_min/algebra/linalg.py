"""Linear algebra shared by the package: supports, spans, signs. Everything in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from liegan_min.base import tolerances
from liegan_min.base.errors import InputError

Array = NDArray[np.float64]


def as_float64(a: Tensor | Array) -> Array:
    """Return `a` as a float64 NumPy array on the CPU, cut from any graph."""
    if isinstance(a, Tensor):
        a = a.detach().cpu().double().numpy()
    return np.asarray(a, dtype=np.float64)


def support(x: Tensor | Array, tolerance: float = tolerances.SUPPORT) -> Array:
    """Return an orthonormal basis P, (k, r), of the directions in which data, (..., k), is not 0.

    The span is linear, not affine: a matrix group fixes the origin, so the mean is not removed. Its
    directions come by falling singular value; those below `tolerance` times the largest do not.

    Raises:
        InputError: if `x` is empty, not finite, or zero everywhere.
    """
    rows = as_float64(x).reshape(-1, np.shape(x)[-1])
    if rows.size == 0 or not np.isfinite(rows).all():
        raise InputError("x must be non-empty and finite to have a support; drop the bad rows")
    _, s, vt = np.linalg.svd(rows, full_matrices=False)
    if s[0] == 0:
        raise InputError("x is zero everywhere: no direction to act on; check the data")
    return first_large_positive(vt[s > tolerance * s[0]]).T


def not_finite(values: NDArray[np.floating[Any]]) -> NDArray[np.int64]:
    """Return the rows of an array, (n, ...), that hold NaN or infinity."""
    return np.flatnonzero(~np.isfinite(values.reshape(len(values), -1)).all(axis=1))


def first_large_positive(rows: Array, fraction: float = 0.5) -> Array:
    """Flip rows, (n, d), so that the first entry of at least `fraction` of the largest is > 0.

    A singular vector is defined up to its sign. Looking for the first *large* entry, not for the
    largest, keeps the choice stable when two entries tie up to rounding.
    """
    magnitude = np.abs(rows)
    large = magnitude >= fraction * magnitude.max(axis=1, keepdims=True)
    sign = np.sign(rows[np.arange(len(rows)), large.argmax(axis=1)])
    return rows * np.where(sign == 0, 1.0, sign)[:, None]


def span(rows: Array) -> Array:
    """Return orthonormal columns, (d, r), that span the rows, (n, d), of numerical rank r."""
    _, s, vt = np.linalg.svd(rows, full_matrices=False)
    if s.size == 0 or s[0] == 0:
        return np.zeros((rows.shape[1], 0))
    return np.ascontiguousarray(vt[s > tolerances.RANK * s[0]].T)


def canonical(rows: Array) -> Array:
    """Return orthonormal rows, (r, d), that depend on the span of `rows`, (n, d), alone.

    Singular vectors will not do: where singular values tie, as those of so(3) do, rounding picks
    them. Here each row is a coordinate axis projected on what is left of the span and scaled to
    length 1: the first axis of which the span holds at least half as much as of the best one.
    """
    V = span(rows)
    left, found = V @ V.T, np.zeros((0, len(V)))
    for _ in range(V.shape[1]):
        share = left.diagonal()
        v = left[int((share >= share.max() / 2).argmax())]
        v = v - found.T @ (found @ v)
        v = v / np.linalg.norm(v)
        left, found = left - np.outer(v, v), np.vstack([found, v])
    return found


def angles_between(rows: Array, other: Array) -> Array:
    """Return the principal angles, ascending, in radians, between two row spans in R^d.

    Raises:
        InputError: if either span is {0}: it has no direction, so no angle either.
    """
    from scipy.linalg import subspace_angles  # half as long to import as torch

    a, b = span(rows), span(other)
    if a.shape[1] == 0 or b.shape[1] == 0:
        raise InputError("a basis is zero on the support, so it spans nothing to compare")
    return np.sort(np.asarray(subspace_angles(a, b), dtype=np.float64))


def symmetric_basis(k: int) -> Tensor:
    """Return the k(k+1)/2 symmetric k x k matrices, orthonormal in the Frobenius product."""
    i, j = torch.triu_indices(k, k)
    n = torch.arange(len(i))
    basis = torch.zeros(len(i), k, k, dtype=torch.float64)
    value = torch.ones(len(i), dtype=torch.float64)
    value[i != j] = 2**-0.5
    basis[n, i, j] = value
    basis[n, j, i] = value
    return basis

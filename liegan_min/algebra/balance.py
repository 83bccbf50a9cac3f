"""Coordinates in which an algebra is seen without units, and without the skew of a learned basis.

A name must not depend on how columns were measured or mixed. Among all coordinates take those in
which the span of the matrices has the smallest volume (Kempf and Ness 1979, "The length of vectors
in representation spaces"). For a reductive algebra they exist: the span is then closed under
transposition, its compact part antisymmetric and the rest symmetric. For others the volume falls
for ever, and some hundred steps go most of the way.
"""

from __future__ import annotations

import numpy as np

from liegan_min.algebra import linalg
from liegan_min.algebra.linalg import Array
from liegan_min.base.errors import InputError

#: Steps of the descent, and the size of its gradient at which it ends.
STEPS, STILL = 500, 1e-10


def orthonormal(L: Array) -> Array:
    """Return an orthonormal basis, (r, k, k), of the span of matrices, (c, k, k)."""
    c, k, _ = L.shape
    return np.asarray(linalg.span(L.reshape(c, -1)).T.reshape(-1, k, k))


def scaled(L: Array) -> Array:
    """Return an orthonormal basis in units that make rows and columns of like size, (c, k, k).

    Raises:
        InputError: if all matrices are zero.
    """
    L = L[np.abs(L).max(axis=(1, 2)) > 0]
    if not len(L):
        raise InputError("the basis is zero: it spans nothing; train longer or restart")
    L = L / np.abs(L).max(axis=(1, 2), keepdims=True)
    from scipy.linalg import matrix_balance  # half as long to import as torch

    _, (scale, _) = matrix_balance(np.abs(L).max(axis=0), permute=False, separate=True)
    return orthonormal(L / scale[:, None] * scale)


def balanced(L: Array) -> Array:
    """Return an orthonormal basis of S L S⁻¹, (c, k, k), for the S of least volume.

    A span that has no such S comes back as far as the descent got.
    """
    rate = 1 / (4 * len(L))
    for _ in range(STEPS):
        # Half the gradient of the logarithm of the volume.
        away = (L @ L.swapaxes(1, 2) - L.swapaxes(1, 2) @ L).sum(axis=0)
        if np.abs(away).max() < STILL:
            break
        values, axes = np.linalg.eigh(away)
        forth = (axes * np.exp(-rate * values)) @ axes.T
        back = (axes * np.exp(rate * values)) @ axes.T
        L = orthonormal(forth @ L @ back)
    return L

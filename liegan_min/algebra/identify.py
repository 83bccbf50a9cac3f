"""Give a learned algebra its textbook name, or say why it has none.

The name depends on the span alone: neither on its basis, nor on the columns' units or mixtures.
"""

from __future__ import annotations

import numpy as np
import torch

from liegan_min.algebra import linalg
from liegan_min.algebra.balance import balanced, scaled
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.algebra.linalg import Array

#: A part smaller than this fraction of the whole is noise of learning.
_NOISE = 0.1
#: Brackets that leave the span by less than this are noise of learning.
_CLOSED = 0.25

#: Names by dimension and signature (positive, negative) of a nondegenerate Killing form, for
#: algebras that act in a way of their own, such as so(3) on R^5.
_SIMPLE = {
    (3, 0, 3): "so(3)",
    (3, 2, 1): "so(1,2)",
    (6, 0, 6): "so(4)",
    (6, 3, 3): "so(1,3)",
    (10, 0, 10): "so(5)",
    (8, 0, 8): "su(3)",
}


def _one_parameter(L: Array) -> str:
    """Name the algebra spanned by one matrix, (k, k), from its eigenvalues.

    Every such algebra is R as far as its bracket tells. So the name is that of the action: so(2) if
    planes turn at one rate, so(1,1) if pairs of axes are boosted at one rate, and nothing else
    moves. L is then conjugate to a sum of such blocks, which is to say that L³ = ∓ L up to scale.
    """
    L = L / np.linalg.norm(L)
    values = np.linalg.eigvals(L)
    size = np.abs(values).max()
    if size < _NOISE:
        return "nilpotent (shear)"
    if np.linalg.norm(L - np.trace(L) / len(L) * np.eye(len(L))) < _NOISE:
        return "dilation"
    L, values = L / size, values / size
    turns = np.abs(values.real).max() < _NOISE
    if not turns and np.abs(values.imag).max() >= _NOISE:
        return "spiral (rotation with scaling)"
    rates = values.imag if turns else values.real
    if np.abs(rates - rates.round()).max() >= _NOISE or rates.round().sum() != 0:
        return "rotations at different rates" if turns else "scaling"
    cube = L @ L @ L
    if np.linalg.norm(cube + L if turns else cube - L) >= _NOISE * np.linalg.norm(L) ** 3:
        return "rotation with shear" if turns else "boost with shear"
    return "so(2)" if turns else "so(1,1)"


def _algebra(L: Array) -> LieAlgebra:
    return LieAlgebra(torch.from_numpy(L))


def _defect(L: Array) -> float:
    """Return how far brackets of an orthonormal basis leave the span: 1 for those of boosts alone.

    It is not taken relative to the brackets: those of a learned abelian algebra are all noise.
    """
    brackets = linalg.as_float64(_algebra(L).brackets()).reshape(len(L) ** 2, -1)
    flat = L.reshape(len(L), -1)
    outside = np.square(brackets - brackets @ flat.T @ flat).sum()
    return float((2 * outside / max(len(L) * (len(L) - 1), 1)) ** 0.5)


def _span(L: Array) -> Array:
    """Return an orthonormal basis of the span of matrices, (c, m, m), noise left out."""
    c, m, _ = L.shape
    _, s, rows = np.linalg.svd(L.reshape(c, -1), full_matrices=False)
    return np.asarray(rows[s > _NOISE].reshape(-1, m, m))


def _null(conditions: list[Array], shape: tuple[int, int]) -> Array:
    """Return the matrices, (n, *shape), that solve conditions to within noise."""
    _, s, rows = np.linalg.svd(np.concatenate(conditions))
    s = np.concatenate([s, np.zeros(len(rows) - len(s))])
    return np.asarray(rows[s < 2 * _NOISE].reshape(-1, *shape))


def _commutant(L: Array) -> Array:
    """Return the matrices that commute with all L, (n, k, k)."""
    eye = np.eye(L.shape[1])
    return _null([np.kron(M, eye) - np.kron(eye, M.T) for M in L], L.shape[1:])


def _forms(L: Array) -> Array:
    """Return the forms J with LᵀJ + JL = 0 for all L, (n, k, k)."""
    eye = np.eye(L.shape[1])
    return _null([np.kron(M.T, eye) + np.kron(eye, M.T) for M in L], L.shape[1:])


def _irreducible(L: Array) -> list[Array]:
    """Return columns (k, m) that span subspaces without a smaller one that all L keep.

    In balanced coordinates the commutant holds the transpose of each of its elements, so that the
    eigenspaces of a symmetric one of them, with generic coefficients, are what is sought. Of a few
    such, the one that tells most apart.
    """
    commutant = _commutant(L)
    symmetric = commutant + commutant.swapaxes(1, 2)
    best: list[Array] = []
    for attempt in np.random.default_rng(0).standard_normal((8, len(symmetric))):
        values, axes = np.linalg.eigh(np.einsum("n,nij->ij", attempt, symmetric))
        steps = np.flatnonzero(np.diff(values) > _NOISE * max(np.ptp(values), 1e-3))
        found = [axes[:, some] for some in np.split(np.arange(len(values)), steps + 1)]
        best = max(best, found, key=len)
    return best


def _classical(L: Array) -> str | None:
    """Name what acts irreducibly on R^m by the family that its size and its forms tell."""
    c, m, _ = L.shape
    if c == 1:
        return _one_parameter(L[0])
    if c == m * m - 1:
        return f"sl({m})"
    forms = _forms(L)
    if len(forms) == 1:
        J = forms[0]
        if c == m * (m - 1) // 2 and np.linalg.norm(J - J.T) < _NOISE:
            plus = int((np.linalg.eigvalsh(J) > 0).sum())
            few = min(plus, m - plus)
            return f"so({few},{m - few})" if few else f"so({m})"
        if c == m * (m + 1) // 2 and np.linalg.norm(J + J.T) < _NOISE:
            return f"sp({m})"
    if m % 2 == 0 and len(_commutant(L)) > 1 and c in (m * m // 4, m * m // 4 - 1):
        return f"u({m // 2})" if c == m * m // 4 else f"su({m // 2})"
    values = np.linalg.eigvalsh(linalg.as_float64(_algebra(L).killing_form()))
    cut = _NOISE * np.abs(values).max()
    return _SIMPLE.get((c, int((values > cut).sum()), int((values < -cut).sum())))


def _part(L: Array) -> str | None:
    """Name what acts irreducibly on R^m, dilations apart."""
    m = L.shape[1]
    if m == 1:
        return "scaling"
    if len(L) == m * m:
        return f"gl({m})"
    one = np.eye(m) / m**0.5
    share = np.einsum("cij,ij->c", L, one)
    if np.linalg.norm(share) < 1 - _NOISE:
        return _classical(L)
    rest = _span(L - share[:, None, None] * one)
    if not len(rest):
        return "dilation"
    name = _classical(rest)
    return name and f"{name} + dilation"


def _facts(L: Array) -> str:
    """Say what can be said of an algebra that is none of those that have names."""
    a = _algebra(L)
    derived = _span(linalg.as_float64(a.brackets()).reshape(-1, *L.shape[1:]))
    values = np.linalg.eigvalsh(linalg.as_float64(a.killing_form()))
    cut = _NOISE * max(np.abs(values).max(), _NOISE)
    signature = int((values > cut).sum()), int((values < -cut).sum())
    generic = np.einsum("i,ijk->jk", np.sin(np.arange(1, len(L) + 1)), a.structure_constants())
    if np.abs(np.linalg.eigvals(generic)).max() < _NOISE**2:
        return f"nilpotent, dimension {len(L)}"
    return f"dimension {len(L)}, derived {len(derived)}, Killing signature {signature}"


def _reductive(L: Array) -> str | None:
    """Name an algebra that is closed under transposition, part by part."""
    c = len(L)
    pieces = []
    for W in _irreducible(L):
        seen = W.T @ L @ W
        if len(span := _span(seen)):
            pieces.append((len(span), W.shape[1], _part(span), seen.reshape(c, -1)))
    whole = [piece for piece in pieces if piece[0] == c and piece[2]]
    if whole:
        return min(whole, key=lambda piece: piece[1])[2]
    names: list[str] = []
    known, rank = np.zeros((c, 0)), 0
    for size, _, name, seen in sorted(pieces, key=lambda piece: (-piece[0], piece[1])):
        joined = np.concatenate([known, seen], axis=1)
        if int((np.linalg.svd(joined, compute_uv=False) > _NOISE).sum()) - rank == size:
            names.append(name or "")
            known, rank = joined, rank + size
    return " + ".join(names) if rank == c and all(names) else None


def identify(algebra: LieAlgebra) -> str:
    """Return a name such as "so(2)", "so(1,3) + dilation" or "so(2) + so(2)" for the span.

    One generator is named after its eigenvalues. Several are seen in balanced coordinates, in which
    the subspaces that they keep are orthogonal, and named on each by size and invariant forms. A
    span that does not close is no algebra: it is called so. What has no name gets its dimension,
    that of its derived algebra, and the signature of its Killing form.

    Raises:
        InputError: if the basis is zero.
    """
    plain = scaled(linalg.as_float64(algebra.basis))
    if len(plain) == 1:  # balancing would take a shear away
        return _one_parameter(plain[0])
    L = balanced(plain)
    seen = min((plain, L), key=_defect)
    if _defect(seen) > _CLOSED:
        return f"not closed (defect {_algebra(seen).closure_defect():.2f})"
    flat, turned = (a.reshape(len(L), -1) for a in (L, L.swapaxes(1, 2)))
    outside = np.linalg.norm(turned - turned @ flat.T @ flat) / len(L) ** 0.5
    name = _reductive(L) if outside < 2 * _NOISE else None
    if name is None and np.linalg.norm(_algebra(seen).brackets()) < _NOISE * len(L):
        return f"abelian, dimension {len(L)}"
    return name or _facts(seen)

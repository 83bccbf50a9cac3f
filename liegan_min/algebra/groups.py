"""Known algebras, each in a few lines, and the ways to build new ones from old."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor

from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.errors import InputError

#: The Minkowski metric η, which so(1,3) keeps.
ETA = torch.diag(torch.tensor([1.0, -1.0, -1.0, -1.0], dtype=torch.float64))


def _unit(k: int, i: int, j: int) -> Tensor:
    """E_ij: the k x k matrix with a single 1 in row i, column j."""
    E = torch.zeros(k, k, dtype=torch.float64)
    E[i, j] = 1.0
    return E


def so(n: int) -> LieAlgebra:
    """Return the antisymmetric matrices, c = n(n-1)/2; R_ij turns axis i towards axis j.

    For n = 3 the order is (R_x, R_y, R_z), so that [R_x, R_y] = R_z.

    Raises:
        InputError: if n < 2.
    """
    if n < 2:
        raise InputError(f"so(n) needs n >= 2, not {n}: there is nothing to turn in one dimension")
    pairs = [(1, 2), (2, 0), (0, 1)] if n == 3 else list(itertools.combinations(range(n), 2))
    return LieAlgebra(torch.stack([_unit(n, j, i) - _unit(n, i, j) for i, j in pairs]), f"so({n})")


def so13() -> LieAlgebra:
    """Return so(1,3) on (E, p_x, p_y, p_z): the boosts K_i, then the rotations R_x, R_y, R_z."""
    boosts = [_unit(4, 0, i) + _unit(4, i, 0) for i in (1, 2, 3)]
    rotations = torch.zeros(3, 4, 4, dtype=torch.float64)
    rotations[:, 1:, 1:] = so(3).basis
    return LieAlgebra(torch.cat([torch.stack(boosts), rotations]), "so(1,3)")


def gl(n: int) -> LieAlgebra:
    """Return all n x n matrices, c = n²: the space that every search takes place in."""
    return LieAlgebra(torch.eye(n * n, dtype=torch.float64).reshape(n * n, n, n), f"gl({n})")


def dilation(n: int) -> LieAlgebra:
    """Return the multiples of the identity on R^n, c = 1: scaling by e^w."""
    return LieAlgebra(torch.eye(n, dtype=torch.float64)[None], "dilation")


def diagonal(algebra: LieAlgebra, copies: int) -> LieAlgebra:
    """Let one algebra act on `copies` vectors at once, all moved by the same g: (c, mk, mk).

    Two bodies in the plane, (q1, p1, q2, p2), turn together under `diagonal(so(2), 4)`.

    Raises:
        InputError: if copies < 1.
    """
    if copies < 1:
        raise InputError(f"copies must be at least 1, not {copies}")
    eye = torch.eye(copies, dtype=torch.float64)
    return LieAlgebra(torch.stack([torch.kron(eye, L) for L in algebra.basis]), algebra.name)


def span_of(*algebras: LieAlgebra) -> LieAlgebra:
    """Join the bases of algebras that act on one space, such as so(1,3) and dilation(4).

    Raises:
        InputError: if they act on different spaces.
    """
    spaces = sorted({a.k for a in algebras})
    if len(spaces) != 1:
        raise InputError(
            f"cannot join algebras on {', '.join(f'R^{k}' for k in spaces) or 'nothing'}"
        )
    name = " + ".join(a.name or "unnamed" for a in algebras)
    return LieAlgebra(torch.cat([a.basis for a in algebras]), name)


def conjugate(algebra: LieAlgebra, P: Tensor) -> LieAlgebra:
    """Return P L_i P⁻¹: the same algebra seen in other coordinates.

    Raises:
        InputError: if P, (k, k), cannot be inverted.
    """
    P = torch.as_tensor(P, dtype=torch.float64)
    if P.shape != (algebra.k, algebra.k) or int(torch.linalg.matrix_rank(P)) < algebra.k:
        raise InputError(f"P must be an invertible ({algebra.k}, {algebra.k}) matrix")
    return LieAlgebra(P @ algebra.basis @ torch.linalg.inv(P), algebra.name)

"""Turns of R³ about one axis: their direction, their powers, and the lattice that they lie on."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor
from torch.nn import functional as F


def axis_of(L: Tensor) -> Tensor:
    """Return the direction that turns, (c, 3, 3), share, whatever their signs and angles."""
    flat = F.normalize(L.flatten(1), dim=1)
    D = torch.linalg.eigh(flat.mT @ flat)[1][:, -1].view(3, 3)
    D = D * (-2 / (D @ D).trace()).sqrt()  # of eigenvalues 0 and ±i: closes at 2π
    v = torch.stack([D[2, 1] - D[1, 2], D[0, 2] - D[2, 0], D[1, 0] - D[0, 1]])
    axis: Tensor = D * v[v.abs().argmax()].sign()
    return axis


def powers(L: Tensor, exponents: Iterable[int]) -> Tensor:
    """Return exp(wL), (m, k, k), for each of m exponents w."""
    w = torch.tensor(list(exponents), dtype=L.dtype)
    g: Tensor = torch.linalg.matrix_exp(w[:, None, None] * L)
    return g


def lattice(L: Tensor, axis: Tensor, order: int, near: float = 0.1) -> Tensor:
    """Return the spacing L, (3, 3), of turns L_i, (c, 3, 3), that are near multiples k_i L.

    The whole numbers k_i are read off at 2π/order about the axis, exp(2π axis) = 1; a turn that is
    `near` steps or more from one is left out. Then L makes Σ |L_i - k_i L|² least.
    """
    steps = (L * axis).sum((1, 2)) / axis.square().sum() * order / (2 * math.pi)
    k = steps.round()
    k = torch.where((steps - k).abs() < near, k, 0.0)
    return (k[:, None, None] * L).sum(0) / k.square().sum().clamp(min=1)

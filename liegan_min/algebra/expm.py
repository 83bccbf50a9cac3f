"""The matrix exponential of a batch of small matrices, differentiable and quick on one thread.

`torch.matrix_exp` differentiates by exponentiating a matrix of twice the size. For the 64 matrices
of 8 x 8 that a step of the game needs, a Taylor polynomial, repeated squaring, and the derivative
of each of these products cost less; the tests hold both to SciPy's float64.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

#: 1-norm to which a matrix is scaled before the polynomial of degree 8: below it the first term
#: left out is under the rounding of float32 (Bader, Blanes and Casas 2019, table 2).
_THETA = 0.58

# Coefficients that give the degree-8 Taylor polynomial in three products instead of seven
# (Bader, Blanes and Casas, "Computing the matrix exponential with an optimized Taylor polynomial
# approximation", Mathematics 7 (2019) 1174, section 3):
#     A4 = A2 (x1 A + x2 A2),  exp(A) = (A4 + x3 A2)(x4 + x5 A + x6 A2 + x7 A4) + 1 + A + y2 A2.
_R = math.sqrt(177.0)
_X3 = 2 / 3
_X1, _X2 = _X3 * (1 + _R) / 88, _X3 * (1 + _R) / 352
_X4, _X5 = (-271 + 29 * _R) / (315 * _X3), 11 * (-1 + _R) / (1260 * _X3)
_X6, _X7 = 11 * (-9 + _R) / (5040 * _X3), (89 - _R) / (5040 * _X3**2)
_Y2 = (857 - 58 * _R) / 630

#: Rows: the two factors and the rest of that line, less their multiples of 1. Columns: A, A2, A4.
_MIX = torch.tensor([[0.0, _X3, 1.0], [_X5, _X6, _X7], [1.0, _Y2, 0.0]])


def squarings_for(size: float, theta: float) -> int:
    """Return how often a matrix of 1-norm `size` must be halved to come below theta."""
    return max(0, math.ceil(math.log2(size / theta))) if 0 < size < math.inf else 0


def square(g: Tensor, times: int) -> tuple[Tensor, list[Tensor]]:
    """Square g, (n, k, k), so often; return the result, and what was squared on the way."""
    steps = []
    for _ in range(times):
        steps.append(g)
        g = torch.bmm(g, g)
    return g, steps


def unsquare(G: Tensor, steps: list[Tensor]) -> Tensor:
    """Take a gradient back through `square`: of d(g²) = dg g + g dg the adjoint is G gᵀ + gᵀ G."""
    for g in reversed(steps):
        G = torch.baddbmm(torch.bmm(G, g.mT), g.mT, G)
    return G


class _Exp(torch.autograd.Function):
    """exp(A) for float32, (n, k, k), with the derivative of each product written out.

    The powers of A lie side by side in one tensor, (3, n, k, k), so that one small product forms
    all their linear combinations, and one its adjoint: for matrices this small the number of calls
    is the cost.
    """

    @staticmethod
    def forward(ctx: Any, A: Tensor) -> Tensor:
        size = float(A.abs().sum(-2).max())
        squarings = squarings_for(size, _THETA)
        ctx.shrink = 2.0**-squarings
        ctx.mix = _MIX.to(A)
        powers = A.new_empty(3, *A.shape)
        torch.mul(A, ctx.shrink, out=powers[0])
        torch.bmm(powers[0], powers[0], out=powers[1])
        M = torch.add(_X1 * powers[0], powers[1], alpha=_X2)
        torch.bmm(powers[1], M, out=powers[2])
        U, V, rest = (ctx.mix @ powers.view(3, -1)).view_as(powers)
        V.diagonal(dim1=-2, dim2=-1).add_(_X4)
        rest.diagonal(dim1=-2, dim2=-1).add_(1)
        g = torch.baddbmm(rest, U, V)
        g, steps = square(g, squarings)
        ctx.save_for_backward(powers, M, U, V, *steps)
        return g

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, G: Tensor) -> Tensor:
        powers, M, U, V, *steps = ctx.saved_tensors
        G = unsquare(G, steps)
        back = torch.empty_like(powers)
        torch.bmm(G, V.mT, out=back[0])
        torch.bmm(U.mT, G, out=back[1])
        back[2] = G
        dA, dA2, dA4 = (ctx.mix.mT @ back.view(3, -1)).view_as(back)
        dM = torch.bmm(powers[1].mT, dA4)
        dA2.baddbmm_(dA4, M.mT).add_(dM, alpha=_X2)
        dA.add_(dM, alpha=_X1).baddbmm_(dA2, powers[0].mT).baddbmm_(powers[0].mT, dA2)
        gradient: Tensor = dA.mul_(ctx.shrink)
        return gradient


def exp(A: Tensor) -> Tensor:
    """Return exp(A) for A, (..., k, k), by scaling, Taylor (degree 8) and squaring.

    Differentiable once. float64 goes to `torch.matrix_exp`, where exactness counts more than time.
    """
    if A.dtype == torch.float64 or A.numel() == 0:
        # A lone matrix torch 2.13 holds to float32's thresholds (off by 2e-10); two it does not.
        lone = A.numel() == A.shape[-1] ** 2
        return torch.matrix_exp(A.expand(2, *A.shape))[0] if lone else torch.matrix_exp(A)
    batch = A.reshape(-1, *A.shape[-2:])
    g: Tensor = _Exp.apply(batch)  # type: ignore[no-untyped-call]
    return g.view_as(A)

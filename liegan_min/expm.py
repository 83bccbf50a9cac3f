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
# approximation", Mathematics 7 (2019) 1174, section 3).
_R = math.sqrt(177.0)
_X3 = 2 / 3
_X1, _X2 = _X3 * (1 + _R) / 88, _X3 * (1 + _R) / 352
_X4, _X5 = (-271 + 29 * _R) / (315 * _X3), 11 * (-1 + _R) / (1260 * _X3)
_X6, _X7 = 11 * (-9 + _R) / (5040 * _X3), (89 - _R) / (5040 * _X3**2)
_Y2 = (857 - 58 * _R) / 630


class _Exp(torch.autograd.Function):
    """exp(A) for float32, (..., k, k), with the derivative of each product written out.

    The derivative of a square is d(g²) = dg g + g dg; its adjoint, G gᵀ + gᵀ G, is what comes back.
    """

    @staticmethod
    def forward(ctx: Any, A: Tensor) -> Tensor:
        size = float(A.abs().sum(-2).max())
        squarings = max(0, math.ceil(math.log2(size / _THETA))) if 0 < size < math.inf else 0
        ctx.shrink = 2.0**-squarings
        A = A * ctx.shrink
        eye = torch.eye(A.shape[-1], dtype=A.dtype, device=A.device)
        A2 = A @ A
        M = _X1 * A + _X2 * A2
        A4 = A2 @ M
        U, V = torch.add(A4, A2, alpha=_X3), _X4 * eye + _X5 * A + _X6 * A2 + _X7 * A4
        g = U @ V + torch.add(A, A2, alpha=_Y2) + eye
        steps = []
        for _ in range(squarings):
            steps.append(g)
            g = g @ g
        ctx.save_for_backward(A, A2, M, U, V, *steps)
        return g

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, G: Tensor) -> Tensor:
        A, A2, M, U, V, *steps = ctx.saved_tensors
        for g in reversed(steps):
            G = G @ g.mT + g.mT @ G
        dU, dV = G @ V.mT, U.mT @ G
        dA4 = torch.add(dU, dV, alpha=_X7)
        dM = A2.mT @ dA4
        dA2 = dA4 @ M.mT + _Y2 * G + _X3 * dU + _X6 * dV + _X2 * dM
        dA: Tensor = G + _X5 * dV + _X1 * dM + dA2 @ A.mT + A.mT @ dA2
        return dA.mul_(ctx.shrink)


def exp(A: Tensor) -> Tensor:
    """Return exp(A) for A, (..., k, k), by scaling, Taylor (degree 8) and squaring.

    Differentiable once. float64 goes to `torch.matrix_exp`, where exactness counts more than time.
    """
    if A.dtype == torch.float64 or A.numel() == 0:
        # A lone matrix torch 2.13 holds to float32's thresholds (off by 2e-10); two it does not.
        lone = A.numel() == A.shape[-1] ** 2
        return torch.matrix_exp(A.expand(2, *A.shape))[0] if lone else torch.matrix_exp(A)
    g: Tensor = _Exp.apply(A)  # type: ignore[no-untyped-call]
    return g

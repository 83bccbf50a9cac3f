"""The one-parameter group exp(wL): many group elements from the powers of one matrix.

With a single channel every exponent of a batch is a multiple of the same L. Its powers are then
computed once, whatever the size of the batch, and the Taylor polynomial of all its elements is one
matrix product.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from liegan_min.algebra import expm

#: Degree of the polynomial: its powers of L take four products, P_{n+i} = P_i P_n, n = 1, 2, 4, 8.
_DEGREE = 16

#: 1-norm to which wL is scaled. In float32 degree 12 bears 1.46 and degree 18 bears 3.01 (Bader,
#: Blanes and Casas 2019, table 2); at 2 the first term left out is 4e-10.
_THETA = 2.0

_FACTORIALS = torch.tensor([math.factorial(j) for j in range(_DEGREE + 1)], dtype=torch.float32)
_ORDERS = torch.arange(_DEGREE + 1, dtype=torch.float32)


class _OneParameter(torch.autograd.Function):
    """exp(w L) for float32 w, (n,), and L, (k, k)."""

    @staticmethod
    def forward(ctx: Any, w: Tensor, L: Tensor) -> Tensor:
        k, reach = len(L), float(w.abs().max())
        size = reach * float(L.abs().sum(0).max())
        squarings = expm.squarings_for(size, _THETA)
        ctx.shrink = 2.0**-squarings
        P = L.new_empty((_DEGREE + 1) * k, k)  # the powers, one below the other
        torch.eye(k, out=P[:k])
        torch.mul(L, reach * ctx.shrink, out=P[k : 2 * k])
        for n in (k, 2 * k, 4 * k, 8 * k):
            torch.mm(P[k : n + k], P[n : n + k], out=P[n + k : 2 * n + k])
        ctx.reach = reach
        u = w / (reach or 1.0)  # in [-1, 1], so that no power of it overflows
        C = u[:, None] ** _ORDERS.to(w) / _FACTORIALS.to(w)
        g = (C @ P.view(-1, k * k)).view(-1, k, k)
        g, steps = expm.square(g, squarings)
        ctx.save_for_backward(C, P, *steps)
        return g

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, G: Tensor) -> tuple[Tensor | None, Tensor]:
        C, P, *steps = ctx.saved_tensors
        k = P.shape[-1]
        G = expm.unsquare(G, steps)
        flat = G.reshape(-1, k * k)
        dP = (C.T @ flat).view(-1, k)
        for n in (8 * k, 4 * k, 2 * k, k):
            back = dP[n + k : 2 * n + k]
            dP[k : n + k].addmm_(back, P[n : n + k].T)
            dP[n : n + k].addmm_(P[k : n + k].T, back)
        dw = None
        if ctx.needs_input_grad[0]:
            # d/du of u^j / j! is u^(j-1) / (j-1)!, the coefficient before it.
            dC = flat @ P.view(-1, k * k).T
            dw = (dC[:, 1:] * C[:, :-1]).sum(1) / (ctx.reach or 1.0)
        return dw, dP[k : 2 * k] * (ctx.reach * ctx.shrink)


def one_parameter(w: Tensor, L: Tensor) -> Tensor:
    """Return g = exp(w L), (n, k, k), for w, (n,), and L, (k, k). Differentiable once.

    float64 goes to `expm.exp`, where exactness counts more than time.
    """
    if torch.float64 in (w.dtype, L.dtype) or w.numel() == 0:
        return expm.exp(w[:, None, None] * L)
    g: Tensor = _OneParameter.apply(w, L)  # type: ignore[no-untyped-call]
    return g

"""The messages of a block of edges, and their gradients, without waste.

Almost all of a tagger's time is spent on edges: a jet of 50 constituents has 2,450 of them. Each
costs two products with a square matrix, and their gradients four; everything else is one pass over
an array each, and what is slow about a pass is to touch memory for the first time. So passes are
done in place, which autograd could not do by itself.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

_relu_backward = torch.ops.aten.threshold_backward.grad_input


def messages(
    a: Tensor,
    b: Tensor,
    F: Tensor,
    edges: Tensor,
    W: Tensor,
    phi_e: tuple[Tensor, Tensor],
    phi_m: tuple[Tensor, Tensor],
    phi_x: tuple[Tensor, Tensor, Tensor] | None,
) -> tuple[Tensor, Tensor]:
    """Return Σ_j w_ij m_ij and φ_x(w_ij m_ij), with w_ij = φ_m(m_ij).

    With [·] = max(·, 0): m_ij = [U [a_i + b_j + W F_ij] + u], w_ij = σ(v·m_ij + v₀) where there is
    an edge and 0 elsewhere, φ_x(m) = y·[V m + t].

    Args:
        a: (n_jets, n, h), what the receiving node i gives to an edge.
        b: (n_jets, n, h), what the sending node j gives.
        F: (n_jets, n, n, k), features of the edges.
        edges: (n_jets, n, n), 1 or 0.
        W: (k, h).
        phi_e: U (h, h) and u (h,).
        phi_m: v (1, h) and v₀ (1,).
        phi_x: V (h, h), t (h,) and y (1, h); None where no φ_x is wanted.

    Returns:
        (n_jets, n, h), and (n_jets, n, n); without φ_x the second is empty.
    """
    arguments = (a, b, F, edges, W, *phi_e, *phi_m, *(phi_x or (None, None, None)))
    kind = a.device.type
    if torch.is_autocast_enabled(kind):
        low = torch.get_autocast_dtype(kind)
        arguments = tuple(None if x is None else x.to(low) for x in arguments)
    with torch.autocast(kind, enabled=False):
        return _Messages.apply(*arguments)  # type: ignore[no-any-return, no-untyped-call]


class _Messages(torch.autograd.Function):
    """See `messages`."""

    @staticmethod
    def forward(
        ctx: Any,
        a: Tensor,
        b: Tensor,
        F: Tensor,
        edges: Tensor,
        W: Tensor,
        U: Tensor,
        u: Tensor,
        v: Tensor,
        v0: Tensor,
        V: Tensor | None,
        t: Tensor | None,
        y: Tensor | None,
    ) -> tuple[Tensor, Tensor]:
        """Return the sums and the steps."""
        jets, n, h = a.shape
        mask = edges.reshape(-1)
        e = F.reshape(-1, F.shape[-1]) @ W
        e.view(jets, n, n, h).add_(a[:, :, None]).add_(b[:, None])
        e.relu_()
        m = (e @ U.T).add_(u).relu_()
        s = torch.mv(m, v[0]).add_(v0).sigmoid_()
        w = s * mask
        wm = m * w[:, None]
        total = wm.view(jets, n, n, h).sum(2)
        if V is None or t is None or y is None:
            ctx.save_for_backward(F, mask, W, U, v, e, m, s, w)
            return total, a.new_zeros(0)
        z = (wm @ V.T).add_(t).relu_()
        ctx.save_for_backward(F, mask, W, U, v, e, m, s, w, wm, V, y, z)
        return total, torch.mv(z, y[0]).mul_(mask).view(jets, n, n)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_total: Tensor, d_step: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients, in the order of the arguments."""
        F, mask, W, U, v, e, m, s, w, *rest = ctx.saved_tensors
        jets, n, h = d_total.shape
        dV = dt = dy = None
        if rest:
            wm, V, y, z = rest
            d_step = d_step.reshape(-1) * mask
            dy = torch.mv(z.T, d_step)[None]
            dz = d_step[:, None] * y[0]
            _relu_backward(dz, z, 0, grad_input=dz)
            dV, dt = dz.T @ wm, dz.sum(0)
            dm = dz @ V
            dm.view(jets, n, n, h).add_(d_total[:, :, None])
        else:
            dm = d_total[:, :, None].repeat(1, 1, n, 1).view(-1, h)
        ds = (dm * m).sum(1).mul_(w).mul_(1 - s)
        dv, dv0 = torch.mv(m.T, ds)[None], ds.sum()[None]
        dm.mul_(w[:, None]).addr_(ds, v[0])
        _relu_backward(dm, m, 0, grad_input=dm)
        dU, du = dm.T @ e, dm.sum(0)
        de = dm @ U
        _relu_backward(de, e, 0, grad_input=de)
        square = de.view(jets, n, n, h)
        dF = (de @ W.T).view_as(F) if ctx.needs_input_grad[2] else None
        dW = F.reshape(-1, F.shape[-1]).T @ de
        return square.sum(2), square.sum(1), dF, None, dW, dU, du, dv, dv0, dV, dt, dy

"""The terms of the game, each a function: the adversarial loss and the regularisers."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

#: Smallest number that float32 can divide by and still hold the quotient of what it multiplies.
_TINY = 1e-30


def critic_loss(real: Tensor, moved: Tensor) -> Tensor:
    """Return ½(E softplus(-s_real) + E softplus(s_moved)), the binary cross-entropy on logits."""
    return (F.softplus(-real).mean() + F.softplus(moved).mean()) / 2


def generator_loss(moved: Tensor) -> Tensor:
    """Return E softplus(-s_moved): low when the critic takes moved data for real (Goodfellow)."""
    return F.softplus(-moved).mean()


def cosine(gx: Tensor, x: Tensor) -> Tensor:
    """Return |E cos(gx, x)| over vectors, (..., k): 1 for g = 1, so it forbids the identity."""
    squares = (gx * gx).sum(-1) * (x * x).sum(-1)
    return ((gx * x).sum(-1) * squares.clamp(min=_TINY).rsqrt()).mean().abs()


def correlation(L: Tensor) -> Tensor:
    """Return Σ_{i<j} k |cos(L_i, L_j)| for L, (c, k, k): 0 when the channels are orthogonal.

    The factor k is the published one: there each L_i is scaled to Frobenius norm √k.
    """
    unit = F.normalize(L.flatten(1), dim=1)
    return L.shape[-1] * torch.triu(unit @ unit.T, diagonal=1).abs().sum()


def norm(L: Tensor, p: float) -> Tensor:
    """Return the entrywise p-norm of the whole basis: p = 1 asks for few entries, 2 for small."""
    size: Tensor = torch.linalg.vector_norm(L, p)
    return size


@dataclass
class Verdict:
    """What one look of the critic yields: both losses, and both players' gradients.

    `pull_x`, `pull_y` are the gradients of the generator's loss with respect to moved data.
    """

    critic_loss: Tensor
    generator_loss: Tensor
    critic_grads: tuple[Tensor, ...]
    pull_x: Tensor
    pull_y: Tensor | None


def judge(
    critic: nn.Module,
    x: Tensor,
    y: Tensor | None,
    gx: Tensor,
    gy: Tensor | None,
    reject: float = 1e-12,
) -> Verdict:
    """Judge real and moved data once, and serve both players from one backward pass.

    Both losses see moved sample b through its logit s_b alone. So their gradients with respect to
    that sample are the same vector ∂s_b/∂gx_b times a number: σ(s_b)/2n in the critic's loss,
    -σ(-s_b)/n in the generator's. The critic's pass, rescaled row by row, is the generator's: it
    needs none of its own.

    A sample that the critic believes less than `reject` no longer pulls on the generator: its pull
    is scaled by σ(s_b)/reject. Those are the few samples with a large w, on which a basis that is
    not yet a symmetry explodes; left in, they drown the others. The published code does the same
    through the clamp inside its cross-entropy, at 1e-12. `reject=0` keeps the textbook gradient.

    Args:
        critic: maps (x, y) to logits.
        x: real samples, (n, t, k).
        y: what belongs to them, or None.
        gx: moved samples, (n, t, k), still attached to the generator's graph.
        gy: moved y; `y` itself where g does not move it.
        reject: belief σ(s) below which a moved sample loses its pull.

    Returns:
        the verdict; gradients of the critic in the order of `critic.parameters()`.
    """
    y_moves = gy is not None and gy is not y
    leaf_x = gx.detach().requires_grad_()
    leaf_y = gy.detach().requires_grad_() if gy is not None and y_moves else gy
    both_y = None if y is None or leaf_y is None else torch.cat([y, leaf_y])
    leaves = [leaf_x, leaf_y] if y_moves and leaf_y is not None else [leaf_x]
    s = critic(torch.cat([x, leaf_x]), both_y)
    s = s.to(torch.promote_types(s.dtype, torch.float32))  # half precision has no room for e^s
    n = len(x)
    with torch.no_grad():
        real, moved = s.split(n)
        believed = torch.sigmoid(moved)
        slope = torch.cat([-torch.sigmoid(-real), believed]) / (2 * n)
        rescale = -2 * torch.sigmoid(-moved) / believed.clamp(min=max(reject, _TINY))
        values = critic_loss(real, moved), generator_loss(moved)
    grads = torch.autograd.grad(s, [*critic.parameters(), *leaves], slope)
    pulls = [g * rescale.view(-1, *[1] * (g.ndim - 1)) for g in grads[-len(leaves) :]]
    return Verdict(
        *values,
        critic_grads=grads[: -len(leaves)],
        pull_x=pulls[0],
        pull_y=pulls[1] if y_moves else None,
    )

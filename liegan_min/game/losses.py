"""The terms of the game, each a function: the adversarial loss and the regularisers."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

#: Smallest number that float32 can divide by and still hold the quotient of what it multiplies.
_TINY = 1e-30


def discriminator_loss(real: Tensor, moved: Tensor) -> Tensor:
    """Return ½(E softplus(-s_real) + E softplus(s_moved)), the binary cross-entropy on logits."""
    return (F.softplus(-real).mean() + F.softplus(moved).mean()) / 2


def generator_loss(moved: Tensor) -> Tensor:
    """Return E softplus(-s_moved): low when moved data are taken for real (Goodfellow)."""
    return F.softplus(-moved).mean()


def cosine(gx: Tensor, x: Tensor) -> Tensor:
    """Return |E cos(gx, x)| over vectors, (..., k): 1 for g = 1, so it forbids the identity."""
    squares = (gx * gx).sum(-1) * (x * x).sum(-1)
    return ((gx * x).sum(-1) * squares.clamp(min=_TINY).rsqrt()).mean().abs()


def cosine_pull(gx: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return `cosine(gx, x)` and its gradient with respect to gx, (..., k), in closed form.

    With u = x/|x| and v = gx/|gx| the gradient of the mean of u·v is (u - (u·v) v)/|gx| by n.
    """
    inverse = (gx * gx).sum(-1, keepdim=True).clamp(min=_TINY).rsqrt_()
    u, v = F.normalize(x, dim=-1), gx * inverse
    cos = (u * v).sum(-1, keepdim=True)
    mean = cos.mean()
    pull = torch.addcmul(u, cos, v, value=-1).mul_(inverse * (mean.sign() / cos.numel()))
    return mean.abs(), pull


def correlation(L: Tensor) -> Tensor:
    """Return Σ_{i<j} k |cos(L_i, L_j)| for L, (c, k, k): 0 when the channels are orthogonal.

    The factor k is the published one: there each L_i is scaled to Frobenius norm √k.
    """
    unit = F.normalize(L.flatten(1), dim=1)
    return L.shape[-1] * torch.triu(unit @ unit.T, diagonal=1).abs().sum()


def norm(L: Tensor, p: float = 2.0) -> Tensor:
    """Return the entrywise p-norm of the whole basis: p = 1 asks for few entries, 2 for small."""
    size: Tensor = torch.linalg.vector_norm(L, p)
    return size


@dataclass
class Verdict:
    """What one look of the discriminator yields: its logits, and both players' gradients.

    Attributes:
        real: logits of the real samples, (n,).
        moved: logits of the moved samples, (n,).
        discriminator_grads: in the order of `discriminator.parameters()`.
        pull: gradient of the generator's loss with respect to the moved samples, (n, t, k).
    """

    real: Tensor
    moved: Tensor
    discriminator_grads: tuple[Tensor, ...]
    pull: Tensor


def judge(
    discriminator: nn.Module, x: Tensor, gx: Tensor, y: Tensor | None = None, reject: float = 1e-12
) -> Verdict:
    """Judge real and moved data once, and serve both players from one backward pass.

    Both losses see moved sample b through its logit s_b alone. So their gradients with respect to
    that sample are the same vector ∂s_b/∂gx_b times a number: σ(s_b)/2n in the discriminator's
    loss, -σ(-s_b)/n in the generator's. The discriminator's pass, rescaled row by row, is the
    generator's: it needs none of its own.

    A sample that the discriminator believes less than `reject` no longer pulls on the generator:
    its pull is scaled by σ(s_b)/reject. Those are the few samples with a large w, on which a basis
    that is not yet a symmetry explodes; left in, they drown the others. The published code does the
    same through the clamp inside its cross-entropy, at 1e-12. `reject=0` keeps the textbook
    gradient.

    Args:
        discriminator: maps vectors, or vectors and y, to logits.
        x: real samples, (n, t, k): all vectors that g moves (`LieGenerator.join`).
        gx: the same, moved.
        y: what belongs to them and g leaves alone, (n, ...), or None.
        reject: belief σ(s) below which a moved sample loses its pull.
    """
    leaf = gx.detach().requires_grad_()
    n = len(x)
    s = discriminator(torch.cat([x, leaf]), None if y is None else torch.cat([y, y]))
    s = s.to(torch.promote_types(s.dtype, torch.float32))  # half precision has no room for e^s
    with torch.no_grad():
        believed, doubted = torch.sigmoid(s), torch.sigmoid(-s)  # 1 - σ(s) would lose its digits
        slope = torch.cat([-doubted[:n], believed[n:]]) / (2 * n)
        rescale = -2 * doubted[n:] / believed[n:].clamp(min=max(reject, _TINY))
    *discriminator_grads, pull = torch.autograd.grad(s, [*discriminator.parameters(), leaf], slope)
    pull = pull * rescale.view(-1, *[1] * (pull.ndim - 1))
    real, moved = s.detach().split(n)
    return Verdict(real, moved, tuple(discriminator_grads), pull)

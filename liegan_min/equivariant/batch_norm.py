"""Batch normalisation from sums: what is normalised need not be there sample by sample.

The first layer of φ_e is linear in the features of an edge: z_ij = a_i + b_j + W F_ij. Mean and
variance of z over all edges then follow from sums over nodes, and normalising z is one scale for
a, b and W, and one shift for a. So the largest array of the network is never written for it.

Under data parallel training the sums run over all processes: the statistics are those of the
global batch.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from liegan_min.base.parallel import total


class BatchNorm(nn.Module):
    """Normalises (·, h) features over a batch, and in evaluation over what training saw.

    Parameters, buffers and numbers are those of `torch.nn.BatchNorm1d`; only the statistics come
    from the caller.
    """

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, h: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight, self.bias = nn.Parameter(torch.ones(h)), nn.Parameter(torch.zeros(h))
        self.register_buffer("running_mean", torch.zeros(h))
        self.register_buffer("running_var", torch.ones(h))

    def affine(
        self, count: Tensor, first: Tensor, second: Callable[[Tensor], Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Return the scale and the shift, (h,) each, that normalise.

        Args:
            count: how many samples there are, ().
            first: their sum, (h,).
            second: from their mean, (h,), the sum of their squared distances to it, (h,).
        """
        if self.training:
            both = total(torch.cat([first, count[None].to(first)]))
            n = both[-1].detach().clamp(min=1)
            mean = both[:-1] / n
            step = self.momentum * (both[-1].detach() > 0).to(mean)
            var = total(second(mean)) / n
            with torch.no_grad():
                self.running_mean.lerp_(mean, step)
                self.running_var.lerp_(var * n / (n - 1).clamp(min=1), step)
        else:
            mean, var = self.running_mean, self.running_var
        scale = self.weight / (var + self.eps).sqrt()
        return scale, self.bias - mean * scale

    def forward(self, x: Tensor, real: Tensor) -> Tensor:
        """Normalise x, (m, h), over those rows where `real`, (m, 1), is 1 and not 0."""
        scale, shift = self.affine(
            real.sum(), (x * real).sum(0), lambda mean: ((x - mean).square() * real).sum(0)
        )
        return x * scale + shift

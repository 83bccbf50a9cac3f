"""Published discriminators side by side: a step of all is one product of stacks a layer."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from liegan_min.game.discriminator import SLOPE, Discriminator


class Discriminators(nn.Module):
    """A stack of discriminators, (n · stack, ...) -> (n · stack,): row i · stack + r is of r.

    Args:
        each: alike in shape, and with no label to embed.
    """

    scale: Tensor | None

    def __init__(self, each: Sequence[Discriminator]) -> None:
        super().__init__()
        layers = zip(*([m for m in d.net if isinstance(m, nn.Linear)] for d in each), strict=True)
        stacks = [
            (torch.stack([m.weight.T for m in layer]), torch.stack([m.bias[None] for m in layer]))
            for layer in layers
        ]
        self.weights = nn.ParameterList(nn.Parameter(W.detach().clone()) for W, _ in stacks)
        self.biases = nn.ParameterList(nn.Parameter(b.detach().clone()) for _, b in stacks)
        scales = [d.scale for d in each if d.scale is not None]
        self.register_buffer("scale", torch.stack(scales)[:, None] if scales else None)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Return the logits."""
        z = x.flatten(1) if y is None else torch.cat([x.flatten(1), y.flatten(1)], dim=1)
        h = z.view(-1, len(self.weights[0]), z.shape[1]).transpose(0, 1)
        if self.scale is not None:
            h = h / self.scale
        for W, b in zip(self.weights[:-1], self.biases[:-1], strict=True):
            h = F.leaky_relu(torch.baddbmm(b, h, W), SLOPE, inplace=True)
        s = torch.baddbmm(self.biases[-1], h, self.weights[-1])
        return s.squeeze(2).T.reshape(-1)

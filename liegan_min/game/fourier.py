"""Discriminators that see fine structure: many at once, on waves of their inputs, multiplied.

A multilayer perceptron learns slow functions first and may never come to fast ones (Rahaman et al.
2019); given the sines and cosines of random waves it does (Tancik et al. 2020). Where y hangs on x
through a product, as in y = z h(θ), a sum of waves is not enough: the first layer multiplies two of
them. The discriminators of all restarts are one stack of matrices, so that a step of all is one
`bmm`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Self

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn
from torch.nn import functional as F

from liegan_min.base.errors import InputError
from liegan_min.base.settings import Settings
from liegan_min.game.discriminator import SLOPE


class Waves(Settings):
    """The waves that a discriminator sees, in radians for each unit of a standardised input."""

    count: int = Field(64, ge=1, description="number of waves")
    slowest: float = Field(0.7, gt=0)
    fastest: float = Field(12.0, gt=0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.slowest > self.fastest:
            raise ValueError(
                f"slowest must not be above fastest, not {self.slowest} and {self.fastest}"
            )
        return self


def for_each(stack: int, x: Tensor, y: Tensor | None) -> tuple[Tensor, Tensor | None]:
    """Return each row of x and y once for each discriminator of a stack, in their order."""
    return x.repeat_interleave(stack, 0), None if y is None else y.repeat_interleave(stack, 0)


class FourierDiscriminators(nn.Module):
    """A stack of discriminators, each with waves and weights of its own.

    Args:
        stack: how many.
        inputs: numbers in x, and in y.
        hidden: widths, at least one: of the layer of products, then of layers of rectifiers.
        waves: what they see beside the inputs themselves.
        scale: (inputs,), divides the inputs; default: 1.

    Raises:
        InputError: if a size is below 1.
    """

    scale: Tensor
    waves: Tensor

    def __init__(
        self,
        stack: int,
        inputs: int,
        hidden: Sequence[int] = (64, 64),
        *,
        waves: Waves | None = None,
        scale: Tensor | None = None,
    ) -> None:
        super().__init__()
        if min(stack, inputs, len(hidden), *hidden) < 1:
            raise InputError(
                f"discriminators need sizes of at least 1 and a hidden layer: stack {stack}, "
                f"inputs {inputs}, hidden {tuple(hidden)}"
            )
        seen = waves or Waves()
        self.stack = stack
        self.register_buffer("scale", torch.ones(inputs) if scale is None else scale.float())
        # Evenly in the logarithm of the frequency: no scale is preferred.
        ratio = math.log(seen.fastest / seen.slowest)
        size = seen.slowest * torch.exp(ratio * torch.rand(stack, 1, seen.count))
        direction = F.normalize(torch.randn(stack, inputs, seen.count), dim=1)
        self.register_buffer("waves", size * direction)
        widths = [inputs + 2 * seen.count, *hidden, 1]
        shapes = [(a, b if i else 2 * b) for i, (a, b) in enumerate(pairwise(widths))]
        self.weights = nn.ParameterList(
            nn.Parameter(torch.randn(stack, a, b) * (2 / a) ** 0.5) for a, b in shapes
        )
        self.biases = nn.ParameterList(nn.Parameter(torch.zeros(stack, 1, b)) for _, b in shapes)
        with torch.no_grad():
            self.weights[-1].mul_(0.1)  # starts undecided

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Return logits, (n · stack,), for x, (n · stack, t, k), and y, (n · stack, ...) or None.

        Row i · stack + r is sample i as discriminator r is shown it.
        """
        z = x.flatten(1) if y is None else torch.cat([x.flatten(1), y.flatten(1)], dim=1)
        z = (z / self.scale).view(-1, self.stack, z.shape[1]).transpose(0, 1)
        phase = torch.bmm(z, self.waves.to(z.dtype))
        h = torch.cat([z, phase.cos(), phase.sin()], dim=2)
        u, v = torch.baddbmm(self.biases[0], h, self.weights[0]).chunk(2, dim=2)
        h = u * v
        for W, b in zip(self.weights[1:-1], self.biases[1:-1], strict=True):
            h = F.leaky_relu(torch.baddbmm(b, h, W), SLOPE)
        s = torch.baddbmm(self.biases[-1], h, self.weights[-1])
        return s.squeeze(2).T.reshape(-1)

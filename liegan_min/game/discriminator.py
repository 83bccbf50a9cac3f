"""The discriminator of LieGAN: does the pair (x, y) come from the data, or was it moved?"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from liegan_min.base.errors import InputError


def perceptron(
    widths: Sequence[int], activation: Callable[[], nn.Module] = nn.ReLU
) -> nn.Sequential:
    """Return linear layers of these widths, inputs and outputs too, and activations between."""
    layers: list[nn.Module] = []
    for a, b in itertools.pairwise(widths):
        layers += [nn.Linear(a, b), activation()]
    return nn.Sequential(*layers[:-1])


#: Slope of the leaky rectifiers for negative inputs, as published.
SLOPE = 0.2


class Discriminator(nn.Module):
    """A multilayer perceptron on (x, y) that returns logits: σ(s) is the probability of "real".

    Logits, not probabilities: the loss softplus(-s) keeps its gradient where log σ(s) has lost it.

    Args:
        inputs: numbers in x, and in y unless it is a label: t·k + s·k.
        hidden: widths; the published discriminator has (512, 512).
        classes: number of labels; 0 if y is not a label. Labels are embedded in 32 numbers.
        scale: (inputs,), divides the inputs; default: they are taken as they are, as published.

    Raises:
        InputError: if a size is below 1 or the scale does not fit.
    """

    scale: Tensor | None

    def __init__(
        self,
        inputs: int,
        hidden: Sequence[int] = (512, 512),
        *,
        classes: int = 0,
        scale: Tensor | None = None,
    ) -> None:
        super().__init__()
        if inputs < 1 or min(hidden, default=1) < 1 or classes < 0:
            raise InputError(
                f"discriminator sizes must be at least 1 (classes: 0): inputs {inputs}, "
                f"hidden {tuple(hidden)}, classes {classes}"
            )
        if scale is not None and (
            scale.shape != (inputs,) or not ((scale > 0) & scale.isfinite()).all()
        ):
            raise InputError(f"scale must hold {inputs} positive numbers")
        self.register_buffer("scale", None if scale is None else scale.float())
        self.embed = nn.Embedding(classes, 32) if classes else None
        widths = [inputs + (32 if classes else 0), *hidden, 1]
        self.net = perceptron(widths, lambda: nn.LeakyReLU(SLOPE, inplace=True))

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Return logits s, (b,), for x, (b, t, k), and y, (b, ...) or None."""
        z = x.flatten(1)
        if y is not None and self.embed is None:
            z = torch.cat([z, y.flatten(1)], dim=1)
        if self.scale is not None:
            z = z / self.scale
        if y is not None and self.embed is not None:
            z = torch.cat([z, self.embed(y.reshape(len(y)))], dim=1)
        logits: Tensor = self.net(z)
        return logits.squeeze(1)

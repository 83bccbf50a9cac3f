"""The plain multilayer perceptron that critics and predictors are made of."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from torch import Tensor, nn


def perceptron(widths: Sequence[int], bend: Callable[[], nn.Module] = nn.ReLU) -> nn.Sequential:
    """Return linear layers of these widths, inputs and outputs among them, with bends between."""
    layers: list[nn.Module] = []
    for a, b in itertools.pairwise(widths):
        layers += [nn.Linear(a, b), bend()]
    return nn.Sequential(*layers[:-1])


class MLP(nn.Module):
    """Maps x, (b, t, k), to y, (b, s, k), and knows no symmetry.

    Args:
        inputs: t.
        outputs: s.
        k: dimension of the vectors.
        hidden: widths.
        bend: what stands between the linear layers.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        k: int,
        hidden: Sequence[int] = (32, 32, 32),
        bend: Callable[[], nn.Module] = nn.ReLU,
    ) -> None:
        super().__init__()
        self.k = k
        self.net = perceptron((inputs * k, *hidden, outputs * k), bend)

    def forward(self, x: Tensor) -> Tensor:
        """Map x, (b, t, k), to y, (b, s, k)."""
        y: Tensor = self.net(x.flatten(1)).unflatten(1, (-1, self.k))
        return y

"""The perceptron that predicts orbits and knows no symmetry."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor, nn

from liegan_min.game.discriminator import perceptron


class MLP(nn.Module):
    """Maps x, (b, t, k), to y, (b, s, k), and knows no symmetry.

    Args:
        inputs: t.
        outputs: s.
        k: dimension of the vectors.
        hidden: widths.
        activation: what stands between the linear layers.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        k: int,
        hidden: Sequence[int] = (32, 32, 32),
        activation: Callable[[], nn.Module] = nn.ReLU,
    ) -> None:
        super().__init__()
        self.k = k
        self.net = perceptron((inputs * k, *hidden, outputs * k), activation)

    def forward(self, x: Tensor) -> Tensor:
        """Map x, (b, t, k), to y, (b, s, k)."""
        y: Tensor = self.net(x.flatten(1)).unflatten(1, (-1, self.k))
        return y

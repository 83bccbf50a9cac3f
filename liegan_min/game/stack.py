"""Many games in one stack: a generator and a discriminator for each, and one step for all of them.

They share the batches and nothing else: the loss is a mean over rows, and each row is seen by one
discriminator and moved by one L, so a gradient of all is the gradients of each; and Adam, which
works on each number by itself, does not notice the common factor 1/stack.
"""

from __future__ import annotations

from typing import Self

import torch
from pydantic import model_validator
from torch import Tensor, nn
from torch.nn import functional as F

from liegan_min.algebra import expm
from liegan_min.base.errors import InputError
from liegan_min.game.config import GameConfig
from liegan_min.game.fourier import FourierDiscriminators, Waves, for_each
from liegan_min.game.game import Game, Played
from liegan_min.game.generator import LieGenerator


class StackConfig(GameConfig):
    """Settings of a stack of games; `channels` is their number.

    Raises:
        InputError: through `StackConfig.of`, if a term is asked for that would tie the games
            together; pydantic's error when built directly.
    """

    waves: Waves = Waves()
    cosine: float = 0.0
    correlation: float = 0.0

    @model_validator(mode="after")
    def _apart(self) -> Self:
        rules = (self.strength, self.stop_angle, self.stop_ratio)
        if self.cosine or self.correlation or self.norm or any(r is not None for r in rules):
            raise ValueError(
                "cosine, correlation, norm, strength and the stop rules are not for a stack of "
                "games, which share nothing; leave them out"
            )
        return self


class StackedGenerator(LieGenerator):
    """One L for each game: row i · c + r of what it moves is moved by exp(w L_r)."""

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """Draw group elements g, (n, k, k), n a multiple of the number of games."""
        c = self.coefficients.channels
        w = self.coefficients.sample(n // c, rng)
        return expm.exp((w[..., None, None] * self.L).flatten(0, 1))


class StackedGame(Game):
    """The rules: a batch is shown to every game; its basis is the stack of what they have found.

    Raises:
        InputError: if y is a label, which the discriminators' waves cannot carry.
    """

    config: StackConfig
    player = StackedGenerator

    def make_discriminator(
        self, inputs: int, outputs: int, classes: int, scale: Tensor | None
    ) -> nn.Module:
        """Return the stack of players that judge it."""
        if classes:
            raise InputError("y is a label; restarts play on vectors and numbers: leave y out")
        c = self.config
        return FourierDiscriminators(c.channels, inputs, c.hidden, waves=c.waves, scale=scale)

    def step(self, x: Tensor, y: Tensor | None) -> Played:
        """Play one step of all games on a batch: x, (b, t, k), and y."""
        return super().step(*for_each(self.config.channels, x, y))

    @torch.no_grad()
    def losses(self, x: Tensor, y: Tensor | None) -> Tensor:
        """Return each discriminator's loss, (c,), on pairs: log 2 for one without an idea."""
        x, y = for_each(self.config.channels, x, y)
        z, left = self.generator.join(x, y)
        real = self.discriminator(z, left)
        moved = self.discriminator(self.generator.move(z, torch.Generator().manual_seed(0)), left)
        both = (F.softplus(-real) + F.softplus(moved)) / 2
        return both.view(-1, self.config.channels).mean(0)

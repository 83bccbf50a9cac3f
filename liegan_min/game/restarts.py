"""The game from many starts at once: one generator and one critic for each, all in one stack.

Where the landscape is flat but for narrow basins, what decides is where a game starts. So many are
played side by side. They share the batches and nothing else: the loss is a mean over rows, and each
row is seen by one critic and moved by one L, so a gradient of all is the gradients of each; and
Adam, which works on each number by itself, does not notice the common factor 1/stack.

The search space is what the second moments leave. A g that keeps the law of x keeps Σ = E x xᵀ: so
Σ^{-1/2} g Σ^{1/2} is orthogonal, and L = log g lies in Σ^{1/2} so(k) Σ^{-1/2}.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple, Self

import torch
from pydantic import model_validator
from torch import Tensor, nn
from torch.nn import functional as F

from liegan_min.algebra import expm, groups, linalg
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.errors import InputError
from liegan_min.game import loop
from liegan_min.game.config import GameConfig
from liegan_min.game.discovery import set_up
from liegan_min.game.fourier import FourierCritics, Waves, for_each
from liegan_min.game.game import Game, Played
from liegan_min.game.generator import LieGenerator
from liegan_min.game.pairs import Pairs


class RestartsConfig(GameConfig):
    """Settings of a stack of games; `channels` is their number.

    Raises:
        InputError: through `RestartsConfig.of`, if a term is asked for that would tie the games
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


class Restarts(Game):
    """The rules: a batch is shown to every game; its basis is the stack of what they have found.

    Raises:
        InputError: if y is a label, which the critics' waves cannot carry.
    """

    config: RestartsConfig
    player = StackedGenerator

    def make_critic(
        self, inputs: int, outputs: int, classes: int, scale: Tensor | None
    ) -> nn.Module:
        """Return the stack of players that judge it."""
        if classes:
            raise InputError("y is a label; restarts play on vectors and numbers: leave y out")
        c = self.config
        return FourierCritics(c.channels, inputs, c.hidden, waves=c.waves, scale=scale)

    def step(self, x: Tensor, y: Tensor | None) -> Played:
        """Play one step of all games on a batch: x, (b, t, k), and y."""
        return super().step(*for_each(self.config.channels, x, y))

    @torch.no_grad()
    def losses(self, x: Tensor, y: Tensor | None) -> Tensor:
        """Return each critic's loss, (c,), on pairs: log 2 is what a critic without an idea has."""
        x, y = for_each(self.config.channels, x, y)
        z, left = self.generator.join(x, y)
        real = self.critic(z, left)
        moved = self.critic(self.generator.move(z, torch.Generator().manual_seed(0)), left)
        both = (F.softplus(-real) + F.softplus(moved)) / 2
        return both.view(-1, self.config.channels).mean(0)


def second_moments(x: Tensor) -> Tensor:
    """Estimate Σ = E x xᵀ, (k, k), float64, from vectors x, (n, t, k), with shrinkage.

    The sample's own moments have an error that looks like anisotropy. They are drawn towards a
    multiple of 1 by as much as that error explains of what they differ from it (Ledoit and Wolf
    2004, "A well-conditioned estimator for large-dimensional covariance matrices").
    """
    flat = x.detach().cpu().double().flatten(0, 1)
    n, k = flat.shape
    S = flat.mT @ flat / n
    round_one = S.trace() / k * torch.eye(k, dtype=torch.float64)
    differs = (S - round_one).square().sum()
    error = (flat.square().sum(1).square().mean() - S.square().sum()) / n
    shrink = (error / differs).clamp(max=1.0) if differs > 0 else torch.ones(())
    return shrink * round_one + (1 - shrink) * S


def kept_by_moments(x: Tensor) -> LieAlgebra:
    """Return Σ^{1/2} so(k) Σ^{-1/2}: all that keeps the second moments of x, (n, t, k).

    Raises:
        InputError: if x does not fill R^k.
    """
    k = x.shape[-1]
    rank = linalg.support(x).shape[1]
    if rank < k:
        raise InputError(
            f"x fills {rank} of its {k} dimensions; drop the directions in which it is 0"
        )
    values, vectors = torch.linalg.eigh(second_moments(x))
    root = vectors * values.sqrt() @ vectors.mT
    return groups.conjugate(groups.so(k), root)


class Search(NamedTuple):
    """What a stack of games ended with.

    Attributes:
        bases: (epochs, c, k, k), their matrices after each epoch.
        losses: (c,), their critics' losses on samples that neither player saw.
        seconds: wall time, over all the sittings of a resumed run.
    """

    bases: Tensor
    losses: Tensor
    seconds: float

    @property
    def L(self) -> Tensor:  # noqa: N802 - the paper's symbol
        """The matrices at the end, (c, k, k), float64."""
        return self.bases[-1].double()


def search(
    pairs: Pairs,
    config: RestartsConfig,
    *,
    starts: Tensor | None = None,
    seed: int = 0,
    device: str | torch.device = "auto",
    held_out: float = 0.05,
    checkpoint: Path | None = None,
    progress: bool | None = None,
) -> Search:
    """Play from many starts.

    Args:
        pairs: the samples; y may be vectors or numbers.
        config: the settings.
        starts: (c, k, k), one for each game; default: random turns, as wide as `init_scale` says.
        seed: of every draw.
        device: "auto", or a torch device.
        held_out: fraction of the samples that only `Search.losses` is measured on.
        checkpoint: see `loop.play`.
        progress: see `loop.play`.

    Raises:
        InputError: if no samples are held out, or the starts are too many or few; see also
            `discovery.set_up` and `kept_by_moments`.
        DamagedFileError: if the checkpoint is damaged.
    """
    if not held_out:
        raise InputError(
            "held_out must be above 0: the games' losses are measured on those samples"
        )
    within = kept_by_moments(pairs.x)
    start = set_up(
        pairs,
        config,
        rules=Restarts,
        within=within,
        seed=seed,
        device=device,
        held_out=held_out,
    )
    game, key = start.game, start.key
    assert isinstance(game, Restarts)  # noqa: S101 - those are the rules
    if starts is not None:
        if starts.shape != game.generator.free.shape:
            raise InputError(
                f"starts must be {tuple(game.generator.free.shape)}, one for each of the "
                f"{config.channels} games, not {tuple(starts.shape)}"
            )
        game.generator.free.data.copy_(starts)
        key += f" from {starts.double().flatten().tolist()}"
    course = loop.play(game, start.train, key, checkpoint=checkpoint, progress=progress)
    held = start.held
    return Search(course.bases, game.losses(held.x, held.y).double().cpu(), course.seconds)


def moves(L: Tensor, least: float = 0.2) -> Tensor:
    """Say of each L, (c, k, k), whether |exp(L) - 1|_F / √2 is at least so much.

    A game may end at the identity, which no critic tells from the data.
    """
    change: Tensor = torch.linalg.matrix_exp(L) - torch.eye(L.shape[-1], dtype=L.dtype)
    far: Tensor = torch.linalg.vector_norm(change, dim=(1, 2)) >= least * math.sqrt(2)
    return far

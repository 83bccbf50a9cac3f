"""Augerino: how far to go along given generators (Benton, Finzi, Izmailov and Wilson 2020).

"Learning invariances in neural networks" (arXiv:2010.11882) is told the group, here a Lie algebra
with basis L, (c, k, k), and learns how much of it a task bears. The data is moved by

    g = exp(Σ_i w_i L_i),   w_i ~ U(-r_i, r_i),

and a predictor f and the ranges r descend one loss,

    E loss(f(gx), y) - λ |r|.

A prediction that g should not change (a label, a number) bears all g that f can see through. The
second term asks for as wide ranges as that allows: without it r = 0 would be as good. A vector y
turns with x, and then g⁻¹ f(gx) is compared with it. No one asks whether gx looks like the data,
so there is no discriminator.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn
from torch.nn import functional as F

from liegan_min.algebra import expm
from liegan_min.algebra.lie_algebra import LieAlgebra, act
from liegan_min.base import files
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.base.seeding import seeded
from liegan_min.base.settings import Settings
from liegan_min.base.training import check_batch, descend
from liegan_min.game.discriminator import perceptron
from liegan_min.game.pairs import Pairs


class AugerinoConfig(Settings):
    """Settings of Augerino.

    λ is a price: it buys range as long as the loss, in nats or squares of y, grows by less for each
    unit of range. Labels that turns of r* keep apart cost nothing up to r*, so that r stops there
    for a whole interval of λ.
    """

    reward: float = Field(0.1, ge=0, description="λ: what a unit of range is worth, in loss")
    cap: float = Field(
        4.0, gt=0, description="range that none can pass; from π on all turns are seen"
    )
    start: float = Field(0.1, gt=0, description="range of each coefficient at the start")
    hidden: tuple[int, ...] = Field((64, 64), description="widths of the predictor")
    batch: int = Field(256, ge=1)
    steps: int = Field(3000, ge=1)
    lr: float = Field(1e-2, gt=0, description="learning rate of the predictor")
    lr_range: float = Field(
        1e-2, gt=0, description="learning rate of log r/(cap - r): for small r that of log r"
    )

    @model_validator(mode="after")
    def _room(self) -> AugerinoConfig:
        if self.start >= self.cap:
            raise ValueError(f"start must be below cap, not {self.start} and {self.cap}")
        return self


@dataclass(frozen=True)
class Ranges:
    """What Augerino learned.

    Attributes:
        algebra: the generators that were given.
        r: (c,), the range of each coefficient, float64.
        history: (steps, 1 + c), the predictor's loss and the ranges at each step.
        seconds: wall time, over all the sittings of a resumed run.
    """

    algebra: LieAlgebra
    r: Tensor
    history: Tensor
    seconds: float
    seed: int
    config: AugerinoConfig

    def draw(self, n: int, seed: int = 0) -> Tensor:
        """Draw group elements g, (n, k, k), float64, evenly in the ranges."""
        rng = torch.Generator().manual_seed(seed)
        u = torch.rand(n, len(self.r), generator=rng, dtype=torch.float64)
        return self.algebra.exp((2 * u - 1) * self.r)


class _Player(nn.Module):
    """The predictor f and the ranges: all that is learned."""

    L: Tensor

    def __init__(
        self, pairs: Pairs, algebra: LieAlgebra, config: AugerinoConfig, seed: int
    ) -> None:
        super().__init__()
        self.y_kind, self.config = pairs.y_kind, config
        with seeded(seed):
            self.f = perceptron((pairs.x[0].numel(), *config.hidden, pairs.outputs))
        start = torch.full((algebra.dim,), config.start / config.cap)
        self.ranges = nn.Parameter(start.logit())
        self.register_buffer("L", algebra.basis.float())

    @property
    def r(self) -> Tensor:
        """The ranges, (c,), above 0 and below the cap.

        Where nothing holds a range back it would grow without end; the published code stops its
        reward at 10.
        """
        return self.config.cap * self.ranges.sigmoid()

    def loss(self, x: Tensor, y: Tensor, rng: torch.Generator) -> Tensor:
        """Return the error, (), of what f makes of moved x, (b, t, k)."""
        u = torch.rand(len(x), len(self.L), generator=rng).to(x)
        A = torch.einsum("bc,cij->bij", (2 * u - 1) * self.r, self.L)
        predicted = self.f(act(expm.exp(A), x).flatten(1))
        if self.y_kind == "label":
            return F.cross_entropy(predicted, y)
        if self.y_kind == "vector":
            predicted = act(expm.exp(-A), predicted.view_as(y))
        return F.mse_loss(predicted, y)


def augerino(
    pairs: Pairs,
    algebra: LieAlgebra,
    config: AugerinoConfig | None = None,
    *,
    options: RunOptions | None = None,
) -> Ranges:
    """Learn how far along each generator a task lets its inputs be moved.

    Args:
        pairs: the samples; see `as_pairs`. x should be of unit size, as it enters f as it is.
        algebra: the generators, (c, k, k).
        config: the settings.
        options: seed, device, checkpoint and progress.

    Raises:
        InputError: if there is no y, the algebra acts on another space, there are fewer samples
            than a batch, the descent diverges, or the checkpoint is another run's.
        DamagedFileError: if the checkpoint is damaged.
    """
    config, options = config or AugerinoConfig(), options or RunOptions()
    seed, where = options.seed, options.where
    if pairs.y is None:
        raise InputError("Augerino learns from predicting y, and there is none; give y")
    if algebra.k != pairs.x.shape[-1]:
        raise InputError(
            f"the algebra acts on R^{algebra.k} and x lives in R^{pairs.x.shape[-1]}; "
            "give generators of the size of x"
        )
    check_batch(len(pairs.x), config.batch)
    told = files.digest({"x": pairs.x, "y": pairs.y, "L": algebra.basis})
    key = f"Augerino {config.digest()} {seed} {pairs.y_kind} {told}"
    x, y = pairs.x.to(where), pairs.y.to(where)
    rng = torch.Generator().manual_seed(seed)
    player = _Player(pairs, algebra, config, seed).to(where)

    def look() -> tuple[Tensor, Tensor]:
        rows = torch.randint(len(x), (config.batch,), generator=rng).to(where)
        loss = player.loss(x[rows], y[rows], rng)
        return loss - config.reward * player.r.norm(), torch.cat([loss[None], player.r])

    optimiser = torch.optim.Adam(
        [
            {"params": list(player.f.parameters()), "lr": config.lr},
            {"params": [player.ranges], "lr": config.lr_range},
        ]
    )
    history, seconds = descend(optimiser, look, config.steps, key, rng=rng, options=options)
    return Ranges(algebra, player.r.detach().double().cpu(), history, seconds, seed, config)

"""The adversarial game: two players, one step at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn

from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.checkpoint import Resumable
from liegan_min.base.seeding import seeded
from liegan_min.base.training import set_rates
from liegan_min.game import losses
from liegan_min.game.config import GameConfig
from liegan_min.game.discriminator import Discriminator
from liegan_min.game.generator import LieGenerator, YKind

#: The columns of the history, one row per epoch.
TERMS = ("discriminator", "generator", "cosine")


class Played(NamedTuple):
    """What a step, or an epoch of them, leaves to look at: logits, (n,), and cosine terms, (m,)."""

    real: Tensor
    moved: Tensor
    cosine: Tensor

    def terms(self) -> Tensor:
        """Return the mean of each of TERMS, (len(TERMS),)."""
        tell = losses.discriminator_loss(self.real, self.moved)
        return torch.stack([tell, losses.generator_loss(self.moved), self.cosine.mean()])

    @classmethod
    def together(cls, steps: list[Played]) -> Played:
        """Put the steps of an epoch end to end."""
        real, moved, cosine = zip(*steps, strict=True)
        return cls(torch.cat(real), torch.cat(moved), torch.stack(cosine))


class Game(Resumable):
    """The state of a game between a generator and a discriminator, and the rule of one step.

    Each step both players move from the same position: the generator's gradient is taken against
    the discriminator as it stands, and the discriminator's on data that the old generator moved.
    That is the published order; `losses.judge` gives both gradients in one pass.

    Args:
        config: the settings.
        k: dimension of the vectors.
        inputs: numbers that the discriminator sees.
        outputs: numbers that y holds, or labels that it may be: for rules with a predictor.
        y_kind: how y answers to g.
        mask: (k, k), the search space of L.
        within: an algebra whose span L is looked for in.
        classes: number of labels, if y is one.
        scale: (inputs,), the spread of the discriminator's inputs, if it is to divide by it.
        seed: of the start, the batches, and the coefficients.
        device: where the tensors live.
    """

    keeps: ClassVar[tuple[str, ...]] = (
        "rng",
        "average",
        "generator",
        "discriminator",
        "optimiser",
        "steps",
        "epochs",
    )

    #: The class of the player that moves the data.
    player: type[LieGenerator] = LieGenerator

    def __init__(
        self,
        config: GameConfig,
        k: int,
        inputs: int,
        *,
        outputs: int = 0,
        y_kind: YKind = "vector",
        mask: Tensor | None = None,
        within: LieAlgebra | None = None,
        classes: int = 0,
        scale: Tensor | None = None,
        seed: int = 0,
        device: torch.device | None = None,
    ) -> None:
        self.config = config
        self.within = within
        self.device = device or torch.device("cpu")
        self.rng = torch.Generator().manual_seed(seed)
        self.generator = self.make_generator(k, mask, y_kind).to(self.device)
        with seeded(seed):
            self.discriminator = self.make_discriminator(inputs, outputs, classes, scale).to(
                self.device
            )
        betas = config.beta1_generator, 0.999
        self.generator_params = [p for p in self.generator.parameters() if p.requires_grad]
        self.discriminator_params = list(self.discriminator.parameters())
        players = [
            {"params": self.generator_params, "lr": config.lr_generator, "betas": betas},
            {"params": self.discriminator_params, "lr": config.lr_discriminator},
        ]
        self.optimiser = torch.optim.Adam(players, fused=True)
        self.steps = self.epochs = 0
        self.average = torch.zeros_like(self.generator.free)

    def make_generator(self, k: int, mask: Tensor | None, y_kind: YKind) -> LieGenerator:
        """Return the player that moves the data."""
        return self.player(
            k,
            self.config.distribution(),
            mask=mask,
            init_scale=self.config.init_scale,
            strength=self.config.strength,
            y_kind=y_kind,
            rng=self.rng,
            within=self.within,
        )

    def make_discriminator(
        self, inputs: int, outputs: int, classes: int, scale: Tensor | None
    ) -> nn.Module:
        """Return the player that judges it."""
        return Discriminator(inputs, self.config.hidden, classes=classes, scale=scale)

    def penalties(self) -> list[Tensor]:
        """Return the weighted terms that are functions of L alone, each ()."""
        c, L = self.config, self.generator.L
        terms = []
        if c.channels > 1 and c.correlation:
            terms.append(c.correlation * losses.correlation(L))
        if c.norm:
            terms.append(c.norm * losses.norm(L))
        return terms

    def cosine_pull(self, gx: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the cosine term, (), and its gradient with respect to gx, (b, t, k)."""
        return losses.cosine_pull(gx, x)

    def distributions(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return what is moved, and what it is compared with, (b, t, k) each: both are x.

        A game between two laws has two of them (`liegan_book.baselines.carried`).
        """
        return x, x

    def discriminator_advantage(self, x: Tensor, y: Tensor | None) -> float | None:
        """Return P("real" | real) - P("real" | moved) of the discriminator on pairs not trained on.

        0: it cannot tell moved data from real. 1: it always can; the basis is not a symmetry. None
        if there are no pairs.
        """
        if not len(x):
            return None
        x, seen = self.distributions(x)
        with torch.no_grad():
            gx, gy = self.generator(x, y, torch.Generator().manual_seed(0))
            real, moved = self.discriminator(seen, y), self.discriminator(gx, gy)
        return float((real > 0).float().mean() - (moved > 0).float().mean())

    def step(self, x: Tensor, y: Tensor | None) -> Played:
        """Play one step on a batch: x, (b, t, k), and y."""
        c = self.config
        x, seen = self.distributions(x)
        t = x.shape[1]
        z, left = self.generator.join(x, y)
        real = z if seen is x else self.generator.join(seen, y)[0]
        gz = self.generator.move(z, self.rng)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=c.amp):
            verdict = losses.judge(self.discriminator, real, gz, left, c.reject)
        with torch.no_grad():
            same, away = self.cosine_pull(gz[:, :t], x)
            verdict.pull[:, :t].add_(away, alpha=c.cosine)
        terms = self.penalties()
        pulls = [verdict.pull, *(torch.ones_like(term) for term in terms)]
        grads = torch.autograd.grad([gz, *terms], self.generator_params, pulls)
        self.update(grads, verdict.discriminator_grads)
        return Played(verdict.real, verdict.moved, same)

    def update(self, moving: Sequence[Tensor], judging: Sequence[Tensor]) -> None:
        """Let both players take their step along these gradients."""
        for parameters, grads in (
            (self.generator_params, moving),
            (self.discriminator_params, judging),
        ):
            for parameter, grad in zip(parameters, grads, strict=True):
                parameter.grad = grad
        self.optimiser.step()
        self.steps += 1
        self.average.lerp_(self.generator.free.detach(), 1 - self.config.ema)

    def set_rates(self) -> None:
        """Set the learning rates of the epoch that begins."""
        c = self.config
        remaining = 1 - self.epochs / c.epochs if c.anneal else 1.0
        set_rates(self.optimiser, (c.lr_generator, c.lr_discriminator), remaining)

    def epoch(self, x: Tensor, y: Tensor | None) -> Tensor:
        """Play through an epoch of the data, in a new order. Returns the mean of the terms."""
        order = torch.randperm(len(x), generator=self.rng)[: self.config.epoch_size].to(x.device)
        c = self.config
        self.set_rates()
        # In a last batch of less than half, single points would steer: leave it for next time.
        last = len(order) % c.batch
        used = len(order) if 2 * last >= c.batch else len(order) - last
        xs = torch.split(x[order[:used]], c.batch)
        ys = [None] * len(xs) if y is None else torch.split(y[order[:used]], c.batch)
        played = [self.step(bx, by) for bx, by in zip(xs, ys, strict=True)]
        self.epochs += 1
        return type(played[0]).together(played).terms()

    @property
    def L(self) -> Tensor:  # noqa: N802 - the paper's symbol
        """The averaged basis, (c, k, k), free of the zeros that the average started from."""
        weight = 1 - self.config.ema ** max(self.steps, 1)
        return self.generator.basis(self.average / weight).detach()

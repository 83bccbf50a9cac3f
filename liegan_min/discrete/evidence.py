"""Does a set of rotations keep a law? One discriminator, and an e-value for each set asked for.

The discriminator is a LieGAN discriminator whose generator is as wide as can be: it tells the data
from the data turned by any angle about an axis. At its best its logit is

    T(z) = log p(z) / p̄(z),   z = (x, y),

with p̄ the mean of p over all turns. A turn g leaves p̄ as it is, so T(z) - T(g⁻¹ z) is the log of
p(z) / p(g⁻¹ z), and with it the best answer to "was z moved by g?", for every g, from one
discriminator.

It is trained on most of the samples. For each of the others a coin is tossed: heads, it is
moved by a g drawn from the set. The discriminator bets on the coin at fair odds and stakes what it
holds. What it ends with is the e-value:

    e = Π_i 2 p_i,   p_i the probability that it gave to what the coin said.

If the set keeps the law, what is shown says nothing of the coin: then each factor has mean 1,
whatever the discriminator is, and so has e. By Markov's inequality e ≥ 1/α has probability α at
most, for any number of samples and any discriminator; and a mean of several such e is one, too
(Vovk and Wang 2021, "E-values"). So the mean over several tempers, T/8 to T, needs no rule for how
far to trust T.

An axis that was found is off by a degree, and a sharp discriminator sees that. So all that it is
shown is blurred: turned by a few degrees, at random. The blur of a law that g keeps is kept by g,
as it prefers no direction; the e-values stay exact, and ask about symmetry up to the blur.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from pydantic import Field
from torch import Tensor
from torch.nn import functional as F

from liegan_min.algebra import expm
from liegan_min.algebra.lie_algebra import act
from liegan_min.algebra.moments import kept_by_moments
from liegan_min.algebra.one_parameter import one_parameter
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.base.seeding import seeded
from liegan_min.base.settings import Settings
from liegan_min.base.training import check_batch, descend
from liegan_min.game.fourier import FourierDiscriminators, Waves, for_each
from liegan_min.game.generator import join
from liegan_min.game.losses import discriminator_loss
from liegan_min.game.pairs import Pairs

#: How far the discriminator is trusted: the e-value is a mean over these.
TEMPERS = (0.125, 0.25, 0.5, 1.0)


class EvidenceConfig(Settings):
    """Settings of the discriminator that the e-values rest on."""

    stack: int = Field(4, ge=1, description="number of discriminators; T is their mean")
    hidden: tuple[int, ...] = (64, 64)
    waves: Waves = Waves()
    batch: int = Field(128, ge=2)
    epochs: int = Field(20, ge=1)
    blur: float = Field(
        0.015, ge=0, description="radians by which all is turned at random, so that no tilt shows"
    )
    held_out: int = Field(
        4000, ge=1, description="samples that e-values are taken on, half of all at most"
    )
    lr: float = Field(5e-3, gt=0, description="learning rate; falls to 0 as the square of the rest")


def set_apart(pairs: Pairs, held_out: int, rng: torch.Generator) -> tuple[Pairs, Pairs]:
    """Split the samples into those to learn from and those held out, at most half of them."""
    order = torch.randperm(len(pairs.x), generator=rng)
    kept = min(held_out, len(order) // 2)
    return pairs.take(order[kept:]), pairs.take(order[:kept])


def _joined(some: Pairs) -> tuple[Tensor, Tensor | None]:
    return join(some.x, some.y, some.y_kind)


@dataclass
class Evidence:
    """A trained discriminator, and the samples that it has not seen.

    Attributes:
        discriminator: a stack of discriminators; T is the mean of their logits.
        held: samples that e-values are taken on.
        axis: (k, k), the direction of the rotations; exp(2π axis) = 1.
        near: (c, k, k), the directions that a blur moves along.
        blur: standard deviation of its coefficients, in radians.
        rng: source of the blur, of the coins, and of which element is drawn.
    """

    discriminator: FourierDiscriminators
    held: Pairs
    axis: Tensor
    near: Tensor
    blur: float
    rng: torch.Generator

    def blurred(self, z: Tensor) -> Tensor:
        """Rotate each sample, (n, t, k), by an angle of its own that is small and random."""
        w = self.blur * torch.randn(len(z), len(self.near), generator=self.rng).to(z)
        return act(expm.exp((w @ self.near.flatten(1)).view(-1, *self.near.shape[1:])), z)

    def logits(self, z: Tensor, y: Tensor | None) -> Tensor:
        """Return the logits of each discriminator, (n, stack)."""
        logits: Tensor = self.discriminator(*for_each(self.discriminator.stack, z, y))
        return logits.view(-1, self.discriminator.stack)

    @torch.no_grad()
    def T(self, z: Tensor, y: Tensor | None) -> Tensor:  # noqa: N802 - the symbol above
        """Return T(z), (n,), float64; y is what g leaves, as numbers, or None."""
        return self.logits(z, y).double().mean(1)

    def log_e_value(self, g: Tensor) -> float:
        """Return log e: the evidence against a set of matrices, (m, k, k), keeping the law.

        Raises:
            InputError: if these are no matrices of the size of x.
        """
        k = self.held.x.shape[-1]
        if g.ndim != 3 or not len(g) or g.shape[1:] != (k, k):
            raise InputError(f"g must be matrices, (m, {k}, {k}), m >= 1, not {tuple(g.shape)}")
        z, y = _joined(self.held)
        g = g.float().to(z.device)
        n = len(z)
        coin = (torch.rand(n, generator=self.rng) < 0.5).to(z.device)
        which = torch.randint(len(g), (n,), generator=self.rng).to(z.device)
        z = self.blurred(torch.where(coin[:, None, None], act(g[which], z), z))
        back = torch.stack([self.T(z @ h.mT, y) for h in torch.linalg.inv(g)])
        T = self.T(z, y)
        logs = []
        for temper in TEMPERS:
            s = temper * T - (torch.logsumexp(temper * back, dim=0) - math.log(len(g)))
            logs.append((math.log(2) - F.softplus(torch.where(coin, s, -s))).sum())
        return float(torch.logsumexp(torch.stack(logs), dim=0) - math.log(len(logs)))


def fit_evidence(
    pairs: Pairs,
    axis: Tensor,
    config: EvidenceConfig | None = None,
    *,
    held: Pairs | None = None,
    options: RunOptions | None = None,
) -> Evidence:
    """Train a discriminator to tell the data from the data rotated by any angle about an axis.

    Args:
        pairs: the samples; y may be vectors, which g moves, or numbers, which it leaves.
        axis: (k, k), the direction of the rotations; exp(2π axis) = 1.
        config: the settings.
        held: samples that neither the discriminator nor what is asked about has seen; default: some
            of the pairs are set apart for it.
        options: seed and device; it takes seconds, so there is no checkpoint.

    Raises:
        InputError: if the axis does not fit or does not close, y is a label, or there are fewer
            samples than two batches, with `held` one.
    """
    c, options = config or EvidenceConfig(), options or RunOptions()
    k, seed, device = pairs.x.shape[-1], options.seed, options.where
    if axis.shape != (k, k):
        raise InputError(f"axis must be ({k}, {k}), as x is of R^{k}, not {tuple(axis.shape)}")
    full = torch.linalg.matrix_exp(2 * math.pi * axis.double())
    closes = torch.allclose(full, torch.eye(k, dtype=torch.float64), atol=1e-3)
    if not closes or not axis.any():
        raise InputError("axis must close at 2π: exp(2π axis) = 1, so that all its turns are g")
    if pairs.y is not None and pairs.y_kind == "label":
        raise InputError("y is a label; e-values are for vectors and numbers: leave y out")
    if held is None and len(pairs.x) < 2 * c.batch:
        raise InputError(
            f"{len(pairs.x)} samples are fewer than two batches of {c.batch}, one to learn from "
            "and one to hold out; bring more data or lower batch"
        )
    check_batch(len(pairs.x), c.batch)
    rng = torch.Generator().manual_seed(seed)
    if held is None:
        pairs, held = set_apart(pairs, c.held_out, rng)
    with seeded(seed):
        discriminator = FourierDiscriminators(
            c.stack, pairs.inputs, c.hidden, waves=c.waves, scale=pairs.rms()
        ).to(device)
    near = kept_by_moments(pairs.x).basis.float().to(device)
    evidence = Evidence(discriminator, held.to(device), axis.float().to(device), near, c.blur, rng)
    train, batches = pairs.to(device), len(pairs.x) // c.batch
    places: list[Tensor] = []

    def look() -> tuple[Tensor, Tensor]:
        if not places:
            shuffled = torch.randperm(len(train.x), generator=rng).to(device)
            places.extend(torch.split(shuffled, c.batch)[:batches])
        z, y = _joined(train.take(places.pop(0)))
        angle = 2 * math.pi * torch.rand(len(z), generator=rng)
        rotated = evidence.blurred(act(one_parameter(angle.to(device), evidence.axis), z))
        z = evidence.blurred(z)
        both = evidence.logits(torch.cat([z, rotated]), None if y is None else torch.cat([y, y]))
        loss = 2 * discriminator_loss(both[: len(z)], both[len(z) :])
        return loss, loss

    optimiser = torch.optim.Adam(discriminator.parameters(), lr=c.lr, fused=True)
    hidden = RunOptions(progress=False)  # seconds: neither a bar nor a checkpoint
    descend(optimiser, look, c.epochs * batches, "", rng=rng, options=hidden)
    return evidence

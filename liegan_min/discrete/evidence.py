"""Does a set of turns keep a law? One critic, and a bet for each set that is asked for.

The critic is a LieGAN critic whose generator is as wide as can be: it tells the data from the data
turned by any angle about an axis. At its best its logit is

    T(z) = log p(z) / p̄(z),   z = (x, y),

with p̄ the mean of p over all turns. A turn g leaves p̄ as it is, so T(z) - T(g⁻¹ z) is the log of
p(z) / p(g⁻¹ z), and with it the best answer to "was z moved by g?", for every g, from one critic.

It is trained on most of the samples. For each of the others a coin is tossed: heads, it is
moved by a g drawn from the set. The critic bets on the coin at fair odds and stakes what it holds:

    e = Π_i 2 p_i,   p_i the probability that it gave to what the coin said.

If the set keeps the law, what is shown says nothing of the coin: then each factor has mean 1,
whatever the critic is, and so has e. By Markov's inequality e ≥ 1/α has probability α at most, for
any number of samples and any critic; and a mean of several such e is one, too (Vovk and Wang 2021,
"E-values"). So the mean over several tempers, T/8 to T, needs no rule for how far to trust T.

An axis that was found is off by a degree, and a sharp critic sees that. So all that the critic is
shown is blurred: turned by a few degrees, at random. The blur of a law that g keeps is kept by g,
as it prefers no direction; the bets stay exact, and ask about symmetry up to the blur.
"""

from __future__ import annotations

import math

import torch
from pydantic import Field
from torch import Tensor
from torch.nn import functional as F

from liegan_min.algebra import expm
from liegan_min.algebra.lie_algebra import act
from liegan_min.algebra.one_parameter import one_parameter
from liegan_min.base.errors import InputError
from liegan_min.base.seeding import seeded
from liegan_min.base.settings import Settings, pick_device
from liegan_min.game.fourier import FourierCritics, Waves, for_each
from liegan_min.game.generator import join
from liegan_min.game.pairs import Pairs
from liegan_min.game.restarts import kept_by_moments

#: How far the critic is trusted: bets are shared out between these.
TEMPERS = (0.125, 0.25, 0.5, 1.0)


class EvidenceConfig(Settings):
    """Settings of the critic that bets.

    Raises:
        InputError: through `EvidenceConfig.of`, naming the field; pydantic's error when built
            directly.
    """

    stack: int = Field(4, ge=1, description="number of critics; T is their mean")
    hidden: tuple[int, ...] = (64, 64)
    waves: Waves = Waves()
    batch: int = Field(128, ge=2)
    epochs: int = Field(20, ge=1)
    blur: float = Field(
        0.015, ge=0, description="radians by which all is turned at random, so that no tilt shows"
    )
    bets: int = Field(4000, ge=1, description="samples kept to bet on, half of all at most")
    lr: float = Field(5e-3, gt=0, description="learning rate; falls to 0 as the square of the rest")


def set_apart(pairs: Pairs, bets: int, rng: torch.Generator) -> tuple[Pairs, Pairs]:
    """Split the samples into those to learn from and those to bet on, at most half of them."""
    order = torch.randperm(len(pairs.x), generator=rng)
    kept = min(bets, len(order) // 2)
    return pairs.take(order[kept:]), pairs.take(order[:kept])


def _joined(some: Pairs) -> tuple[Tensor, Tensor | None]:
    return join(some.x, some.y, some.y_kind)


class Bookmaker:
    """A trained critic, and the samples that it has not seen.

    Args:
        pairs: the samples; y may be vectors, which g moves, or numbers, which it leaves.
        held: samples to bet on, which neither the critic nor what is bet against has seen; default:
            some of the pairs are set apart for it.
        axis: (k, k), the direction of the turns; exp(2π axis) = 1.
        config: the settings.
        seed: of what is set apart, the start, the draws and the coins.
        device: "auto", or a torch device.

    Raises:
        InputError: if the axis does not fit or does not close, y is a label, or there are fewer
            samples than two batches, with `held` one.
    """

    def __init__(
        self,
        pairs: Pairs,
        axis: Tensor,
        config: EvidenceConfig | None = None,
        *,
        held: Pairs | None = None,
        seed: int = 0,
        device: str | torch.device = "auto",
    ) -> None:
        c, self.device = config or EvidenceConfig(), pick_device(device)
        k = pairs.x.shape[-1]
        if axis.shape != (k, k):
            raise InputError(f"axis must be ({k}, {k}), as x is of R^{k}, not {tuple(axis.shape)}")
        turn = torch.linalg.matrix_exp(2 * math.pi * axis.double())
        closes = torch.allclose(turn, torch.eye(k, dtype=torch.float64), atol=1e-3)
        if not closes or not axis.any():
            raise InputError("axis must close at 2π: exp(2π axis) = 1, so that all its turns are g")
        if pairs.y is not None and pairs.y_kind == "label":
            raise InputError("y is a label; a bet is on vectors and numbers: leave y out")
        if len(pairs.x) < (2 if held is None else 1) * c.batch:
            need = "a batch" if held else "two batches"
            why = "" if held else ", one to learn from and one to bet on"
            raise InputError(
                f"{len(pairs.x)} samples are fewer than {need} of {c.batch}{why}; bring more data "
                "or lower batch"
            )
        self.rng = torch.Generator().manual_seed(seed)
        if held is None:
            pairs, held = set_apart(pairs, c.bets, self.rng)
        self.held = held.to(self.device)
        self.axis, self.stack = axis.float().to(self.device), c.stack
        self.near, self.blur = kept_by_moments(pairs.x).basis.float().to(self.device), c.blur
        with seeded(seed):
            self.critic = FourierCritics(
                c.stack, pairs.inputs, c.hidden, waves=c.waves, scale=pairs.spread()
            ).to(self.device)
        self._train(pairs.to(self.device), c)

    def _train(self, train: Pairs, c: EvidenceConfig) -> None:
        optimiser = torch.optim.Adam(self.critic.parameters(), fused=True)
        batches = len(train.x) // c.batch
        for step in range(c.epochs * batches):
            if step % batches == 0:
                order = torch.randperm(len(train.x), generator=self.rng).to(self.device)
            optimiser.param_groups[0]["lr"] = c.lr * (1 - step / (c.epochs * batches)) ** 2
            rows = order[step % batches * c.batch :][: c.batch]
            z, y = _joined(train.take(rows))
            angle = 2 * math.pi * torch.rand(len(z), generator=self.rng)
            turned = self._blurred(act(one_parameter(angle.to(self.device), self.axis), z))
            z = self._blurred(z)
            both = self._logits(torch.cat([z, turned]), None if y is None else torch.cat([y, y]))
            real, moved = both[: len(z)], both[len(z) :]
            loss = F.softplus(-real).mean() + F.softplus(moved).mean()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()

    def _blurred(self, z: Tensor) -> Tensor:
        """Turn each sample, (n, t, k), by an angle of its own that is small and random."""
        w = self.blur * torch.randn(len(z), len(self.near), generator=self.rng).to(z)
        return act(expm.exp((w @ self.near.flatten(1)).view(-1, *self.near.shape[1:])), z)

    def _logits(self, z: Tensor, y: Tensor | None) -> Tensor:
        """Return the logits of each critic, (n, stack)."""
        logits: Tensor = self.critic(*for_each(self.stack, z, y))
        return logits.view(-1, self.stack)

    @torch.no_grad()
    def T(self, z: Tensor, y: Tensor | None) -> Tensor:  # noqa: N802 - the symbol above
        """Return T(z), (n,), float64; y is what g leaves, as numbers, or None."""
        return self._logits(z, y).double().mean(1)

    def against(self, g: Tensor) -> float:
        """Return log e: the evidence against a set of matrices, (m, k, k), keeping the law.

        Raises:
            InputError: if these are no matrices of the size of x.
        """
        k = self.held.x.shape[-1]
        if g.ndim != 3 or not len(g) or g.shape[1:] != (k, k):
            raise InputError(f"g must be matrices, (m, {k}, {k}), m >= 1, not {tuple(g.shape)}")
        z, y = _joined(self.held)
        g = g.float().to(self.device)
        n = len(z)
        coin = (torch.rand(n, generator=self.rng) < 0.5).to(self.device)
        which = torch.randint(len(g), (n,), generator=self.rng).to(self.device)
        z = self._blurred(torch.where(coin[:, None, None], act(g[which], z), z))
        back = torch.stack([self.T(z @ h.mT, y) for h in torch.linalg.inv(g)])
        T = self.T(z, y)
        logs = []
        for temper in TEMPERS:
            s = temper * T - (torch.logsumexp(temper * back, dim=0) - math.log(len(g)))
            logs.append((math.log(2) - F.softplus(torch.where(coin, s, -s))).sum())
        return float(torch.logsumexp(torch.stack(logs), dim=0) - math.log(len(logs)))

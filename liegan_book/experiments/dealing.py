"""What the games of many seeds draw: in threads and an epoch ahead, so that no step waits."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import torch
from torch import Tensor

from liegan_min.base.checkpoint import Resumable
from liegan_min.game.coefficients import Coefficients
from liegan_min.game.game import Game


class Dealt(Coefficients):
    """Coefficients that were drawn before, a batch for each game: they are handed out in turn."""

    batches: Iterator[Tensor] = iter(())

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """Return the next w, (n, games)."""
        return next(self.batches)


#: Places that the CPU's generator of normal numbers fills at a time. Where batches are multiples of
#: it, one draw for all of them gives the very numbers of one draw for each.
FILLED = 16


@dataclass(frozen=True)
class _Hand:
    """What a game has drawn for an epoch: the order of its samples, and w for each of them."""

    order: Tensor
    w: Tensor


class Dealer(Resumable):
    """Draws what each game draws, in threads and an epoch ahead: the games do not wait for it."""

    keeps = ("states",)

    def __init__(self, games: Sequence[Game], samples: int) -> None:
        self.rngs, self.config, self.samples = [g.rng for g in games], games[0].config, samples
        self.coefficients = [g.generator.coefficients.cpu() for g in games]
        # Draws are small: each in one thread, and not all in all.
        self.pool = ThreadPoolExecutor(
            os.cpu_count() or 1, initializer=torch.set_num_threads, initargs=(1,)
        )
        self.ahead: list[Future[_Hand]] = []

    @property
    def sizes(self) -> list[int]:
        """Samples in each batch of an epoch: see `Game.epoch`."""
        n, b = min(self.samples, self.config.epoch_size or self.samples), self.config.batch
        full, last = divmod(n, b)
        return [b] * full + ([last] if 2 * last >= b else [])

    @property
    def states(self) -> Tensor:
        """The generators' states before what is drawn ahead."""
        return self.before if self.ahead else self._states()

    @states.setter
    def states(self, states: Tensor) -> None:
        for hand in self.ahead:
            hand.result()  # or it would draw on from what is set here
        self.ahead = []
        for rng, state in zip(self.rngs, states, strict=True):
            rng.set_state(state.clone())  # a view into a stack is read from the stack's start

    def _states(self) -> Tensor:
        return torch.stack([rng.get_state() for rng in self.rngs])

    def _draw(self, game: int) -> _Hand:
        rng, sizes, sample = self.rngs[game], self.sizes, self.coefficients[game].sample
        order = torch.randperm(self.samples, generator=rng)[: sum(sizes)]
        if not sizes[0] % FILLED:
            full = sizes.count(sizes[0]) * sizes[0]
            sizes = [full, sum(sizes) - full]
        w = torch.cat([sample(n, rng) for n in sizes if n])
        return _Hand(order, w[:, 0])

    def deal(self) -> tuple[Tensor, Tensor]:
        """Return orders and coefficients, (used, games) each, and begin on the next."""
        hands = [f.result() for f in self.ahead or self._begin()]
        self.ahead = self._begin()
        return torch.stack([h.order for h in hands], 1), torch.stack([h.w for h in hands], 1)

    def _begin(self) -> list[Future[_Hand]]:
        self.before = self._states()
        return [self.pool.submit(self._draw, i) for i in range(len(self.rngs))]

"""Many seeds of one game in one stack, step by step together: what a GPU has room for.

A game of the poster is too small for a GPU: its step ends before the next can be launched. But the
seeds of an experiment are alike in shape. So their bases, their discriminators and what Adam keeps
of both are stacked, and a step of all is one product of stacks. They share nothing: each seed has
the start, the order of its samples and the coefficients that it has when it is played alone, and
its own data where each seed has. Up to rounding, seed s of a stack is `play_game` with seed s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import torch
from torch import Tensor, nn

from liegan_book.experiments.dealing import Dealer, Dealt
from liegan_book.experiments.discriminators import Discriminators
from liegan_min.algebra import linalg
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.game import loop, losses
from liegan_min.game.config import GameConfig
from liegan_min.game.discovery import Setup, set_up
from liegan_min.game.discriminator import Discriminator
from liegan_min.game.game import Game, Played
from liegan_min.game.generator import LieGenerator, YKind
from liegan_min.game.pairs import Pairs
from liegan_min.game.stack import StackedGenerator

#: Norm of L beyond which a game is lost: such a g has left the data far behind.
LONGEST = 1e3


class ManySeeds(Game):
    """The game of several seeds at once; its basis is the stack of theirs, (games, k, k).

    The loss is the mean of the games' losses, and Adam's ε is that many times smaller: then each
    takes the step that it takes alone. A game whose gradient is not finite, or whose L is longer
    than LONGEST, is lost: its L is 0 from then on, and the others notice no more than rounding.

    Args:
        starts: the games at their start, with one channel each, and what each is played on.
        device: where the stack lives.

    Raises:
        InputError: if the settings ask for what a stack of seeds cannot do.
    """

    keeps = (*Game.keeps, "dealer", "lost")
    player = StackedGenerator

    def __init__(self, starts: Sequence[Setup], device: torch.device) -> None:
        games = self.games = [s.game for s in starts]
        config, first = games[0].config, games[0].generator
        pairs = [s.train for s in starts]
        check(config, pairs)
        x = pairs[0].x
        super().__init__(
            config,
            x.shape[-1],
            pairs[0].inputs,
            y_kind=pairs[0].y_kind,
            mask=first.mask if not bool(first.mask.all()) else None,
            within=games[0].within,
            device=device,
        )
        for group in self.optimiser.param_groups:
            group["eps"] /= len(games)
        self.dealer = Dealer(games, len(x))
        self.lost = torch.zeros(len(games), dtype=torch.bool, device=device)
        # Seed r's samples are the rows from r · n on.
        self.first = torch.arange(len(games)) * len(x)
        self.x = torch.cat([p.x for p in pairs]).to(device)
        ys = [p.y for p in pairs if p.y is not None]
        self.y = torch.cat(ys).to(device) if ys else None
        del self.games

    def make_generator(self, k: int, mask: Tensor | None, y_kind: YKind) -> LieGenerator:
        """Return the stack of generators, each at its start."""
        stack = self.player(
            k,
            Dealt(len(self.games)),
            mask=mask,
            strength=self.config.strength,
            y_kind=y_kind,
            within=self.within,
        )
        stack.free.data.copy_(torch.cat([g.generator.free.detach() for g in self.games]))
        return stack

    def make_discriminator(
        self, inputs: int, outputs: int, classes: int, scale: Tensor | None
    ) -> nn.Module:
        """Return the stack of discriminators, each at its start."""
        each = [g.discriminator for g in self.games]
        return Discriminators([d for d in each if isinstance(d, Discriminator)])

    def cosine_pull(self, gx: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean of the games' cosine terms, and its gradient."""
        stacked = (t.view(-1, len(self.lost), *t.shape[1:]) for t in (gx, x))
        same, away = torch.vmap(losses.cosine_pull, in_dims=1, out_dims=(0, 1))(*stacked)
        return same.mean(), away.flatten(0, 1) / len(self.lost)

    def update(self, moving: Sequence[Tensor], judging: Sequence[Tensor]) -> None:
        """Let all players take their step; what is lost is held at 0."""
        (pull,) = moving
        L = self.generator.free.data
        # exp scales all matrices of a stack by the largest: one that is huge would blur the others.
        fine = pull.isfinite().flatten(1).all(1) & (torch.linalg.matrix_norm(L) < LONGEST)
        self.lost |= ~fine
        super().update([torch.where(fine[:, None, None], pull, 0)], judging)
        L.copy_(torch.where(self.lost[:, None, None], 0, L))

    def epoch(self, x: Tensor, y: Tensor | None) -> Tensor:
        """Play through an epoch of each game's own samples; x and y are not looked at."""
        order, w = self.dealer.deal()
        self.set_rates()
        coefficients = self.generator.coefficients
        assert isinstance(coefficients, Dealt)  # noqa: S101 - `make_generator` gave it
        sizes = self.dealer.sizes
        coefficients.batches = iter(torch.split(w.to(self.device), sizes))
        played: list[Played] = []
        for rows in torch.split((order + self.first).to(self.device), sizes):
            at = rows.flatten()
            played.append(self.step(self.x[at], None if self.y is None else self.y[at]))
        self.epochs += 1
        return Played.together(played).terms()


def check(config: GameConfig, pairs: Sequence[Pairs]) -> None:
    """Refuse what a stack of seeds cannot do.

    Raises:
        InputError: naming it.
    """
    refused: dict[str, Any] = {
        "channels other than 1": config.channels != 1,
        "learn_coefficients": config.learn_coefficients,
        "norm": config.norm,
        "stop_angle": config.stop_angle,
        "stop_ratio": config.stop_ratio,
        "a label y": pairs[0].classes,
    }
    if asked := [name for name, value in refused.items() if value]:
        raise InputError(f"many seeds at once cannot do {', '.join(asked)}; run them one by one")
    shapes = {(p.x.shape, None if p.y is None else p.y.shape) for p in pairs}
    if len(shapes) > 1:
        raise InputError(
            "many seeds at once need samples of one number and shape for all; these have x of "
            f"{', '.join(sorted(str(tuple(x)) for x, _ in shapes))}"
        )


@dataclass(frozen=True)
class Many:
    """What the games of many seeds ended with.

    Attributes:
        bases: (epochs, games, k, k), their averaged bases after each epoch.
        lost: (games,), which of them had a gradient that was not finite.
        support: (k, r), the directions in which x is not zero, of the first seed's data.
        history: (epochs, len(TERMS)), means over the games.
        seconds: wall time, over all the sittings of a resumed run.
        seeds: which they are.
    """

    bases: Tensor
    lost: Tensor
    support: linalg.Array
    history: Tensor
    seconds: float
    seeds: range

    @property
    def algebras(self) -> list[LieAlgebra]:
        """The algebra that each game found, one matrix."""
        return [LieAlgebra(L[None]) for L in self.bases[-1]]


def play_many(
    source: Callable[[int], Pairs],
    config: GameConfig,
    seeds: range,
    *,
    mask: Tensor | None = None,
    options: RunOptions | None = None,
) -> Many:
    """Play the game of many seeds at once.

    Args:
        source: the samples of a seed, as many for each.
        config: the settings of each game.
        seeds: of the games.
        mask: (k, k), the search space of L.
        options: device, checkpoint, time limit and progress; the seeds are those above.

    Raises:
        InputError: see `ManySeeds` and `discovery.set_up`.
        DamagedFileError: if the checkpoint is damaged.
    """
    options = options or RunOptions()
    alone = replace(options, device="cpu")
    if not seeds:
        raise InputError("there are no seeds to play; give at least one")
    starts = [set_up(source(s), config, mask=mask, options=replace(alone, seed=s)) for s in seeds]
    game = ManySeeds(starts, options.where)
    key = sha256(" ".join(s.key for s in starts).encode()).hexdigest()
    course = loop.play(game, starts[0].train, key, options)
    return Many(
        bases=course.bases,
        lost=game.lost.cpu(),
        support=starts[0].support,
        history=course.history,
        seconds=course.seconds,
        seeds=seeds,
    )

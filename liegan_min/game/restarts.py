"""A game from many starts: one after another, or side by side in one stack.

Where the landscape is flat but for narrow basins, what decides is where a game starts; and it can
come to rest in a trap: at a matrix that the discriminator sees through and that no small change
makes better, or, where both laws are the same, at the identity, which no discriminator sees
through. The truth is not needed to tell. In a trap of the first kind the discriminator's loss at
the end is lower than log 2; in one of the second what is drawn does not move. Above log 2 the
discriminator is out of step, and the game not at rest. So of the games whose draws move, the one
whose discriminator's loss is nearest to log 2 is kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

import torch
from pydantic import Field
from torch import Tensor

from liegan_min.algebra.moments import kept_by_moments
from liegan_min.base import tolerances
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.game import loop
from liegan_min.game.config import GameConfig
from liegan_min.game.discovery import set_up
from liegan_min.game.pairs import Pairs
from liegan_min.game.stack import StackConfig, StackedGame

Found = TypeVar("Found")

#: Epochs at the end over which the discriminator's loss is averaged.
END = 3

#: Fraction of the samples that no game sees, and that `Search.losses` is measured on.
HELD_OUT = 0.05

#: Starts that a seed may have: start i of seed s is played with the seed s · MOST + i.
MOST = 1000


class RestartsConfig(GameConfig):
    """Settings of a game that is played from several starts, one after another."""

    restarts: int = Field(6, ge=1, le=MOST, description="how often the game is played")


def moved(g: Tensor) -> Tensor:
    """Return how far group elements, (m, k, k), move: |g - 1|_F / √2, (m,); infinity for NaN."""
    one = torch.eye(g.shape[-1], dtype=torch.float64)
    far: Tensor = torch.linalg.vector_norm(g.detach().cpu().double() - one, dim=(1, 2))
    return (far / math.sqrt(2)).nan_to_num(nan=torch.inf)


class Restart(NamedTuple, Generic[Found]):
    """How the game went from one start.

    Attributes:
        found: what it returned.
        draws: (m, k, k), what it says that moves the data.
        loss: the discriminator's at the end.
    """

    found: Found
    draws: Tensor
    loss: float

    @property
    def unrest(self) -> float:
        """Distance of the loss from log 2, that of a discriminator that is fooled."""
        return abs(self.loss - math.log(2))

    @property
    def moved(self) -> float:
        """Mean distance of the draws from the identity."""
        return float(moved(self.draws).mean())


def loss_at_end(history: Tensor) -> float:
    """Return the discriminator's loss at the end of a game's history, (epochs, terms)."""
    return float(history[-END:, 0].mean())


def best(restarts: Sequence[Restart[Found]]) -> int:
    """Return the number of the restart to keep; where no draws move, the loss decides alone.

    Raises:
        InputError: if there are none.
    """
    if not restarts:
        raise InputError("there are no restarts to choose from; play at least one")
    ranks = [(restart.moved <= tolerances.NEAR, restart.unrest) for restart in restarts]
    return ranks.index(min(ranks))


def one_by_one(
    game: Callable[[int], Restart[Found]], seed: int, restarts: int
) -> tuple[list[Restart[Found]], int]:
    """Play a game from several starts of a seed; `game` plays once, with the seed it is given.

    Returns all, and the number of the one to keep.
    """
    played = [game(seed * MOST + i) for i in range(restarts)]
    return played, best(played)


class Search(NamedTuple):
    """What a stack of games ended with.

    Attributes:
        bases: (epochs, c, k, k), their matrices after each epoch.
        losses: (c,), their discriminators' losses on samples that neither player saw.
        seconds: wall time, over all the sittings of a resumed run.
    """

    bases: Tensor
    losses: Tensor
    seconds: float

    @property
    def L(self) -> Tensor:  # noqa: N802 - the paper's symbol
        """The matrices at the end, (c, k, k), float64."""
        return self.bases[-1].double()


def side_by_side(
    pairs: Pairs,
    config: StackConfig,
    *,
    starts: Tensor | None = None,
    options: RunOptions | None = None,
) -> Search:
    """Play a stack of games, each from a start of its own.

    Args:
        pairs: the samples; y may be vectors or numbers.
        config: the settings; `channels` is the number of games.
        starts: (c, k, k), one for each game; default: random turns, as wide as `init_scale` says.
        options: seed, device, checkpoint and progress.

    Raises:
        InputError: if the starts are too many or few; see also `discovery.set_up` and
            `kept_by_moments`.
        DamagedFileError: if the checkpoint is damaged.
    """
    within, rules = kept_by_moments(pairs.x), StackedGame
    start = set_up(pairs, config, rules=rules, within=within, held_out=HELD_OUT, options=options)
    game, key, held = start.game, start.key, start.held
    assert isinstance(game, StackedGame)  # noqa: S101 - those are the rules
    if starts is not None:
        if starts.shape != game.generator.free.shape:
            raise InputError(
                f"starts must be {tuple(game.generator.free.shape)}, one for each of the "
                f"{config.channels} games, not {tuple(starts.shape)}"
            )
        game.generator.free.data.copy_(starts)
        key += f" from {starts.double().flatten().tolist()}"
    course = loop.play(game, start.train, key, options)
    return Search(course.bases, game.losses(held.x, held.y).double().cpu(), course.seconds)


def moves(L: Tensor, least: float = 0.2) -> Tensor:
    """Say of each L, (c, k, k), whether exp(L) moves at least so far (see `moved`).

    A game may end at the identity, which no discriminator tells from the data.
    """
    far = moved(torch.linalg.matrix_exp(L))
    return (far >= least) & far.isfinite()

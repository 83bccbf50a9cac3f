"""A game from several starts: of those that end in a set that moves something, which to keep?

A game can come to rest in a trap: at a matrix that the critic sees through and that no small change
makes better, or, where both laws are the same, at the identity, which no critic sees through. The
truth is not needed to tell. In a trap of the first kind the critic's loss at the end is lower than
log 2; in one of the second what is drawn does not move. Above log 2 the critic is out of step, and
the game not at rest. So of the games whose draws move, the one whose critic's loss is nearest to
log 2 is kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

import torch
from pydantic import Field
from torch import Tensor

from liegan_book.baselines import transformations
from liegan_min.base import tolerances
from liegan_min.base.errors import InputError
from liegan_min.game.config import GameConfig
from liegan_min.game.game import Game
from liegan_min.game.generator import LieGenerator, YKind

Found = TypeVar("Found")

#: Epochs at the end over which the critic's loss is averaged.
END = 3

#: Starts that a seed may have: start i of seed s is played with the seed s · MOST + i.
MOST = 1000


class StartsConfig(GameConfig):
    """Settings of a game that is played from several starts."""

    starts: int = Field(6, ge=1, le=MOST, description="how often the game is played")


class FromTurns(Game):
    """LieGAN's game from a start in so(k): exp(wL) is then a turn, however large L is.

    Integer coefficients need large L: where a group has a smallest turn, a start below half of it
    falls back to the identity. A large start that also stretches is thrown far off by exp.
    """

    def make_generator(self, k: int, mask: Tensor | None, y_kind: YKind) -> LieGenerator:
        """Return the player that moves the data; only its start is a turn, all of gl(k) is open."""
        generator = super().make_generator(k, mask, y_kind)
        with torch.no_grad():
            free = generator.free
            free.copy_((free - free.mT) / 2)
        return generator


class Start(NamedTuple, Generic[Found]):
    """How the game went from one start.

    Attributes:
        found: what it returned.
        draws: (m, k, k), what it says that moves the data.
        critic: its loss at the end.
    """

    found: Found
    draws: Tensor
    critic: float

    @property
    def unrest(self) -> float:
        """Distance of the critic's loss from log 2, the loss of a critic that is fooled."""
        return abs(self.critic - math.log(2))

    @property
    def moved(self) -> float:
        """Mean distance of the draws from the identity."""
        one = torch.eye(self.draws.shape[-1])[None]
        return float(transformations.distance(self.draws, one).mean())


def at_end(history: Tensor) -> float:
    """Return the critic's loss at the end of a game's history, (epochs, terms)."""
    return float(history[-END:, 0].mean())


def best(starts: Sequence[Start[Found]], least: float = tolerances.NEAR) -> int:
    """Return the number of the start to keep.

    Args:
        starts: at least one.
        least: mean distance from the identity from which on draws count as moving. If none do, the
            critic decides alone.

    Raises:
        InputError: if there are none.
    """
    if not starts:
        raise InputError("there are no starts to choose from; play at least one")
    return min(range(len(starts)), key=lambda i: (starts[i].moved <= least, starts[i].unrest))


def play(
    game: Callable[[int], Start[Found]], seed: int, starts: int
) -> tuple[list[Start[Found]], int]:
    """Play a game of a seed from several starts. Returns all, and the number of the one to keep.

    Args:
        game: plays once, with the seed that it is given.
        seed: of the starts.
        starts: how many.
    """
    played = [game(seed * MOST + i) for i in range(starts)]
    return played, best(played)

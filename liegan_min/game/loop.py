"""The loop around a game: epochs, until it ends or comes to rest; killed, it resumes."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base import training
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.base.training import Training
from liegan_min.game.config import GameConfig
from liegan_min.game.game import Game
from liegan_min.game.pairs import Pairs


@dataclass(frozen=True)
class Course:
    """How a game went.

    Attributes:
        bases: (epochs, c, k, k), the averaged basis after each epoch.
        history: (epochs, len(TERMS)), the mean terms of each epoch.
        seconds: wall time, over all the sittings of a resumed run.
        rested: whether a rule of the settings, or the time limit, stopped it early.
    """

    bases: Tensor
    history: Tensor
    seconds: float
    rested: bool


def _at_rest(bases: list[Tensor], config: GameConfig) -> bool:
    """Whether the averaged span has turned by less than the stop angle over the last epochs."""
    if config.stop_angle is None or len(bases) <= config.patience:
        return False
    then, now = LieAlgebra(bases[-1 - config.patience]), LieAlgebra(bases[-1])
    return then.grassmann(now) < config.stop_angle


def _taken_over(bases: list[Tensor], config: GameConfig) -> bool:
    """Whether one channel has grown far beyond the others, so that the rest is no longer played."""
    if config.stop_ratio is None or not bases:
        return False
    norms = torch.linalg.vector_norm(bases[-1], dim=(1, 2))
    return float(norms.max()) > config.stop_ratio * float(norms.median())


class _Play(Training):
    """A game under way, an epoch at a time."""

    keeps = ("done", "game", "bases", "history")

    def __init__(self, game: Game, train: Pairs) -> None:
        self.game, self.train = game, train
        self.bases: list[Tensor] = []
        self.history: list[Tensor] = []

    def advance(self) -> bool:
        """Play an epoch.

        Raises:
            InputError: if the basis does not stay finite.
        """
        self.history.append(self.game.epoch(self.train.x, self.train.y).cpu())
        self.bases.append(self.game.L.cpu())
        self.done += 1
        if not torch.isfinite(self.bases[-1]).all():
            raise InputError(
                f"the basis is no longer finite after epoch {self.done}; "
                "lower lr_generator, or scale x to unit size"
            )
        return False

    def rested(self) -> bool:
        """Whether a rule of the settings ends the game early."""
        config = self.game.config
        return _at_rest(self.bases, config) or _taken_over(self.bases, config)


def play(game: Game, train: Pairs, key: str, options: RunOptions | None = None) -> Course:
    """Play a game to its end; an epoch is never cut in two.

    Args:
        game: at its start.
        train: the samples, on the game's device.
        key: names everything that the outcome depends on; a checkpoint of another key is refused.
        options: checkpoint and progress; seed and device are the game's own.

    Raises:
        InputError: if the basis does not stay finite, or the checkpoint is another game's.
        DamagedFileError: if the checkpoint is damaged.
    """
    match = _Play(game, train)
    seconds = training.run(match, game.config.epochs, key, options or RunOptions(), "epoch")
    rested = match.done < game.config.epochs
    return Course(torch.stack(match.bases), torch.stack(match.history), seconds, rested)

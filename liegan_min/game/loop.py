"""The loop around a game: epochs, until it ends or comes to rest; killed, it resumes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.checkpoint import Checkpoint
from liegan_min.base.errors import InputError
from liegan_min.base.progress import quiet, tqdm
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
        rested: whether a rule of the settings stopped it early.
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


def play(
    game: Game,
    train: Pairs,
    key: str,
    *,
    checkpoint: Path | None = None,
    checkpoint_seconds: float = 30.0,
    progress: bool | None = None,
) -> Course:
    """Play a game to its end.

    Args:
        game: at its start.
        train: the samples, on the game's device.
        key: names everything that the outcome depends on; a checkpoint of another key is refused.
        checkpoint: file that a killed run resumes from; removed when the run ends.
        checkpoint_seconds: least time between two writes of it; an epoch is never cut in two.
        progress: show a bar; default: in a terminal, and not under CI.

    Raises:
        InputError: if the basis does not stay finite, or the checkpoint is another game's.
        DamagedFileError: if the checkpoint is damaged.
    """
    config = game.config
    bases: list[Tensor] = []
    history: list[Tensor] = []
    kept = Checkpoint(checkpoint, key, checkpoint_seconds)
    with kept.resume() as last:
        if last is not None:
            tensors, notes = last
            bases, history = list(tensors.pop("bases")), list(tensors.pop("history"))
            game.restore(tensors, int(notes["steps"]), len(bases))

    def state() -> dict[str, Tensor]:
        curves = {"bases": torch.stack(bases), "history": torch.stack(history)}
        return game.tensors() | curves

    rest = False
    bar = tqdm(total=config.epochs, initial=len(bases), disable=quiet(progress), unit="epoch")
    with bar:
        while len(bases) < config.epochs:
            if rest := _at_rest(bases, config) or _taken_over(bases, config):
                break
            history.append(game.epoch(train.x, train.y).cpu())
            bases.append(game.L.cpu())
            if not torch.isfinite(bases[-1]).all():
                raise InputError(
                    f"the basis is no longer finite after epoch {len(bases)}; "
                    "lower lr_generator, or scale x to unit size"
                )
            bar.update()
            kept.offer(state, steps=game.steps)
    kept.remove()
    return Course(torch.stack(bases), torch.stack(history), kept.seconds, rest)

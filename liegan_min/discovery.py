"""Discovery: play the game on data until it ends, and say what was found."""

from __future__ import annotations

import os
import sys
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from liegan_min import files, linalg
from liegan_min.algebra import InvariantForm, LieAlgebra
from liegan_min.config import GameConfig, pick_device
from liegan_min.data import Pairs
from liegan_min.errors import DamagedFileError, InputError
from liegan_min.game import TERMS, Game

with warnings.catch_warnings():
    # In a notebook without ipywidgets the bar falls back to text; the page need not say so.
    warnings.simplefilter("ignore")
    from tqdm.auto import tqdm


@dataclass(frozen=True)
class Discovery:
    """What a game found.

    Attributes:
        algebra: the averaged basis, signs fixed.
        last: the basis of the last step: what the published code reports.
        bases: (epochs, c, k, k), the averaged basis after each epoch.
        history: (epochs, len(TERMS)), the mean terms of each epoch.
        support: (k, r), the directions in which x is not zero.
        critic_advantage: on held-out pairs; None if none were held out.
        seconds: wall time, over all the sittings of a resumed run.
    """

    algebra: LieAlgebra
    last: LieAlgebra
    bases: Tensor
    history: Tensor
    support: linalg.Array
    critic_advantage: float | None
    seconds: float
    seed: int
    config: GameConfig
    stopped_early: bool = False
    coefficients: dict[str, list[float]] = field(default_factory=dict)

    @property
    def dimension(self) -> int:
        """Directions of the span, on the support, of at least a tenth of the largest."""
        s = np.linalg.svd(self.algebra.restricted(self.support), compute_uv=False)
        return int((s >= 0.1 * s[0]).sum())

    def invariant_form(self) -> InvariantForm:
        """The symmetric form J that the found algebra preserves best."""
        return self.algebra.invariant_form()


def quiet(progress: bool | None) -> bool:
    """Whether to hide the progress bar: always as told; untold, under CI and where no one looks."""
    if progress is not None:
        return not progress
    return bool(os.environ.get("CI")) or not sys.stderr.isatty()


def critic_advantage(game: Game, held: Pairs) -> float:
    """Return P("real" | real) - P("real" | moved) of the critic on pairs it has not trained on.

    0: it cannot tell moved data from real. 1: it always can; the basis is not a symmetry.
    """
    rng = torch.Generator().manual_seed(0)
    with torch.no_grad():
        gx, gy = game.generator(held.x, held.y, rng)
        real, moved = game.critic(held.x, held.y), game.critic(gx, gy)
    return float((real > 0).float().mean() - (moved > 0).float().mean())


def _at_rest(bases: list[Tensor], config: GameConfig) -> bool:
    """Whether the averaged span has turned by less than the stop angle over the last epochs."""
    if config.stop_angle is None or len(bases) <= config.patience:
        return False
    then, now = LieAlgebra(bases[-1 - config.patience]), LieAlgebra(bases[-1])
    return then.grassmann(now) < config.stop_angle


def _resume(path: Path, game: Game, key: str) -> tuple[list[Tensor], list[Tensor], float]:
    """Restore a game from a checkpoint; return bases, history, and the seconds spent so far."""
    tensors, notes = files.load_tensors(path)
    if notes.get("key") != key:
        raise InputError(
            f"checkpoint {path} belongs to other settings, data, or another seed; "
            "delete it or name another"
        )
    try:
        bases, history = tensors.pop("bases"), tensors.pop("history")
        game.restore(tensors, int(notes["steps"]), len(bases))
    except (KeyError, RuntimeError, ValueError) as error:
        raise DamagedFileError(f"{path} does not fit the game ({error}); delete it") from None
    return list(bases), list(history), float(notes["seconds"])


def discover(
    pairs: Pairs,
    config: GameConfig | None = None,
    *,
    mask: Tensor | None = None,
    seed: int = 0,
    device: str | torch.device = "auto",
    held_out: float = 0.0,
    checkpoint: Path | None = None,
    checkpoint_seconds: float = 30.0,
    progress: bool | None = None,
) -> Discovery:
    """Find the symmetry of a joint law by playing LieGAN's game on samples of it.

    Args:
        pairs: the samples; see `as_pairs`.
        config: the settings; default: the published ones.
        mask: (k, k), the search space of L; default: all of gl(k).
        seed: of every draw.
        device: "auto", or a torch device.
        held_out: fraction of the samples kept from both players for `critic_advantage`.
        checkpoint: file that a killed run resumes from; removed when the run ends.
        checkpoint_seconds: least time between two writes of it; an epoch is never cut in two.
        progress: show a bar; default: in a terminal, and not under CI.

    Raises:
        InputError: if there are fewer samples than a batch, or a value does not fit.
        DamagedFileError: if the checkpoint is damaged.
    """
    config = config or GameConfig()
    where = pick_device(device)
    if not 0 <= held_out < 1:
        raise InputError(f"held_out must be a fraction in [0, 1), not {held_out}")
    order = torch.randperm(len(pairs.x), generator=torch.Generator().manual_seed(seed))
    n_held = round(held_out * len(order))
    n_train = len(order) - n_held
    if n_train < config.batch:
        raise InputError(
            f"{n_train} samples to train on are fewer than a batch of {config.batch}; "
            "bring more data or lower batch"
        )
    support = linalg.support(pairs.x)
    train, held = pairs.take(order[n_held:]).to(where), pairs.take(order[:n_held]).to(where)
    game = Game(
        config,
        pairs.x.shape[-1],
        pairs.inputs,
        y_kind=pairs.y_kind,
        mask=mask,
        classes=pairs.classes,
        scale=pairs.spread() if config.standardise else None,
        seed=seed,
        device=where,
    )
    bases: list[Tensor] = []
    history: list[Tensor] = []
    before = 0.0
    played = {"x": pairs.x, "mask": game.generator.mask}
    played |= {} if pairs.y is None else {"y": pairs.y}
    key = f"{config.digest()} {seed} {held_out} {pairs.y_kind} {files.digest(played)}"
    if checkpoint is not None and checkpoint.exists():
        bases, history, before = _resume(checkpoint, game, key)

    started = saved = time.monotonic()
    rest = False
    bar = tqdm(total=config.epochs, initial=len(bases), disable=quiet(progress), unit="epoch")
    with bar:
        while len(bases) < config.epochs and not (rest := _at_rest(bases, config)):
            history.append(game.epoch(train.x, train.y).cpu())
            bases.append(game.L.cpu())
            if not torch.isfinite(bases[-1]).all():
                raise InputError(
                    f"the basis is no longer finite after epoch {len(bases)}; "
                    "lower lr_generator, or scale x to unit size"
                )
            bar.update()
            now = time.monotonic()
            if checkpoint is not None and now - saved > checkpoint_seconds:
                saved = now
                tensors = game.tensors() | {"bases": torch.stack(bases)}
                tensors |= {"history": torch.stack(history)}
                spent = str(before + now - started)
                notes = {"key": key, "steps": str(game.steps), "seconds": spent}
                files.save_tensors(checkpoint, tensors, notes)
    if checkpoint is not None:
        checkpoint.unlink(missing_ok=True)
    return Discovery(
        algebra=LieAlgebra(bases[-1]).oriented(),
        last=game.generator.algebra.oriented(),
        bases=torch.stack(bases),
        history=torch.stack(history),
        support=support,
        critic_advantage=critic_advantage(game, held) if n_held else None,
        seconds=before + time.monotonic() - started,
        seed=seed,
        config=config,
        stopped_early=rest,
        coefficients={
            name: value.detach().flatten().tolist()
            for name, value in game.generator.coefficients.named_parameters()
        },
    )


__all__ = ["TERMS", "Discovery", "critic_advantage", "discover", "quiet"]

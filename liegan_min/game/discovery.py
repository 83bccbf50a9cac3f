"""Discovery: play the game on data until it ends, and say what was found."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from liegan_min.algebra import linalg
from liegan_min.algebra.lie_algebra import InvariantForm, LieAlgebra
from liegan_min.base import files
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.base.training import check_batch
from liegan_min.game import loop
from liegan_min.game.config import GameConfig
from liegan_min.game.game import Game
from liegan_min.game.pairs import Pairs


@dataclass(frozen=True)
class Discovery:
    """What a game found.

    Attributes:
        algebra: the averaged basis, signs fixed.
        last: the basis of the last step: what the published code reports.
        bases: (epochs, c, k, k), the averaged basis after each epoch.
        history: (epochs, len(TERMS)), the mean terms of each epoch.
        support: (k, r), the directions in which x is not zero.
        discriminator_advantage: on held-out pairs; None if none were held out.
        seconds: wall time, over all the sittings of a resumed run.
    """

    algebra: LieAlgebra
    last: LieAlgebra
    bases: Tensor
    history: Tensor
    support: linalg.Array
    discriminator_advantage: float | None
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


@dataclass(frozen=True)
class Setup:
    """A game at its start, and what it is to be played on.

    Attributes:
        train: samples for both players, on the device.
        held: samples for neither.
        support: (k, r), the directions in which x is not zero.
        key: names everything that the outcome depends on, for checkpoints.
    """

    game: Game
    train: Pairs
    held: Pairs
    support: linalg.Array
    key: str


def set_up(
    pairs: Pairs,
    config: GameConfig,
    *,
    rules: type[Game] = Game,
    mask: Tensor | None = None,
    within: LieAlgebra | None = None,
    held_out: float = 0.0,
    options: RunOptions | None = None,
) -> Setup:
    """Check the settings against the data, split it, and start a game.

    Args and errors: those of `play_game`.

    Raises:
        InputError: if there are fewer samples than a batch, or a value does not fit.
    """
    options = options or RunOptions()
    seed, where = options.seed, options.where
    if not 0 <= held_out < 1:
        raise InputError(f"held_out must be a fraction in [0, 1), not {held_out}")
    order = torch.randperm(len(pairs.x), generator=torch.Generator().manual_seed(seed))
    n_held = round(held_out * len(order))
    n_train = len(order) - n_held
    check_batch(n_train, config.batch, "samples to train on")
    game = rules(
        config,
        pairs.x.shape[-1],
        pairs.inputs,
        outputs=pairs.outputs,
        y_kind=pairs.y_kind,
        mask=mask,
        within=within,
        classes=pairs.classes,
        scale=pairs.rms() if config.standardise else None,
        seed=seed,
        device=where,
    )
    played = {"x": pairs.x, "mask": game.generator.mask}
    played |= {} if pairs.y is None else {"y": pairs.y}
    played |= {} if within is None else {"within": within.basis}
    return Setup(
        game=game,
        train=pairs.take(order[n_held:]).to(where),
        held=pairs.take(order[:n_held]).to(where),
        support=linalg.support(pairs.x),
        key=f"{rules.__name__} {config.digest()} {seed} {held_out} {pairs.y_kind} "
        f"{files.digest(played)}",
    )


def play_game(
    pairs: Pairs,
    config: GameConfig | None = None,
    *,
    rules: type[Game] = Game,
    mask: Tensor | None = None,
    within: LieAlgebra | None = None,
    held_out: float = 0.0,
    options: RunOptions | None = None,
) -> Discovery:
    """Find the symmetry of a joint law by playing a game on samples of it.

    Args:
        pairs: the samples; see `as_pairs`.
        config: the settings; default: the published ones.
        rules: of the game; default: LieGAN's.
        mask: (k, k), the search space of L; default: all of gl(k).
        within: an algebra whose span L is looked for in; default: all of gl(k).
        held_out: fraction of the samples kept from both players for `discriminator_advantage`.
        options: seed, device, checkpoint and progress.

    Raises:
        InputError: if there are fewer samples than a batch, or a value does not fit.
        DamagedFileError: if the checkpoint is damaged.
    """
    config, options = config or GameConfig(), options or RunOptions()
    start = set_up(
        pairs, config, rules=rules, mask=mask, within=within, held_out=held_out, options=options
    )
    game, course = start.game, loop.play(start.game, start.train, start.key, options)
    return Discovery(
        algebra=LieAlgebra(course.bases[-1]).oriented(),
        last=game.generator.algebra.oriented(),
        bases=course.bases,
        history=course.history,
        support=start.support,
        discriminator_advantage=game.discriminator_advantage(start.held.x, start.held.y),
        seconds=course.seconds,
        seed=options.seed,
        config=config,
        stopped_early=course.rested,
        coefficients={
            name: value.detach().flatten().tolist()
            for name, value in game.generator.coefficients.named_parameters()
        },
    )

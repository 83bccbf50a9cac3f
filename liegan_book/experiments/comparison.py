"""The comparison: discrete and continuous groups, and subsets of them, each asked of each method.

The tasks are those of `datasets.comparison`, the rule that of `transformations`. What a method is
told about a task, it is told as it needs it: Augerino the algebra `given`, LieGAN the plane where
it is given, and neither anything of S. The games of LieGAN and SymmetryGAN have as many starts.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import Tensor

from liegan_book.baselines.augerino import AugerinoConfig, augerino
from liegan_book.baselines.carried import Carried, CarriedElement
from liegan_book.baselines.msr import MSRConfig, msr
from liegan_book.baselines.symmetrygan import Element, SymmetryGAN, discover_element
from liegan_book.datasets import comparison
from liegan_book.experiments.method import Experiment, Method
from liegan_book.experiments.metrics.comparison import (
    DRAWS,
    Answer,
    comparison_metrics,
    draw,
    powers,
)
from liegan_book.experiments.metrics.discovery import rounded
from liegan_min.base.options import RunOptions
from liegan_min.base.settings import Settings
from liegan_min.game.discovery import Discovery, discover
from liegan_min.game.game import Game
from liegan_min.game.generator import LieGenerator, YKind
from liegan_min.game.pairs import as_pairs
from liegan_min.game.restarts import Restart, RestartsConfig, loss_at_end, one_by_one

#: Cells of the table that have no run, and why. MSR ties the weights of a linear layer.
_CANNOT = dict.fromkeys(
    ["given-subset-msr", "unknown-subset-msr"],
    "it learns which permutations keep the weights of a linear layer; "
    "a range of angles has no such form, and the labels are no linear map of the points",
)


class FromRotations(Game):
    """LieGAN's game from a start in so(k): exp(wL) is then a rotation, however large L is.

    Integer coefficients need large L: where a group has a smallest rotation, a start below half of
    it falls back to the identity. A large start that also stretches is thrown far off by exp.
    """

    def make_generator(self, k: int, mask: Tensor | None, y_kind: YKind) -> LieGenerator:
        """Return the player that moves the data; only its start is in so(k), gl(k) is open."""
        generator = super().make_generator(k, mask, y_kind)
        with torch.no_grad():
            free = generator.free
            free.copy_((free - free.mT) / 2)
        return generator


#: Of LieGAN's game.
RULES: dict[str, type[Game]] = {
    "discrete": FromRotations,
    "continuous": Game,
    "given-subset": Carried,
    "unknown-subset": Carried,
}


def _kept(
    row: str,
    config: RestartsConfig,
    options: RunOptions,
    once: Callable[[comparison.Task, RunOptions], Restart[Any]],
    answer: Callable[[comparison.Task, Restart[Any], float], Answer],
) -> Answer:
    """Play a game on a task from each start, and answer with what was kept."""
    begun, task = time.perf_counter(), comparison.task(row, options.seed)
    played, kept = one_by_one(
        lambda seed: once(task, replace(options, seed=seed, checkpoint=None)),
        options.seed,
        config.restarts,
    )
    found = answer(task, played[kept], time.perf_counter() - begun)
    arrays = {
        "restarts_loss": rounded([r.loss for r in played]),
        "restarts_moved": rounded([r.moved for r in played]),
    }
    return replace(
        found,
        metrics={"discriminator_loss": played[kept].loss, "kept": kept},
        arrays=found.arrays | arrays,
    )


def _liegan(config: RestartsConfig, options: RunOptions, *, row: str) -> Answer:
    def once(task: comparison.Task, options: RunOptions) -> Restart[Discovery]:
        within = task.given if row == "given-subset" else None
        found = discover(task.pairs(), config, rules=RULES[row], within=within, options=options)
        return Restart(found, draw(found), loss_at_end(found.history))

    def answer(task: comparison.Task, kept: Restart[Discovery], seconds: float) -> Answer:
        bases = kept.found.bases[:, 0]
        return Answer(task, kept.draws, seconds, L=bases[-1], bases=bases)

    return _kept(row, config, options, once, answer)


def _symmetrygan(config: RestartsConfig, options: RunOptions, *, row: str) -> Answer:
    def once(task: comparison.Task, options: RunOptions) -> Restart[Element]:
        rules = CarriedElement if task.carried else SymmetryGAN
        found = discover_element(task.pairs(), config, rules=rules, options=options)
        return Restart(found, found.g[None], loss_at_end(found.course.history))

    def answer(task: comparison.Task, kept: Restart[Element], seconds: float) -> Answer:
        g = kept.found.g
        return Answer(task, powers(g, task.truth), seconds, arrays={"element": rounded(g)})

    return _kept(row, config, options, once, answer)


def _augerino(config: AugerinoConfig, options: RunOptions, *, row: str) -> Answer:
    task = comparison.task(row, options.seed)
    # A label is predicted from the upright points: how far may they turn and still be told apart?
    pairs = as_pairs(task.x, task.y, "label") if task.carried else task.pairs()
    found = augerino(pairs, task.given, config, options=options)
    curve = found.history[:: max(1, len(found.history) // 100), 1:]
    arrays = {"range": rounded(found.r), "range_curve": rounded(curve)}
    return Answer(task, found.draw(DRAWS), found.seconds, arrays=arrays)


def _msr(config: MSRConfig, options: RunOptions, *, row: str) -> Answer:
    task = comparison.task(row, options.seed)
    found = msr(task.x, task.y, config, options=options)
    arrays = {"draws": rounded(found.permutations()), "weights": rounded(found.weights)}
    return Answer(task, found.permutations(), found.seconds, arrays=arrays)


#: A small discriminator on inputs of unit size, at a high rate that falls; the textbook gradient,
#: since a random start is far away and a pull that is rejected there is missed.
_GAME = RestartsConfig(
    restarts=6,
    hidden=(64, 64),
    standardise=True,
    batch=256,
    epochs=50,
    lr_generator=1e-2,
    lr_discriminator=1e-2,
    anneal=True,
    cosine=0.0,
    reject=0.0,
    ema=0.99,
)

#: A range of angles: L only says the plane, so that w counts radians.
_RANGE = _GAME.changed(
    coefficients="uniform",
    low=-0.5,
    high=0.5,
    learn_coefficients=True,
    strength=math.sqrt(2),
)

_SETTINGS: dict[str, dict[str, Settings]] = {
    "discrete": {
        "msr": MSRConfig(),
        "augerino": AugerinoConfig(),
        "symmetrygan": _GAME.changed(cosine=0.1),
        # A step either way, or none: more powers of L make a trap of each fraction of the step.
        # The published cosine term keeps some of the starts from falling back to the identity.
        "liegan": _GAME.changed(
            restarts=10,
            epochs=30,
            coefficients="integer-grid",
            low=-1,
            high=1,
            init_scale=2.5,
            cosine=1.0,
        ),
    },
    "continuous": {
        "msr": MSRConfig(),
        "augerino": AugerinoConfig(),
        # Both must be exact: an error grows with the power of the element, or with w.
        "symmetrygan": _GAME.changed(
            restarts=2, epochs=150, cosine=0.03, ema=0.999, lr_generator=3e-3
        ),
        "liegan": _GAME.changed(
            restarts=3, epochs=100, scale=1.5, strength=math.sqrt(2), ema=0.999
        ),
    },
    "given-subset": {
        "augerino": AugerinoConfig(),
        "symmetrygan": _GAME,
        "liegan": _RANGE,
    },
    "unknown-subset": {
        "augerino": AugerinoConfig(),
        "symmetrygan": _GAME,
        "liegan": _RANGE,
    },
}

_PLAYS: dict[str, Callable[..., Answer]] = {
    "msr": _msr,
    "augerino": _augerino,
    "symmetrygan": _symmetrygan,
    "liegan": _liegan,
}


def _method(row: str, method: str, config: Settings) -> Method:
    return Method(
        profiles={"cpu": config},
        play=partial(_PLAYS[method], row=row),
        judge=comparison_metrics,
        data=f"comparison-{row}",
        fingerprint=partial(comparison.fingerprint, name=row),
    )


COMPARISON = Experiment(
    {
        f"{row}-{method}": _method(row, method, config)
        for row, methods in _SETTINGS.items()
        for method, config in methods.items()
    },
    _CANNOT,
)

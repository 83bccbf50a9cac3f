"""The comparison: discrete and continuous groups, and subsets of them, each asked of each method.

The tasks are those of `datasets.comparison`, the rule that of `transformations`. What a method is
told about a task, it is told as it needs it: Augerino the algebra `given`, LieGAN the plane where
it is given, and neither anything of S. The games of LieGAN and SymmetryGAN have as many starts.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from liegan_book.baselines import starts
from liegan_book.baselines.augerino import AugerinoConfig, augerino
from liegan_book.baselines.carried import Carried, CarriedElement
from liegan_book.baselines.msr import MSRConfig, msr
from liegan_book.baselines.starts import FromTurns, Start, StartsConfig
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
from liegan_min.base.settings import Settings
from liegan_min.game.discovery import Discovery, discover
from liegan_min.game.game import Game
from liegan_min.game.pairs import as_pairs

#: Cells of the table that have no run, and why. MSR ties the weights of a linear layer.
_CANNOT = dict.fromkeys(
    ["given-subset-msr", "unknown-subset-msr"],
    "it learns which permutations keep the weights of a linear layer; "
    "a range of angles has no such form, and the labels are no linear map of the points",
)

#: Of LieGAN's game.
RULES: dict[str, type[Game]] = {
    "discrete": FromTurns,
    "continuous": Game,
    "given-subset": Carried,
    "unknown-subset": Carried,
}


def _games(
    row: str, config: StartsConfig, seed: int, once: Callable[..., Start[Any]]
) -> tuple[comparison.Task, list[Start[Any]], int, float]:
    """Play a game on a task from each start."""
    begun = time.perf_counter()
    task = comparison.task(row, seed)
    played, kept = starts.play(partial(once, task, config), seed, config.starts)
    return task, played, kept, time.perf_counter() - begun


def _numbers(played: list[Start[Any]], kept: int) -> dict[str, Any]:
    return {
        "metrics": {"critic": played[kept].critic, "kept": kept},
        "arrays": {
            "starts_critic": rounded([s.critic for s in played]),
            "starts_moved": rounded([s.moved for s in played]),
        },
    }


def _liegan(
    config: StartsConfig, *, row: str, seed: int, device: str, progress: bool | None, **_: Any
) -> Answer:
    def once(task: comparison.Task, config: StartsConfig, seed: int) -> Start[Discovery]:
        found = discover(
            task.pairs(),
            config,
            rules=RULES[row],
            within=task.given if row == "given-subset" else None,
            seed=seed,
            device=device,
            progress=progress,
        )
        return Start(found, draw(found), starts.at_end(found.history))

    task, played, kept, seconds = _games(row, config, seed, once)
    found = played[kept].found
    return Answer(
        task,
        played[kept].draws,
        seconds,
        L=found.bases[-1, 0],
        bases=found.bases[:, 0],
        **_numbers(played, kept),
    )


def _symmetrygan(
    config: StartsConfig, *, row: str, seed: int, device: str, progress: bool | None, **_: Any
) -> Answer:
    def once(task: comparison.Task, config: StartsConfig, seed: int) -> Start[Element]:
        rules = CarriedElement if task.carried else SymmetryGAN
        found = discover_element(
            task.pairs(), config, rules=rules, seed=seed, device=device, progress=progress
        )
        return Start(found, found.g[None], starts.at_end(found.course.history))

    task, played, kept, seconds = _games(row, config, seed, once)
    g = played[kept].found.g
    numbers = _numbers(played, kept)
    numbers["arrays"]["element"] = rounded(g)
    return Answer(task, powers(g, task.truth), seconds, **numbers)


def _augerino(config: AugerinoConfig, *, row: str, seed: int, **how: Any) -> Answer:
    task = comparison.task(row, seed)
    # A label is predicted from the upright points: how far may they turn and still be told apart?
    pairs = as_pairs(task.x, task.y, "label") if task.carried else task.pairs()
    found = augerino(pairs, task.given, config, seed=seed, **how)
    curve = found.history[:: max(1, len(found.history) // 100), 1:]
    arrays = {"range": rounded(found.r), "range_curve": rounded(curve)}
    return Answer(task, found.draw(DRAWS), found.seconds, arrays=arrays)


def _msr(config: MSRConfig, *, row: str, seed: int, **how: Any) -> Answer:
    task = comparison.task(row, seed)
    found = msr(task.x, task.y, config, seed=seed, **how)
    arrays = {"draws": rounded(found.permutations()), "weights": rounded(found.weights)}
    return Answer(task, found.permutations(), found.seconds, arrays=arrays)


#: A small critic on inputs of unit size, at a high rate that falls; the textbook gradient, since a
#: random start is far away and a pull that is rejected there is missed.
_GAME = StartsConfig(
    starts=6,
    hidden=(64, 64),
    standardise=True,
    batch=256,
    epochs=50,
    lr_generator=1e-2,
    lr_critic=1e-2,
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
            starts=10,
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
            starts=2, epochs=150, cosine=0.03, ema=0.999, lr_generator=3e-3
        ),
        "liegan": _GAME.changed(starts=3, epochs=100, scale=1.5, strength=math.sqrt(2), ema=0.999),
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

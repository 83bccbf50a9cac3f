"""Discrete rotation: which matrices turn f(x, y, z) = z / (1 + (θ mod 2π/n)) into itself?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from liegan_book.datasets import cyclic
from liegan_book.experiments.method import Experiment, Method, Play, play_game
from liegan_book.experiments.metrics.cyclic import cyclic_metrics, rotation_group_metrics
from liegan_book.experiments.metrics.discovery import Judged
from liegan_min.base.options import RunOptions
from liegan_min.base.settings import Settings
from liegan_min.discrete.evidence import EvidenceConfig
from liegan_min.discrete.rotation_group import (
    RotationGroup,
    RotationGroupConfig,
    find_rotation_group,
)
from liegan_min.game.config import GameConfig
from liegan_min.game.stack import StackConfig

#: Points of a data set, as published.
POINTS = 20_000

#: The poster's order.
ORDER = 7

#: Published: integer powers -10 … 9 of exp(L), L started from N(0, 2/9), and a faint cosine term.
_PUBLISHED = GameConfig(
    coefficients="integer-grid", low=-10, high=9, cosine=0.01, init_scale=2**0.5 / 3
)

#: Ours: games from 16 random turns. exp(±L) leaves basins of half a step to each side, and no free
#: identity; discriminators of waves see the saw's teeth.
_SEARCH = StackConfig(
    channels=16,
    coefficients="integer-grid",
    low=-1,
    high=1,
    zero=False,
    init_scale=1.6,
    hidden=(64, 64),
    standardise=True,
    batch=128,
    epochs=8,
    lr_generator=1e-2,
    lr_discriminator=5e-3,
    anneal=True,
    reject=1e-3,
    ema=0.99,
)
#: Under the tenth power an error of the angle counts ten times.
_RESTARTS = RotationGroupConfig(
    search=_SEARCH,
    refine=_SEARCH.changed(low=-10, high=10, epochs=12, lr_generator=2e-3, ema=0.998),
)
#: What a chapter has time for: half the games, and discriminators that learn for less long.
_QUICK = RotationGroupConfig(
    search=_SEARCH.changed(channels=8),
    refine=_RESTARTS.refine.changed(epochs=6),
    evidence=EvidenceConfig(stack=2, epochs=10, held_out=2000),
    trial=1000,
)


#: The published game.
_LIEGAN = partial(play_game, source=partial(cyclic.pairs, POINTS, ORDER))


def _restarts(config: RotationGroupConfig, options: RunOptions, *, order: int) -> RotationGroup:
    return find_rotation_group(cyclic.pairs(POINTS, order, options.seed), config, options)


def _method(
    play: Play, judge: Callable[..., Judged], order: int = ORDER, **profiles: Settings
) -> Method:
    return Method(
        profiles=profiles,
        play=play,
        judge=partial(judge, order=order),
        data=f"cyclic-{order}",
        fingerprint=partial(cyclic.fingerprint, POINTS, order),
    )


def _unknown(order: int) -> Method:
    """Return our method on a law of some order; only the judge is told which."""
    return _method(
        partial(_restarts, order=order),
        rotation_group_metrics,
        order,
        paper=_RESTARTS,
        quick=_QUICK,
    )


CYCLIC = Experiment(
    {
        "liegan": _method(_LIEGAN, cyclic_metrics, paper=_PUBLISHED),
        # Control: does the cosine term push the angle off the step?
        "liegan-lambda-0": _method(_LIEGAN, cyclic_metrics, paper=_PUBLISHED.changed(cosine=0.0)),
        "liegan-restarts": _unknown(ORDER),
        # The same settings where the order is another, and where there is no symmetry.
        "liegan-restarts-3": _unknown(3),
        "liegan-restarts-5": _unknown(5),
        "liegan-restarts-12": _unknown(12),
        "liegan-restarts-1": _unknown(1),
    }
)

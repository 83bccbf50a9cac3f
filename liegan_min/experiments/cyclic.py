"""Discrete rotation: which matrices turn f(x, y, z) = z / (1 + (θ mod 2π/n)) into itself?"""

from __future__ import annotations

from functools import partial
from typing import Any

from liegan_min.config import GameConfig
from liegan_min.cyclic_metrics import cyclic_metrics
from liegan_min.datasets import cyclic
from liegan_min.discovery import Discovery, discover
from liegan_min.experiments.method import Experiment, Method

#: Points of a data set, as published.
POINTS = 20_000

#: The poster's order.
ORDER = 7

#: Published: integer powers -10 … 9 of exp(L), L started from N(0, 2/9), and a faint cosine term.
_PUBLISHED = GameConfig(
    coefficients="integer-grid", low=-10, high=9, cosine=0.01, init_scale=2**0.5 / 3
)


def _liegan(config: GameConfig, *, seed: int, **how: Any) -> Discovery:
    return discover(cyclic.pairs(POINTS, ORDER, seed), config, seed=seed, **how)


def _fingerprint(seed: int, order: int) -> str:
    return cyclic.fingerprint(POINTS, order, seed)


CYCLIC = Experiment(
    {
        "liegan": Method(
            profiles={"paper": _PUBLISHED},
            play=_liegan,
            judge=partial(cyclic_metrics, order=ORDER),
            data="cyclic-7",
            fingerprint=partial(_fingerprint, order=ORDER),
        ),
    }
)

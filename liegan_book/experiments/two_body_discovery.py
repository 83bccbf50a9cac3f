"""Two-body discovery: which matrices turn an orbit into an orbit?

The poster's own orbits decide its cells; ours, which need no download, are the control.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from torch import Tensor

from liegan_book.baselines.augerino_plus import AugerinoPlus
from liegan_book.baselines.spectral import Moments, SpectralConfig, spectral
from liegan_book.baselines.symmetrygan import Element, discover_element
from liegan_book.experiments.asked import AskedConfig, ask, direction_metrics, drawn
from liegan_book.experiments.method import Experiment, Method, play_game
from liegan_book.experiments.metrics.discovery import (
    discovery_metrics,
    element_metrics,
    spectral_metrics,
)
from liegan_book.experiments.released import released_methods
from liegan_book.experiments.two_body import (
    BLOCKS,
    EXPANDED,
    ORBITS,
    SO2,
    Data,
    fingerprint,
    orbits_of,
    two_body_pairs,
)
from liegan_min.algebra.linalg import Array
from liegan_min.base.options import RunOptions
from liegan_min.game.config import GameConfig
from liegan_min.game.game import Game

#: What a laptop has time for. A discriminator that sees inputs of unit size needs few neurons and
#: bears a high learning rate; a start near the identity keeps L out of the traps in which bodies
#: turn at different rates; a strong cosine term keeps it from shrinking (chapter 04).
_QUICK = GameConfig(
    hidden=(128, 128),
    standardise=True,
    batch=128,
    epochs=20,
    lr_generator=5e-3,
    lr_discriminator=5e-3,
    anneal=True,
    init_scale=0.1,
    cosine=10.0,
    reject=0.01,
    ema=0.99,
)


def _element(config: GameConfig, options: RunOptions, *, data: str) -> Element:
    return discover_element(two_body_pairs(data), config, mask=BLOCKS, options=options)


def _spectral(config: SpectralConfig, options: RunOptions, *, data: str) -> Moments:
    return spectral(two_body_pairs(data), config, mask=BLOCKS, seed=options.seed)


def _game(
    data: str, mask: Tensor = BLOCKS, rules: type[Game] = Game, **profiles: GameConfig
) -> Method:
    """Return a method that plays a game and finds a basis."""
    return Method(
        profiles=profiles,
        play=partial(play_game, source=lambda seed: two_body_pairs(data), mask=mask, rules=rules),
        judge=partial(discovery_metrics, truth=SO2),
        data=data,
        fingerprint=fingerprint(data),
    )


def _symmetrygan(data: str, config: GameConfig) -> Method:
    return Method(
        {"paper": config},
        partial(_element, data=data),
        partial(element_metrics, truth=SO2),
        data=data,
        fingerprint=fingerprint(data),
    )


def _orbits(
    rng: np.random.Generator, count: int | None, data: str
) -> tuple[Mapping[str, Any], Array]:
    """Return what `discover` is told of some orbits: each state, and which orbit it is of.

    No search space: all of gl(8).
    """
    orbits = orbits_of(data)["train"]
    orbits = orbits[drawn(rng, len(orbits), count)]
    states = np.asarray(orbits, dtype=np.float64).reshape(-1, orbits.shape[-1])
    run = np.repeat(np.arange(len(orbits)), orbits.shape[1])
    return {"data": pd.DataFrame(states).assign(run=run), "trajectory": "run"}, states


def _asked(data: str, config: AskedConfig) -> Method:
    return Method(
        {"paper": config},
        partial(ask, told=partial(_orbits, data=data)),
        partial(direction_metrics, truth=SO2),
        data=data,
        fingerprint=fingerprint(data),
    )


#: The README of the published code: λ = 1, σ = 1. Its saved generator holds σ = 3, and a norm that
#: λ = 10 leads to.
README = GameConfig()
#: Published for Augerino+: one optimiser for both players.
_SUPERVISED = GameConfig(lr_discriminator=1e-3, beta1_generator=0.9)
#: Published for the expanded search.
_ES = GameConfig(cosine=10.0, scale=3.0, init_scale=0.01)


def two_body_discovery(whose: Data) -> Experiment:
    """Return the experiment on the published orbits, or on ours."""
    data = ORBITS[whose]
    methods = {
        "liegan": _game(data, paper=README, quick=_QUICK),
        "liegan-es": _game(data, EXPANDED, paper=_ES, quick=_QUICK),
        "augerino-plus": _game(data, rules=AugerinoPlus, paper=_SUPERVISED),
        "symmetrygan": _symmetrygan(data, README),
        # Half of the pairs, so that seeds differ; there is nothing else to draw.
        "spectral": Method(
            {"paper": SpectralConfig(subsample=0.5)},
            partial(_spectral, data=data),
            partial(spectral_metrics, truth=SO2),
            data=data,
            fingerprint=fingerprint(data),
        ),
        # What `discover` answers, from half of the orbits so that seeds differ.
        "weak-form": _asked(data, AskedConfig(question="law", samples=400)),
        "fitted": _asked(data, AskedConfig(question="task", samples=400)),
        # The other settings that the published generator may have been made with. The first is
        # the remedy for the collapse that λ = 1 leads to (chapter 04).
        "liegan-lambda-10": _game(data, paper=README.changed(cosine=10.0)),
        "liegan-sigma-3": _game(data, paper=README.changed(scale=3.0)),
        "liegan-lambda-10-sigma-3": _game(data, paper=README.changed(cosine=10.0, scale=3.0)),
        "symmetrygan-lambda-10": _symmetrygan(data, README.changed(cosine=10.0)),
    }
    if whose == "ours":
        # The control that shows why it collapses: the same game on orbits that start anywhere.
        return Experiment(methods | {"liegan-full-circle": _game("two-body-full", paper=README)})
    return Experiment(methods | released_methods())

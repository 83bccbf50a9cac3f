"""Two-body discovery: which matrices turn an orbit into an orbit?"""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from liegan_book.baselines.augerino_plus import AugerinoPlus
from liegan_book.baselines.spectral import Moments, SpectralConfig, spectral
from liegan_book.baselines.symmetrygan import Element, discover_element
from liegan_book.datasets import store, two_body
from liegan_book.experiments.method import Experiment, Method, play_game
from liegan_book.experiments.metrics.discovery import (
    discovery_metrics,
    element_metrics,
    spectral_metrics,
)
from liegan_min.algebra import groups
from liegan_min.base.options import RunOptions
from liegan_min.game.config import GameConfig
from liegan_min.game.game import Game
from liegan_min.game.pairs import Pairs, as_pairs

#: The truth of the two-body task: one angle turns q1, p1, q2 and p2 together.
SO2 = groups.diagonal(groups.so(2), 4)

#: Search spaces on (q1, p1, q2, p2). Each 2 x 2 block on its own, as published …
BLOCKS = torch.kron(torch.eye(4), torch.ones(2, 2))
#: … and the expanded search: q1 may mix with q2, and p1 with p2, but not q with p.
EXPANDED = torch.kron(torch.ones(2, 2), BLOCKS[:4, :4])


def two_body_pairs(
    data: str = "two-body", split: str = "train", inputs: int = 1, outputs: int = 1
) -> Pairs:
    """Return committed orbits, "train" or "test", cut into pairs of states."""
    return as_pairs(*two_body.windows(store.load(data)[split], inputs, outputs), "vector")


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


def _element(config: GameConfig, options: RunOptions) -> Element:
    return discover_element(two_body_pairs(), config, mask=BLOCKS, options=options)


def _spectral(config: SpectralConfig, options: RunOptions) -> Moments:
    return spectral(two_body_pairs(), config, mask=BLOCKS, seed=options.seed)


def _method(
    mask: Tensor = BLOCKS, data: str = "two-body", rules: type[Game] = Game, **profiles: GameConfig
) -> Method:
    """Return a method that plays a game and finds a basis."""
    return Method(
        profiles=profiles,
        play=partial(play_game, source=lambda seed: two_body_pairs(data), mask=mask, rules=rules),
        judge=partial(discovery_metrics, truth=SO2),
        data=data,
    )


#: Published for Augerino+: one optimiser for both players.
_SUPERVISED = GameConfig(lr_discriminator=1e-3, beta1_generator=0.9)

TWO_BODY_DISCOVERY = Experiment(
    {
        "liegan": _method(paper=GameConfig(), quick=_QUICK),
        "liegan-es": _method(
            EXPANDED, paper=GameConfig(cosine=10.0, scale=3.0, init_scale=0.01), quick=_QUICK
        ),
        "augerino-plus": _method(rules=AugerinoPlus, paper=_SUPERVISED),
        "symmetrygan": Method(
            {"paper": GameConfig()}, _element, partial(element_metrics, truth=SO2), "two-body"
        ),
        # Half of the pairs, so that seeds differ; there is nothing else to draw.
        "spectral": Method(
            {"paper": SpectralConfig(subsample=0.5)},
            _spectral,
            partial(spectral_metrics, truth=SO2),
            "two-body",
        ),
        # The remedy for the collapse that λ = 1 leads to, and the control that shows why it
        # happens: the same game on orbits that start anywhere (chapter 04).
        "liegan-lambda-10": _method(paper=GameConfig(cosine=10.0)),
        "liegan-full-circle": _method(data="two-body-full", paper=GameConfig()),
    }
)

"""Top-tagging discovery: which matrices turn the constituents of a jet into those of a jet?

Samples are the leading constituents of jets, (E, px, py, pz) in GeV, and whether a top quark made
them. The rules that end a run are fixed here, and none of them looks at the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import torch

from liegan_book.baselines.augerino_plus import AugerinoPlus
from liegan_book.datasets import four_momenta, store
from liegan_book.datasets.jets import storage
from liegan_book.datasets.jets.packing import unpack
from liegan_book.experiments.asked import AskedConfig, ask, cone_metrics, drawn
from liegan_book.experiments.method import Experiment, Method, Source, play_game
from liegan_book.experiments.metrics.lorentz import lorentz_metrics
from liegan_min.algebra.linalg import Array
from liegan_min.base import files
from liegan_min.equivariant.jets import Jets
from liegan_min.game.config import GameConfig
from liegan_min.game.game import Game
from liegan_min.game.pairs import Pairs, as_pairs

#: Room for so(1,3), of dimension 6, and one direction more.
CHANNELS = 7


def jets_of(data: str) -> Jets:
    """Return the committed jets: "jets" (all constituents), or "jets-leading" (100,000 jets)."""
    return storage.load("train") if data == "jets" else unpack(store.load(data))


def jet_pairs(data: str = "jets-leading", constituents: int = 2, jets: int | None = None) -> Pairs:
    """Return the leading constituents of jets, (n, constituents, 4), and their labels.

    Args:
        data: see `jets_of`.
        constituents: of each jet; a jet with fewer is left out.
        jets: how many, from the first; default: all.
    """
    found = jets_of(data)
    found = found.take(found.counts >= constituents).take(slice(jets))
    return as_pairs(found.leading(constituents), found.label.astype(np.int64), "label")


def _jets(seed: int, **what: Any) -> Pairs:
    return jet_pairs(**what)


def _shuffled(seed: int, source: Source) -> Pairs:
    """Hand the labels round: what the game still finds, it does not find from them."""
    pairs = source(seed)
    y = np.random.default_rng(seed).permutation(np.asarray(pairs.y))
    return as_pairs(np.asarray(pairs.x), y, "label")


def _scaled(seed: int) -> Pairs:
    """Return jets in units of 100 GeV."""
    pairs = _jets(seed)
    return Pairs(pairs.x / 100, pairs.y, pairs.y_kind)


def _heavy(seed: int, most: float) -> Pairs:
    """Give each constituent a mass of u|p|, with u uniform from 0 to `most`: the cone dissolves."""
    pairs = _jets(seed)
    x = np.asarray(pairs.x, dtype=np.float64)
    u = most * np.random.default_rng(seed).random(x.shape[:2])
    x[..., 0] = np.sqrt(1 + u**2) * np.linalg.norm(x[..., 1:], axis=-1)
    return as_pairs(x, np.asarray(pairs.y), "label")


def _cone(seed: int) -> Pairs:
    made = four_momenta.massless(100_000, seed)
    return as_pairs(made.p, made.label, "label")


def _events(seed: int) -> Pairs:
    made = four_momenta.events(100_000, seed)
    return as_pairs(made.p, made.label, "label")


def _method(
    source: Source = _jets, *, rules: type[Game] = Game, data: str = "jets-leading", **profiles: Any
) -> Method:
    return Method(
        profiles=profiles,
        play=partial(play_game, source=source, rules=rules, held_out=0.05),
        judge=lorentz_metrics,
        data=data,
        fingerprint=None if data in store.NAMES else partial(_fingerprint, source=source),
    )


def _some_jets(rng: np.random.Generator, count: int | None) -> tuple[Mapping[str, Any], Array]:
    """Return what `discover` is told of some jets: two constituents of each, and its label."""
    pairs = jet_pairs()
    rows = drawn(rng, len(pairs.x), count)
    x = np.asarray(pairs.x, dtype=np.float64)[rows]
    return {"data": x, "y": np.asarray(pairs.y)[rows], "y_kind": "label"}, x


def _asked(config: AskedConfig) -> Method:
    play = partial(ask, told=_some_jets)
    return Method({"paper": config}, play, cone_metrics, data="jets-leading")


def _fingerprint(seed: int, source: Source) -> str:
    pairs = source(seed)
    return files.digest({"x": pairs.x, "y": torch.as_tensor(pairs.y)})


#: Published: 7 channels from N(0, 2/16), λ = 1, η = 0.1, batch 64. The published loop ends after
#: 100 passes. Before that one channel takes over, and the others are played no more (chapter 07);
#: so this one ends where the longest channel is first twice as long as the median one. An epoch is
#: 100 steps, so that the rule is asked often enough.
_PUBLISHED = GameConfig(
    channels=CHANNELS,
    init_scale=0.125**0.5,
    cosine=1.0,
    correlation=0.1,
    epochs=500,
    epoch_size=6400,
    ema=0.99,
    stop_ratio=2.0,
)


_UNSTOPPED = _PUBLISHED.changed(stop_ratio=None, epochs=300)

#: Ours: each channel is held at one norm, so that none takes over and none goes to sleep; then
#: nothing has to be stopped, and learning rates that fall to 0 let the basis settle.
_HELD = _PUBLISHED.changed(
    strength=0.25,
    cosine=0.0,
    batch=256,
    epochs=60,
    epoch_size=25_600,
    lr_generator=1e-2,
    lr_discriminator=5e-4,
    anneal=True,
    stop_ratio=None,
)
#: What a laptop has time for: a smaller discriminator that learns faster.
_QUICK = _HELD.changed(
    strength=0.5,
    hidden=(128, 128),
    batch=64,
    epochs=40,
    epoch_size=6400,
    lr_generator=2e-2,
    lr_discriminator=2e-3,
)
#: The label's edge is learned more slowly than a cone that every sample lies on.
_EVENTS = _HELD.changed(strength=0.5, lr_discriminator=3e-3)
#: Published for Augerino+: one optimiser for both players.
_AUGERINO = _UNSTOPPED.changed(lr_discriminator=1e-3, beta1_generator=0.9, epochs=200)

TOP_TAGGING_DISCOVERY = Experiment(
    {
        "liegan": _method(paper=_PUBLISHED, quick=_QUICK),
        "augerino-plus": _method(rules=AugerinoPlus, paper=_AUGERINO),
        "liegan-held": _method(paper=_HELD),
        # The published recipe to its end: it passes through the answer.
        "liegan-unstopped": _method(paper=_UNSTOPPED),
        # Controls: what of the answer comes from the labels, from the cone, from the units?
        "liegan-shuffled": _method(partial(_shuffled, source=_jets), paper=_PUBLISHED),
        "held-shuffled": _method(partial(_shuffled, source=_jets), paper=_HELD),
        "held-cone": _method(_cone, data="massless", paper=_HELD),
        "held-heavy": _method(partial(_heavy, most=1.0), paper=_HELD),
        "held-heavier": _method(partial(_heavy, most=4.0), paper=_HELD),
        "held-scaled": _method(_scaled, paper=_HELD),
        # A law that knows of no cone, and a label that does.
        "held-events": _method(_events, data="events", paper=_EVENTS),
        "held-events-shuffled": _method(
            partial(_shuffled, source=_events), data="events", paper=_EVENTS
        ),
        # How the answer depends on what it is given.
        "held-strong": _method(paper=_HELD.changed(strength=0.5)),
        # Chosen on seeds 100 and 101, by the residual of the seventh direction: norm 1 loses the
        # dilation, at either length.
        "held-long": _method(paper=_HELD.changed(strength=0.5, epochs=180)),
        "held-1k": _method(
            partial(_jets, jets=1_000), paper=_HELD.changed(epoch_size=None, epochs=1500)
        ),
        # What `discover` answers to each of its questions.
        "vanishing": _asked(AskedConfig(question="support", samples=1_000)),
        "weak-form": _asked(AskedConfig(question="law", samples=20_000)),
        "fitted": _asked(AskedConfig(question="task", samples=20_000)),
        "held-8": _method(paper=_HELD.changed(channels=8)),
    }
)

"""The comparison: discrete and continuous groups, and subsets of them, each asked of each method.

The tasks are those of `datasets.comparison`, the rule that of `transformations`. What a method is
told about a task, it is told as it needs it: Augerino the algebra `given`, LieGAN the plane where
it is given, and neither anything of S. The games of LieGAN and SymmetryGAN have as many starts.
"""

from __future__ import annotations

import math
from functools import partial

from liegan_book.baselines.augerino import AugerinoConfig
from liegan_book.baselines.msr import MSRConfig
from liegan_book.datasets import comparison
from liegan_book.experiments.comparison_plays import PLAYS
from liegan_book.experiments.method import Experiment, Method
from liegan_book.experiments.metrics.comparison import comparison_metrics
from liegan_min.base.settings import Settings
from liegan_min.game.restarts import RestartsConfig

#: Cells of the table that have no run, and why. MSR ties the weights of a linear layer.
_CANNOT = dict.fromkeys(
    ["given-subset-msr", "unknown-subset-msr"],
    "it learns which permutations keep the weights of a linear layer; "
    "a range of angles has no such form, and the labels are no linear map of the points",
)


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


def _method(row: str, method: str, config: Settings, **asked: bool) -> Method:
    return Method(
        profiles={"cpu": config},
        play=partial(PLAYS[method], row=row, **asked),
        judge=comparison_metrics,
        data=f"comparison-{row}",
        fingerprint=partial(comparison.fingerprint, name=row),
    )


#: Beside the square of rows and methods: what else a method can say, or could be given.
_BESIDE = {
    # All turns that MSR's ties allow, in place of the permutations that keep them.
    "discrete-msr-commutant": _method("discrete", "msr", MSRConfig(), commutant=True),
    "continuous-msr-commutant": _method("continuous", "msr", MSRConfig(), commutant=True),
    # The axis along one of the generators that Augerino is given.
    "continuous-upright-augerino": _method("continuous-upright", "augerino", AugerinoConfig()),
    # The published game compares moved data with themselves; Augerino gets the points of both laws.
    **{
        f"{row}-{method}-{name}": _method(row, method, config, **{name.replace("-", "_"): True})
        for row in ("given-subset", "unknown-subset")
        for method, name, config in (
            ("liegan", "one-law", _RANGE),
            ("augerino", "two-laws", AugerinoConfig()),
        )
    },
}

COMPARISON = Experiment(
    {
        f"{row}-{method}": _method(row, method, config)
        for row, methods in _SETTINGS.items()
        for method, config in methods.items()
    }
    | _BESIDE,
    _CANNOT,
)

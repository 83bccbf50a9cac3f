"""Simple top taggers: a window in jet mass, and boosted trees on high-level observables.

A tagger gives each jet a score, higher for a top. Everything that is chosen is chosen before the
test split is opened: trees and windows are fitted on the training split, thresholds on the
validation split. Needs the extra `jets` for scikit-learn, imported when trees are first grown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from pydantic import Field

from liegan_book.datasets.jets.observables import AXES, EXPONENTS
from liegan_book.extras import needed
from liegan_book.training import roc
from liegan_book.training.roc import F64, Labels, Score, check
from liegan_min.base.errors import InputError
from liegan_min.base.settings import Settings

#: Observables by name, (n,) each, as `observables.features` gives them.
Columns = Mapping[str, F64]
Tagger = Callable[[Columns], F64]

_TAU = tuple(f"tau{n}_{beta:g}" for beta in EXPONENTS for n in AXES)

#: What each boosted tagger sees.
INPUTS: dict[str, tuple[str, ...]] = {
    "mass": ("mass",),
    "multiplicity": ("multiplicity",),
    "n-subjettiness": _TAU,
    "all": (
        *("mass", "multiplicity", "pt_dispersion", *_TAU),
        *("pair_mass_1", "pair_mass_2", "pair_mass_3"),
    ),
}


class TreesConfig(Settings):
    """Settings of the boosted trees."""

    rounds: int = Field(100, ge=1, description="trees, one after the other")
    rate: float = Field(0.1, gt=0, description="share of each tree's correction that is used")
    leaves: int = Field(15, ge=2, description="most leaves of a tree")
    features: float = Field(
        1.0, gt=0, le=1, description="share of the observables that a split chooses from, at random"
    )
    seed: int = Field(0, ge=0)


def mass_window(columns: Columns, label: Labels) -> Tagger:
    """Return the score -|F(m) - 1/2|, with F the share of training tops that are lighter than m.

    A threshold on it is a window in mass that holds the middle share of the tops.

    Raises:
        InputError: if the labels are not 0 and 1, both present.
    """
    check(columns["mass"], label)
    tops = np.sort(columns["mass"][label == 1])
    share = (np.arange(len(tops)) + 0.5) / len(tops)
    return lambda c: -np.abs(np.interp(c["mass"], tops, share, left=0, right=1) - 0.5)


def boosted_trees(
    columns: Columns, label: Labels, names: Sequence[str], config: TreesConfig | None = None
) -> Tagger:
    """Grow gradient-boosted trees on some observables; the score is the log-odds of a top.

    Raises:
        InputError: if the labels are not 0 and 1, both present, or a name is not a column.
        MissingExtraError: if the extra `jets` is not installed.
    """
    config = config or TreesConfig()
    x = _matrix(columns, names)
    check(x, label)
    model = needed("sklearn.ensemble", "growing trees").HistGradientBoostingClassifier(
        max_iter=config.rounds,
        learning_rate=config.rate,
        max_leaf_nodes=config.leaves,
        max_features=config.features,
        early_stopping=False,  # it would split the training jets once more
        random_state=config.seed,
    )
    model.fit(x, label)
    return lambda c: np.asarray(model.decision_function(_matrix(c, names)), dtype=np.float64)


def judge(
    tagger: Tagger, validation: tuple[Columns, Labels], test: tuple[Columns, Labels]
) -> Score:
    """Score both splits with a tagger, and judge the scores.

    Raises:
        InputError: see `roc.judge`.
    """
    return roc.judge(tagger(validation[0]), validation[1], tagger(test[0]), test[1])


def _matrix(columns: Columns, names: Sequence[str]) -> F64:
    if missing := [name for name in names if name not in columns]:
        raise InputError(f"no column {missing[0]!r}; there are: {', '.join(columns)}")
    return np.stack([columns[name] for name in names], axis=1)

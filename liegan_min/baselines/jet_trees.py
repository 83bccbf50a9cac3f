"""Simple top taggers: a window in jet mass, and boosted trees on high-level observables.

A tagger gives each jet a score, higher for a top. Everything that is chosen is chosen before the
test split is opened: trees and windows are fitted on the training split, thresholds on the
validation split. Needs the extra `jets` for scikit-learn, imported when trees are first grown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.stats import binomtest, rankdata

from liegan_min.config import Settings
from liegan_min.errors import InputError
from liegan_min.extras import needed
from liegan_min.jet_observables import AXES, EXPONENTS

F64 = NDArray[np.float64]
Labels = NDArray[np.int8]
#: Observables by name, (n,) each, as `jet_observables.features` gives them.
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

#: Shares of tops kept at which the rejection of QCD is reported, as the benchmark's tables do.
EFFICIENCIES = (0.5, 0.3)


class TreesConfig(Settings):
    """Settings of the boosted trees."""

    rounds: int = Field(100, ge=1, description="trees, one after the other")
    rate: float = Field(0.1, gt=0, description="share of each tree's correction that is used")
    leaves: int = Field(15, ge=2, description="most leaves of a tree")
    seed: int = Field(0, ge=0)


@dataclass(frozen=True)
class Rejection:
    """QCD jets for each one that passes, where the validation split keeps a share of its tops.

    Attributes:
        efficiency: ε_S, share of the test tops that pass.
        passed: QCD jets of the test split that pass.
        value: 1/ε_B; infinite if none passes.
        low, high: the binomial (Clopper-Pearson) interval of 68 %.
    """

    efficiency: float
    passed: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Score:
    """A tagger on the test split, each number with one standard error.

    Attributes:
        accuracy: share of jets on the right side of the threshold; its error is binomial.
        auroc: share of pairs (top, QCD) that are ranked right; its error is DeLong's.
        rejection: by the share of tops that is kept on the validation split.
    """

    accuracy: float
    accuracy_error: float
    auroc: float
    auroc_error: float
    rejection: dict[float, Rejection]


def mass_window(columns: Columns, label: Labels) -> Tagger:
    """Return the score -|F(m) - 1/2|, with F the share of training tops that are lighter than m.

    A threshold on it is a window in mass that holds the middle share of the tops.

    Raises:
        InputError: if the labels are not 0 and 1, both present.
    """
    _check(columns["mass"], label)
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
    _check(x, label)
    model = needed("sklearn.ensemble", "growing trees").HistGradientBoostingClassifier(
        max_iter=config.rounds,
        learning_rate=config.rate,
        max_leaf_nodes=config.leaves,
        early_stopping=False,  # it would split the training jets once more
        random_state=config.seed,
    )
    model.fit(x, label)
    return lambda c: np.asarray(model.decision_function(_matrix(c, names)), dtype=np.float64)


def judge(
    tagger: Tagger, validation: tuple[Columns, Labels], test: tuple[Columns, Labels]
) -> Score:
    """Choose thresholds on the validation split and measure the tagger on the test split.

    Raises:
        InputError: if the labels of a split are not 0 and 1, both present.
    """
    chosen, truth = tagger(validation[0]), validation[1]
    scores, label = tagger(test[0]), test[1]
    _check(chosen, truth)
    _check(scores, label)
    accuracy = float(np.mean((scores >= best_threshold(chosen, truth)) == (label == 1)))
    area, error = auroc(scores, label)
    return Score(
        accuracy=accuracy,
        accuracy_error=float(np.sqrt(accuracy * (1 - accuracy) / len(label))),
        auroc=area,
        auroc_error=error,
        rejection={
            share: _rejection(scores, label, threshold_at(share, chosen, truth))
            for share in EFFICIENCIES
        },
    )


def best_threshold(scores: F64, label: Labels) -> float:
    """Return the threshold of best accuracy; jets at or above it are called top."""
    order = np.argsort(scores)[::-1]
    s, gain = scores[order], np.cumsum(np.where(label[order] == 1, 1, -1))
    gain[:-1][s[:-1] == s[1:]] = -len(s)  # equal scores fall on the same side
    best = int(np.argmax(gain))
    if gain[best] <= 0:
        return float("inf")
    # Halfway to the next score, so that neither side is decided by rounding.
    return float(s[best] if best + 1 == len(s) else (s[best] + s[best + 1]) / 2)


def threshold_at(share: float, scores: F64, label: Labels) -> float:
    """Return the threshold that at least a share of the tops reach."""
    tops = np.sort(scores[label == 1])[::-1]
    return float(tops[int(np.ceil(share * len(tops))) - 1])


def auroc(scores: F64, label: Labels) -> tuple[float, float]:
    """Return the area under the ROC curve and its standard error (DeLong, 1988).

    The area is the chance that a top scores above a QCD jet, ties counting half.

    Raises:
        InputError: if the labels are not 0 and 1, both present.
    """
    _check(scores, label)
    top, qcd = scores[label == 1], scores[label == 0]
    m, n = len(top), len(qcd)
    ranks = rankdata(np.concatenate([top, qcd]))
    above = (ranks[:m] - rankdata(top)) / n  # share of QCD below each top
    below = 1 - (ranks[m:] - rankdata(qcd)) / m  # share of tops above each QCD jet
    variance = (above.var(ddof=1) if m > 1 else 0) / m + (below.var(ddof=1) if n > 1 else 0) / n
    return float(above.mean()), float(np.sqrt(variance))


def _rejection(scores: F64, label: Labels, threshold: float) -> Rejection:
    passes = scores >= threshold
    passed, qcd = int(passes[label == 0].sum()), int((label == 0).sum())
    interval = binomtest(passed, qcd).proportion_ci(0.68, method="exact")
    return Rejection(
        efficiency=float(passes[label == 1].mean()),
        passed=passed,
        value=qcd / passed if passed else float("inf"),
        low=float(1 / interval.high),
        high=float(1 / interval.low) if interval.low else float("inf"),
    )


def _check(x: F64, label: Labels) -> None:
    if len(x) != len(label):
        raise InputError(f"{len(x)} jets and {len(label)} labels; give one label a jet")
    if set(np.unique(label).tolist()) != {0, 1}:
        raise InputError("labels must be 0 (QCD) and 1 (top), and both must be there")


def _matrix(columns: Columns, names: Sequence[str]) -> F64:
    if missing := [name for name in names if name not in columns]:
        raise InputError(f"no column {missing[0]!r}; there are: {', '.join(columns)}")
    return np.stack([columns[name] for name in names], axis=1)

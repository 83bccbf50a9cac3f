"""How good a top tagger is, from its scores alone: accuracy, area under the ROC curve, rejection.

A score is higher for a top. Thresholds are chosen on the validation split, before the test split is
opened.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, rankdata

from liegan_min.base.errors import InputError

F64 = NDArray[np.float64]
Labels = NDArray[np.int8]

#: Shares of tops kept at which the rejection of QCD is reported, as the benchmark's tables do.
EFFICIENCIES = (0.5, 0.3)


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


def judge(chosen: F64, truth: Labels, scores: F64, label: Labels) -> Score:
    """Choose thresholds on the validation split and measure the scores of the test split.

    Args:
        chosen: scores of the validation split, (n,).
        truth: its labels, (n,).
        scores: scores of the test split, (m,).
        label: its labels, (m,).

    Raises:
        InputError: if a split's labels are not 0 and 1, both present, or are not one a score.
    """
    check(chosen, truth)
    check(scores, label)
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
    check(scores, label)
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


def check(x: F64, label: Labels) -> None:
    """Raise an InputError unless there is one label a row, 0 or 1, and both occur."""
    if len(x) != len(label):
        raise InputError(f"{len(x)} jets and {len(label)} labels; give one label a jet")
    if set(np.unique(label).tolist()) != {0, 1}:
        raise InputError("labels must be 0 (QCD) and 1 (top), and both must be there")

"""How often a game finds what there is: the share of many seeds, with a binomial interval."""

from __future__ import annotations

import torch
from scipy.stats import binomtest

from liegan_book import tolerances
from liegan_book.experiments.many_seeds import Many
from liegan_book.experiments.metrics.cyclic import generates, rotation_of
from liegan_book.experiments.metrics.discovery import Judged, rounded
from liegan_min.algebra.lie_algebra import LieAlgebra


def share(found: list[bool]) -> dict[str, float | int | bool | None]:
    """Return how many of the seeds found it, and their share with its 95 % interval (Wilson's).

    Args:
        found: whether each seed did; at least one.
    """
    result = binomtest(sum(found), len(found))
    interval = result.proportion_ci(0.95, method="wilson")
    return {
        "seeds": len(found),
        "successes": sum(found),
        "rate": result.statistic,
        "rate_low": float(interval.low),
        "rate_high": float(interval.high),
    }


def _judged(many: Many, found: list[bool]) -> Judged:
    """Put together what both tasks tell; what a lost game found does not count."""
    kept = [good and not gone for good, gone in zip(found, many.lost.tolist(), strict=True)]
    metrics = share(kept) | {"lost": int(many.lost.sum()), "epochs": len(many.bases)}
    arrays = {
        "success": [int(good) for good in kept],
        "norm": rounded(torch.linalg.vector_norm(many.bases[-1], dim=(1, 2))),
    }
    return metrics, arrays


def two_body_seeds(many: Many, truth: LieAlgebra) -> Judged:
    """Hold each seed's averaged basis to the bar of two-body discovery (`discovery_metrics`).

    Returns:
        metrics: those of `share`, the seeds that were lost, and epochs; arrays, by seed: the
        cosine, the norm, and whether it was found.
    """
    cosines = [algebra.cosine(truth, many.support) for algebra in many.algebras]
    metrics, arrays = _judged(many, [c >= tolerances.FOUND for c in cosines])
    return metrics, arrays | {"support_cosine": rounded(cosines)}


def cyclic_seeds(many: Many, order: int) -> Judged:
    """Hold each seed's averaged basis to the bar of the cyclic task (`cyclic_metrics`).

    Returns:
        The same as `two_body_seeds`, with the angle in steps in place of the cosine.
    """
    turns = [rotation_of(L, order) for L in many.bases[-1]]
    metrics, arrays = _judged(many, [generates(turn, order) for turn in turns])
    return metrics, arrays | {"steps": rounded([turn.steps for turn in turns])}

"""`discover` as a method of an experiment: its answer to one question, judged as the others are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from liegan_book.experiments.metrics.discovery import Judged, rounded
from liegan_book.experiments.metrics.lorentz import CONE
from liegan_min.algebra import linalg
from liegan_min.algebra.groups import ETA
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.options import RunOptions
from liegan_min.base.settings import Settings
from liegan_min.discover import Answer, discover
from liegan_min.discover.answer import Question


class AskedConfig(Settings):
    """Settings of a question."""

    question: Question
    samples: int | None = Field(
        None, ge=2, description="orbits or jets, drawn with the seed; default: all"
    )


@dataclass(frozen=True)
class Asked:
    """An answer.

    Attributes:
        support: (k, r), the directions in which x is not zero.
        seconds: wall time, reading included.
    """

    answer: Answer
    support: linalg.Array
    seconds: float


#: What `discover` is to be told of so many samples of a seed, and their x.
Told = Callable[[np.random.Generator, int | None], tuple[Mapping[str, Any], linalg.Array]]


def ask(config: AskedConfig, options: RunOptions, *, told: Told) -> Asked:
    """Put the question to samples that the seed draws."""
    how, x = told(np.random.default_rng(options.seed), config.samples)
    report = discover(**how, ask=[config.question], seed=options.seed)
    return Asked(report[config.question], linalg.support(x), report.seconds)


def _of_any(found: Asked) -> Judged:
    """Return the figures that do not depend on the truth."""
    answer = found.answer
    metrics: dict[str, float | int | bool | None] = {
        "found": answer.verdict == "found",
        "dimension": answer.dimension,
        "p_value": answer.p_value,
        "violation": answer.violation,
        "bound": answer.certificate.delta if answer.certificate else None,
        "support_rank": int(found.support.shape[1]),
    }
    return metrics, {"basis": rounded(answer.basis), "spectrum": rounded(answer.spectrum)}


def direction_metrics(found: Asked, truth: LieAlgebra) -> Judged:
    """Compare what was found with the truth, if there is anything."""
    metrics, arrays = _of_any(found)
    algebra = found.answer.algebra
    if algebra is not None:
        metrics["support_cosine"] = algebra.cosine(truth, found.support)
        metrics["grassmann"] = algebra.grassmann(truth, found.support)
    return metrics, arrays


def cone_metrics(found: Asked) -> Judged:
    """Compare what was found on momenta with what keeps the light cone, and its form with η."""
    metrics, arrays = _of_any(found)
    algebra = found.answer.algebra
    if algebra is not None:
        angles = np.degrees(algebra.principal_angles(CONE))
        metrics["cone_angle_deg"] = float(angles.max())
        if algebra.dim > 1:  # one turn alone keeps many forms
            form = algebra.invariant_form()
            J = form.J / form.J.norm() * ETA.norm()
            metrics["cos_J"] = form.cosine(ETA)
            metrics["J_error"] = float(min((s * J - ETA).norm() for s in (-1, 1)))
        arrays["cone_angles_deg"] = rounded(angles)
    return metrics, arrays


def drawn(rng: np.random.Generator, n: int, count: int | None) -> NDArray[np.intp]:
    """Return which of n samples are drawn, in their order; all where no count is given."""
    return np.sort(rng.permutation(n)[:count]).astype(np.intp)

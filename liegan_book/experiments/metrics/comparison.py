"""The figures that the comparison of methods is judged by: the same few for every cell.

All come from what a method draws (`transformations`): `valid`, `covered` and `success`, and for the
two subsets the smallest and the largest angle that it draws in the true plane. A method that
learns a direction L also has its angle to the true one, `plane_deg`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from liegan_book.baselines.transformations import Shares, angles, distance, shares
from liegan_book.datasets.comparison import Task
from liegan_book.experiments.metrics.discovery import Judged, rounded
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base import tolerances
from liegan_min.game.coefficients import Coefficients
from liegan_min.game.discovery import Discovery

#: Draws of a method that can be drawn from without end.
DRAWS = 1000

#: Angles of them that a record holds.
SHOWN = 200

#: Largest power of one element that may stand for what it generates.
POWERS = 50


@dataclass(frozen=True)
class Answer:
    """What a method answers to a task.

    Attributes:
        draws: (m, 3, 3), float64.
        L: (3, 3), the one direction that it learned, if it did.
        bases: (epochs, 3, 3), how L got there.
        seconds: wall time of the run.
        metrics, arrays: what else a record is to hold.
    """

    task: Task
    draws: Tensor
    seconds: float
    L: Tensor | None = None
    bases: Tensor | None = None
    metrics: dict[str, float | int | bool | None] = field(default_factory=dict)
    arrays: dict[str, list[Any]] = field(default_factory=dict)


def draw(found: Discovery, n: int = DRAWS, seed: int = 0) -> Tensor:
    """Draw g = exp(Σ w_i L_i), (n, k, k), from the averaged basis and the learned γ_β.

    The basis is taken as it was played: `Discovery.algebra` has other signs, and γ_β need not be
    symmetric.
    """
    gamma: Coefficients = found.config.distribution()
    for name, parameter in gamma.named_parameters():
        parameter.data = torch.tensor(found.coefficients[name]).view_as(parameter)
    with torch.no_grad():
        w = gamma.sample(n, torch.Generator().manual_seed(seed))
    return LieAlgebra(found.bases[-1]).exp(w)


def powers(g: Tensor, truth: Tensor, most: int = POWERS) -> Tensor:
    """Return g^-p … g^p, (2p + 1, k, k), for the p of 1 … `most` that serves g, (k, k), best.

    One element does not say how many of its powers are meant. Few do not cover a large set, and
    many leave it: an error of g grows p times. To be told the best p is an advantage that only a
    method of one element has.
    """
    g = g.double()
    back = torch.linalg.pinv(g)  # an element that is not one may be singular
    every = torch.stack(
        [torch.linalg.matrix_power(g if p > 0 else back, abs(p)) for p in range(-most, most + 1)]
    )
    near = distance(every, truth) <= tolerances.NEAR

    def worth(p: int) -> float:
        rows = near[most - p : most + p + 1]
        return min(float(rows.any(1).double().mean()), float(rows.any(0).double().mean()))

    p = max(range(1, most + 1), key=worth)
    return every[most - p : most + p + 1]


def between(L: Tensor, truth: Tensor) -> float:
    """Return the angle, in degrees, between the lines that two matrices span."""
    L, truth = L.double(), truth.double()
    cosine = (L * truth).sum().abs() / (L.norm() * truth.norm()).clamp(min=1e-300)
    return float(torch.rad2deg(torch.acos(cosine.clamp(max=1))))


def comparison_metrics(answer: Answer) -> Judged:
    """Judge an answer by the one rule.

    Returns:
        metrics; and arrays: angles of some of the draws in degrees, the learned L, and if there is
        one the angle to the true direction after each epoch.
    """
    task, L = answer.task, answer.L
    found: Shares = shares(answer.draws, task.truth)
    turned = angles(answer.draws, task.direction)
    metrics: dict[str, float | int | bool | None] = {
        "success": found.success,
        "valid": found.valid,
        "covered": found.covered,
        "draws": len(answer.draws),
    }
    if task.carried:
        metrics |= {"low_deg": float(turned.min()), "high_deg": float(turned.max())}
    if L is not None:
        metrics |= {"plane_deg": between(L, task.direction)}
    arrays = {"angles_deg": rounded(turned[:SHOWN])}
    arrays |= {} if L is None else {"basis": rounded(L)}
    if answer.bases is not None:
        arrays["curve"] = rounded([between(B, task.direction) for B in answer.bases])
    return metrics | answer.metrics, arrays | answer.arrays

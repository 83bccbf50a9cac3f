"""What a trained predictor is judged by: errors on the rotated world, and how equivariant it is."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from liegan_book.experiments.metrics.discovery import Judged, rounded
from liegan_book.training.prediction import Fit, predict
from liegan_min.algebra.lie_algebra import LieAlgebra, act
from liegan_min.base.errors import InputError
from liegan_min.equivariant.augmentation import Augmented
from liegan_min.equivariant.emlp import EMLP
from liegan_min.game.pairs import Pairs

#: Numbers of group elements that test-time averaging is measured with.
COPIES = (4, 16)


def _target(pairs: Pairs) -> Tensor:
    if pairs.y is None:
        raise InputError("a predictor is judged by y, and there is none")
    return pairs.y


def step_errors(model: nn.Module, pairs: Pairs) -> Tensor:
    """Return the mean squared error of each predicted step, (s,); over samples and components."""
    return (predict(model, pairs.x) - _target(pairs)).square().mean(dim=(0, 2))


def equivariance_error(model: nn.Module, x: Tensor, truth: LieAlgebra, seed: int = 0) -> float:
    """Return E (f(gx) - g f(x))², the mean over samples and components, in the units of the MSE.

    g turns by an angle that is uniform over the circle: truth is one direction with exp(2πL) = 1.
    """
    rng = torch.Generator().manual_seed(seed)
    angle = 2 * torch.pi * torch.rand(len(x), 1, generator=rng)
    g = truth.exp(angle.double())
    moved = predict(model, act(g, x.double()).float()).double()
    return float((moved - act(g, predict(model, x).double())).square().mean())


def averaged_error(model: Augmented, pairs: Pairs, copies: int, seed: int = 0) -> float | None:
    """Return the mean squared error of the mean of g⁻¹ f(gx) over a few g.

    None where it leaves the range of float32: moves that stretch without bound have no mean.
    """
    rng = torch.Generator().manual_seed(seed)
    model.eval()
    with torch.no_grad():
        y = model.averaged(pairs.x, copies, rng)
    error = float((y - _target(pairs)).square().mean())
    return error if math.isfinite(error) else None


def prediction_metrics(found: Fit, truth: LieAlgebra) -> Judged:
    """Judge a predictor after its last epoch.

    Returns:
        metrics: `test_mse` decides; `best_test_mse` on the way is for information, no rule may use
        it; and arrays: the learning curve and the error of each predicted step.
    """
    model = found.model.cpu()
    steps = step_errors(model, found.test)
    metrics: dict[str, float | int | bool | None] = {
        "test_mse": float(steps.mean()),
        "train_mse": float(step_errors(model, found.train).mean()),
        "best_test_mse": float(found.curve[:, 2].min()),
        "equivariance_error": equivariance_error(model, found.test.x, truth),
        "parameters": sum(p.numel() for p in model.parameters()),
        "epochs": int(found.curve[-1, 0]),
        "skipped": found.skipped,
    }
    if isinstance(model, Augmented):
        metrics |= {f"averaged_{n}_mse": averaged_error(model, found.test, n) for n in COPIES}
    if isinstance(model, EMLP):
        space = model.spaces.vv
        metrics |= {"commutant": len(space.basis), "tolerance": space.tolerance}
        metrics["commutant_gap"] = space.gap if space.gap < float("inf") else None
    arrays = {
        "curve": rounded(found.curve),
        "step_mse": rounded(steps),
    }
    return metrics, arrays

"""The figures that a tagger is judged by: how good it is, and how invariant."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from liegan_book.experiments.metrics.discovery import Judged, rounded
from liegan_book.training import roc
from liegan_book.training.tagging import Splits, Trained, graphs_of
from liegan_book.training.tagging_config import TaggingConfig
from liegan_min.algebra import groups
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.equivariant.jets import Jets
from liegan_min.equivariant.lorentznet import LorentzNet

#: Rapidities of the moves under which a tagger's answer should not change.
RAPIDITIES = (0.0, 0.25, 0.5, 1.0, 2.0, 3.0)
#: Jets that are moved.
_MOVED = 300
#: Shares of tops kept at which the rejection of QCD is noted, for the ROC curve.
CURVE = np.round(np.linspace(0.05, 1, 39), 3)


def lorentz_moves(n: int, rapidity: float, seed: int = 0) -> Tensor:
    """Return n random Lorentz transformations, (n, 4, 4) in float64.

    A boost of this rapidity along a uniformly random direction, after a random rotation: the Q of
    a normal matrix's QR, which reaches every rotation and is not uniform.
    """
    rng = torch.Generator().manual_seed(seed)
    rotation, _ = torch.linalg.qr(torch.randn(n, 3, 3, generator=rng, dtype=torch.float64))
    rotation = rotation * torch.linalg.det(rotation)[:, None, None]
    turn = torch.eye(4, dtype=torch.float64).repeat(n, 1, 1)
    turn[:, 1:, 1:] = rotation
    axis = torch.randn(n, 3, generator=rng, dtype=torch.float64)
    axis = rapidity * axis / torch.linalg.vector_norm(axis, dim=1, keepdim=True)
    boosts = LieAlgebra(groups.so13().basis[:3])  # along x, y, z
    return boosts.exp(axis) @ turn


def invariance_error(
    model: LorentzNet, jets: Jets, config: TaggingConfig, rapidity: float, *, beams: bool = True
) -> float:
    """Return by how much moves change a tagger's answer, relative to the spread of its answers.

    In float64, so that rounding of large momenta does not count.

    Args:
        model: the tagger.
        jets: that are moved, each by its own transformation.
        config: how they are given to the tagger.
        rapidity: of the boosts.
        beams: whether the beam particles move with the jet.
    """
    net = copy.deepcopy(model).to("cpu", torch.float64).eval()
    graphs, rows = graphs_of(jets, config).batch(np.arange(len(jets)))
    p = graphs.p.double()
    # Constituents are massless, but for float32's rounding, which a boost would make visible.
    energy = torch.linalg.vector_norm(p[:, 1:], dim=1)
    massless = (p[:, 0] - energy).abs() < 1e-6 * p[:, 0]
    p[:, 0] = torch.where(massless, energy, p[:, 0])
    graphs = replace(graphs.to(torch.float64), p=p)
    g = lorentz_moves(len(rows), rapidity)
    with torch.no_grad():
        before, after = net(graphs), net(graphs.moved(g, beams))
    return float((after - before).square().mean().sqrt() / before.std())


def rates(score: roc.Score) -> dict[str, float | int | bool | None]:
    """Return a score under the names that records and tables use; a rejection may be unbounded."""
    found: dict[str, float | int | bool | None] = {
        "accuracy": score.accuracy,
        "accuracy_error": score.accuracy_error,
        "auroc": score.auroc,
        "auroc_error": score.auroc_error,
    }
    for share, r in score.rejection.items():
        name = f"rejection_{100 * share:.0f}"
        found |= {name: r.value if r.passed else None, f"{name}_low": r.low}
        found |= {f"{name}_high": r.high if np.isfinite(r.high) else None, f"{name}_qcd": r.passed}
    return found


def passing(scores: roc.F64, label: roc.Labels) -> list[float]:
    """Return the share of QCD jets that pass where each share of `CURVE` of the tops does."""
    qcd = scores[label == 0]
    return [float((qcd >= roc.threshold_at(share, scores, label)).mean()) for share in CURVE]


def judged(scores: Mapping[str, roc.F64], splits: Splits) -> Judged:
    """Judge the scores of the validation and the test split, whatever gave them.

    Returns:
        metrics: those of `rates`, and how many jets there were for training; arrays: the ROC curve.
    """
    test = splits.test.label
    score = roc.judge(scores["validation"], splits.validation.label, scores["test"], test)
    metrics = rates(score) | {"training_jets": len(splits.train)}
    return metrics, {"passing": rounded(passing(scores["test"], test))}


def tagging_metrics(found: Trained) -> Judged:
    """Judge a trained tagger on its test split.

    Returns:
        metrics: those of `judged`, and the network's size and speed; arrays: what each epoch was
        like, the ROC curve, and the change of the answers with the rapidity of a move, once with
        the beam particles moved along and once with them left where they are.
    """
    metrics, arrays = judged(found.scores, found.splits)
    metrics |= {
        "best_epoch": found.best,
        "parameters": sum(p.numel() for p in found.model.parameters()),
        "jets_per_second": found.speed,
    }
    few = found.splits.test.take(slice(_MOVED))

    def errors(beams: bool) -> list[float]:
        return [
            invariance_error(found.model, few, found.config, rapidity, beams=beams)
            for rapidity in RAPIDITIES
        ]

    return metrics, arrays | {
        "history": rounded(found.history),
        "invariance_error": rounded(errors(beams=True)),
        "invariance_error_beams_fixed": rounded(errors(beams=False)),
    }

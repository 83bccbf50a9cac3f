"""The figures that a discovery is judged by, under the names that records and tables use."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from liegan_book.baselines.spectral import Moments
from liegan_book.baselines.symmetrygan import Element
from liegan_min.algebra import linalg
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.game.discovery import Discovery

#: Metrics by name, and arrays by name.
Judged = tuple[dict[str, float | int | bool | None], dict[str, list[Any]]]


def curve(bases: Tensor, truth: LieAlgebra, support: linalg.Array | None) -> list[float]:
    """Return the cosine to the truth of each basis in (epochs, c, k, k)."""
    return [LieAlgebra(L).cosine(truth, support) for L in bases]


def rounded(a: Tensor | linalg.Array | list[float]) -> list[Any]:
    """Seven significant digits: what float32 holds."""
    values = np.asarray(a, dtype=np.float64)
    return np.vectorize(lambda v: float(f"{v:.7g}"), otypes=[float])(values).tolist()  # type: ignore[no-any-return]


def discovery_metrics(found: Discovery, truth: LieAlgebra) -> Judged:
    """Compare a discovery with the truth.

    The cosine is that of the largest principal angle between the spans. `support_cosine` compares
    what both do to data; `raw_cosine` compares the matrices, including what no data can tell. What
    counts as found is for a table to say (`results.poster`), not for a record.

    Returns:
        metrics, of the averaged basis unless they end in `_last`; and arrays: the bases, and
        `support_cosine` after each epoch.
    """
    P, algebra = found.support, found.algebra
    angles = algebra.principal_angles(truth, P)
    cosine = float(np.cos(angles.max()))
    metrics: dict[str, float | int | bool | None] = {
        "support_cosine": cosine,
        "raw_cosine": algebra.cosine(truth),
        "support_cosine_last": found.last.cosine(truth, P),
        "raw_cosine_last": found.last.cosine(truth),
        "grassmann": algebra.grassmann(truth, P),
        "closure_defect": algebra.closure_defect(),
        "dimension": found.dimension,
        "support_rank": int(P.shape[1]),
        "norm": float(torch.linalg.norm(algebra.basis)),
        "epochs": len(found.bases),
    }
    arrays = {
        "basis": rounded(algebra.basis),
        "last": rounded(found.last.basis),
        "principal_angles_deg": rounded(np.degrees(angles)),
        "curve": rounded(curve(found.bases, truth, P)),
        "norm_curve": rounded(torch.linalg.vector_norm(found.bases, dim=(1, 2, 3))),
        "discriminator_curve": rounded(found.history[:, 0]),
    }
    return metrics, arrays


def nearest_rotation(g: Tensor, truth: LieAlgebra, support: linalg.Array) -> tuple[float, float]:
    """Return (cosine, angle in degrees) of the element exp(θL) that acts most like g on data.

    The cosine is that of g P and exp(θL) P as vectors: 1 if g acts on the support as the element
    does, up to a factor.

    Args:
        g: (k, k).
        truth: one compact direction L, scaled so that exp(2πL) = 1.
        support: P, (k, r).
    """
    P = torch.from_numpy(support)
    moved = (g.double() @ P).flatten()
    theta = torch.linspace(-torch.pi, torch.pi, 3601, dtype=torch.float64)
    turns = (truth.exp(theta[:, None]) @ P).flatten(1)
    cosines = turns @ moved / (turns.norm(dim=1) * moved.norm()).clamp(min=1e-300)
    best = int(cosines.argmax())
    return float(cosines[best]), float(torch.rad2deg(theta[best]))


def element_metrics(found: Element, truth: LieAlgebra) -> Judged:
    """Compare one group element with the nearest one of the true group.

    An element at 0° is the identity: close to the group, and no discovery.
    """
    cosine, angle = nearest_rotation(found.g, truth, found.support)
    cosine_last, angle_last = nearest_rotation(found.last, truth, found.support)
    metrics: dict[str, float | int | bool | None] = {
        "support_cosine": cosine,
        "support_cosine_last": cosine_last,
        "angle_deg": angle,
        "angle_deg_last": angle_last,
        "support_rank": int(found.support.shape[1]),
        "norm": float(torch.linalg.norm(found.g)),
        "epochs": len(found.course.bases),
    }
    bases = found.course.bases[:, 0]
    arrays = {
        "element": rounded(found.g),
        "last": rounded(found.last),
        "curve": rounded([nearest_rotation(g, truth, found.support)[0] for g in bases]),
        "discriminator_curve": rounded(found.course.history[:, 0]),
    }
    return metrics, arrays


def spectral_metrics(found: Moments, truth: LieAlgebra) -> Judged:
    """Compare what the second moments allow with the truth."""
    P = found.support
    cosine = found.algebra.cosine(truth, P)
    metrics: dict[str, float | int | bool | None] = {
        "support_cosine": cosine,
        "raw_cosine": found.algebra.cosine(truth),
        "grassmann": found.algebra.grassmann(truth, P),
        "gap": found.gap,
        "support_rank": int(P.shape[1]),
        "norm": float(torch.linalg.norm(found.algebra.basis)),
    }
    arrays = {
        "basis": rounded(found.algebra.basis),
        "singular_values": rounded(found.singular_values),
    }
    return metrics, arrays

"""The figures that a discovery on four-momenta is judged by: how far from the Lorentz algebra?

Seven channels have room for so(1,3), of dimension 6, and one direction more. For massless momenta
that one is the dilation: both together are what keeps the light cone E = |p| (chapter 07).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from liegan_min import groups, tolerances
from liegan_min.algebra import LieAlgebra
from liegan_min.discovery import Discovery
from liegan_min.metrics import Judged, rounded

#: The Minkowski metric η, which so(1,3) keeps.
ETA = torch.diag(torch.tensor([1.0, -1.0, -1.0, -1.0], dtype=torch.float64))

#: What keeps the light cone: so(1,3) and the dilation, of dimension 7.
CONE = groups.span_of(groups.so13(), groups.dilation(4))


def trace_part(algebra: LieAlgebra) -> float:
    """Return how much of the dilation lies in the span, in [0, 1]: the cosine of their angle."""
    return algebra.cosine(groups.dilation(4))


def dimension_gap(algebra: LieAlgebra) -> tuple[int, float]:
    """Return how many generators there really are, and how clear that is.

    Channels are as long as training made them, so their strengths are no measure of what they hold.
    Each is scaled to norm 1. Then the singular values of the basis, (c, k²), are read: the number
    is where they fall by the largest factor, and that factor says how clear it is.
    """
    flat = algebra.basis.flatten(1)
    unit = flat / flat.norm(dim=1, keepdim=True).clamp(min=1e-300)
    s = torch.linalg.svdvals(unit)
    falls = s[:-1] / s[1:].clamp(min=1e-12)
    if not len(falls):
        return 1, 1.0
    best = int(falls.argmax())
    # No fall to speak of: all channels are generators.
    return (best + 1, float(falls[best])) if float(falls[best]) > 2 else (len(s), float(s[-1]))


def _curve(bases: Tensor) -> dict[str, list[Any]]:
    """Return the metrics after each epoch, (epochs,), and the channels' norms, (epochs, c)."""
    algebras = [LieAlgebra(L) for L in bases]
    return {
        "cos_J_curve": rounded([a.invariant_form().cosine(ETA) for a in algebras]),
        "grassmann_curve": rounded([a.grassmann(CONE) for a in algebras]),
        "norm_curve": rounded(torch.linalg.vector_norm(bases, dim=(2, 3))),
    }


def lorentz_metrics(found: Discovery) -> Judged:
    """Compare a discovery with so(1,3), with so(1,3) and the dilation, and with the metric η.

    Returns:
        metrics, of the averaged basis unless they end in `_last`; and arrays: the bases, J, its
        singular values, and the metrics after each epoch.
    """
    algebra, last = found.algebra, found.last
    form = algebra.invariant_form()
    so13_angles = algebra.principal_angles(groups.so13())
    dimension, gap = dimension_gap(algebra)
    metrics: dict[str, float | int | bool | None] = {
        "cos_J": form.cosine(ETA),
        "J_gap": form.gap,
        "cos_J_last": last.invariant_form().cosine(ETA),
        "grassmann": algebra.grassmann(CONE),
        "grassmann_last": last.grassmann(CONE),
        "largest_angle_deg": float(np.degrees(so13_angles.max())),
        "trace_part": trace_part(algebra),
        "dimension": dimension,
        "dimension_gap": gap,
        "closure_defect": algebra.closure_defect(),
        "norm": float(torch.linalg.norm(algebra.basis)),
        "critic_advantage": found.critic_advantage,
        "epochs": len(found.bases),
        "success": form.cosine(ETA) >= tolerances.METRIC_FOUND,
    }
    arrays = {
        "basis": rounded(algebra.basis),
        "last": rounded(last.basis),
        "J": rounded(form.J),
        "J_singular_values": rounded(form.singular_values),
        "principal_angles_deg": rounded(np.degrees(algebra.principal_angles(CONE))),
        "critic_curve": rounded(found.history[:, 0]),
    }
    return metrics, arrays | _curve(found.bases)

"""The figures that a discovery on four-momenta is judged by: how far from the Lorentz algebra?

Seven channels have room for so(1,3), of dimension 6, and one direction more. For massless momenta
that one is the dilation: both together are what keeps the light cone E = |p| (chapter 07).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from liegan_book.experiments.metrics.discovery import Judged, rounded
from liegan_min.algebra import groups, linalg
from liegan_min.algebra.groups import ETA
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.game.discovery import Discovery

#: What keeps the light cone: so(1,3) and the dilation, of dimension 7.
CONE = groups.span_of(groups.so13(), groups.dilation(4))


def quadric(x: Tensor) -> tuple[Tensor, float]:
    """Return the form that is nearest to zero on vectors, and how clear that is.

    The symmetric J of norm 1 with the least mean of (x̂ᵀJx̂)², where x̂ = x/|x|: the smallest
    eigenvector of the fourth moments. For massless momenta it is the light cone's.

    Args:
        x: (m, k).

    Returns:
        J, (k, k), and the gap: 1 less the ratio of the two smallest root mean squares.
    """
    x = x.double() / torch.linalg.vector_norm(x.double(), dim=1, keepdim=True)
    S = linalg.symmetric_basis(x.shape[1])
    forms = torch.einsum("mi,sij,mj->ms", x, S, x)  # x̂ᵀ S_s x̂
    values, vectors = torch.linalg.eigh(forms.T @ forms / len(x))
    J = torch.einsum("s,sij->ij", vectors[:, 0], S)
    ratio = values[:2].clamp(min=0).sqrt()
    return J, float(1 - ratio[0] / ratio[1])


def trace_part(algebra: LieAlgebra) -> float:
    """Return how much of the dilation lies in the span, in [0, 1]: the cosine of their angle."""
    return algebra.cosine(groups.dilation(4))


def residuals(algebra: LieAlgebra) -> Tensor:
    """Return how badly directions of the span scale their form J, ascending, (rank,).

    In an orthonormal basis of the span: the singular values of the part of L_iᵀJ + J L_i that is no
    multiple of J, with J of norm 1. Near 0 for what keeps J or scales it; of order 1 for the rest.
    """
    L, J = algebra.orthonormal().basis, algebra.invariant_form().J
    change = L.mT @ J + J @ L
    change = change - torch.einsum("cij,ij->c", change, J)[:, None, None] * J
    values: Tensor = torch.linalg.svdvals(change.flatten(1))
    return values.flip(0)


def dimension_gap(algebra: LieAlgebra) -> tuple[int, float]:
    """Return how many generators there really are, and how clear that is.

    Channels may be redundant, or hold what is no symmetry. So directions of the span are counted
    whose residual is small: those below the widest gap in 0, `residuals`, 1. A matrix that is no
    generator has a residual of order 1.
    """
    ends = torch.zeros(1, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
    gaps = torch.cat([ends[0], residuals(algebra).clamp(max=1.0), ends[1]]).diff()
    return int(gaps.argmax()), float(gaps.max())


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
    cone_angles = algebra.principal_angles(CONE)
    dimension, gap = dimension_gap(algebra)
    metrics: dict[str, float | int | bool | None] = {
        "cos_J": form.cosine(ETA),
        "J_gap": form.gap,
        "cos_J_last": last.invariant_form().cosine(ETA),
        "grassmann": algebra.grassmann(CONE),
        "grassmann_last": last.grassmann(CONE),
        "largest_angle_deg": float(np.degrees(so13_angles.max())),
        "cone_angle_deg": float(np.degrees(cone_angles.max())),
        "trace_part": trace_part(algebra),
        "dimension": dimension,
        "dimension_gap": gap,
        "closure_defect": algebra.closure_defect(),
        "norm": float(torch.linalg.norm(algebra.basis)),
        "discriminator_advantage": found.discriminator_advantage,
        "epochs": len(found.bases),
    }
    arrays = {
        "basis": rounded(algebra.basis),
        "last": rounded(last.basis),
        "J": rounded(form.J),
        "J_singular_values": rounded(form.singular_values),
        "principal_angles_deg": rounded(np.degrees(cone_angles)),
        "residuals": rounded(residuals(algebra)),
        "discriminator_curve": rounded(found.history[:, 0]),
    }
    return metrics, arrays | _curve(found.bases)

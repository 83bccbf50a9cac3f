"""The search space that the second moments leave.

A g that keeps the law of x keeps Σ = E x xᵀ: so Σ^{-1/2} g Σ^{1/2} is orthogonal, and L = log g
lies in Σ^{1/2} so(k) Σ^{-1/2}.
"""

from __future__ import annotations

import torch
from torch import Tensor

from liegan_min.algebra import groups, linalg
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.errors import InputError


def second_moments(x: Tensor) -> Tensor:
    """Estimate Σ = E x xᵀ, (k, k), float64, from vectors x, (n, t, k), with shrinkage.

    The sample's own moments have an error that looks like anisotropy. They are drawn towards a
    multiple of 1 by as much as that error explains of what they differ from it (Ledoit and Wolf
    2004, "A well-conditioned estimator for large-dimensional covariance matrices").
    """
    flat = x.detach().cpu().double().flatten(0, 1)
    n, k = flat.shape
    S = flat.mT @ flat / n
    round_one = S.trace() / k * torch.eye(k, dtype=torch.float64)
    differs = (S - round_one).square().sum()
    error = (flat.square().sum(1).square().mean() - S.square().sum()) / n
    shrink = (error / differs).clamp(max=1.0) if differs > 0 else torch.ones(())
    return shrink * round_one + (1 - shrink) * S


def kept_by_moments(x: Tensor) -> LieAlgebra:
    """Return Σ^{1/2} so(k) Σ^{-1/2}: all that keeps the second moments of x, (n, t, k).

    Raises:
        InputError: if x does not fill R^k.
    """
    k = x.shape[-1]
    rank = linalg.support(x).shape[1]
    if rank < k:
        raise InputError(
            f"x fills {rank} of its {k} dimensions; drop the directions in which it is 0"
        )
    values, vectors = torch.linalg.eigh(second_moments(x))
    root = vectors * values.sqrt() @ vectors.mT
    return groups.conjugate(groups.so(k), root)

"""The permutations of coordinates that a linear map commutes with, tried one by one."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor

from liegan_min.base.errors import InputError

#: Largest k of which all k! permutations are tried: 7! = 5040.
MOST = 7


def commuting(W: Tensor, within: float = 0.0) -> Tensor:
    """Return the permutations P, (p, k, k), with P W Pᵀ = W; the identity is the first.

    Args:
        W: (d, k, k), an orthonormal basis of maps; P has to commute with all that they span.
        within: largest |P W Pᵀ - W| over the W of length 1 that still counts as equal.

    Raises:
        InputError: if k is above 7.
    """
    k = W.shape[-1]
    if k > MOST:
        raise InputError(
            f"k = {k} has {k}! permutations, too many to try one by one; use k <= {MOST}"
        )
    order = torch.tensor(list(itertools.permutations(range(k))))
    moved = W[:, order[:, :, None], order[:, None, :]]  # (d, k!, k, k): P W Pᵀ
    change = (moved - W[:, None]).flatten(2).movedim(0, 1)
    return torch.eye(k, dtype=W.dtype)[order[torch.linalg.matrix_norm(change, 2) <= within]]

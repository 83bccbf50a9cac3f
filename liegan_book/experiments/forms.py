"""Forms J that a tagger can be given without a discovery of ours."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from liegan_book.datasets import released
from liegan_min.algebra.groups import ETA

#: A form by seed.
Form = Callable[[int], Tensor]


def minkowski(seed: int) -> Tensor:
    """Return η, the same for every seed."""
    return ETA


def identity(seed: int) -> Tensor:
    """Return Euclid's form in four dimensions."""
    return torch.eye(4, dtype=torch.float64)


def saved(seed: int) -> Tensor:
    """Return the form that was saved with the published code, the same for every seed.

    Raises:
        InputError, DamagedFileError: see `released.matrices`.
    """
    J = released.matrices("metric")
    return (J + J.T) / 2


def random(seed: int) -> Tensor:
    """Return a symmetric matrix of independent normal entries."""
    A = torch.randn(4, 4, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return (A + A.T) / 2

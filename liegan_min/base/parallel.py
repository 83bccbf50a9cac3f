"""Several processes as one: who is first, and sums over all of them, with gradients.

Alone, a process is the first of one, and a sum over all is what it has.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, distributed


def _together() -> bool:
    return distributed.is_available() and distributed.is_initialized()


def rank() -> int:
    """Return the number of this process, from 0."""
    return distributed.get_rank() if _together() else 0


def world() -> int:
    """Return how many processes there are."""
    return distributed.get_world_size() if _together() else 1


class _Total(torch.autograd.Function):
    """The sum over all processes, and so is the gradient of it."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """Sum."""
        out = x.clone()
        distributed.all_reduce(out)
        return out

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        """Sum as well: every process's loss depends on every process's x."""
        out = grad.clone()
        distributed.all_reduce(out)
        return out


def total(x: Tensor) -> Tensor:
    """Return the sum of x over the processes."""
    return _Total.apply(x) if _together() else x  # type: ignore[no-untyped-call]

"""Products of four-momenta, which nothing may round.

The mass of a pair is a small difference of large products. Autocast would form them with 8 bits and
TF32, where float32 products may use it, with 11: then the light cone is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def products(precision: str) -> Iterator[None]:
    """Form float32 products within the block as told, "highest" or "high" (TF32); then as before.

    Args:
        precision: as `torch.set_float32_matmul_precision` takes it.
    """
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(precision)
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


@contextmanager
def exact(device: torch.device) -> Iterator[None]:
    """Form float32 products exactly within the block, and do without autocast."""
    with products("highest"), torch.autocast(device.type, enabled=False):
        yield

"""Products of four-momenta, which nothing may round.

The mass of a pair is a small difference of large products. Autocast would form them with 8 bits and
TF32, where float32 products may use it, with 11: then the light cone is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def exact(device: torch.device) -> Iterator[None]:
    """Form float32 products exactly within the block, then allow again what was allowed."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        with torch.autocast(device.type, enabled=False):
            yield
    finally:
        torch.set_float32_matmul_precision(before)

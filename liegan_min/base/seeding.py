"""The seed of what torch draws by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed the global generator, from which layers draw their start; then put it back."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield

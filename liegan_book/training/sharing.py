"""Whether a training is shared out to several processes, and who does it."""

from __future__ import annotations

import os
from typing import Any

from torch import Tensor

from liegan_book.extras import needed


class Alone:
    """What accelerate's `Accelerator` is to a process that has nobody to share with: nothing."""

    def prepare(self, *given: Any) -> tuple[Any, ...]:
        """Return what is given."""
        return given

    def backward(self, loss: Tensor) -> None:
        """Take the gradient of a loss, ()."""
        loss.backward()  # type: ignore[no-untyped-call]


def shared_out(cpu: bool) -> Any:
    """Return accelerate's `Accelerator` under its launcher, and `Alone` otherwise.

    Args:
        cpu: whether it is to keep off the GPUs.

    Raises:
        MissingExtraError: if there are several processes, and accelerate is not installed.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return Alone()
    accelerate = needed("accelerate", "training in several processes", extra="scale")
    return accelerate.Accelerator(cpu=cpu, device_placement=False)

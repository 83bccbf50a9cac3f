"""How a run is run: its seed, its device, where it resumes from, and whether it shows a bar."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import torch

from liegan_min.base.errors import InputError


@dataclass(frozen=True)
class RunOptions:
    """What every run takes beside its data and settings, in one value that is handed down.

    Attributes:
        seed: of every draw.
        device: "auto" (CUDA where there is one, else the CPU), or a torch device.
        checkpoint: file that a killed run resumes from; removed when the run ends.
        checkpoint_seconds: least time between two writes of it.
        progress: show a bar; default: in a terminal, and not under CI.
        limit_seconds: after so many, over all sittings, a run ends with what it has by then.
    """

    seed: int = 0
    device: str | torch.device = "auto"
    checkpoint: Path | None = None
    checkpoint_seconds: float = 30.0
    progress: bool | None = None
    limit_seconds: float = math.inf

    def __post_init__(self) -> None:
        """Refuse a limit that is none.

        Raises:
            InputError: if it is not above 0.
        """
        if not self.limit_seconds > 0:  # also refuses NaN
            raise InputError(f"limit_seconds must be above 0, not {self.limit_seconds}")

    @property
    def where(self) -> torch.device:
        """The device itself.

        Raises:
            InputError: if it is not on this machine.
        """
        return pick_device(self.device)


def pick_device(device: str | torch.device = "auto") -> torch.device:
    """Return the device: "auto" is CUDA where there is one, else the CPU.

    Raises:
        InputError: if the name is unknown, or the device is not on this machine.
    """
    if str(device) == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        picked = torch.device(device)
        torch.ones(1, device=picked).item()  # a meta device holds no numbers
    except (RuntimeError, AssertionError, NotImplementedError):
        raise InputError(f"device {str(device)!r} is not available here; use auto or cpu") from None
    return picked

"""Where a run was made: the machine, the card if there was one, the code."""

from __future__ import annotations

import hashlib
import platform
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field

import liegan_book
import liegan_min


class Card(BaseModel):
    """The GPU that a run was made on."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    memory_gb: float = Field(gt=0)
    driver: str
    cuda: str
    tf32: bool = Field(description="whether float32 products were allowed to round to TF32")

    @classmethod
    def here(cls, device: torch.device) -> Card:
        """Describe a CUDA device of this machine."""
        driver = _said("nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader")
        properties = torch.cuda.get_device_properties(device)
        return cls(
            name=properties.name,
            memory_gb=round(properties.total_memory / 1e9, 1),
            driver=driver.splitlines()[0] if driver else "unknown",
            cuda=torch.version.cuda or "unknown",
            tf32=torch.get_float32_matmul_precision() != "highest",
        )


class Machine(BaseModel):
    """What the run ran on."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    device: str
    cpu: str
    threads: int = Field(ge=1)
    python: str
    torch: str
    numpy: str
    card: Card | None = None

    @classmethod
    def here(cls, device: str) -> Machine:
        """Describe this machine, and the card if the device is one."""
        where = torch.device(device)
        return cls(
            device=device,
            cpu=_cpu_model(),
            threads=torch.get_num_threads(),
            python=platform.python_version(),
            torch=torch.__version__.split("+")[0],
            numpy=np.__version__,
            card=Card.here(where) if where.type == "cuda" else None,
        )


class Sources(BaseModel):
    """The code that ran."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    git_commit: str | None
    git_dirty: bool | None
    sha256: str = Field(pattern="^[0-9a-f]{64}$")

    @classmethod
    def here(cls) -> Sources:
        """Describe this checkout."""
        commit = _git("rev-parse", "HEAD")
        status = _git("status", "--porcelain", "--untracked-files=no")
        h = hashlib.sha256()
        for package in map(Path, (liegan_min.__path__[0], liegan_book.__path__[0])):
            for path in sorted(package.rglob("*.py")):
                name = path.relative_to(package.parent).as_posix()
                h.update(f"{name}\0".encode() + path.read_bytes())
        return cls(
            git_commit=commit,
            git_dirty=None if status is None else bool(status),
            sha256=h.hexdigest(),
        )


def _said(*command: str) -> str | None:
    """Return what a program prints; None where it is missing or fails."""
    try:
        out = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return out.stdout.strip()


def _git(*arguments: str) -> str | None:
    """Ask git about the checkout; None where there is no git or no checkout."""
    return _said("git", "-C", str(Path(__file__).parent), *arguments)


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine() or "unknown")


def peak_memory_mb() -> float:
    """Return the largest memory this process has held so far, in MB.

    Linux counts into `ru_maxrss` what the parent held when it started this process; its own
    high-water mark stands in /proc.
    """
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    for line in lines:
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)

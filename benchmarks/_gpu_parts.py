"""A part of the benchmark on a GPU, played in this process; each writes the record of a run."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import _gpu_equal
import _gpu_speed
import torch

from liegan_book import experiments, paths, records
from liegan_book.records import DataSource, Machine, Record, Sources
from liegan_min.base.errors import LieganError
from liegan_min.base.options import RunOptions, pick_device
from liegan_min.base.settings import Settings

#: Seconds of its limit that a training leaves: to read its data, to judge and to write.
MARGIN = 10.0


class PartConfig(Settings):
    """The settings of a part that is no training."""

    small: bool
    way: str = "float32 exact"


def _file(a: argparse.Namespace, name: str) -> Path:
    profile = "quick" if a.smoke else "gpu"
    usual = records.where("gpu", name, profile, 0)
    return usual if a.out is None else a.out / usual.relative_to(paths.results())


class Sheet:
    """A record that grows: each time something is known it is written anew.

    Args:
        a: the command line.
        data: names of the committed data sets that the part sees.
    """

    def __init__(self, a: argparse.Namespace, data: str) -> None:
        from liegan_book.datasets import store

        self.a, self.config = a, PartConfig(small=a.smoke)
        self.data = DataSource(name=data, sha256=store.checksum(data))
        self.begun, self.cpu = time.monotonic(), time.process_time()
        self.metrics: dict[str, Any] = {}

    def add(self, numbers: dict[str, Any]) -> None:
        """Add numbers, and write all there are."""
        self.metrics |= numbers
        name, profile = self.a.part, "quick" if self.a.smoke else "gpu"
        record = Record(
            experiment="gpu",
            method=name,
            profile=profile,
            seed=0,
            config=self.config.model_dump(mode="json"),
            config_hash=self.config.digest(),
            data=self.data,
            sources=Sources.here(),
            machine=Machine.here(self.a.device),
            wall_seconds=time.monotonic() - self.begun,
            cpu_seconds=time.process_time() - self.cpu,
            peak_memory_mb=records.peak_memory_mb(),
            metrics=self.metrics,
        )
        records.save(record, _file(self.a, name))


def _told(name: str, numbers: dict[str, Any]) -> None:
    shown = (f"{k} {v:.4g}" for k, v in numbers.items() if v is not None)
    print(f"{name}: {', '.join(shown)}", flush=True)


def equal(a: argparse.Namespace) -> None:
    """Compare the device with the CPU."""
    sheet = Sheet(a, "jets")
    found = _gpu_equal.measure(a.device, a.smoke)
    sheet.add(found)
    _told("equal", found)


def speed(a: argparse.Namespace) -> None:
    """Time steps, each line written as it is known."""
    sheet = Sheet(a, "jets")
    there = a.reference if a.reference.is_dir() else None
    if there is None:
        print(f"no {a.reference}: the published programs are not timed", flush=True)
    for name, numbers in _gpu_speed.measure(a.device, a.smoke, there):
        sheet.add({f"{name}.{key}": value for key, value in numbers.items()})
        _told(name, numbers)


def run(a: argparse.Namespace) -> None:
    """Run a method of the experiment `gpu`, to end in time."""
    left = a.until - time.time() - MARGIN
    options = RunOptions(device=a.device, progress=False, limit_seconds=left)
    ran = experiments.run("gpu", a.part, "quick" if a.smoke else "gpu", options)
    records.save(ran.record, _file(a, a.part))
    _told(a.part, ran.record.metrics)


PARTS: dict[str, Callable[[argparse.Namespace], None]] = {"equal": equal, "speed": speed}


def play(a: argparse.Namespace) -> None:
    """Play one part; an error of ours is one line."""
    try:
        pick_device(a.device)
        torch.set_float32_matmul_precision("highest")
        PARTS.get(a.part, run)(a)
    except LieganError as error:
        sys.exit(f"liegan: {error}")

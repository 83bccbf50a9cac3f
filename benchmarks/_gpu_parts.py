"""A part of the benchmark on a GPU, played in this process; each writes the record of a run."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import _gpu_equal
import _gpu_speed
import torch

from liegan_book import experiments, paths, records
from liegan_book.datasets import store
from liegan_book.records import DataSource, Machine, Record, Sources
from liegan_min.base.errors import LieganError
from liegan_min.base.options import RunOptions, pick_device
from liegan_min.base.settings import Settings

#: Parts that train a tagger, whose checkpoint is small.
TAGGERS = ("lorentznet", "liegnn")

#: Seconds of its limit that a training leaves: to read its data, to judge and to write.
MARGIN = 10.0


#: Committed data sets that the parts see which are no training.
DATA = ("two-body", "jets", "jets-leading")


class PartConfig(Settings):
    """The settings of a part that is no training, and the checksum of the benchmarks' sources."""

    small: bool
    sources: str


def _sources() -> str:
    here = sorted(Path(__file__).parent.glob("*.py"))
    return sha256(b"".join(path.read_bytes() for path in here)).hexdigest()


def _file(a: argparse.Namespace, name: str) -> Path:
    usual = records.where("gpu", name, "quick" if a.smoke else "gpu", 0)
    return Path(a.out) / usual.relative_to(paths.results())


class Sheet:
    """A record that grows: each time something is known it is written anew.

    Args:
        a: the command line.
    """

    def __init__(self, a: argparse.Namespace) -> None:
        self.a, self.config = a, PartConfig(small=a.smoke, sources=_sources())
        sums = "".join(map(store.checksum, DATA))
        self.data = DataSource(name=", ".join(DATA), sha256=sha256(sums.encode()).hexdigest())
        self.code, self.machine = Sources.here(), Machine.here(a.device)
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
            sources=self.code,
            machine=self.machine,
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
    """Compare the device with the CPU, each difference written as it is known."""
    sheet = Sheet(a)
    for found in _gpu_equal.measure(a.device, a.smoke):
        sheet.add(found)
        _told("equal", found)


def speed(a: argparse.Namespace) -> None:
    """Time steps, each line written as it is known."""
    sheet = Sheet(a)
    there = a.reference if a.reference.is_dir() else None
    if there is None:
        print(f"no {a.reference}: the published programs are not timed", flush=True)
    for name, numbers in _gpu_speed.measure(a.device, a.smoke, there):
        sheet.add({f"{name}.{key}": value for key, value in numbers.items()})
        _told(name, numbers)


def run(a: argparse.Namespace) -> None:
    """Run a method of the experiment `gpu`, to end in time; a killed tagger goes on next time."""
    left = a.until - time.time() - MARGIN
    profile = "quick" if a.smoke else "gpu"
    file = paths.checkpoint("gpu", a.part, profile, 0) if a.part in TAGGERS else None
    options = RunOptions(
        device=a.device, checkpoint=file, progress=False, limit_seconds=max(left, 1.0)
    )
    ran = experiments.run("gpu", a.part, profile, options)
    records.save(ran.record, _file(a, a.part))
    _told(a.part, ran.record.metrics)


PARTS: dict[str, Callable[[argparse.Namespace], None]] = {"equal": equal, "speed": speed}


def play(a: argparse.Namespace) -> None:
    """Play one part; an error of ours is one line."""
    try:
        where = pick_device(a.device)
        if where.type == "cuda":
            torch.cuda.set_device(where)  # events are those of the current device
        torch.set_float32_matmul_precision("highest")
        PARTS.get(a.part, run)(a)
    except LieganError as error:
        sys.exit(f"liegan: {error}")

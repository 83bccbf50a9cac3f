"""What each table cell runs: experiments, their methods, and the settings of each profile.

Adding a method to an experiment is one entry in its `Experiment`; each experiment is a file here.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from liegan_book import records
from liegan_book.experiments.comparison import COMPARISON
from liegan_book.experiments.cyclic import CYCLIC
from liegan_book.experiments.method import Experiment, Method
from liegan_book.experiments.top_tagging import TOP_TAGGING
from liegan_book.experiments.top_tagging_discovery import TOP_TAGGING_DISCOVERY, jet_pairs
from liegan_book.experiments.two_body_discovery import (
    BLOCKS,
    EXPANDED,
    SO2,
    TWO_BODY_DISCOVERY,
    two_body_pairs,
)
from liegan_book.experiments.two_body_prediction import TWO_BODY_PREDICTION
from liegan_book.records import Machine, Record, Sources, paths
from liegan_min.base import files
from liegan_min.base.errors import InputError
from liegan_min.base.settings import Settings, pick_device

EXPERIMENTS: dict[str, Experiment] = {
    "two-body-discovery": TWO_BODY_DISCOVERY,
    "two-body-prediction": TWO_BODY_PREDICTION,
    "top-tagging-discovery": TOP_TAGGING_DISCOVERY,
    "top-tagging": TOP_TAGGING,
    "cyclic": CYCLIC,
    "comparison": COMPARISON,
}


def _one_of(kind: str, name: str, known: Mapping[str, Any]) -> Any:
    if name not in known:
        raise InputError(f"unknown {kind} {name!r}; there are: {', '.join(known)}")
    return known[name]


def method_of(experiment: str, method: str) -> Method:
    """Return a method of an experiment.

    Raises:
        InputError: naming what is unknown, and what there is.
    """
    e: Experiment = _one_of("experiment", experiment, EXPERIMENTS)
    m: Method = _one_of(f"method of {experiment}", method, e.methods)
    return m


def settings(experiment: str, method: str, profile: str) -> Any:
    """Return the settings of a table cell's run.

    Raises:
        InputError: naming what is unknown, and what there is.
    """
    config: Settings = _one_of(
        f"profile of {method}", profile, method_of(experiment, method).profiles
    )
    return config


def play(
    experiment: str,
    method: str,
    profile: str,
    seed: int,
    *,
    device: str = "auto",
    checkpoint: Path | None = None,
    progress: bool | None = None,
) -> Any:
    """Run one table cell and return what it found, without a record."""
    config = settings(experiment, method, profile)
    return method_of(experiment, method).play(
        config, seed=seed, device=device, checkpoint=checkpoint, progress=progress
    )


def run(
    experiment: str,
    method: str,
    profile: str,
    seed: int,
    *,
    device: str = "auto",
    progress: bool | None = None,
) -> Record:
    """Run one table cell and describe it in a record; a killed run resumes where it was.

    Raises:
        InputError, DamagedFileError: see `settings`, `store.load` and the method's `play`.
    """
    config = settings(experiment, method, profile)
    m = method_of(experiment, method)
    data = m.source(profile, seed)
    needed = [records.where(e, name, "paper", seed) for e, name in m.needs]
    sources = Sources.here()
    checkpoint = paths.checkpoints() / experiment / method / f"{profile}-s{seed}.safetensors"
    cpu = time.process_time()
    found = play(
        experiment, method, profile, seed, device=device, checkpoint=checkpoint, progress=progress
    )
    metrics, arrays = m.judge(found)
    return Record(
        experiment=experiment,
        method=method,
        profile=profile,
        seed=seed,
        config=config.model_dump(mode="json"),
        config_hash=config.digest(),
        data=data,
        inputs={
            path.relative_to(paths.results()).as_posix(): files.sha256(path) for path in needed
        },
        sources=sources,
        machine=Machine.here(str(pick_device(device))),
        wall_seconds=found.seconds,
        cpu_seconds=time.process_time() - cpu,
        peak_memory_mb=records.peak_memory_mb(),
        metrics=metrics,
        arrays=arrays,
    )


__all__ = [
    "BLOCKS",
    "EXPANDED",
    "EXPERIMENTS",
    "SO2",
    "Experiment",
    "Method",
    "jet_pairs",
    "method_of",
    "play",
    "run",
    "settings",
    "two_body_pairs",
]

"""What each table cell runs: experiments, their methods, and the settings of each profile.

Adding a method to an experiment is one entry in its `Experiment`; each experiment is a file here.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from liegan_book import paths, records
from liegan_book.experiments.comparison import COMPARISON
from liegan_book.experiments.cyclic import CYCLIC
from liegan_book.experiments.gpu import GPU
from liegan_book.experiments.method import Experiment, Method
from liegan_book.experiments.orbits import ORBITS
from liegan_book.experiments.top_tagging import TOP_TAGGING
from liegan_book.experiments.top_tagging_discovery import TOP_TAGGING_DISCOVERY, jet_pairs
from liegan_book.experiments.two_body import BLOCKS, EXPANDED, SO2, Data, two_body_pairs
from liegan_book.experiments.two_body_discovery import two_body_discovery
from liegan_book.experiments.two_body_prediction import two_body_prediction
from liegan_book.records import Machine, Record, Sources
from liegan_min.base import files
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.base.settings import Settings

EXPERIMENTS: dict[str, Experiment] = {
    "two-body-discovery": two_body_discovery("ours"),
    "two-body-discovery-published": two_body_discovery("published"),
    "two-body-prediction": two_body_prediction("ours", "two-body-discovery"),
    "two-body-prediction-published": two_body_prediction(
        "published", "two-body-discovery-published"
    ),
    "top-tagging-discovery": TOP_TAGGING_DISCOVERY,
    "top-tagging": TOP_TAGGING,
    "cyclic": CYCLIC,
    "comparison": COMPARISON,
    "orbits": ORBITS,
    "gpu": GPU,
}


def _one_of(kind: str, name: str, known: Mapping[str, Any]) -> Any:
    if name not in known:
        raise InputError(f"unknown {kind} {name!r}; there are: {', '.join(known)}")
    return known[name]


def on(experiment: str, data: Data) -> str:
    """Return the name of an experiment on the published data, or on ours.

    Raises:
        InputError: if it is unknown, or knows no such data.
    """
    _one_of("experiment", experiment, EXPERIMENTS)
    if data == "ours":
        return experiment
    if (name := f"{experiment}-{data}") not in EXPERIMENTS:
        known = ", ".join(n.removesuffix("-published") for n in EXPERIMENTS if n.endswith(data))
        raise InputError(f"{experiment} has no {data} data; those that have: {known}")
    return name


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


@dataclass(frozen=True)
class Run:
    """A table cell's run.

    Attributes:
        found: what the method returned.
        record: what is kept of it.
    """

    found: Any
    record: Record


def run(experiment: str, method: str, profile: str, options: RunOptions | None = None) -> Run:
    """Run one table cell, judge it, and describe it in a record, which is not written.

    Raises:
        InputError: if the profile is `gpu` and the device a CPU.
        InputError, DamagedFileError: see `settings`, `store.load` and the method's `play`.
    """
    options, config = options or RunOptions(), settings(experiment, method, profile)
    m, seed = method_of(experiment, method), options.seed
    if profile == "gpu" and options.where.type == "cpu":
        raise InputError("the profile gpu is for a GPU, as it takes days on a CPU; choose quick")
    data, sources, cpu = m.source(profile, seed), Sources.here(), time.process_time()
    needed = [records.where(e, name, "paper", seed) for e, name in m.needs]
    found = m.play(config, options)
    metrics, arrays = m.judge(found)
    record = Record(
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
        machine=Machine.here(str(options.where)),
        wall_seconds=found.seconds,
        cpu_seconds=time.process_time() - cpu,
        peak_memory_mb=records.peak_memory_mb(),
        metrics=metrics,
        arrays=arrays,
    )
    return Run(found, record)


__all__ = [
    "BLOCKS",
    "EXPANDED",
    "EXPERIMENTS",
    "SO2",
    "Experiment",
    "Method",
    "Run",
    "jet_pairs",
    "method_of",
    "on",
    "run",
    "settings",
    "two_body_pairs",
]

"""What each table cell runs: experiments, their methods, and the settings of each profile.

Adding a method to an experiment is one entry in `EXPERIMENTS`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from liegan_min import groups, paths, records
from liegan_min.algebra import LieAlgebra
from liegan_min.config import GameConfig, pick_device
from liegan_min.data import Pairs, as_pairs
from liegan_min.datasets import store, two_body
from liegan_min.discovery import Discovery, discover
from liegan_min.errors import InputError
from liegan_min.metrics import discovery_metrics
from liegan_min.records import DataSource, Machine, Record, Sources

#: The truth of the two-body task: one angle turns q1, p1, q2 and p2 together.
SO2 = groups.diagonal(groups.so(2), 4)

#: Search spaces on (q1, p1, q2, p2). Each 2 x 2 block on its own, as published …
BLOCKS = torch.kron(torch.eye(4), torch.ones(2, 2))
#: … and the expanded search: q1 may mix with q2, and p1 with p2, but not q with p.
EXPANDED = torch.kron(torch.ones(2, 2), BLOCKS[:4, :4])


def two_body_pairs(
    data: str = "two-body", split: str = "train", inputs: int = 1, outputs: int = 1
) -> Pairs:
    """Return committed orbits, "train" or "test", cut into pairs of states."""
    return as_pairs(*two_body.windows(store.load(data)[split], inputs, outputs), "vector")


@dataclass(frozen=True)
class Method:
    """A way to discover a symmetry: settings by profile, a search space, and other data if any."""

    profiles: Mapping[str, GameConfig]
    mask: Tensor | None = None
    data: str | None = None


@dataclass(frozen=True)
class Experiment:
    """A task: its data, what is true of it, and the methods that are tried on it."""

    data: str
    pairs: Callable[[str], Pairs]
    truth: LieAlgebra
    methods: Mapping[str, Method]


#: What a laptop has time for. A critic that sees inputs of unit size needs few neurons and bears a
#: high learning rate; a start near the identity keeps L out of the traps in which bodies turn at
#: different rates; a strong cosine term keeps it from shrinking (chapter 04).
_QUICK = GameConfig(
    hidden=(128, 128),
    standardise=True,
    batch=128,
    epochs=16,
    lr_generator=5e-3,
    lr_critic=5e-3,
    anneal=True,
    init_scale=0.1,
    cosine=10.0,
    reject=0.01,
    ema=0.99,
)

EXPERIMENTS: dict[str, Experiment] = {
    "two-body-discovery": Experiment(
        data="two-body",
        pairs=two_body_pairs,
        truth=SO2,
        methods={
            "liegan": Method({"paper": GameConfig(), "quick": _QUICK}, BLOCKS),
            "liegan-es": Method(
                {
                    "paper": GameConfig(cosine=10.0, scale=3.0, init_scale=0.01),
                    "quick": _QUICK,
                },
                EXPANDED,
            ),
            # The remedy for the collapse that λ = 1 leads to, and the control that shows why it
            # happens: the same game on orbits that start anywhere (chapter 04).
            "liegan-lambda-10": Method({"paper": GameConfig(cosine=10.0)}, BLOCKS),
            "liegan-full-circle": Method({"paper": GameConfig()}, BLOCKS, data="two-body-full"),
        },
    ),
}


def _one_of(kind: str, name: str, known: Mapping[str, Any]) -> Any:
    if name not in known:
        raise InputError(f"unknown {kind} {name!r}; there are: {', '.join(known)}")
    return known[name]


def settings(experiment: str, method: str, profile: str) -> GameConfig:
    """Return the settings of a table cell's run.

    Raises:
        InputError: naming what is unknown, and what there is.
    """
    e: Experiment = _one_of("experiment", experiment, EXPERIMENTS)
    m: Method = _one_of(f"method of {experiment}", method, e.methods)
    config: GameConfig = _one_of(f"profile of {method}", profile, m.profiles)
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
) -> Discovery:
    """Run one table cell and return what it found, without a record."""
    config = settings(experiment, method, profile)
    e, m = EXPERIMENTS[experiment], EXPERIMENTS[experiment].methods[method]
    return discover(
        e.pairs(m.data or e.data),
        config,
        mask=m.mask,
        seed=seed,
        device=device,
        checkpoint=checkpoint,
        progress=progress,
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
        InputError, DamagedFileError: see `settings`, `store.load` and `discover`.
    """
    config = settings(experiment, method, profile)
    e = EXPERIMENTS[experiment]
    name = e.methods[method].data or e.data
    data = DataSource(name=name, sha256=store.checksum(name))
    sources = Sources.here()
    checkpoint = paths.checkpoints() / experiment / method / f"{profile}-s{seed}.safetensors"
    cpu = time.process_time()
    found = play(
        experiment, method, profile, seed, device=device, checkpoint=checkpoint, progress=progress
    )
    metrics, arrays = discovery_metrics(found, e.truth)
    return Record(
        experiment=experiment,
        method=method,
        profile=profile,
        seed=seed,
        config=config.model_dump(mode="json"),
        config_hash=config.digest(),
        data=data,
        sources=sources,
        machine=Machine.here(str(pick_device(device))),
        wall_seconds=found.seconds,
        cpu_seconds=time.process_time() - cpu,
        peak_memory_mb=records.peak_memory_mb(),
        metrics=metrics,
        arrays=arrays,
    )

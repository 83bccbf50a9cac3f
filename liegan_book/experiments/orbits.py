"""What the orbits are like, the published ones and ours: how round, and how well energy is kept.

The published file is not ours to commit. A record of this experiment holds a few numbers of each
orbit, so that a page can show them without the file.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from liegan_book.datasets import two_body
from liegan_book.datasets.store import Arrays
from liegan_book.experiments.method import Experiment, Method
from liegan_book.experiments.metrics.discovery import Judged, rounded
from liegan_book.experiments.two_body import ORBITS as NAMES
from liegan_book.experiments.two_body import fingerprint, orbits_of
from liegan_min.base.options import RunOptions
from liegan_min.base.settings import Settings


class OrbitsConfig(Settings):
    """Nothing to set: every orbit is described."""


@dataclass(frozen=True)
class Described:
    """The orbits of a data set, by split."""

    orbits: Arrays
    seconds: float


def _read(config: OrbitsConfig, options: RunOptions, *, data: str) -> Described:
    begun, orbits = time.monotonic(), orbits_of(data)
    return Described(orbits, time.monotonic() - begun)


def _judge(found: Described) -> Judged:
    """Describe each orbit by its start, its eccentricity, and its largest jump of energy.

    Returns:
        metrics: the largest of each, and how many orbits there are; and arrays by split: angle of
        body 1 and separation at the start, in degrees and in units of the data, and on the way the
        largest eccentricity and the largest change of the energy, as a share of it.
    """
    metrics: dict[str, float | int | bool | None] = {}
    arrays: dict[str, list[Any]] = {}
    for split, state in found.orbits.items():
        distance, eccentricity, energy = two_body.elements(state)
        jump = np.abs(energy / energy[:, :1] - 1).max(axis=1)
        start = np.degrees(np.arctan2(state[:, 0, 1], state[:, 0, 0]))
        told = {
            "start_deg": start,
            "separation": distance[:, 0],
            "eccentricity": eccentricity.max(axis=1),
            "energy_jump": jump,
        }
        arrays |= {f"{split}_{name}": rounded(values) for name, values in told.items()}
        metrics |= {
            f"{split}_orbits": len(state),
            f"{split}_largest_eccentricity": float(eccentricity.max()),
            f"{split}_largest_energy_jump": float(jump.max()),
        }
    return metrics, arrays


ORBITS = Experiment(
    {
        whose: Method(
            {"paper": OrbitsConfig()},
            partial(_read, data=data),
            _judge,
            data=data,
            fingerprint=fingerprint(data),
        )
        for whose, data in NAMES.items()
    }
)

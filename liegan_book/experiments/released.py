"""The matrices that were saved with the published code, judged as ours are.

They are not ours to commit: a record holds what they score, and the checksum of their file. Nothing
is drawn, so there is one record of each.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from liegan_book.datasets import authors, published, released
from liegan_book.experiments.method import Method
from liegan_book.experiments.metrics.discovery import Judged, nearest_rotation
from liegan_book.experiments.two_body import BLOCKS, SO2, two_body_pairs
from liegan_min.algebra import linalg
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.options import RunOptions
from liegan_min.base.settings import Settings

#: Those of the two-body task.
TWO_BODY = ("liegan", "liegan-es", "augerino-plus", "symmetrygan")


class ReleasedConfig(Settings):
    """What is read."""

    file: str
    sha256: str


@dataclass(frozen=True)
class Released:
    """A saved matrix, and the directions in which the published orbits are not zero."""

    matrix: Tensor
    support: linalg.Array
    seconds: float


def matrix(name: str) -> Tensor:
    """Return a saved generator or element, (8, 8), inside its search space.

    Raises:
        InputError, DamagedFileError: see `released.matrices`.
    """
    found = released.matrices(name).reshape(8, 8)
    # The expanded search was saved inside its space, the others beside entries never used.
    return found if name == "liegan-es" else found * BLOCKS


def _play(config: ReleasedConfig, options: RunOptions, *, name: str) -> Released:
    begun, P = time.monotonic(), linalg.support(two_body_pairs(published.NAME).x)
    return Released(matrix(name), P, time.monotonic() - begun)


def _judge_generator(found: Released) -> Judged:
    algebra = LieAlgebra(found.matrix[None])
    return {
        "support_cosine": algebra.cosine(SO2, found.support),
        "raw_cosine": algebra.cosine(SO2),
        "support_rank": int(found.support.shape[1]),
        "norm": float(torch.linalg.norm(found.matrix)),
    }, {}


def _judge_element(found: Released) -> Judged:
    cosine, angle = nearest_rotation(found.matrix, SO2, found.support)
    return {
        "support_cosine": cosine,
        "angle_deg": angle,
        "support_rank": int(found.support.shape[1]),
        "norm": float(torch.linalg.norm(found.matrix)),
    }, {}


def released_methods() -> dict[str, Method]:
    """Return a method for each saved matrix of the two-body task, `released-NAME`."""
    return {
        f"released-{name}": Method(
            profiles={
                "paper": ReleasedConfig(
                    file=authors.FILES[name].name, sha256=authors.FILES[name].sha256
                )
            },
            play=partial(_play, name=name),
            judge=_judge_element if name == "symmetrygan" else _judge_generator,
            data=published.NAME,
            fingerprint=published.checksum,
        )
        for name in TWO_BODY
    }

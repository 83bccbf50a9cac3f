"""What differs between the tasks of the benchmark of discovery: data, settings, and what is good.

A new task is a function here that returns a `Task`, and a line in `TASKS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from torch import Tensor

from liegan_book.datasets import top_tagging
from liegan_book.datasets.jets import storage
from liegan_book.experiments import BLOCKS, SO2, settings, two_body_pairs
from liegan_min.algebra import linalg
from liegan_min.algebra.groups import ETA
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.errors import InputError
from liegan_min.game.config import GameConfig
from liegan_min.game.game import Game
from liegan_min.game.pairs import Pairs, as_pairs

Rules = TypeVar("Rules", bound=Game)


@dataclass(frozen=True)
class Task:
    """A discovery that both sides can do.

    Attributes:
        reader: returns what reads the samples: the published way, given a checkout; else ours. All
            that it imports is imported.
        from_file: whether the two ways differ, so that reading is worth timing.
        published: the published recipe, in our settings.
        start: the published name of how L starts, and of its search space.
        mask: (k, k), the same search space; None: all of gl(k).
        ours: the settings that we reach quality with.
        score: of a basis, (c, k, k).
        good: least score of a good basis.
        every: steps between two looks at the basis; None: a pass through the data.
    """

    reader: Callable[[Path | None], Callable[[], Pairs]]
    from_file: bool
    published: GameConfig
    start: str
    mask: Tensor | None
    ours: GameConfig
    score: Callable[[Tensor], float]
    good: float
    every: int | None

    def game(self, pairs: Pairs, config: GameConfig, seed: int, rules: type[Rules]) -> Rules:
        """Return our game at its start.

        Raises:
            InputError: if there are fewer samples than a batch.
        """
        if (n := len(pairs.x)) < config.batch:
            raise InputError(f"{n} samples are fewer than a batch of {config.batch}; bring more")
        return rules(
            config,
            pairs.x.shape[-1],
            pairs.inputs,
            y_kind=pairs.y_kind,
            mask=self.mask,
            classes=pairs.classes,
            scale=pairs.rms() if config.standardise else None,
            seed=seed,
        )

    def looks(self, config: GameConfig, pairs: Pairs) -> int:
        """Return the steps between two looks in a game with these settings."""
        return self.every or -(-len(pairs.x) // config.batch)


def two_body(_: Path | None) -> Task:
    """Find so(2) in the committed orbits: the support cosine has to reach 0.999."""
    P = linalg.support(two_body_pairs().x)
    return Task(
        reader=lambda _: two_body_pairs,
        from_file=False,
        published=GameConfig(),
        start="2*2_factorization",
        mask=BLOCKS,
        ours=settings("two-body-discovery", "liegan", "quick"),
        score=lambda L: LieAlgebra(L).cosine(SO2, P),
        good=0.999,
        every=None,
    )


def jets(data: Path | None) -> Task:
    """Find the metric of so(1,3) in two constituents of each jet: cos(J, η) has to reach 0.99."""
    assert data is not None, "the command line makes a file where none is given"

    def reader(folder: Path | None) -> Callable[[], Pairs]:
        if folder is not None:
            from _reference import jet_reader

            return jet_reader(folder, data)

        def read(rows: slice = slice(None)) -> Pairs:
            x, label = top_tagging.read(data, 2, rows)
            return as_pairs(x, label.astype(np.int64), "label")

        read(slice(10))
        return read

    return Task(
        reader=reader,
        from_file=True,
        # Entries from N(0, 2/16), as `kaiming_normal_` draws those of 4 x 4 matrices.
        published=GameConfig(channels=7, init_scale=(2 / 16) ** 0.5, cosine=1.0, correlation=0.1),
        start="random",
        mask=None,
        ours=settings("top-tagging-discovery", "liegan", "quick"),
        score=lambda L: LieAlgebra(L).invariant_form().cosine(ETA),
        good=0.99,
        every=25,
    )


def write_sample(path: Path) -> None:
    """Write the committed jets, 20,000 to train on, in the public benchmark's layout.

    Raises:
        MissingExtraError: if the extra `jets` is not installed.
    """
    top_tagging.write(path, storage.load("train"), top_tagging.TTV["train"])


#: By name on the command line; each is given the file of data, if the task has one.
TASKS: dict[str, Callable[[Path | None], Task]] = {"two-body": two_body, "top-tagging": jets}

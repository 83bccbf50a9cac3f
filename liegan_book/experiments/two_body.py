"""The two-body task: its symmetry, its search spaces, and its samples, published or ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch

from liegan_book.datasets import published, store, two_body
from liegan_book.datasets.store import Arrays
from liegan_min.algebra import groups
from liegan_min.game.pairs import Pairs, as_pairs

#: Whose orbits: those of the authors of LieGAN, or those made by our recipe.
Data = Literal["published", "ours"]

#: The data set of each.
ORBITS: dict[Data, str] = {"published": published.NAME, "ours": "two-body"}

#: The truth of the task: one angle turns q1, p1, q2 and p2 together.
SO2 = groups.diagonal(groups.so(2), 4)

#: Search spaces on (q1, p1, q2, p2). Each 2 x 2 block on its own, as published …
BLOCKS = torch.kron(torch.eye(4), torch.ones(2, 2))
#: … and the expanded search: q1 may mix with q2, and p1 with p2, but not q with p.
EXPANDED = torch.kron(torch.ones(2, 2), BLOCKS[:4, :4])


def orbits_of(data: str) -> Arrays:
    """Return the orbits of a data set by split, (n, 20, 8) each.

    Raises:
        InputError, DamagedFileError: see `store.load` and `published.load`.
    """
    return published.load() if data == published.NAME else store.load(data)


def two_body_pairs(
    data: str = "two-body", split: str = "train", inputs: int = 1, outputs: int = 1
) -> Pairs:
    """Return orbits, "train" or "test", cut into pairs of states.

    Args:
        data: name of a data set: "two-body", "two-body-full" or "two-body-published". The last is
            cut as the published code does, which leaves out the last window of each orbit.
        split: of it.
        inputs: states of x.
        outputs: states of y.

    Raises:
        InputError, DamagedFileError: see `orbits_of`.
    """
    orbits, last = orbits_of(data)[split], data != published.NAME
    return as_pairs(*two_body.windows(orbits, inputs, outputs, last=last), "vector")


def fingerprint(data: str) -> Callable[[int], str] | None:
    """Return what checks a data set that is not a committed file: the published one."""
    return published.checksum if data == published.NAME else None

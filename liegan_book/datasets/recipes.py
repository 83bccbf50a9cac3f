"""How each committed data set is made, and whether its file is what its recipe makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from liegan_book.datasets import store, two_body
from liegan_book.datasets.jets import storage as jets
from liegan_book.datasets.store import Arrays
from liegan_min.base.errors import DamagedFileError


def _two_body() -> Arrays:
    """800 orbits that start in the lower half-plane, and 800 that start in the upper."""
    train = two_body.orbits(800, start="lower", seed=2302)
    test = two_body.orbits(800, start="upper", seed=236)
    return {"train": train.state.astype(np.float32), "test": test.state.astype(np.float32)}


def _two_body_full() -> Arrays:
    """800 orbits that start at any angle: their law is invariant under rotation."""
    return {"train": two_body.orbits(800, start="full", seed=2302).state.astype(np.float32)}


@dataclass(frozen=True)
class Recipe:
    """How a data set is made.

    Attributes:
        make: makes its arrays.
        difference: how far a file's arrays are from what the recipe makes; None: make them all,
            and take the largest difference, relative to an array's size.
        limit: largest difference at which the file is what its recipe makes.
    """

    make: Callable[[], Arrays]
    difference: Callable[[Arrays], float] | None = None
    limit: float = 1e-5


#: What makes each of `store.NAMES`. A new data set is a line here, and its name there.
RECIPES: dict[str, Recipe] = {
    "two-body": Recipe(_two_body),
    "two-body-full": Recipe(_two_body_full),
    # A distance of laws: 1 in 20,000 for two samples of the same law to be further apart.
    "jets": Recipe(jets.sample, jets.difference, 0.25),
    "jets-leading": Recipe(jets.leading, jets.difference_leading, 0.25),
}


def make(name: str) -> Path:
    """Make a data set, write it and its checksum, and return the file.

    Raises:
        InputError: if there is no data set of that name.
    """
    path = store.path_of(name)
    store.write(path, RECIPES[name].make())
    return path


def verify(name: str) -> float:
    """Make a data set anew, or a part of it, and return its difference from the file.

    Not exactly zero on another processor: sine and cosine differ in the last bit.

    Raises:
        InputError, DamagedFileError: see `store.load`; the latter also over other arrays.
    """
    kept, recipe = store.load(name), RECIPES[name]
    if recipe.difference is not None:
        return recipe.difference(kept)
    made = recipe.make()
    if kept.keys() != made.keys():
        raise DamagedFileError(
            f"{store.path_of(name)} holds {', '.join(kept)}, not {', '.join(made)}"
        )
    return max(float(np.abs(kept[k] - made[k]).max() / np.abs(made[k]).max()) for k in made)

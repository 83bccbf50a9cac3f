"""The committed data sets: made from a seed, kept as plain arrays, checked before use."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liegan_book.datasets import two_body
from liegan_book.datasets.jets import storage as jets
from liegan_book.records import paths
from liegan_min.base import files
from liegan_min.base.errors import DamagedFileError, InputError

Arrays = dict[str, NDArray[Any]]

#: Seeds of the committed orbits. Any others give other orbits of the same law.
TRAIN_SEED, TEST_SEED = 2302, 236


def _two_body() -> Arrays:
    """800 orbits that start in the lower half-plane, and 800 that start in the upper."""
    train = two_body.orbits(800, start="lower", seed=TRAIN_SEED)
    test = two_body.orbits(800, start="upper", seed=TEST_SEED)
    return {"train": train.state.astype(np.float32), "test": test.state.astype(np.float32)}


def _two_body_full() -> Arrays:
    """800 orbits that start at any angle: their law is invariant under rotation."""
    return {"train": two_body.orbits(800, start="full", seed=TRAIN_SEED).state.astype(np.float32)}


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


#: Every committed data set and what makes it. A new one is a line here.
RECIPES: dict[str, Recipe] = {
    "two-body": Recipe(_two_body),
    "two-body-full": Recipe(_two_body_full),
    # A distance of laws: 1 in 20,000 for two samples of the same law to be further apart.
    "jets": Recipe(jets.sample, jets.difference, 0.25),
    "jets-leading": Recipe(jets.leading, jets.difference_leading, 0.25),
}


def path_of(name: str) -> Path:
    """Return the file of a data set.

    Raises:
        InputError: if there is no data set of that name.
    """
    if name not in RECIPES:
        raise InputError(f"unknown data set {name!r}; there are: {', '.join(RECIPES)}")
    return paths.data() / f"{name.replace('-', '_')}.npz"


def _checksums() -> Path:
    return paths.data() / "checksums.json"


def make(name: str) -> Path:
    """Make a data set, write it and its checksum, and return the file."""
    target = path_of(name)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **RECIPES[name].make())  # type: ignore[arg-type]
    files.write_atomic(target, buffer.getvalue())
    known = json.loads(_checksums().read_text()) if _checksums().exists() else {}
    known[target.name] = files.sha256(target)
    text = json.dumps(known, indent=1, sort_keys=True)
    files.write_atomic(_checksums(), (text + "\n").encode())
    return target


def checksum(name: str) -> str:
    """Return the checksum of a data set's file, once it is found to be the committed one.

    Raises:
        DamagedFileError: if the file is missing or was changed.
    """
    target = path_of(name)
    remedy = f"restore it from git, or make it again with: liegan data {name}"
    if not target.is_file():
        raise DamagedFileError(f"{target} is missing; {remedy}")
    known = json.loads(_checksums().read_text()) if _checksums().exists() else {}
    actual = files.sha256(target)
    if known.get(target.name) != actual:
        raise DamagedFileError(f"{target} fails its checksum; {remedy}")
    return actual


def load(name: str) -> Arrays:
    """Read a committed data set, checked.

    Raises:
        InputError, DamagedFileError: see `path_of` and `checksum`.
    """
    checksum(name)
    with np.load(path_of(name), allow_pickle=False) as f:
        return {key: f[key] for key in f.files}


def verify(name: str) -> float:
    """Make a data set anew, or a part of it, and return its difference from the file.

    Not exactly zero on another processor: sine and cosine differ in the last bit.
    """
    kept, recipe = load(name), RECIPES[name]
    if recipe.difference is not None:
        return recipe.difference(kept)
    made = recipe.make()
    if kept.keys() != made.keys():
        raise DamagedFileError(f"{path_of(name)} holds {', '.join(kept)}, not {', '.join(made)}")
    return max(float(np.abs(kept[k] - made[k]).max() / np.abs(made[k]).max()) for k in made)

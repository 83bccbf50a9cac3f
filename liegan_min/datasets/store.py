"""The committed data sets: made from a seed, kept as plain arrays, checked before use."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from liegan_min import files, paths
from liegan_min.datasets import two_body
from liegan_min.errors import DamagedFileError, InputError

Arrays = dict[str, NDArray[np.float32]]

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


#: Every committed data set and what makes it. A new one is a line here.
RECIPES: dict[str, Callable[[], Arrays]] = {
    "two-body": _two_body,
    "two-body-full": _two_body_full,
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
    np.savez_compressed(buffer, **RECIPES[name]())  # type: ignore[arg-type]
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
    """Make a data set anew and return the largest difference from the file, relative to its size.

    Not exactly zero on another processor: sine and cosine differ in the last bit.
    """
    kept, made = load(name), RECIPES[name]()
    if kept.keys() != made.keys():
        raise DamagedFileError(f"{path_of(name)} holds {', '.join(kept)}, not {', '.join(made)}")
    return max(float(np.abs(kept[k] - made[k]).max() / np.abs(made[k]).max()) for k in made)

"""The committed data sets: plain arrays whose checksums are compared before use."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liegan_book import paths
from liegan_min.base import files
from liegan_min.base.errors import DamagedFileError, InputError

Arrays = dict[str, NDArray[Any]]

#: Every committed data set; `recipes.RECIPES` says how each is made.
NAMES = ("two-body", "two-body-full", "jets", "jets-leading")


def path_of(name: str) -> Path:
    """Return the file of a data set.

    Raises:
        InputError: if there is no data set of that name.
    """
    if name not in NAMES:
        raise InputError(f"unknown data set {name!r}; there are: {', '.join(NAMES)}")
    return paths.data() / f"{name.replace('-', '_')}.npz"


def _checksums() -> dict[str, str]:
    """Return the committed checksums by file name."""
    path = paths.data() / "checksums.json"
    return dict(json.loads(path.read_text())) if path.exists() else {}


def write_arrays(path: Path, arrays: Arrays) -> None:
    """Write arrays as a compressed .npz, atomically.

    Raises:
        LieganError: if the disk is full or the folder cannot be written.
    """
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    files.write_atomic(path, buffer.getvalue())


def write(path: Path, arrays: Arrays) -> None:
    """Write a data set's file, and its checksum among the others."""
    write_arrays(path, arrays)
    known = _checksums() | {path.name: files.sha256(path)}
    text = json.dumps(known, indent=1, sort_keys=True) + "\n"
    files.write_atomic(paths.data() / "checksums.json", text.encode())


def checksum(name: str) -> str:
    """Return the checksum of a data set's file, once it is found to be the committed one.

    Raises:
        InputError: if there is no data set of that name.
        DamagedFileError: if the file is missing or was changed.
    """
    path = path_of(name)
    remedy = f"restore it from git, or make it again with: liegan data {name}"
    if not path.is_file():
        raise DamagedFileError(f"{path} is missing; {remedy}")
    actual = files.sha256(path)
    if _checksums().get(path.name) != actual:
        raise DamagedFileError(f"{path} fails its checksum; {remedy}")
    return actual


def load(name: str) -> Arrays:
    """Read a committed data set, checked.

    Raises:
        InputError, DamagedFileError: see `checksum`.
    """
    checksum(name)
    return files.load_arrays(path_of(name))

"""The poster's own two-body orbits, from the file that its authors publish.

The file is a pickle, which could run anything on reading. It is read by an unpickler that knows
NumPy arrays and nothing else, and kept as plain arrays in the cache.
"""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import torch

from liegan_book import paths
from liegan_book.datasets import authors, store
from liegan_book.datasets.store import Arrays
from liegan_min.base import files
from liegan_min.base.errors import DamagedFileError, InputError

#: The name of the data set.
NAME = "two-body-published"

#: Of the arrays in the cache, as `files.digest` counts; a file's own checksum depends on zlib.
DIGEST = "2a900138b3db24f2d86240fa6188499e95b3c050115b900186abcc364e2ef6bb"

#: q1x, q2x, q1y, q2y, p1x, p2x, p1y, p2y in the file, to (q1, p1, q2, p2).
ORDER = [0, 2, 4, 6, 1, 3, 5, 7]

#: What an array is pickled with: by NumPy 2, and by what came before.
_KNOWN = {
    (f"numpy.{core}.multiarray", "_reconstruct"): np.ndarray((0,)).__reduce__()[0]
    for core in ("core", "_core")
} | {("numpy", "ndarray"): np.ndarray, ("numpy", "dtype"): np.dtype}


class _Arrays(pickle.Unpickler):
    """Builds NumPy arrays; whatever else a pickle asks for is refused before it is imported."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what rebuilds an array."""
        if (module, name) not in _KNOWN:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return _KNOWN[module, name]


def unpickle(content: bytes, name: str) -> Arrays:
    """Read a pickled dictionary of NumPy arrays of numbers; nothing in it is run.

    Args:
        content: the bytes.
        name: of the file, for the error.

    Raises:
        DamagedFileError: if it holds or asks for anything else, or is cut short.
    """
    try:
        found = _Arrays(io.BytesIO(content)).load()
    except MemoryError:
        raise
    except Exception as error:  # a damaged pickle fails in any way
        raise DamagedFileError(
            f"{name} is no pickle of NumPy arrays alone ({error}); nothing of it was run; "
            "download the published file anew"
        ) from None
    if not isinstance(found, dict) or not all(
        isinstance(key, str) and isinstance(a, np.ndarray) and a.dtype.kind == "f"
        for key, a in found.items()
    ):
        raise DamagedFileError(
            f"{name} holds something other than arrays of numbers by name; "
            "download the published file anew"
        )
    return found


def path_of() -> Path:
    """Return the file in the cache."""
    return paths.cache() / "two_body_published.npz"


def _digest(arrays: Arrays) -> str:
    return files.digest({name: torch.from_numpy(a) for name, a in arrays.items()})


def make(local: Path | None = None, progress: bool = True) -> Path:
    """Fetch the published orbits, write them to the cache as ours are kept, and return that file.

    Args:
        local: the published pickle, where it was got some other way; default: downloaded.
        progress: show a bar.

    Raises:
        DamagedFileError, InputError, LieganError, MissingExtraError: see `authors.fetch`.
    """
    files.check_writable(path_of())
    source = authors.fetch("two-body", local, progress)
    raw = unpickle(source.read_bytes(), str(source))
    arrays = {
        split: np.ascontiguousarray(raw[name][..., ORDER], dtype=np.float32)
        for split, name in (("train", "coords"), ("test", "test_coords"))
    }
    store.write_arrays(path_of(), arrays)
    return path_of()


def load() -> Arrays:
    """Return the published orbits: train, (814, 20, 8), and test, (790, 20, 8), float32.

    Raises:
        InputError: if they were not fetched.
        DamagedFileError: if the file in the cache is damaged.
    """
    path = path_of()
    if not path.is_file():
        raise InputError(f"there is no {path}; fetch it with: liegan data {NAME}")
    arrays = files.load_arrays(path)
    if _digest(arrays) != DIGEST:
        raise DamagedFileError(f"{path} was changed; make it anew with: liegan data {NAME}")
    return arrays


def checksum(seed: int = 0) -> str:
    """Return the checksum of the authors' file, once what was made of it is found unchanged.

    Raises:
        InputError, DamagedFileError: see `load`.
    """
    load()
    return authors.FILES["two-body"].sha256

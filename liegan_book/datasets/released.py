"""The matrices that the authors saved with their code: generators, an element, and a metric."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from liegan_book.datasets import authors
from liegan_min.base import files
from liegan_min.base.errors import DamagedFileError

#: Entry of the file that holds the matrices; a metric is all that its file holds.
_ENTRY = {
    "liegan": "Li",
    "liegan-es": "Li",
    "augerino-plus": "aug.Li",
    "symmetrygan": "Li",
    "metric": None,
}
NAMES = tuple(_ENTRY)


def fetch(local: Path | None = None, progress: bool = True) -> list[Path]:
    """Bring all of them to the cache, and return the files there.

    Raises:
        DamagedFileError, InputError, LieganError, MissingExtraError: see `authors.fetch`.
    """
    there = []
    for name in NAMES:
        source = authors.fetch(name, local, progress)
        target = authors.target(name)
        if source != target:
            files.write_atomic(target, source.read_bytes())
        there.append(target)
    return there


def matrices(name: str) -> Tensor:
    """Return the matrices as they were saved, (c, k, k) or (k, k), float64.

    Entries that the search space leaves out are in the file, too: mask them.

    Raises:
        InputError, DamagedFileError: see `authors.cached`.
    """
    path, entry = authors.cached(name), _ENTRY[name]
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # cannot happen to a file of that checksum, but for another torch
        raise DamagedFileError(f"{path} cannot be read ({type(error).__name__})") from None
    found: Tensor = state if entry is None else state[entry]
    return found.double()

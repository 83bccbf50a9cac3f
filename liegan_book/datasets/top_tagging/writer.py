"""Writing jets in the benchmark's layout, so that ours and the public ones are interchangeable."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from liegan_book.datasets.top_tagging.layout import CONSTITUENTS, FLAGS, NUMBERS, TTV, check_values
from liegan_book.extras import needed
from liegan_min.base import files
from liegan_min.base.errors import InputError
from liegan_min.equivariant.jets import Jets


@dataclass
class Writer:
    """A file of jets that grows by `add`; see `writer`.

    Attributes:
        path: the name that the file will have.
        ttv: the split, as the benchmark counts them: see `layout.TTV`.
        expected: about how many jets there will be; HDF5 sizes its chunks by it.
        store: the open pandas store.
        rows: jets so far.
    """

    path: Path
    ttv: int
    expected: int
    store: Any
    rows: int = 0

    def add(self, jets: Jets) -> None:
        """Append jets; of each, the leading 200 constituents are kept, as in the benchmark.

        Raises:
            InputError: if a value is one that the reader would refuse.
            LieganError: if the disk is full.
        """
        import pandas as pd  # reading needs none

        if not len(jets):
            return
        x = jets.leading(CONSTITUENTS)
        check_values(
            self.path, x, jets.label, self.rows, error=InputError, remedy="repair or drop the jet"
        )
        numbers = np.concatenate([x.reshape(len(jets), -1), jets.truth], axis=1)
        # Numbered on, where each chunk would by itself start from row 0.
        index = pd.RangeIndex(self.rows, self.rows + len(jets))
        frame = pd.DataFrame(numbers, index=index, columns=list(NUMBERS))
        frame[FLAGS[0]] = np.int64(self.ttv)
        frame[FLAGS[1]] = jets.label.astype(np.int64)
        with files.writing(self.path, RuntimeError):
            # index=False: no search tree over the row numbers, which nobody searches.
            self.store.append("table", frame, index=False, expectedrows=self.expected)
        self.rows += len(jets)


@contextmanager
def writer(path: Path, ttv: int, expected: int = 1_000_000) -> Iterator[Writer]:
    """Open a file of jets: `with writer(path, ttv) as w: w.add(jets)`.

    It appears under its name when the block ends well. Until then, and after an exception or a
    kill, an old file of that name stays as it is.

    Raises:
        InputError: if ttv is none of the benchmark's, or no jets were added.
        LieganError: if the disk is full or the folder cannot be written.
        MissingExtraError: if PyTables, of the extra `jets`, is not installed.
    """
    if ttv not in TTV.values():
        known = ", ".join(f"{value} ({split})" for split, value in TTV.items())
        raise InputError(f"ttv must be {known}, not {ttv}")
    needed("tables", "writing HDF5")
    import pandas as pd

    with files.atomic(path) as part:
        with files.writing(path, RuntimeError):  # PyTables' errors are of this kind
            store = pd.HDFStore(part, mode="w", complib="blosc", complevel=5)
        w = Writer(path, ttv, expected, store)
        try:
            yield w
        finally:
            with files.writing(path, RuntimeError):
                store.close()
        if not w.rows:
            raise InputError(f"{path} was given no jets; add at least one")


def write(path: Path, jets: Jets, ttv: int, chunk: int = 4096) -> None:
    """Write jets as one file of the benchmark's layout, atomically.

    Raises:
        InputError, LieganError, MissingExtraError: see `writer`.
    """
    with writer(path, ttv, expected=len(jets)) as w:
        for start in range(0, len(jets), chunk):
            w.add(jets.take(slice(start, start + chunk)))

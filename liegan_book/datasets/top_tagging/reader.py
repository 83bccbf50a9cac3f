"""Reading jets lazily: only the leading constituents that are wanted, in chunks of rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from liegan_book.datasets.top_tagging.layout import AGAIN, CONSTITUENTS, F32, I8, few
from liegan_book.datasets.top_tagging.table import Table
from liegan_book.extras import needed
from liegan_min.base import files
from liegan_min.base.errors import DamagedFileError, InputError, LieganError

#: Rows in flight: 26 MB, where all 806 columns have to be unpacked to get at some.
CHUNK = 8192
ALL = slice(None)


def _table(path: Path, file: Any) -> Table:
    """Return the table of an open HDF5 file, once it is found to be the benchmark's."""
    h5py = needed("h5py", "reading HDF5")
    found: dict[str, Any] = {}
    file.visititems(
        lambda name, o: found.update({name: o}) if isinstance(o, h5py.Dataset) else None
    )
    if "table/table" not in found:
        raise DamagedFileError(
            f"{path} is of another benchmark or layout: it holds {few(list(found)) or 'nothing'}, "
            "and no table/table; give a file of the top-tagging benchmark"
        )
    table = Table(path, found["table/table"])
    if not table.rows:
        raise DamagedFileError(f"{path} holds no jets; {AGAIN}")
    return table


@contextmanager
def _opened(path: Path) -> Iterator[Table]:
    """Open a file for as long as its rows are read."""
    if not path.is_file():
        raise InputError(
            f"there is no file {path}; download the benchmark with: liegan data top-tagging"
        )
    h5py = needed("h5py", "reading HDF5")
    if not h5py.is_hdf5(path):
        raise DamagedFileError(f"{path} is not HDF5; {AGAIN}")
    with ExitStack() as stack:
        try:
            table = _table(path, stack.enter_context(h5py.File(path, "r")))
        except LieganError:
            raise
        except files.UNREADABLE as error:
            raise DamagedFileError(f"{path} is cut short or damaged ({error}); {AGAIN}") from None
        yield table


def read(path: Path, n: int = 20, rows: slice = ALL, chunk: int = CHUNK) -> tuple[F32, I8]:
    """Read the n leading constituents of jets, and their labels.

    Args:
        path: a file of the benchmark's layout, ours or public.
        n: constituents of each jet, 1 to 200.
        rows: which jets, as a slice of the file's rows without a step.
        chunk: rows unpacked at a time.

    Returns:
        Four-momenta (E, px, py, pz) in GeV, (jets, n, 4), zero-padded; labels, (jets,), 1 for top.

    Raises:
        InputError: if there is no such file, or an argument is out of its range.
        DamagedFileError: naming the file, and where there is one, the row and column: not HDF5, cut
            short, columns missing, another benchmark's file, or a value that cannot be a jet's.
        MissingExtraError: if the packages that read HDF5, of the extra `jets`, are not installed.
    """
    if not 1 <= n <= CONSTITUENTS:
        raise InputError(
            f"n, the number of leading constituents, must be 1 to {CONSTITUENTS}, not {n}"
        )
    if chunk < 1:
        raise InputError(f"chunk, the rows read at a time, must be at least 1, not {chunk}")
    if rows.step not in (None, 1):
        raise InputError(f"rows must be a slice without a step, not {rows}")
    with _opened(path) as table:
        chosen = range(table.rows)[rows]
        try:
            x = np.empty((len(chosen), n, 4), np.float32)
            label = np.empty(len(chosen), np.int8)
        except (MemoryError, ValueError):
            raise InputError(
                f"{path}: {len(chosen)} jets of {n} constituents do not fit into memory; choose "
                "fewer rows or constituents"
            ) from None
        for start in range(0, len(chosen), chunk):
            some, part = slice(start, start + chunk), chosen[start : start + chunk]
            x[some], label[some] = table.block(part.start, part.stop, n)
    return x, label


def check(path: Path) -> int:
    """Return the number of jets in a file, once its layout and its first and last jet are right.

    Raises:
        InputError, DamagedFileError, MissingExtraError: see `read`.
    """
    with _opened(path) as table:
        for row in (0, table.rows - 1):
            table.block(row, row + 1, CONSTITUENTS)
        return table.rows

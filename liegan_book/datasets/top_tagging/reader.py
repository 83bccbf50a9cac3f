"""Reading jets lazily: only the leading constituents that are wanted, in chunks of rows."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from liegan_book.datasets.top_tagging.converted import NAMES, Converted, Member
from liegan_book.datasets.top_tagging.layout import AGAIN, F32, I8, constituents, few
from liegan_book.datasets.top_tagging.table import Table
from liegan_book.extras import needed
from liegan_min.base import files
from liegan_min.base.errors import DamagedFileError, InputError, LieganError

#: Rows in flight: 26 MB, where all 806 columns have to be unpacked to get at some.
CHUNK = 8192
ALL = slice(None)

_ZIP = b"PK\x03\x04"


def _open(path: Path, stack: ExitStack) -> Table | Converted:
    """Open a file of either layout, until the stack closes it."""
    if not path.is_file():
        raise InputError(
            f"there is no file {path}; download the benchmark with: liegan data top-tagging"
        )
    try:
        with path.open("rb") as f:
            zipped = f.read(len(_ZIP)) == _ZIP
        source = _npz(path, stack) if zipped else _hdf5(path, stack)
    except LieganError:
        raise
    except files.UNREADABLE as error:
        raise DamagedFileError(f"{path} is cut short or damaged ({error}); {AGAIN}") from None
    if not source.rows:
        raise DamagedFileError(f"{path} holds no jets; {AGAIN}")
    return source


def _npz(path: Path, stack: ExitStack) -> Converted:
    archive = stack.enter_context(zipfile.ZipFile(path))
    names = {name.removesuffix(".npy") for name in archive.namelist()}
    files = {n: stack.enter_context(archive.open(f"{n}.npy")) for n in NAMES if n in names}
    return Converted(path, {name: Member(file) for name, file in files.items()})


def _hdf5(path: Path, stack: ExitStack) -> Table | Converted:
    h5py = needed("h5py", "reading HDF5")
    if not h5py.is_hdf5(path):
        raise DamagedFileError(f"{path} is neither HDF5 nor an .npz; {AGAIN}")
    file = stack.enter_context(h5py.File(path, "r"))
    found: dict[str, Any] = {}
    file.visititems(
        lambda name, o: found.update({name: o}) if isinstance(o, h5py.Dataset) else None
    )
    if "table/table" in found:
        return Table(path, found["table/table"])
    if "Pmu" in found:
        return Converted(path, {name: found[name] for name in NAMES if name in found})
    raise DamagedFileError(
        f"{path} is of another benchmark or layout: it holds {few(list(found)) or 'nothing'}, "
        "and neither table/table nor Pmu; give a file of the top-tagging benchmark"
    )


def _blocks(source: Table | Converted, rows: range, n: int, chunk: int) -> Iterator[tuple[F32, I8]]:
    for start in range(rows.start, rows.stop, chunk):
        yield source.block(start, min(start + chunk, rows.stop), n)


def _check(n: int, rows: slice, chunk: int) -> None:
    constituents(n)
    if chunk < 1:
        raise InputError(f"chunk, the rows read at a time, must be at least 1, not {chunk}")
    if rows.step not in (None, 1):
        raise InputError(f"rows must be a slice without a step, not {rows}")


def iterate(
    path: Path, n: int = 20, chunk: int = CHUNK, rows: slice = ALL
) -> Iterator[tuple[F32, I8]]:
    """Yield jets in file order, `chunk` at a time: see `read` for what they are and what is raised.

    The file is opened at the first step; memory is that of one chunk.
    """
    _check(n, rows, chunk)

    def steps() -> Iterator[tuple[F32, I8]]:
        with ExitStack() as stack:
            source = _open(path, stack)
            yield from _blocks(source, range(source.rows)[rows], n, chunk)

    return steps()


def read(path: Path, n: int = 20, rows: slice = ALL, chunk: int = CHUNK) -> tuple[F32, I8]:
    """Read the n leading constituents of jets, and their labels.

    Args:
        path: a file of the benchmark's layout, ours or public, or of the converted one (Pmu, Nobj,
            label or is_signal; HDF5 or .npz).
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
    _check(n, rows, chunk)
    with ExitStack() as stack:
        source = _open(path, stack)
        chosen = range(source.rows)[rows]
        try:
            x = np.empty((len(chosen), n, 4), np.float32)
            label = np.empty(len(chosen), np.int8)
        except (MemoryError, ValueError):
            raise InputError(
                f"{path}: {len(chosen)} jets of {n} constituents do not fit into memory; choose "
                "fewer rows, or take them chunk by chunk with iterate"
            ) from None
        done = 0
        for part, labels in _blocks(source, chosen, n, chunk):
            x[done : done + len(part)], label[done : done + len(part)] = part, labels
            done += len(part)
    return x, label


def check(path: Path) -> int:
    """Return the number of jets in a file, once its layout and its first and last jet are right.

    Raises:
        InputError, DamagedFileError, MissingExtraError: see `read`.
    """
    with ExitStack() as stack:
        source = _open(path, stack)
        for row in (0, source.rows - 1):
            source.block(row, row + 1, source.width)
        return source.rows

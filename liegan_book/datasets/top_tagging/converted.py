"""The layout that LorentzNet's users convert the benchmark to: arrays Pmu, Nobj and a label."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from liegan_book.datasets.top_tagging.layout import AGAIN, F32, I8, check_values
from liegan_min.base import files
from liegan_min.base.errors import DamagedFileError, InputError

_LABELS = ("is_signal", "label")
#: The arrays that are looked at, where a file has them.
NAMES = ("Pmu", "Nobj", *_LABELS)


class Array(Protocol):
    """An array on disk: h5py's data sets, and `Member`."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def __getitem__(self, rows: slice, /) -> NDArray[np.generic]:
        """Return some rows."""
        ...


class Member:
    """An array inside an .npz, of which rows are read without the others.

    Args:
        file: the opened member of the archive.

    Raises:
        ValueError: if it is no plain array, row after row.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        version = np.lib.format.read_magic(self._file)
        header = {(1, 0): np.lib.format.read_array_header_1_0}.get(
            version, np.lib.format.read_array_header_2_0
        )
        self.shape, by_columns, self.dtype = header(self._file)
        if self.dtype.hasobject or (by_columns and len(self.shape) > 1):
            raise ValueError("an array is not plain numbers in C order")
        self._start = self._file.tell()

    def __getitem__(self, rows: slice) -> NDArray[np.generic]:
        """Return rows start to stop; forwards is cheap, backwards starts from the beginning."""
        start, stop, _ = rows.indices(self.shape[0])
        row = int(np.prod(self.shape[1:], dtype=np.int64)) * self.dtype.itemsize
        self._file.seek(self._start + start * row)
        content = self._file.read((stop - start) * row)
        if len(content) < (stop - start) * row:
            raise EOFError(f"the file ends inside rows {start} to {stop - 1}")
        return np.frombuffer(content, self.dtype).reshape(stop - start, *self.shape[1:])


class Converted:
    """The rows of an open converted file.

    Args:
        path: of the file, for the messages.
        arrays: its arrays by name.

    Raises:
        DamagedFileError: if an array is missing, or of a wrong shape.
    """

    def __init__(self, path: Path, arrays: Mapping[str, Array]) -> None:
        self.path = path
        names = [name for name in _LABELS if name in arrays]
        if missing := [name for name in ("Pmu", "Nobj") if name not in arrays]:
            raise self._refuse(f"has no array {' nor '.join(missing)}")
        if not names:
            raise self._refuse(f"has no array {' nor '.join(_LABELS)}")
        self._label_name = names[0]
        self._momenta, self._counts, self._label = (
            arrays[name] for name in ("Pmu", "Nobj", names[0])
        )
        shape = self._momenta.shape
        if len(shape) != 3 or shape[2] != 4 or self._momenta.dtype.kind != "f":
            raise self._refuse(f"Pmu is {shape} {self._momenta.dtype}, not (jets, 200, 4) floats")
        for name, array in (("Nobj", self._counts), (names[0], self._label)):
            if array.shape != shape[:1] or array.dtype.kind not in "fiub":
                raise self._refuse(
                    f"{name} is {array.shape} {array.dtype}, not {shape[:1]} numbers"
                )
        self.rows, self.width = int(shape[0]), int(shape[1])

    def _refuse(self, what: str) -> DamagedFileError:
        return DamagedFileError(f"{self.path}: {what}; {AGAIN}")

    def block(self, start: int, stop: int, n: int) -> tuple[F32, I8]:
        """Return the n leading constituents, (b, n, 4), and labels, (b,), of rows start to stop.

        Raises:
            InputError: if the file holds fewer than n constituents of a jet.
            DamagedFileError: if they cannot be read, or a value cannot be a jet's.
        """
        if n > self.width:
            raise InputError(f"n must be 1 to {self.width} for {self.path}, not {n}")
        rows = slice(start, stop)
        try:
            with np.errstate(over="ignore"):  # infinity is refused below
                x = np.ascontiguousarray(self._momenta[rows][:, :n], dtype=np.float32)
            counts, label = self._counts[rows], self._label[rows]
        except files.UNREADABLE as error:
            raise self._refuse(f"rows {start} to {stop - 1} cannot be read ({error})") from None
        check_values(
            self.path,
            x,
            label,
            start,
            name=lambda i, component: f"Pmu[{i}, {component}]",
            label_name=self._label_name,
        )
        held = np.count_nonzero(x[..., 0], axis=1)
        if (wrong := held != np.minimum(counts, n)).any():
            row = int(wrong.argmax())
            raise DamagedFileError(
                f"{self.path}, row {start + row}: column Nobj is {counts[row]}, but {held[row]} of "
                f"the {n} leading constituents have energy; {AGAIN}"
            )
        return x, label.astype(np.int8)

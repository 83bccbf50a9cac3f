"""The benchmark's own file: the pandas table `table/table`, read without unpickling anything.

PyTables would read it in a line, and run the file's pickles: it unpickles attributes as soon as it
opens the table (FLAVOR, FIELD_0_FILL). h5py never does, but lacks the filter blosc that the files
are compressed with; `hdf5plugin` would add it, in 46 MB. PyTables already depends on `blosc2`,
which decompresses the same chunks: h5py hands them over as they are, and blosc2 unpacks them.
"""

from __future__ import annotations

import pickletools
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liegan_book.datasets.top_tagging.layout import (
    AGAIN,
    F32,
    FLAGS,
    I8,
    NUMBERS,
    check_values,
    few,
)
from liegan_book.extras import needed
from liegan_min.base.errors import DamagedFileError

Rows = NDArray[np.void]

_BLOSC = 32001  # as registered with the HDF Group
_BLOCKS = {"values_block_0": (NUMBERS, "f"), "values_block_1": (FLAGS, "iu")}
_STRINGS = {"STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE"}


def names_in(pickled: bytes) -> list[str]:
    """Return the strings of a pickled list of strings; read as text, so nothing of it is run.

    Raises:
        ValueError: if it holds anything but strings in a list.
    """
    allowed = _STRINGS | {"PROTO", "FRAME", "MARK", "LIST", "EMPTY_LIST", "APPEND", "APPENDS"}
    allowed |= {"PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE", "STOP"}
    names = []
    for code, value, _ in pickletools.genops(pickled):
        if code.name not in allowed:
            raise ValueError(f"{code.name} in a list of names")
        if code.name in _STRINGS:
            names.append(str(value))
    return names


class Table:
    """The rows of an open benchmark file.

    Args:
        path: of the file, for the messages.
        dataset: `table/table`, as h5py gives it.

    Raises:
        DamagedFileError: if its columns are not the benchmark's, or compressed by a rarer filter.
        MissingExtraError: if it is compressed by blosc, and blosc2 is not installed.
    """

    def __init__(self, path: Path, dataset: Any) -> None:
        self.path, self._dataset = path, dataset
        self._check_columns()
        self.rows = int(dataset.shape[0])
        self._blosc = self._decompressor()
        self._kept: tuple[int, Rows] | None = None

    def _refuse(self, what: str) -> DamagedFileError:
        return DamagedFileError(f"{self.path}, table/table: {what}; {AGAIN}")

    def _decompressor(self) -> Any:
        """Return blosc2 if the chunks need it, and None if h5py can read them itself."""
        properties = self._dataset.id.get_create_plist()
        filters = [properties.get_filter(i) for i in range(properties.get_nfilters())]
        if [code for code, *_ in filters] == [_BLOSC]:
            return needed("blosc2", "reading blosc")
        h5py = needed("h5py", "reading HDF5")
        for code, *_, name in filters:
            if not h5py.h5z.filter_avail(code):
                raise DamagedFileError(
                    f"{self.path}, table/table: the filter {code} ({name.decode(errors='replace')})"
                    " is not one that can be read; write the file with blosc or zlib instead"
                )
        return None

    def _check_columns(self) -> None:
        fields = self._dataset.dtype.fields or {}
        if len(self._dataset.shape) != 1 or not fields.keys() >= _BLOCKS.keys():
            there = ", ".join(fields) or "no columns"
            raise self._refuse(f"it holds {there}, not {' and '.join(_BLOCKS)}")
        for block, (columns, kinds) in _BLOCKS.items():
            if (attribute := self._dataset.attrs.get(f"{block}_kind")) is not None:
                self._check_names(block, columns, attribute)
            base, shape = fields[block][0].base, fields[block][0].shape
            if shape != (len(columns),) or base.kind not in kinds:
                raise self._refuse(
                    f"{block} is {shape} {base}, and the benchmark has {len(columns)} columns "
                    f"from {columns[0]} to {columns[-1]}"
                )

    def _check_names(self, block: str, columns: tuple[str, ...], attribute: object) -> None:
        try:
            found = names_in(bytes(attribute))  # type: ignore[call-overload]
        except (TypeError, ValueError):
            raise self._refuse(f"the names of the columns in {block} cannot be read") from None
        known, there = set(columns), set(found)
        if missing := [name for name in columns if name not in there]:
            raise self._refuse(f"missing columns {few(missing)}")
        if extra := [name for name in found if name not in known]:
            raise self._refuse(f"columns {few(extra)} are not the benchmark's")
        for i, (name, right) in enumerate(zip(found, columns, strict=False)):
            if name != right:
                raise self._refuse(f"column {i} of {block} is {name}, where {right} belongs")

    def block(self, start: int, stop: int, n: int) -> tuple[F32, I8]:
        """Return the n leading constituents, (b, n, 4), and labels, (b,), of rows start to stop.

        Raises:
            DamagedFileError: if they cannot be read, or a value cannot be a jet's.
        """
        x = np.empty((stop - start, n, 4), np.float32)
        label = np.empty(stop - start, np.int64)
        try:
            for first, rows in self._parts(start, stop):
                part = slice(first - start, first - start + len(rows))
                with np.errstate(over="ignore"):  # infinity is refused below
                    x[part] = rows["values_block_0"][:, : 4 * n].reshape(-1, n, 4)
                label[part] = rows["values_block_1"][:, 1]
        except (OSError, RuntimeError, ValueError) as error:
            raise DamagedFileError(
                f"{self.path}: rows {start} to {stop - 1} cannot be read ({error}); {AGAIN}"
            ) from None
        check_values(self.path, x, label, start)
        return x, label.astype(np.int8)

    def _parts(self, start: int, stop: int) -> Iterator[tuple[int, Rows]]:
        """Yield runs of rows with the number of their first."""
        if self._blosc is None:
            yield start, self._dataset[start:stop]
            return
        size = int(self._dataset.chunks[0])
        for number in range(start // size, -(-stop // size)):
            first = number * size
            low, high = max(start - first, 0), min(stop - first, size)
            yield first + low, self._chunk(number, size)[low:high]

    def _chunk(self, number: int, size: int) -> Rows:
        """Return all rows of one HDF5 chunk; the last one is kept, as blocks end inside chunks."""
        if self._kept is None or self._kept[0] != number:
            dtype = self._dataset.dtype
            unfiltered, packed = self._dataset.id.read_direct_chunk((number * size,))
            raw = np.empty(size * dtype.itemsize, np.uint8)
            if unfiltered:
                raw[:] = np.frombuffer(packed, np.uint8)
            else:
                # The header says how much will be written: believe it only if that is our room.
                if len(packed) < 16 or struct.unpack_from("<I", packed, 4)[0] != raw.size:
                    raise ValueError(f"chunk {number} is not {size} rows of {dtype.itemsize} bytes")
                self._blosc.decompress2(packed, dst=raw)
            self._kept = number, raw.view(dtype)
        return self._kept[1]

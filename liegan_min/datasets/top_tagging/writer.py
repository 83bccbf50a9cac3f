"""Writing jets in the benchmark's layout, so that ours and the public ones are interchangeable."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pandas as pd

from liegan_min.datasets.jets.ragged import Jets
from liegan_min.datasets.top_tagging.layout import (
    CONSTITUENTS,
    FLAGS,
    NUMBERS,
    TTV,
    check_values,
)
from liegan_min.errors import InputError, LieganError
from liegan_min.extras import needed


class Writer:
    """A file of jets that grows by `add`; it appears under its name when the `with` block ends.

    Until then, and after an exception or a kill, an old file of that name stays as it is.

    Args:
        path: the file to write.
        ttv: the split, as the benchmark counts them: see `layout.TTV`.
        expected: about how many jets there will be; HDF5 sizes its chunks by it.

    Raises:
        InputError: if ttv is none of the benchmark's.
        MissingExtraError: if PyTables, of the extra `jets`, is not installed.
    """

    def __init__(self, path: Path, ttv: int, expected: int = 1_000_000) -> None:
        if ttv not in TTV.values():
            known = ", ".join(f"{value} ({split})" for split, value in TTV.items())
            raise InputError(f"ttv must be {known}, not {ttv}")
        needed("tables", "writing HDF5")
        self.path, self.ttv, self.expected = path, ttv, expected
        self.rows = 0
        self._part: Path | None = None
        self._store: Any = None

    def __enter__(self) -> Self:
        """Open a file of a temporary name beside the final one."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(
                dir=self.path.parent, prefix=f".{self.path.name}.", suffix=".part"
            )
            os.close(handle)
            self._part = Path(name)
            self._store = pd.HDFStore(name, mode="w", complib="blosc", complevel=5)
        except (OSError, RuntimeError) as error:
            if self._part is not None:
                self._part.unlink(missing_ok=True)
            raise self._failure(error) from None
        return self

    def add(self, jets: Jets) -> None:
        """Append jets; of each, the leading 200 constituents are kept, as in the benchmark.

        Raises:
            InputError: if a value is one that the reader would refuse.
            LieganError: if the disk is full.
        """
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
        try:
            # index=False: no search tree over the row numbers, which nobody searches.
            self._store.append("table", frame, index=False, expectedrows=self.expected)
        except (OSError, RuntimeError) as error:
            raise self._failure(error) from None
        self.rows += len(jets)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the file its name if all went well; otherwise leave nothing behind."""
        assert self._part is not None  # noqa: S101 - for the type checker: it was entered
        try:
            self._store.close()
            if kind is not None:
                return
            if not self.rows:
                raise InputError(f"{self.path} was given no jets; add at least one")
            with self._part.open("rb") as f:
                os.fsync(f.fileno())
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(self._part, 0o666 & ~umask)
            os.replace(self._part, self.path)
        except (OSError, RuntimeError) as failure:
            raise self._failure(failure) from None
        finally:
            self._part.unlink(missing_ok=True)

    def _failure(self, error: Exception) -> LieganError:
        reason = getattr(error, "strerror", None) or error
        return LieganError(
            f"cannot write {self.path}: {reason}; free or choose another place and run again"
        )


def writer(path: Path, ttv: int, expected: int = 1_000_000) -> Writer:
    """Return a `Writer`: `with writer(path, ttv) as w: w.add(jets)`."""
    return Writer(path, ttv, expected)


def write(path: Path, jets: Jets, ttv: int, chunk: int = 4096) -> None:
    """Write jets as one file of the benchmark's layout, atomically.

    Raises:
        InputError, LieganError, MissingExtraError: see `Writer`.
    """
    with Writer(path, ttv, expected=len(jets)) as w:
        for start in range(0, len(jets), chunk):
            w.add(jets.take(slice(start, start + chunk)))

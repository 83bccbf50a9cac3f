"""The layout of the public top-tagging benchmark: its columns, and what their values may be.

A row is a jet: 200 constituents by falling transverse momentum, each (E, px, py, pz) in GeV, zeros
after the last one; the top quark's four-momentum; two integers. Kasieczka, Plehn, Thompson and
Russell, "Top Quark Tagging Reference Dataset", doi:10.5281/zenodo.2603256.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from liegan_min.base.errors import DamagedFileError, InputError, LieganError
from liegan_min.equivariant.jets import Jets

F32 = NDArray[np.float32]
I8 = NDArray[np.int8]

#: Most constituents that a jet holds.
CONSTITUENTS = 200
COMPONENTS = ("E", "PX", "PY", "PZ")
#: The columns of 32-bit numbers, and those of integers, in the order of the file.
NUMBERS = (
    *(f"{component}_{i}" for i in range(CONSTITUENTS) for component in COMPONENTS),
    *(f"truth{component}" for component in COMPONENTS),
)
FLAGS = ("ttv", "is_signal_new")
#: What the column `ttv` says of the split that a jet belongs to.
TTV = {"train": 0, "test": 1, "validation": 2}

AGAIN = "fetch or write the file again"


def column(i: int, component: int) -> str:
    """Return the name of the column that holds one component of constituent i."""
    return f"{COMPONENTS[component]}_{i}"


def few(names: Sequence[str]) -> str:
    """Return the first three names, and how many more there are."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def check_values(
    file: object,
    x: F32,
    label: NDArray[np.generic],
    first: int = 0,
    *,
    error: type[LieganError] = DamagedFileError,
    remedy: str = AGAIN,
) -> None:
    """Check leading constituents, (b, n, 4), and labels, (b,), of the jets from row `first` on.

    Raises:
        DamagedFileError: or the given kind, naming file, row and column of the first momentum that
            is no number, negative energy, jet without a constituent, or label but 0 and 1.
    """

    def refuse(row: int, what: str) -> None:
        raise error(f"{file}, row {first + row}: {what}; {remedy}")

    if not (whole := np.isfinite(x)).all():
        row, i, k = (int(index[0]) for index in np.nonzero(~whole))
        refuse(row, f"column {column(i, k)} is {x[row, i, k]}, not a finite momentum")
    if (negative := x[..., 0] < 0).any():
        row, i = (int(index[0]) for index in np.nonzero(negative))
        refuse(row, f"column {column(i, 0)} is {x[row, i, 0]}, a negative energy")
    if (empty := x[:, 0, 0] == 0).any():
        row = int(empty.argmax())
        refuse(row, f"column {column(0, 0)} is 0, so the jet has no constituent")
    if (strange := (label != 0) & (label != 1)).any():
        row = int(strange.argmax())
        refuse(row, f"column {FLAGS[1]} is {label[row]}, and a label is 0 (QCD) or 1 (top)")


def as_jets(p: F32, label: NDArray[np.int8]) -> Jets:
    """Return the jets of (n, most, 4) four-momenta where a zero energy is padding.

    The truth is unknown: zeros.

    Raises:
        InputError: if the shapes do not fit together, or a jet is all padding.
    """
    if p.ndim != 3 or p.shape[2] != 4:
        raise InputError(f"padded jets must be (n, most, 4), not {p.shape}")
    real = p[:, :, 0] != 0
    truth = np.zeros((len(p), 4), np.float32)
    return Jets(p[real], real.sum(1, dtype=np.int64), label, truth)

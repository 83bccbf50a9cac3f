"""A reader's data, checked: finite numbers in the shapes that the questions take.

How y answers to a symmetry is found out where only one reading fits, and asked for where two do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from liegan_min.algebra import linalg
from liegan_min.algebra.linalg import Array
from liegan_min.base.errors import InputError

Kind = Literal["vector", "scalar", "label"]
KINDS: tuple[Kind, ...] = ("vector", "scalar", "label")

#: Whole numbers with at most so many different values, each seen often, are labels.
FEW, OFTEN = 20, 5
#: Magnitudes that a column may have: those of a generator are ratios of two of them.
SMALLEST, LARGEST = 1e-70, 1e70
#: Labels that a task may have at most: a fit gives a probability for each.
MOST = 50


@dataclass(frozen=True)
class Given:
    """Checked data.

    Attributes:
        x: (n, t, k), float64.
        y: vectors (n, s, k), numbers (n, o), labels (n,) from 0, or None.
        kind: of y; None without it.
        how: how y was read, in words.
        columns: names of the k columns of x.
        trajectories: (n,), from 0: which rows belong together; all different where none do.
    """

    x: Array
    y: NDArray[Any] | None
    kind: Kind | None
    how: str
    columns: tuple[str, ...]
    trajectories: NDArray[np.int64]


def _plain(name: str, a: ArrayLike | Tensor) -> NDArray[Any]:
    """Return an array on the CPU, without a mask."""
    if isinstance(a, np.ma.MaskedArray):
        hidden = np.ma.getmaskarray(a).reshape(len(a), -1).any(axis=1)
        if hidden.any():
            row = int(np.flatnonzero(hidden)[0])
            raise InputError(f"{name} is masked in row {row}; drop such rows, or fill them in")
        a = a.data
    if isinstance(a, Tensor):
        a = a.detach().cpu()
        a = (a.double() if a.is_floating_point() else a).numpy()  # NumPy has no bfloat16
    try:
        return np.asarray(a)
    except ValueError:
        raise InputError(f"{name} has rows of unequal length; give each the same") from None


def numbers(name: str, a: ArrayLike | Tensor) -> Array:
    """Return finite numbers as float64.

    Raises:
        InputError: if they are none, hidden by a mask, or not finite; it names the row.
    """
    plain = _plain(name, a)
    if plain.dtype.kind not in "iuf" or 0 in plain.shape or plain.ndim == 0:
        raise InputError(f"{name} must be real numbers, not {plain.dtype} of shape {plain.shape}")
    values = plain.astype(np.float64)
    bad = linalg.not_finite(values)
    if len(bad):
        raise InputError(
            f"{name} holds NaN or infinity in {len(bad)} of {len(values)} rows, first in row "
            f"{bad[0]}; drop such rows, or fill them in"
        )
    return values


def _hold(x: Array, columns: tuple[str, ...]) -> None:
    """Refuse columns whose squares, or whose ratio, float64 cannot hold.

    Raises:
        InputError: naming the column.
    """
    largest = np.abs(x).max(axis=tuple(range(x.ndim - 1)))
    for name, size in zip(columns, largest, strict=True):
        if size and not SMALLEST <= size <= LARGEST:
            raise InputError(
                f"column {name} has values of up to {size:.1e}, and float64 cannot hold what is "
                "computed from them; measure it in another unit"
            )


def checked(
    x: Array,
    y: Any,
    kind: Kind | Literal["auto"],
    columns: tuple[str, ...],
    trajectories: NDArray[np.int64] | None = None,
) -> Given:
    """Return data with what y is settled; x are finite numbers.

    Raises:
        InputError: if x or y has the wrong shape, says nothing, or y may be read in two ways.
    """
    if x.ndim not in (2, 3) or 0 in x.shape:
        raise InputError(f"x must have shape (n, k) or (n, t, k), not {x.shape}")
    _hold(x, columns)
    n = len(x)
    x = x.reshape(n, -1, x.shape[-1])
    if n < 2 or np.ptp(x, axis=0).max() == 0:
        raise InputError("all rows of x are equal, so nothing can be told apart")
    ids = np.arange(n) if trajectories is None else trajectories
    if y is None:
        return Given(x, None, None, "no y", columns, ids)
    plain = _plain("y", y)
    if plain.ndim == 0 or len(plain) != n:
        raise InputError(
            f"x has {n} rows and y has {plain.size if plain.ndim else 1}; cut to match"
        )
    settled, how = _settle(plain, x.shape[-1], kind)
    if settled == "label":
        missing = np.flatnonzero([value is None or value != value for value in plain.flat])
        if len(missing):
            raise InputError(f"y has no value in row {missing[0]}; drop such rows")
        names, labels = np.unique(plain.reshape(n), return_inverse=True)
        if len(names) < 2:
            raise InputError("y has the same value in all rows, so nothing depends on x")
        if len(names) > MOST:
            raise InputError(
                f"y as a label has {len(names)} values, more than {MOST}; "
                "say y_kind='scalar' if they are numbers"
            )
        return Given(x, labels.reshape(-1), settled, f"{how}, {len(names)} labels", columns, ids)
    values = numbers("y", plain).reshape(n, -1)
    _hold(values, ("of y",) * values.shape[1])
    if np.ptp(values, axis=0).max() == 0:
        raise InputError("y has the same value in all rows, so nothing depends on x")
    if settled == "vector":
        return Given(x, values.reshape(n, -1, x.shape[-1]), settled, how, columns, ids)
    return Given(x, values, settled, how, columns, ids)


def _settle(y: NDArray[Any], k: int, kind: Kind | Literal["auto"]) -> tuple[Kind, str]:
    """Return how y answers to g, and why."""
    width = y.size // len(y)
    if kind != "auto":
        if kind == "vector" and (y.ndim < 2 or y.shape[-1] != k):
            raise InputError(
                f"y as vectors must end in an axis of {k} like x, not {y.shape}; "
                "say y_kind='scalar' if g does not move it"
            )
        if kind == "label" and width > 1:
            raise InputError(f"y as a label must be one value for each row, not {y.shape}")
        return kind, f"y is a {kind}, as asked"
    if y.dtype.kind not in "iuf":
        if width > 1:
            raise InputError(f"y must be numbers, or one word for each row, not {y.shape}")
        return "label", "y is a label: it is no number"
    if y.ndim == 3:
        if y.shape[-1] != k:
            raise InputError(f"y of shape {y.shape} must end in an axis of {k} like x")
        return "vector", "y is vectors: its last axis is that of x"
    if width > 1:
        if width == k:
            raise InputError(
                f"y has {k} columns like x: say y_kind='vector' if g moves it with x, or "
                "y_kind='scalar' if it does not"
            )
        return "scalar", f"y is {width} numbers"
    whole = y.dtype.kind in "iu" or bool((y == np.round(y)).all())
    different = len(np.unique(y))
    if whole and different <= FEW and different * OFTEN <= len(y):
        return "label", f"y is a label: whole numbers with {different} values"
    return "scalar", "y is a number" + (f": {different} different values" if whole else "")

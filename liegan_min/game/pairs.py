"""Data as the game takes it: checked arrays, and the readers for files of the user's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from liegan_min.algebra import linalg
from liegan_min.base import files
from liegan_min.base.errors import InputError
from liegan_min.game.generator import YKind


@dataclass(frozen=True)
class Pairs:
    """Samples of a joint law: x, (n, t, k), float32, and y as its kind says.

    Attributes:
        y: vectors (n, s, k), numbers (n, s), labels (n,) as int64, or None.
        y_kind: how y answers to g.
    """

    x: Tensor
    y: Tensor | None
    y_kind: YKind

    @property
    def classes(self) -> int:
        """Number of labels, 0 where y is not one."""
        return int(self.y.max()) + 1 if self.y is not None and self.y_kind == "label" else 0

    @property
    def inputs(self) -> int:
        """Numbers that a discriminator sees: x and, unless it is a label, y."""
        size = self.x[0].numel()
        return size if self.y is None or self.y_kind == "label" else size + self.y[0].numel()

    @property
    def outputs(self) -> int:
        """Numbers that a predictor of y would give: those in y, or one for each label."""
        if self.y is None:
            return 0
        return self.classes if self.y_kind == "label" else self.y[0].numel()

    def rms(self) -> Tensor:
        """Root mean square of each discriminator input, (inputs,); 1 where it is 0."""
        parts = [self.x.flatten(1)]
        if self.y is not None and self.y_kind != "label":
            parts.append(self.y.flatten(1))
        rms = torch.cat(parts, dim=1).square().mean(0).sqrt()
        return torch.where(rms > 0, rms, torch.ones_like(rms))

    def take(self, rows: Tensor) -> Pairs:
        """Return some of the samples."""
        return Pairs(self.x[rows], None if self.y is None else self.y[rows], self.y_kind)

    def to(self, device: torch.device) -> Pairs:
        """Return the samples on a device."""
        return Pairs(self.x.to(device), None if self.y is None else self.y.to(device), self.y_kind)


def _array(name: str, a: ArrayLike) -> NDArray[np.generic]:
    try:
        return np.asarray(a)
    except ValueError:
        raise InputError(f"{name} has rows of unequal length; give each sample the same") from None


def _real(a: NDArray[np.generic]) -> bool:
    return any(np.issubdtype(a.dtype, kind) for kind in (np.integer, np.floating))


def _float32(name: str, a: NDArray[np.generic]) -> NDArray[np.float32]:
    """Convert, and refuse what float32 cannot hold: the game would only ever see infinity."""
    with np.errstate(over="ignore"):
        values = a.astype(np.float32)
    bad = linalg.not_finite(values)
    if len(bad):
        raise InputError(
            f"{name} holds NaN or infinity (as float32) in {len(bad)} of {len(values)} samples, "
            f"first in sample {bad[0]}; drop or repair them"
        )
    return values


def _labels(y: NDArray[np.generic]) -> Tensor:
    whole = y.size == len(y) and (_real(y) or y.dtype == bool) and bool(np.isfinite(y).all())
    labels = y.reshape(-1).astype(np.int64) if whole else np.array([-1])
    if labels.min() < 0 or not np.array_equal(y.reshape(-1), labels):
        raise InputError(
            "y as a label must be one integer from 0 for each sample; "
            "say y_kind='vector' or 'scalar' if it is none"
        )
    return torch.from_numpy(labels)


def guess_kind(x: NDArray[np.generic], y: NDArray[np.generic]) -> YKind:
    """Guess how y answers to g: integers are labels, arrays ending like x vectors, else scalars."""
    if np.issubdtype(y.dtype, np.integer) or y.dtype == bool:
        return "label"
    return "vector" if y.ndim >= 2 and y.shape[-1] == x.shape[-1] else "scalar"


def as_pairs(x: ArrayLike, y: ArrayLike | None = None, y_kind: YKind | None = None) -> Pairs:
    """Check the user's arrays and bring them into the game's shapes.

    Args:
        x: (n, k), or (n, t, k) for t vectors that one g moves together.
        y: (n, k) or (n, s, k) vectors; (n,) or (n, s) numbers; (n,) integers from 0 for labels.
        y_kind: how y answers to g; default: guessed by `guess_kind`.

    Raises:
        InputError: naming x or y, what is wrong with it, and the remedy.
    """
    given = _array("x", x)
    if given.ndim not in (2, 3) or 0 in given.shape or not _real(given):
        raise InputError(
            f"x must be real numbers of shape (n, k) or (n, t, k), not {given.shape} {given.dtype}"
        )
    if y_kind not in (None, *get_args(YKind)):
        raise InputError(f"y_kind must be {', '.join(get_args(YKind))} or None, not {y_kind!r}")
    xs = _float32("x", given).reshape(len(given), -1, given.shape[-1])
    if np.ptp(xs, axis=0).max() == 0:
        raise InputError("x is constant: all samples are equal, so nothing can be told apart")
    xt = torch.from_numpy(xs)
    if y is None:
        return Pairs(xt, None, y_kind or "scalar")
    ys = _array("y", y)
    if ys.ndim == 0 or len(ys) != len(xs):
        raise InputError(
            f"x has {len(xs)} samples and y has {len(ys) if ys.ndim else 1}; cut to match"
        )
    kind = y_kind or guess_kind(xs, ys)
    if kind == "label":
        return Pairs(xt, _labels(ys), kind)
    if not _real(ys):
        raise InputError(f"y must be real numbers, not {ys.dtype}")
    if kind == "vector":
        if ys.ndim < 2 or ys.shape[-1] != xs.shape[-1]:
            raise InputError(
                f"y as vectors must end in an axis of {xs.shape[-1]} like x, not {ys.shape}; "
                "say y_kind='scalar' if g must not move it"
            )
        return Pairs(
            xt, torch.from_numpy(_float32("y", ys).reshape(len(ys), -1, ys.shape[-1])), kind
        )
    return Pairs(xt, torch.from_numpy(_float32("y", ys).reshape(len(ys), -1)), kind)


def read_npz(path: str | Path, y_kind: YKind | None = None) -> Pairs:
    """Read x and, if it is there, y from an .npz file. No pickled objects are read.

    Raises:
        InputError: if the file or its x is missing, or the arrays do not fit (see `as_pairs`).
        DamagedFileError: if it is not an .npz file, or cut short, or fails its zip checksums.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path} is not a file; give an .npz with an array x")
    arrays = files.load_arrays(path, "x", "y")
    if "x" not in arrays:
        with np.load(path, allow_pickle=False) as f:
            names = ", ".join(f.files) or "nothing"
        raise InputError(f"{path} has no array x (it has {names}); name the samples x")
    try:
        return as_pairs(arrays["x"], arrays.get("y"), y_kind)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None

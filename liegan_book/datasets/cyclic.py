"""The synthetic regression of the poster: a function that a rotation by 2π/n leaves as it is.

    f(x, y, z) = z / (1 + (θ mod 2π/n)),   θ the angle of (x, y),   (x, y, z) ~ N(0, 1),   n = 7.

The poster writes θ as arctan(y/x). Taken at its word that has period π, and 2π/7 does not divide
π: such an f is unchanged by a half turn and by no rotation of order 7. The published code takes
`arctan2`, and so do we.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liegan_min.base import files
from liegan_min.base.errors import InputError
from liegan_min.game.pairs import Pairs, as_pairs

F64 = NDArray[np.float64]


def checked_order(order: float) -> int:
    """Return the order as an integer.

    Raises:
        InputError: if it is not a whole number of at least 1.
    """
    if isinstance(order, bool) or not float(order).is_integer() or order < 1:
        raise InputError(
            f"order must be a whole number of at least 1, not {order}: f repeats so often in a "
            "turn, and has to meet itself"
        )
    return int(order)


def f(points: F64, order: float = 7) -> F64:
    """Return f at points, (..., 3), with `order` periods in a turn; 1 leaves no symmetry.

    Raises:
        InputError: if the order is not a whole number of at least 1.
    """
    period = 2 * np.pi / checked_order(order)
    x, y, z = np.moveaxis(np.asarray(points, dtype=np.float64), -1, 0)
    result: F64 = z / (1 + np.mod(np.arctan2(y, x), period))
    return result


def pairs(n: int = 20_000, order: float = 7, seed: int = 0) -> Pairs:
    """Draw n samples: x, (n, 1, 3), and f(x) as a number that g leaves alone, (n, 1).

    Raises:
        InputError: if the order is not a whole number of at least 1, or n < 2.
    """
    if n < 2:
        raise InputError(f"n must be at least 2 samples, not {n}")
    points = np.random.default_rng([seed, checked_order(order)]).normal(size=(n, 3))
    return as_pairs(points, f(points, order), "scalar")


def fingerprint(n: int, order: int, seed: int) -> str:
    """Return a checksum of the samples that a seed gives."""
    made = pairs(n, order, seed)
    assert made.y is not None  # noqa: S101 - `pairs` always gives one
    return files.digest({"x": made.x, "y": made.y})

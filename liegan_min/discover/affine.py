"""The centre of a symmetry, where it is not the origin.

A flow z' = Lz + b that fixes a point c is the linear flow of L about c: b = -Lc. A law's symmetries
fix its mean, so there c is known. A surface, or a function, can have its centre anywhere: there the
condition on L is put to (L, b), linear as before, and c is what all solutions fix.
"""

from __future__ import annotations

import numpy as np

from liegan_min.algebra.linalg import Array


def fixed_point(flows: Array, error: float) -> Array:
    """Return the point c, (r,), that is nearest to being fixed by flows (L | b), (q, r, r + 1).

    Of several, the one nearest to 0: a turn about an axis fixes all of it, up to the relative error
    of the flows. Without flows it is 0.
    """
    r = flows.shape[-2]
    L, b = flows[..., :-1].reshape(-1, r), flows[..., -1].reshape(-1)
    return np.asarray(np.linalg.lstsq(L, -b, rcond=error)[0], dtype=np.float64)

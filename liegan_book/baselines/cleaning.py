"""From a learned direction to the exact one-parameter group that it means."""

from __future__ import annotations

import numpy as np
import torch

from liegan_min.algebra import linalg
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.errors import InputError

#: Frequencies below this fraction of the largest are noise: those directions do not turn.
STILL = 0.1

#: The symmetric part of a direction may weigh this much beside its antisymmetric part.
COMPACT = 0.3


def cleaned(
    algebra: LieAlgebra,
    support: linalg.Array | None = None,
    largest_ratio: int = 3,
) -> LieAlgebra:
    """Return the nearest generator of a circle group to one learned direction.

    Three things are known of a compact one-parameter group and used here. What it does off the
    support no data can tell, so it does nothing there. It preserves lengths, so L is antisymmetric.
    It closes after one turn, so its frequencies are whole multiples of one: each is rounded to its
    multiple of the smallest. The result is scaled so that exp(2πL) = 1.

    Lengths are Euclidean: where the invariant form is another one, change the basis first.

    Args:
        algebra: one direction L, (1, k, k).
        support: orthonormal columns P, (k, r); default: everything.
        largest_ratio: largest multiple that is believed; learned frequencies that differ by more
            are refused, because rounding would then choose among many.

    Raises:
        InputError: if there are several directions, or L is not near a compact one.
    """
    if algebra.dim != 1:
        raise InputError(f"cleaned takes one direction, not {algebra.dim}; pick one of the basis")
    P = np.eye(algebra.k) if support is None else support
    L = P.T @ linalg.as_float64(algebra.basis[0]) @ P
    S = (L - L.T) / 2
    skew, rest = np.linalg.norm(S), np.linalg.norm(L - S)
    if not skew or rest > COMPACT * skew:
        raise InputError(
            f"the direction is not near a rotation: its symmetric part weighs {rest:.2g} against "
            f"{skew:.2g}; a boost or a dilation has no circle to clean it to"
        )
    # -iS is Hermitian: its eigenvalues are the frequencies, in pairs ±ω.
    omega, V = np.linalg.eigh(-1j * S)
    turning = np.abs(omega) > STILL * np.abs(omega).max()
    base = np.abs(omega[turning]).min()
    multiple = np.where(turning, np.round(omega / base), 0.0)
    if np.abs(multiple).max() > largest_ratio:
        raise InputError(
            f"the frequencies {np.round(np.unique(np.abs(omega[turning])), 3).tolist()} have no "
            f"ratio up to {largest_ratio}; raise largest_ratio or train longer"
        )
    exact = ((V * (1j * multiple)) @ V.conj().T).real
    return LieAlgebra(torch.from_numpy(P @ exact @ P.T)[None], algebra.name).oriented()

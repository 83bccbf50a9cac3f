"""Which exp(tL) keep the set that the data lie on?

Where data lie on a surface that polynomials describe, a sphere, a cone, a plane, the polynomials
that vanish on the data say which. L keeps the surface if and only if it takes each of them to a
combination of them,

    ∇f_i · Lz = Σ_j c_ij f_j,

which for one quadric J is LᵀJ + JL = cJ. Again the condition is linear in L. What vanishes up to
rounding is known to rounding, so this answer has no p-value; its violation is how far the
polynomials are from zero on samples that they were not made from.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from liegan_min.algebra.linalg import Array
from liegan_min.discover.affine import fixed_point
from liegan_min.discover.answer import Answer, Certificate, named
from liegan_min.discover.frame import Frame
from liegan_min.discover.polynomials import Monomials, number

#: Degrees that are tried, and monomials that are allowed.
DEGREES, MOST = (2, 3, 4), 400
#: A polynomial with coefficients of norm 1 vanishes if its root mean square is at most `DELTA`;
#: from there to `NEARLY` it is too small for chance and too large for a surface.
DELTA, NEARLY, ALPHA = 1e-5, 1e-3, 0.05
#: A direction of L keeps the surface if it moves no polynomial out of their span by more than this.
KEPT = 1e-3
#: Samples that are used at most.
ROWS = 50_000


def vanishing(z: Array, judge: Array, degree: int) -> tuple[Monomials, Array, Array]:
    """Return monomials, polynomials (m, m) on z, least first, and their mean squares on `judge`."""
    monomials = Monomials.fitted(z, degree)
    _, _, f = np.linalg.svd(monomials.values(z), full_matrices=False)
    f = f[::-1]
    return monomials, f, np.square(monomials.values(judge) @ f.T)


def kept(monomials: Monomials, f: Array, affine: bool = False) -> tuple[Array, Array]:
    """Return flows, orthonormal, and by how much each moves polynomials f, (s, m), least first.

    Returns:
        L, (p, r, r), or (L | b), (p, r, r + 1), for affine ones; and (p,).
    """
    T = monomials.action()
    T = T if affine else T[:, :-1]
    moved = np.einsum("abij,sj->absi", T, f)
    moved = moved - (moved @ f.T) @ f
    size = T.shape[0] * T.shape[1]
    _, s, directions = np.linalg.svd(moved.reshape(size, -1).T, full_matrices=True)
    s = np.concatenate([s, np.zeros(size - len(s))])
    return directions[::-1].reshape(-1, *T.shape[:2]), s[::-1] / np.sqrt(len(f))


def support(z: Array, frame: Frame, seed: int, affine: bool = False) -> Answer:
    """Answer for white samples z, (n, t, r); all of the t vectors of a sample lie on one set.

    If `affine`, about the point that the affine flows fix which keep that set.
    """
    answer = _support(z, frame, seed, affine)
    if frame.rank == len(frame.unit):
        return answer
    within = f"in the subspace of dimension {frame.rank} that the data fill, "
    return replace(answer, why=within + answer.why)


def _support(z: Array, frame: Frame, seed: int, affine: bool) -> Answer:
    order = np.random.default_rng(seed).permutation(len(z))[:ROWS]
    one, other = (z[part].reshape(-1, z.shape[-1]) for part in np.array_split(order, 2))
    sizes = {d: number(frame.rank, d) for d in DEGREES}
    tried = [d for d, size in sizes.items() if 4 * size <= len(one) and size <= MOST]
    if not tried:
        return Answer(
            "undecided",
            f"{len(z)} rows are too few to fit a quadric in {frame.rank} variables",
            next_step=f"about {8 * sizes[2]:,} rows",
        )
    for degree in tried:
        monomials, f, squares = vanishing(one, other, degree)
        rms = np.sqrt(squares.mean(axis=0))
        small, least = int((rms <= DELTA).sum()), float(rms.min())
        if least <= NEARLY:  # of a higher degree there would be its powers, which are smaller yet
            break
    if not small and least <= NEARLY:
        nearly = f"a polynomial of degree {degree} nearly vanishes"
        return Answer("undecided", nearly, violation=least)
    if not small:
        return Answer("none", f"no polynomial of degree {degree} or less vanishes", violation=least)
    what = "one polynomial" if small == 1 else f"{small} polynomials"
    why = f"{what} of degree {degree} vanish{'es' if small == 1 else ''}"
    if affine:
        flows, moved = kept(monomials, f[:small], affine=True)
        point = fixed_point(flows[moved <= KEPT * moved[-1]], KEPT)
        answer = _support(z - point, frame, seed, affine=False)
        return replace(answer, centre=frame.back @ point)
    directions, moved = kept(monomials, f[:small])
    c = int((moved <= KEPT * moved[-1]).sum())
    square = squares[:, :small].mean(axis=1)
    mean = float(square.mean())
    from scipy import stats  # as long to import as torch

    bound = mean + stats.norm.isf(ALPHA) * float(square.std()) / len(square) ** 0.5
    basis, _ = frame.readable(directions[: max(c, 1)])
    return Answer(
        "found" if c else "none",
        why if c else f"{why}, and no matrix keeps what vanishes",
        named(directions[:c]),
        basis[:c],
        standard_errors=np.full_like(basis[:c], np.nan),
        violation=mean**0.5,
        certificate=Certificate(float(bound) ** 0.5, ALPHA),
        spectrum=moved,
    )

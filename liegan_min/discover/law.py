"""Which exp(tL) leave the joint law of the data as it is?

The weak form E[∇φ(z) · Lz] = 0 is linear in L: A vec(L) = 0, with a row of A for each test
function. The symmetries are the null space of A, and their number is r² less its rank. Of A there
is an estimate only. Whether its rank is at most r² - q, so that there are at least q generators, is
tested by the moments of the q smallest singular directions, seen by those test functions that no
other direction moves: their errors are then free of the error of the directions themselves
(Kleibergen and Paap 2006, "Generalized reduced rank tests using the singular value decomposition").

A test can only refuse. That what was found is a symmetry, up to a bound, is certified by halves:
the directions from one half of the samples, their violation from the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from liegan_min.algebra.linalg import Array
from liegan_min.discover.answer import Answer, Certificate, Verdict, named
from liegan_min.discover.frame import Frame
from liegan_min.discover.observables import Observables, Samples
from liegan_min.discover.quadratic import Quadratic, both, quadratic

#: "At least q generators" is refused below this p-value.
LEVEL = 0.002
#: A symmetry is found if its violation is at most this, with confidence 1 - ALPHA.
DELTA, ALPHA = 0.25, 0.05


@dataclass(frozen=True)
class Condition:
    """The weak form on samples: its test functions, and the singular directions of A.

    Attributes:
        seen: the waves.
        F: (m, D), the combinations of them that the directions are estimated from, of which the
            first `used` are for tests.
        A: (D, r²), what vec(L) does to the means of these combinations.
        left: (D, ·), left singular vectors of A, of the largest value first.
        spectrum: (r²,), the singular values, ascending.
        directions: (r², r, r), orthonormal, the smallest singular value first.
    """

    seen: Observables
    F: Array
    used: int
    A: Array
    left: Array
    spectrum: Array
    directions: Array


def counts(unknowns: int) -> tuple[int, int]:
    """Return how many waves are drawn, and how many combinations of them the tests use.

    Tests want few conditions, because their covariance is estimated as well; directions want many.
    """
    return max(200, 12 * unknowns), round(2.2 * unknowns) + 24


def condition(samples: Samples, seed: int) -> Condition:
    """Draw test functions, and solve A vec(L) = 0 as well as it can be solved."""
    n, _, r = samples.z.shape
    waves, used = counts(r * r)
    seen = Observables(samples, waves, seed)
    F = seen.smooth(max(used, n // 5))
    A = F.T @ seen.condition()
    left, spectrum, right = np.linalg.svd(A, full_matrices=len(A) < r * r)
    return Condition(seen, F, used, A, left, spectrum[::-1], right[::-1].reshape(-1, r, r))


def p_values(found: Condition) -> tuple[list[float], Array]:
    """Test for one generator, for two, and so on, until a number is refused below `LEVEL`.

    Returns:
        The p-values, and the moments (n, q, D) of the directions that were tested.
    """
    unknowns, used = len(found.directions), found.used
    flat = found.directions.reshape(unknowns, -1)
    moments = np.zeros((found.seen.samples.independent, 0, found.F.shape[1]))
    p: list[float] = []
    for q in range(1, unknowns):
        moments = np.concatenate(
            [moments, found.seen.moments(found.directions[q - 1 : q], found.F)], axis=1
        )
        # Test functions that no other direction moves: errors of the q do not reach them.
        left = np.linalg.qr(found.A[:used] @ flat[q:].T, mode="complete")[0][:, unknowns - q :]
        p.append(quadratic(moments[:, :, :used] @ left).p_value())
        if p[-1] < LEVEL:
            break
    return p, moments


class Judge:
    """The violation of what was found elsewhere, on samples.

    Args:
        samples: that it was not found on.
        seed: of the test functions.
    """

    def __init__(self, samples: Samples, seed: int) -> None:
        waves, used = counts(samples.z.shape[-1] ** 2)
        self.seen = Observables(samples, waves, seed)
        self.F = self.seen.smooth(used)

    def violation(self, basis: Array) -> Quadratic:
        """Return the statistic of the violation of a basis, (q, r, r).

        Its bound is on the square of how far the flow drives the mean of a test function, relative
        to how much that scatters: worst over test functions, a root mean square over the span.
        """
        rows = np.linalg.qr(basis.reshape(len(basis), -1).T)[0].T.reshape(basis.shape)
        return quadratic(self.seen.moments(rows, self.F))


def by_halves(samples: Samples, q: int, seed: int) -> Quadratic:
    """Return the violation of q directions found on one half, judged on the other; both ways."""
    halves = samples.halves(seed)
    return both(
        *(
            Judge(judge, seed + k + 2).violation(condition(finder, seed + k).directions[:q])
            for k, finder, judge in ((1, halves[0], halves[1]), (2, halves[1], halves[0]))
        )
    )


def influences(found: Condition, moments: Array) -> Array:
    """Return what each sample does to the q directions of moments (n, q, D), (n, q, r²).

    To first order v̂ - v is their mean, -Σ_j (u_j · g) w_j / s_j for moments g of v, over the other
    directions w_j with singular values s_j and left vectors u_j.
    """
    q = moments.shape[1]
    others = found.directions.reshape(len(found.directions), -1)[q:][::-1]
    s = found.spectrum[q:][::-1]
    g = moments - moments.mean(axis=0)
    return np.asarray(-(g @ found.left[:, : len(others)] / s) @ others)


def unfit(samples: Samples) -> Answer | None:
    """Return the answer for samples that no test of their law can be put to; None if one can."""
    n, r = samples.independent, samples.z.shape[-1]
    used = counts(r * r)[1]
    if r == 1:
        return Answer("none", "one column can only be scaled, and that changes its spread")
    if n < 4 * used:
        return Answer(
            "undecided",
            f"{n} {samples.rows} are too few to test {r * r} unknowns by {used} conditions",
            next_step=f"at least {4 * used:,} {samples.rows}, or fewer columns",
        )
    if (carried := _carried(samples)) < used:
        return Answer(
            "undecided",
            f"so few rows lie far out that the second moments rest on about {carried:.0f} of {n}",
            next_step="take logarithms, or trim what is no measurement",
        )
    return None


def law(samples: Samples, frame: Frame, seed: int) -> Answer:
    """Answer for a joint law, from white samples."""
    if answer := unfit(samples):
        return answer
    n, r = samples.independent, samples.z.shape[-1]
    found = condition(samples, seed)
    p, moments = p_values(found)
    accepted = sum(value >= LEVEL for value in p)
    c = max(accepted, 1)
    judged = by_halves(samples, c, seed)
    bound = judged.bound(ALPHA) ** 0.5
    basis, mix = frame.readable(found.directions[:c])
    each = np.einsum("cd,ndp->ncp", mix, influences(found, moments[:, :c])).reshape(n, c, r, r)
    errors = np.sqrt(np.square(frame.returned(each)).mean(axis=0) / n)
    said, why, next_step = verdict(accepted, bound, samples)
    told = 0 if said == "none" else c
    # What keeps a law keeps its second moments, which are 1 in the frame: L turns.
    turns = found.directions[:c] - found.directions[:c].swapaxes(1, 2)
    return Answer(
        said,
        why,
        named(turns[:told]),
        basis[:told],
        standard_errors=errors[:told],
        p_value=p[c - 1],
        violation=judged.squared**0.5,
        certificate=Certificate(bound, ALPHA),
        spectrum=found.spectrum,
        noise=(found.used / n) ** 0.5,
        next_step=next_step,
    )


def _carried(samples: Samples) -> float:
    """Return on how many rows second moments rest: all if none lies far out, few if some do."""
    size = np.square(samples.z).sum(axis=(1, 2))
    return float(samples.independent * size.mean() ** 2 / np.square(size).mean())


def verdict(accepted: int, bound: float, samples: Samples) -> tuple[Verdict, str, str]:
    """Return the verdict, what it rests on, and what would sharpen it."""
    if accepted and bound <= DELTA:
        return "found", "", ""
    if accepted:
        enough = samples.independent * (bound / DELTA) ** 2
        return (
            "undecided",
            f"{accepted} of them are not refused, and not certified either",
            f"about {float(f'{enough:.1g}'):,.0f} {samples.rows} would decide",
        )
    if bound <= DELTA:
        return "undecided", "no symmetry is exact, but one holds up to its violation", ""
    return "none", "", ""

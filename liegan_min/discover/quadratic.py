"""How far from zero is a mean of many numbers: a quadratic statistic, its law, and a bound.

T = n ‖h̄‖², where h are moments divided by their own spread plus a ridge. The plain choice,
without a ridge, is Hotelling's T²; it breaks where a moment hardly varies, as that of a test
function which is itself invariant, and there are always some. With the ridge such a moment counts
little. T is then, for a mean of zero, a sum of χ² with one degree of freedom and different weights,
here replaced by the multiple of one χ² that has its mean and variance (Satterthwaite 1946).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from liegan_min.algebra.linalg import Array

#: Added to the variance of a moment. It is in units of what it would be, on average, under a random
#: L: a test function that L moves less than a random matrix does is counted for less.
RIDGE = 1.0


@dataclass(frozen=True)
class Quadratic:
    """The statistic of one or several stacks of moments.

    Attributes:
        value: T.
        mean: of T, were the true moments 0.
        freedom: degrees of freedom of the χ² that has T's mean and variance.
        n: samples.
        stacks: how many moments of each kind there are, one for each direction tested.
    """

    value: float
    mean: float
    freedom: float
    n: int
    stacks: int

    @property
    def _scale(self) -> float:
        return self.mean / self.freedom

    def p_value(self) -> float:
        """Return the probability of a T at least as large, were the true moments 0."""
        from scipy import stats  # as long to import as torch

        return float(stats.chi2.sf(self.value / self._scale, self.freedom))

    @property
    def squared(self) -> float:
        """Estimate of ‖E h‖², a mean over the stacks; not below 0."""
        return max(self.value - self.mean, 0.0) / self.n / self.stacks

    def bound(self, alpha: float) -> float:
        """Return what ‖E h‖² is not above, with confidence 1 - alpha; a mean over the stacks."""
        from scipy import optimize, stats

        t = self.value / self._scale
        if stats.chi2.cdf(t, self.freedom) <= alpha:
            return 0.0
        high = 4 * t + 40
        found = optimize.brentq(
            lambda far: stats.ncx2.cdf(t, self.freedom, far) - alpha, 1e-12, high
        )
        return float(found) * self._scale / self.n / self.stacks


def quadratic(g: Array, ridge: float = RIDGE) -> Quadratic:
    """Return the statistic of moments g, (n, q, D): D of them for each of q directions.

    The weights are those of the mean over the directions, so that T does not depend on which basis
    of their span was taken.
    """
    n, q, _ = g.shape
    mean = g.mean(axis=0)
    centred = g - mean
    variance, axes = np.linalg.eigh(np.einsum("nqa,nqb->ab", centred, centred) / (n * q))
    weight = axes / np.sqrt(variance.clip(min=0) + ridge)
    h, far = (centred @ weight).reshape(n, -1), mean @ weight
    sizes = np.square(h).sum(axis=1)
    # tr Σ and tr Σ² of the moments' covariance; the second without the terms of a sample with
    # itself, which would make it too large.
    first = float(sizes.mean())
    gram = h.T @ h if h.shape[1] < n else h @ h.T
    second = float((np.square(gram).sum() - np.square(sizes).sum()) / (n * (n - 1)))
    second = max(second, first**2 / h.shape[1])
    return Quadratic(n * float(np.square(far).sum()), first, first**2 / second, n, q)


def both(one: Quadratic, other: Quadratic) -> Quadratic:
    """Return the statistic of two independent halves together: ‖E h‖² is the mean of theirs."""
    mean = one.mean + other.mean
    variance = one.mean**2 / one.freedom + other.mean**2 / other.freedom
    n = 2 * one.n * other.n / (one.n + other.n)
    return Quadratic(
        one.value + other.value, mean, mean**2 / variance, round(n), one.stacks + other.stacks
    )

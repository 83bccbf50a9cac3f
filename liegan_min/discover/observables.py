"""Test functions of data, and how the flow of a matrix L moves their means.

exp(tL) keeps the law of z if and only if E[∇φ(z) · Lz] = 0 for all test functions φ. Each of these
conditions is linear in L. The functions are waves with random directions and phases,

    φ_j(z) = cos(ω_j · z + b_j),   ∇φ_j · Lz = -sin(ω_j · z + b_j) (ω_j · Lz),

which separate laws as a characteristic function does. What z carries along and L leaves alone,
a number or a label, enters the waves as an argument.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liegan_min.algebra.linalg import Array

#: Frequencies, in radians for each standard deviation: from waves that see the shape of the law to
#: waves that see its details.
SLOWEST, FASTEST = 0.7, 2.5

#: Directions of the moments' covariance below this fraction of the largest are rounding.
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Samples:
    """White samples of a joint law.

    Attributes:
        z: (n, t, r), the vectors that L moves.
        numbers: (n, e), standardised, that it does not.
        labels: (n,), from 0.
        trajectories: (n,), from 0: samples of one trajectory are not independent.
    """

    z: Array
    numbers: Array
    labels: NDArray[np.int64]
    trajectories: NDArray[np.int64]

    @property
    def independent(self) -> int:
        """Number of trajectories."""
        return int(self.trajectories.max()) + 1

    @property
    def rows(self) -> str:
        """What is independent, in words."""
        return "rows" if self.independent == len(self.z) else "trajectories"

    def thinned(self, most: int, seed: int) -> Samples:
        """Return so many samples at most, of trajectories that are drawn."""
        if len(self.z) <= most:
            return self
        order = np.random.default_rng(seed).permutation(self.independent)
        kept = order[: max(1, self.independent * most // len(self.z))]
        return self._take(np.isin(self.trajectories, kept))

    def halves(self, seed: int) -> tuple[Samples, Samples]:
        """Split the trajectories at random."""
        order = np.random.default_rng(seed).permutation(self.independent)
        first = np.isin(self.trajectories, order[: len(order) // 2])
        return self._take(first), self._take(~first)

    def _take(self, rows: NDArray[np.bool_]) -> Samples:
        again = np.unique(self.trajectories[rows], return_inverse=True)[1].reshape(-1)
        return Samples(self.z[rows], self.numbers[rows], self.labels[rows], again)

    def by_trajectory(self, moments: Array) -> Array:
        """Return moments (n, …) as one for each trajectory, with the same mean over them."""
        if self.independent == len(self.z):
            return moments
        total = np.zeros((self.independent, *moments.shape[1:]))
        np.add.at(total, self.trajectories, moments)
        return total * (self.independent / len(self.z))


class Observables:
    """Random waves on samples.

    Args:
        samples: n of them.
        count: how many waves, m.
        seed: of their directions and phases.
    """

    def __init__(self, samples: Samples, count: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        n, t, r = samples.z.shape
        flat = np.concatenate([samples.z.reshape(n, -1), samples.numbers], axis=1)
        inputs = flat.shape[1]
        waves = rng.standard_normal((count, inputs)) / np.sqrt(inputs)
        waves *= rng.uniform(SLOWEST, FASTEST, (count, 1))
        phases = rng.uniform(0, 2 * np.pi, (int(samples.labels.max()) + 1, count))
        self.samples, self.z = samples, samples.z
        self.slope = -np.sin(flat @ waves.T + phases[samples.labels])  # (n, m)
        self.waves = waves[:, : t * r].reshape(count, t, r)

    def condition(self) -> Array:
        """Return A, (m, r²), with A vec(L) the sample's mean of ∇φ · Lz."""
        pulled = np.einsum("nm,ntb->tmb", self.slope, self.z, optimize=True) / len(self.z)
        return np.asarray(
            np.einsum("tmb,mta->mab", pulled, self.waves).reshape(len(self.waves), -1)
        )

    def smooth(self, count: int) -> Array:
        """Return F, (m, D), D <= count: the combinations of waves that a random L moves most.

        Under an L with independent entries of variance 1/r² their moments are uncorrelated, of
        variance 1.
        """
        n, t, r = self.z.shape
        covariance = np.zeros((len(self.waves),) * 2)
        for s in range(t):
            for u in range(t):
                size = np.einsum("nb,nb->n", self.z[:, s], self.z[:, u])
                moved = (self.slope * size[:, None]).T @ self.slope / n
                covariance += (self.waves[:, s] @ self.waves[:, u].T) * moved / r**2
        values, axes = np.linalg.eigh(covariance)
        kept = min(count, int((values > _ROUNDING * values[-1]).sum()))
        return np.asarray(axes[:, ::-1][:, :kept] / np.sqrt(values[::-1][:kept]))

    def moved(self, L: Array) -> Array:
        """Return ∇φ_j(z) · Lz for each sample, (n, m), and L, (r, r)."""
        n, t, r = self.z.shape
        velocity = (self.z @ L.T).reshape(n, t * r)
        return np.asarray(self.slope * (velocity @ self.waves.reshape(-1, t * r).T))

    def moments(self, basis: Array, F: Array) -> Array:
        """Return what each L of a basis, (q, r, r), does to combinations F, (m, D), of waves.

        Returns:
            (N, q, D), one for each of N independent trajectories.
        """
        return self.samples.by_trajectory(np.stack([self.moved(L) @ F for L in basis], axis=1))

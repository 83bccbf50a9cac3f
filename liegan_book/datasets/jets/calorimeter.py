"""The two calorimeters, ECAL and HCAL: towers in the (η, φ) plane, and what they see of neutrals.

Numbers are those of the ATLAS card of Delphes 3; see `detector`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from liegan_book.datasets.kinematics import massless
from liegan_min.equivariant.jets import F64, I64

#: A tower's excess over its tracks must stand out of its error by this factor. So does the tower
#: then, whose own energy is larger and better known.
_SIGNIFICANCE = 2.0

#: More than the cells of any ring: a tower's number counts by it.
_CELLS = 512


def lognormal(mean: F64, sigma: F64, rng: np.random.Generator) -> F64:
    """Draw positive values of a given mean and standard deviation, (m,); 0 where the mean is."""
    safe = np.maximum(mean, 1e-12)
    b = np.sqrt(np.log1p((sigma / safe) ** 2))
    return np.where(mean > 0, np.exp(np.log(safe) - b**2 / 2 + b * rng.standard_normal(b.shape)), 0)


@dataclass(frozen=True)
class Calorimeter:
    """Edges in η with the number of cells in φ of each ring, and the errors of the energy.

    A ring's σ(E)² is (constant E)² + stochastic² E + noise², by |η| below `limits`.
    """

    edges: F64
    cells: I64
    limits: tuple[float, ...]
    constant: tuple[float, ...]
    stochastic: tuple[float, ...]
    noise: tuple[float, ...]
    threshold: float

    def sigma(self, energy: F64, eta: F64) -> F64:
        """Return the error of an energy, (m,)."""
        zone = np.searchsorted(self.limits, np.abs(eta)).clip(max=len(self.limits) - 1)
        a, b, c = (np.array(v)[zone] for v in (self.constant, self.stochastic, self.noise))
        return np.asarray(np.sqrt((a * energy) ** 2 + b**2 * energy + c**2))

    def towers(self, eta: F64, phi: F64, event: I64) -> I64:
        """Return the number of the tower that each particle of an event meets, (m,); -1 if none."""
        ring = np.searchsorted(self.edges, eta, side="right") - 1
        inside = (ring >= 0) & (ring < len(self.cells))
        cells = self.cells[ring.clip(0, len(self.cells) - 1)]
        cell = np.floor((phi / (2 * np.pi) % 1.0) * cells).astype(np.int64).clip(max=cells - 1)
        return np.where(inside, (event * len(self.cells) + ring) * _CELLS + cell, -1)

    def excess(
        self, energy: F64, tower: I64, known: F64, error: F64, rng: np.random.Generator
    ) -> tuple[F64, I64]:
        """Return what tracks do not account for: massless objects, (n, 4), and their events.

        Args:
            energy: left here by each particle, (m,).
            tower: that it meets.
            known: energy of its track, or 0.
            error: of the track's energy, or 0.
            rng: source of the errors.
        """
        towers, index = np.unique(tower, return_inverse=True)
        n = len(towers)
        ring, cell = towers // _CELLS % len(self.cells), towers % _CELLS
        low, high = self.edges[ring], self.edges[ring + 1]
        centre = (low + high) / 2
        total = np.bincount(index, energy, n).astype(np.float64)
        measured = lognormal(total, self.sigma(total, centre), rng)
        extra = measured - np.bincount(index, known, n)
        spread = np.hypot(np.sqrt(np.bincount(index, error**2, n)), self.sigma(measured, centre))
        kept = (towers >= 0) & (extra > self.threshold) & (extra > _SIGNIFICANCE * spread)
        # Somewhere in the tower: its centre would put all towers on one lattice.
        eta = (low + rng.random(n) * (high - low))[kept]
        phi = (2 * np.pi * (cell + rng.random(n)) / self.cells[ring])[kept]
        event = towers[kept] // (_CELLS * len(self.cells))
        return massless(extra[kept] / np.cosh(eta), eta, phi), event


def _rings(*parts: tuple[F64, int]) -> tuple[F64, I64]:
    """Join stretches of |η| edges, each with its number of cells in φ, on both sides of η = 0."""
    edges = np.concatenate([parts[0][0][:1], *(e[1:] for e, _ in parts)])
    cells = np.repeat([n for _, n in parts], [len(e) - 1 for e, _ in parts])
    return np.concatenate([-edges[:0:-1], edges]), np.concatenate([cells[::-1], cells])


_FORWARD = np.array([2.958, 3.125, 3.3, 3.475, 3.65, 3.825, 4.0, 4.175, 4.35, 4.525, 4.7, 5.0])
ECAL = Calorimeter(
    *_rings((np.linspace(0, 2.958, 171), 360), (_FORWARD, 36)),
    limits=(3.2, 4.9),
    constant=(0.0017, 0.035),
    stochastic=(0.101, 0.285),
    noise=(0.0, 0.0),
    threshold=0.5,
)
_BACK = np.array([2.6, 2.8, 3.0, 3.2, 3.5, 3.7, 3.9, 4.1, 4.3, 4.5, 4.7, 4.9])
HCAL = Calorimeter(
    *_rings((np.linspace(0, 2.6, 27), 36), (_BACK, 18)),
    limits=(1.7, 3.2, 4.9),
    constant=(0.0302, 0.05, 0.0942),
    stochastic=(0.5205, 0.706, 1.0),
    noise=(1.59, 0.0, 0.0),
    threshold=1.0,
)

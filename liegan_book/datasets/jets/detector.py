"""A light detector response: what a collider experiment would have measured of an event.

Charged particles leave tracks, found with some efficiency and measured with some error. All but
muons and neutrinos stop in one of two calorimeters, which measure energy in cells ("towers") of the
(η, φ) plane: electrons and photons in the first (ECAL), hadrons in the second (HCAL). Energy flow
takes each track, and from each tower what its tracks do not account for, as one massless object.

The procedure follows the published description of Delphes 3 (arXiv:1307.6346, sections 2 and 3);
the numbers are those of its ATLAS card. Left out: mass and flight time of particles in the field,
the rescaling of tracks to towers below them, and everything that is not an energy-flow object. A
soft particle that curls by more than a full turn may be placed on the wrong side of the beam.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liegan_book.datasets.kinematics import cylindrical, massless
from liegan_min.equivariant.jets import F64, I64

#: Solenoid: field in T, radius and half length in m of the volume that particles cross.
FIELD, RADIUS, HALF_LENGTH = 2.0, 1.15, 3.51

#: Particles outside are lost.
ETA_MAX = 4.9

_NEUTRINOS = (12, 14, 16)
_ELECTRON, _MUON, _PHOTON = 11, 13, 22
#: Long-lived neutral hadrons that share their energy: 3 parts ECAL, 7 parts HCAL.
_SHARED = (310, 3122)


@dataclass(frozen=True)
class Particles:
    """Particles of many events, or what was measured of them.

    Attributes:
        p: (m, 4), (E, px, py, pz) in GeV.
        pdg: (m,), particle codes.
        charge: (m,), in units of the positron's.
        event: (m,), ascending.
    """

    p: F64
    pdg: I64
    charge: F64
    event: I64

    def take(self, rows: NDArray[np.bool_]) -> Particles:
        """Return some of the particles."""
        return Particles(self.p[rows], self.pdg[rows], self.charge[rows], self.event[rows])

    def visible(self) -> Particles:
        """Return those that reach a calorimeter or leave a track: no neutrino, |η| < 4.9."""
        eta = cylindrical(self.p)[1]
        return self.take(~np.isin(np.abs(self.pdg), _NEUTRINOS) & (np.abs(eta) < ETA_MAX))


@dataclass(frozen=True)
class _Calorimeter:
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


def _rings(*parts: tuple[F64, int]) -> tuple[F64, I64]:
    """Join stretches of η edges, each with its number of cells in φ."""
    edges = np.concatenate([edges[:-1] for edges, _ in parts] + [parts[-1][0][-1:]])
    cells = np.concatenate([np.full(len(e) - 1, n) for e, n in parts])
    return edges, cells.astype(np.int64)


def _mirrored(edges: F64, cells: I64) -> tuple[F64, I64]:
    """Add the rings of negative η."""
    return np.concatenate([-edges[:0:-1], edges]), np.concatenate([cells[::-1], cells])


_FORWARD = np.array([2.958, 3.125, 3.3, 3.475, 3.65, 3.825, 4.0, 4.175, 4.35, 4.525, 4.7, 5.0])
_ECAL = _Calorimeter(
    *_mirrored(*_rings((np.linspace(0, 2.958, 171), 360), (_FORWARD, 36))),
    limits=(3.2, 4.9),
    constant=(0.0017, 0.035),
    stochastic=(0.101, 0.285),
    noise=(0.0, 0.0),
    threshold=0.5,
)
_BACK = np.array([2.6, 2.8, 3.0, 3.2, 3.5, 3.7, 3.9, 4.1, 4.3, 4.5, 4.7, 4.9])
_HCAL = _Calorimeter(
    *_mirrored(*_rings((np.linspace(0, 2.6, 27), 36), (_BACK, 18))),
    limits=(1.7, 3.2, 4.9),
    constant=(0.0302, 0.05, 0.0942),
    stochastic=(0.5205, 0.706, 1.0),
    noise=(1.59, 0.0, 0.0),
    threshold=1.0,
)

#: A tower's excess over its tracks must stand out of its error by this factor. So does the tower
#: then, whose own energy is larger and better known.
_SIGNIFICANCE = 2.0


def impact(particles: Particles) -> tuple[F64, F64]:
    """Return (η, φ) of where particles from the origin meet the calorimeter, each (m,).

    A charged one moves on a helix of radius r = pt / (0.3 |q| B) (GeV, T, m). After a turn by α its
    azimuth, seen from the beam, has changed by -q α/2, and its distance from it is 2 r sin(α/2).
    """
    pt, eta, phi = cylindrical(particles.p)
    q = particles.charge
    bent = q != 0
    r = np.where(bent, pt / (0.3 * FIELD * np.where(bent, np.abs(q), 1.0)), 1.0)
    half = np.arcsin(np.minimum(RADIUS / (2 * r), 1.0))
    barrel = np.where(bent, 2 * r * half, RADIUS)  # path in the transverse plane to the barrel
    barrel = np.where(bent & (2 * r < RADIUS), np.inf, barrel)  # it curls up inside
    slope = np.sinh(eta)
    end = HALF_LENGTH / np.maximum(np.abs(slope), 1e-9)
    path = np.minimum(barrel, end)
    turn = np.where(bent, path / r, 0.0)
    distance = np.where(bent, 2 * r * np.abs(np.sin(turn / 2)), path)
    eta_hit = np.arcsinh(path * slope / np.maximum(distance, 1e-9))
    return eta_hit, phi - np.sign(q) * turn / 2


def _efficiency(pt: F64, eta: F64, pdg: I64) -> F64:
    """Return the chance that a charged particle's track is found, (m,)."""
    inner = np.abs(eta) <= 1.5
    electron, muon = np.abs(pdg) == _ELECTRON, np.abs(pdg) == _MUON
    slow = np.select(
        [electron, muon],
        [np.where(inner, 0.73, 0.50), np.where(inner, 0.75, 0.70)],
        np.where(inner, 0.70, 0.60),
    )
    hard = np.where(pt > 100, np.where(inner, 0.99, 0.90), np.where(inner, 0.95, 0.83))
    fast = np.select(
        [electron, muon], [hard, np.where(inner, 0.99, 0.98)], np.where(inner, 0.95, 0.85)
    )
    found = np.where(pt > 1.0, fast, slow)
    return np.where((pt > 0.1) & (np.abs(eta) <= 2.5), found, 0.0)


def _resolution(pt: F64, eta: F64, pdg: I64) -> F64:
    """Return the relative error of a track's pt, (m,)."""
    zone = np.searchsorted([0.5, 1.5], np.abs(eta))
    kind = np.select([np.abs(pdg) == _ELECTRON, np.abs(pdg) == _MUON], [1, 2], 0)
    floor = np.array([[0.06, 0.10, 0.25], [0.03, 0.05, 0.15], [0.01, 0.015, 0.025]])[kind, zone]
    slope = np.array([[1.3e-3, 1.7e-3, 3.1e-3]] * 2 + [[1e-4, 1.5e-4, 3.5e-4]])[kind, zone]
    return np.asarray(np.hypot(floor, slope * pt))


def lognormal(mean: F64, sigma: F64, rng: np.random.Generator) -> F64:
    """Draw positive values of a given mean and standard deviation, (m,); 0 where the mean is."""
    safe = np.maximum(mean, 1e-12)
    b = np.sqrt(np.log1p((sigma / safe) ** 2))
    return np.where(mean > 0, np.exp(np.log(safe) - b**2 / 2 + b * rng.standard_normal(b.shape)), 0)


def _tracks(particles: Particles, rng: np.random.Generator) -> tuple[Particles, NDArray[np.bool_]]:
    """Return the tracks found, as massless objects, and which particles they belong to."""
    pt, eta, phi = cylindrical(particles.p)
    chance = np.where(particles.charge != 0, _efficiency(pt, eta, particles.pdg), 0.0)
    found = rng.random(len(pt)) < chance
    seen = particles.take(found)
    pt, eta, phi = pt[found], eta[found], phi[found]
    pt = lognormal(pt, pt * _resolution(pt, eta, seen.pdg), rng)
    return Particles(massless(pt, eta, phi), seen.pdg, seen.charge, seen.event), found


def _excess(
    card: _Calorimeter,
    deposits: tuple[F64, F64, F64, I64],
    tracks: tuple[F64, F64, NDArray[np.intp]],
    rng: np.random.Generator,
) -> tuple[F64, I64]:
    """Return the neutral objects of a calorimeter, massless (n, 4), and their events.

    Args:
        card: the calorimeter.
        deposits: energy, η, φ and event of each particle that stops in it.
        tracks: energy and its error of each of those particles' tracks, and their rows in deposits.
        rng: source of the errors.
    """
    energy, eta, phi, event = deposits
    ring = np.searchsorted(card.edges, eta, side="right") - 1
    inside = (ring >= 0) & (ring < len(card.cells))
    cells = card.cells[ring.clip(0, len(card.cells) - 1)]
    cell = np.floor((phi / (2 * np.pi) % 1.0) * cells).astype(np.int64).clip(max=cells - 1)
    key = np.where(inside, (event * len(card.cells) + ring) * 512 + cell, -1)
    towers, index = np.unique(key, return_inverse=True)
    n = len(towers)
    total = np.bincount(index, energy, n).astype(np.float64)
    ring, cell = towers // 512 % len(card.cells), towers % 512
    low, high = card.edges[ring], card.edges[ring + 1]
    centre = (low + high) / 2
    measured = lognormal(total, card.sigma(total, centre), rng)
    sigma = card.sigma(measured, centre)
    track_energy, track_sigma, rows = tracks
    known = np.bincount(index[rows], track_energy, n)
    spread = np.hypot(np.sqrt(np.bincount(index[rows], track_sigma**2, n)), sigma)
    extra = measured - known
    kept = (towers >= 0) & (extra > card.threshold) & (extra > _SIGNIFICANCE * spread)
    # Somewhere in the tower: its centre would put all towers on one lattice.
    eta = (low + rng.random(n) * (high - low))[kept]
    phi = (2 * np.pi * (cell + rng.random(n)) / card.cells[ring])[kept]
    return massless(extra[kept] / np.cosh(eta), eta, phi), towers[kept] // (512 * len(card.cells))


def energy_flow(particles: Particles, rng: np.random.Generator) -> tuple[F64, I64]:
    """Return what is measured of particles: massless objects, (n, 4), and their events, ascending.

    Args:
        particles: stable particles of many events.
        rng: source of losses and errors.
    """
    particles = particles.visible()
    tracks, found = _tracks(particles, rng)
    kind = np.abs(particles.pdg)
    electromagnetic = (kind == _ELECTRON) | (kind == _PHOTON)
    shared = np.isin(kind, _SHARED)
    ecal = np.where(electromagnetic, 1.0, np.where(shared, 0.3, 0.0))
    hcal = np.where(electromagnetic | (kind == _MUON), 0.0, np.where(shared, 0.7, 1.0))
    eta, phi = impact(particles)
    pt, track_eta, _ = cylindrical(tracks.p)
    error = tracks.p[:, 0] * _resolution(pt, track_eta, tracks.pdg)
    objects, events = [tracks.p], [tracks.event]
    for card, fraction in ((_ECAL, ecal), (_HCAL, hcal)):
        stops = fraction > 0
        place = np.cumsum(stops) - 1  # row of a particle among those that stop here
        deposits = (particles.p[:, 0] * fraction)[stops], eta[stops], phi[stops]
        of_track = stops[found]
        seen = tracks.p[of_track, 0], error[of_track], place[found][of_track]
        p, event = _excess(card, (*deposits, particles.event[stops]), seen, rng)
        objects.append(p)
        events.append(event)
    event = np.concatenate(events)
    order = np.argsort(event, kind="stable")
    return np.concatenate(objects)[order], event[order]

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

from liegan_book.datasets.jets.calorimeter import ECAL, HCAL, lognormal
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


def _kind(pdg: I64) -> I64:
    """Return 1 for electrons, 2 for muons and 0 for hadrons, (m,)."""
    return np.select([np.abs(pdg) == _ELECTRON, np.abs(pdg) == _MUON], [1, 2], 0)


def _efficiency(pt: F64, eta: F64, pdg: I64) -> F64:
    """Return the chance that a charged particle's track is found, (m,)."""
    kind, outer = _kind(pdg), (np.abs(eta) > 1.5).astype(np.int64)
    slow = np.array([[0.70, 0.60], [0.73, 0.50], [0.75, 0.70]])[kind, outer]
    fast = np.array([[0.95, 0.85], [0.95, 0.83], [0.99, 0.98]])[kind, outer]
    fast = np.where((kind == 1) & (pt > 100), np.array([0.99, 0.90])[outer], fast)
    return np.where((pt > 0.1) & (np.abs(eta) <= 2.5), np.where(pt > 1.0, fast, slow), 0.0)


def _resolution(pt: F64, eta: F64, pdg: I64) -> F64:
    """Return the relative error of a track's pt, (m,)."""
    kind, zone = _kind(pdg), np.searchsorted([0.5, 1.5], np.abs(eta))
    floor = np.array([[0.06, 0.10, 0.25], [0.03, 0.05, 0.15], [0.01, 0.015, 0.025]])[kind, zone]
    slope = np.array([[1.3e-3, 1.7e-3, 3.1e-3]] * 2 + [[1e-4, 1.5e-4, 3.5e-4]])[kind, zone]
    return np.asarray(np.hypot(floor, slope * pt))


def _tracks(particles: Particles, rng: np.random.Generator) -> tuple[Particles, NDArray[np.bool_]]:
    """Return the tracks found, as massless objects, and which particles they belong to."""
    pt, eta, phi = cylindrical(particles.p)
    chance = np.where(particles.charge != 0, _efficiency(pt, eta, particles.pdg), 0.0)
    found = rng.random(len(pt)) < chance
    seen = particles.take(found)
    pt, eta, phi = pt[found], eta[found], phi[found]
    pt = lognormal(pt, pt * _resolution(pt, eta, seen.pdg), rng)
    return Particles(massless(pt, eta, phi), seen.pdg, seen.charge, seen.event), found


def energy_flow(particles: Particles, rng: np.random.Generator) -> tuple[F64, I64]:
    """Return what is measured of particles: massless objects, (n, 4), and their events, ascending.

    Args:
        particles: stable particles of many events.
        rng: source of losses and errors.
    """
    particles = particles.visible()
    tracks, found = _tracks(particles, rng)
    pt, eta, _ = cylindrical(tracks.p)
    known, error = np.zeros((2, len(found)))
    known[found] = tracks.p[:, 0]
    error[found] = tracks.p[:, 0] * _resolution(pt, eta, tracks.pdg)
    code = np.abs(particles.pdg)
    electromagnetic, shared = np.isin(code, (_ELECTRON, _PHOTON)), np.isin(code, _SHARED)
    ecal = np.where(electromagnetic, 1.0, np.where(shared, 0.3, 0.0))
    hcal = np.where(electromagnetic | (code == _MUON), 0.0, np.where(shared, 0.7, 1.0))
    eta, phi = impact(particles)
    objects, events = [tracks.p], [tracks.event]
    for calorimeter, fraction in ((ECAL, ecal), (HCAL, hcal)):
        here = fraction > 0
        energy = (particles.p[:, 0] * fraction)[here]
        tower = calorimeter.towers(eta[here], phi[here], particles.event[here])
        p, event = calorimeter.excess(energy, tower, known[here], error[here], rng)
        objects.append(p)
        events.append(event)
    event = np.concatenate(events)
    order = np.argsort(event, kind="stable")
    return np.concatenate(objects)[order], event[order]

"""What physicists measure of a jet: mass, multiplicity, subjets, N-subjettiness, and its image.

The mass is a Lorentz scalar; the others use the transverse momentum pT and the distance

    ΔR² = Δy² + Δφ²

in azimuth φ and rapidity y = artanh(pz/E), which is the pseudorapidity η of what has no mass. So
all of them keep their value when a jet is rotated about the beam or boosted along it.

Subjets and N-subjettiness come from FastJet (arXiv:1111.6097) and need the extra `jets`; it is
imported when it is first used.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from liegan_book.datasets import kinematics
from liegan_book.datasets.jets.clustering import clustered
from liegan_book.datasets.kinematics import cylindrical, wrap
from liegan_book.extras import needed
from liegan_min.base.errors import InputError
from liegan_min.equivariant.jets import F64, I64, Jets

#: Radius of the jets, which N-subjettiness measures distances by.
RADIUS = 0.8

#: N-subjettiness among the features: axes N, and exponents β.
AXES, EXPONENTS = (1, 2, 3, 4), (1.0, 2.0)


def mass(jets: Jets) -> F64:
    """Return the invariant mass of each jet, √(E² - p²) of the sum of its constituents, (len,)."""
    return kinematics.mass(jets.momentum())


def multiplicity(jets: Jets) -> F64:
    """Return the number of constituents of each jet, (len,)."""
    return jets.counts.astype(np.float64)


def pt_dispersion(jets: Jets) -> F64:
    """Return √(Σ pT²) / Σ pT over the constituents, (len,).

    It is 1 for a single constituent and 1/√n for n equal ones.
    """
    pt = cylindrical(jets.constituents.astype(np.float64))[0]
    return np.sqrt(_sums(pt**2, jets)) / _sums(pt, jets)


def subjet_of(jets: Jets, n: int = 3) -> I64:
    """Return which of n subjets each constituent belongs to, (m,).

    Exclusive kT clustering: the two pseudojets with the smallest min(pT)² ΔR² merge until n are
    left. Subjet 0 has the largest transverse momentum. A jet of fewer than n constituents has as
    many subjets as constituents.

    Raises:
        InputError: if n < 1.
        MissingExtraError: if the extra `jets` is not installed.
    """
    if n < 1:
        raise InputError(f"the number of subjets must be at least 1, not {n}")
    found = jets.rank
    large = jets.counts > n
    if not large.any():
        return found
    part = jets.take(large)
    with _quiet():
        members = _cluster(part).exclusive_jets_constituent_index(njets=n)
    ak = needed("awkward", "finding subjets")
    sizes = np.asarray(ak.flatten(ak.num(members, axis=2)))
    rows = np.asarray(ak.flatten(members, axis=None)) + np.repeat(part.starts, part.counts)
    label = np.empty(len(part.constituents), np.int64)
    label[rows] = np.repeat(np.tile(np.arange(n), len(part)), sizes)
    # FastJet's order is not by pT: rank the n subjets of each jet anew.
    p = _subjet_sums(part, label, n)
    rank = np.argsort(np.argsort(-cylindrical(p)[0], axis=1, kind="stable"), axis=1)
    found[np.repeat(large, jets.counts)] = rank[part.owner, label]
    return found


def subjets(jets: Jets, n: int = 3) -> F64:
    """Return the four-momenta of n exclusive kT subjets, (len, n, 4), by falling pT, zero-padded.

    Raises:
        InputError, MissingExtraError: see `subjet_of`.
    """
    return _subjet_sums(jets, subjet_of(jets, n), n)


def pair_masses(p: F64) -> F64:
    """Return the invariant masses of all pairs of n four-momenta, (len, n(n-1)/2), ascending.

    Raises:
        InputError: if p is not (len, n, 4) with n >= 2.
    """
    if p.ndim != 3 or p.shape[1] < 2 or p.shape[2] != 4:
        raise InputError(f"pair masses need four-momenta (len, n >= 2, 4), not {p.shape}")
    i, j = np.triu_indices(p.shape[1], k=1)
    return np.sort(kinematics.mass(p[:, i] + p[:, j]), axis=1)


def nsubjettiness(jets: Jets, axes: Sequence[int] = AXES, beta: float = 1.0) -> F64:
    """Return τ_N for each N in `axes`, (len, len(axes)); arXiv:1011.2268, arXiv:1108.2701.

        τ_N = Σ_i pT_i min_a ΔR_ia^β / (Σ_i pT_i R^β)

    The N axes start at exclusive kT subjets and are then moved to a local minimum of τ_N. A jet of
    N prongs has a small τ_N; one of N constituents or fewer has τ_N = 0.

    Raises:
        InputError: if there are no axes, or an N < 1, or beta is not positive.
        MissingExtraError: if the extra `jets` is not installed.
    """
    if not axes or min(axes) < 1:
        raise InputError(f"N-subjettiness needs axes N >= 1, not {tuple(axes)}")
    if not beta > 0:
        raise InputError(f"beta must be positive, not {beta}")
    if not len(jets):
        return np.zeros((0, len(axes)))
    tau = _cluster(jets).njettiness(
        "NormalizedMeasure", "OnePass_KT_Axes", [int(n) for n in axes], float(beta), RADIUS
    )
    return np.asarray(tau, dtype=np.float64)


def features(jets: Jets) -> dict[str, F64]:
    """Return every high-level observable by its name, each (len,).

    `mass`, `multiplicity`, `pt_dispersion`, `tauN_B` for N axes and exponent B, and
    `pair_mass_1` to `pair_mass_3` of three kT subjets, ascending.

    Raises:
        MissingExtraError: if the extra `jets` is not installed.
    """
    columns = {f.__name__: f(jets) for f in (mass, multiplicity, pt_dispersion)}
    for beta in EXPONENTS:
        tau = nsubjettiness(jets, AXES, beta)
        columns |= {f"tau{n}_{beta:g}": tau[:, i] for i, n in enumerate(AXES)}
    pairs = pair_masses(subjets(jets, 3))
    return columns | {f"pair_mass_{i + 1}": pairs[:, i] for i in range(pairs.shape[1])}


def aligned(jets: Jets) -> F64:
    """Return (x, y, share of the jet's pT) of every constituent, (m, 3), in a frame of the jet.

    The (y, φ) plane is moved so that the first of three kT subjets is at the origin, turned so that
    the second lies straight below it, and mirrored if that brings the third to the right (x > 0).

    Raises:
        MissingExtraError: if the extra `jets` is not installed.
    """
    p = subjets(jets, 3)
    present = p[..., 0] > 0
    place = _place(p)
    d = np.where(present[..., None], _difference(place, place[:, :1]), 0)
    length = np.hypot(*d[:, 1].T)
    # The rotation by (c, s) takes the second subjet, d[:, 1], to (0, -length).
    c, s = -d[:, 1].T[::-1] / np.where(length > 0, length, 1)
    c = np.where(length > 0, c, 1)
    mirror = np.where(c * d[:, 2, 0] - s * d[:, 2, 1] < 0, -1.0, 1.0)
    jet = jets.owner
    q = jets.constituents.astype(np.float64)
    x, y = _difference(_place(q), place[jet, 0]).T
    c, s, pt = c[jet], s[jet], cylindrical(q)[0]
    return np.stack([mirror[jet] * (c * x - s * y), s * x + c * y, pt / _sums(pt, jets)[jet]], 1)


def image(jets: Jets, pixels: int = 41) -> F64:
    """Return the average image of aligned jets, (pixels, pixels): share of pT in each pixel.

    It covers |x|, |y| < 1, and row 0 is the lowest y. Shares add up to 1, less what falls outside.

    Raises:
        InputError: if there are no jets or no pixels.
        MissingExtraError: if the extra `jets` is not installed.
    """
    if not (len(jets) and pixels > 0):
        raise InputError(f"an image needs jets and pixels, not {len(jets)} and {pixels}")
    x, y, share = aligned(jets).T
    edges = np.linspace(-1, 1, pixels + 1)
    return np.asarray(np.histogram2d(y, x, bins=(edges, edges), weights=share)[0] / len(jets))


def _place(p: F64) -> F64:
    """Return rapidity and azimuth, (..., 2)."""
    beta = p[..., 3] / np.where(p[..., 0] > 0, p[..., 0], 1)
    return np.stack([np.arctanh(beta), np.arctan2(p[..., 2], p[..., 1])], axis=-1)


def _difference(a: F64, b: F64) -> F64:
    return np.stack([a[..., 0] - b[..., 0], wrap(a[..., 1] - b[..., 1])], axis=-1)


def _sums(values: F64, jets: Jets) -> F64:
    """Return the sum over each jet's constituents, (len,)."""
    return np.asarray(np.add.reduceat(values, jets.starts))


def _subjet_sums(jets: Jets, label: I64, n: int) -> F64:
    p = np.zeros((len(jets) * n, 4))
    np.add.at(p, jets.owner * n + label, jets.constituents.astype(np.float64))
    return p.reshape(len(jets), n, 4)


def _cluster(jets: Jets) -> Any:
    """Return FastJet's kT clustering of each jet's constituents."""
    # Wider than any jet: no constituent is closer to the beam than to another, and none is lost.
    return clustered(jets.constituents.astype(np.float64), jets.counts, "kt", 100.0)


@contextmanager
def _quiet() -> Iterator[None]:
    """Drop FastJet's warning on exclusive jets, which it gives for kT too, by mistake."""
    written = warnings.formatwarning
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "dcut and exclusive jets", UserWarning)
        try:
            yield
        finally:
            warnings.formatwarning = written  # it replaces this as well

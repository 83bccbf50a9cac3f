"""Four-momenta (E, px, py, pz) and the coordinates that colliders use, in GeV and radians."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]


def cylindrical(p: F64) -> tuple[F64, F64, F64]:
    """Return (pt, eta, phi) of four-momenta, (..., 4): pseudorapidity, and azimuth in (-π, π]."""
    pt = np.hypot(p[..., 1], p[..., 2])
    eta = np.arcsinh(p[..., 3] / np.maximum(pt, 1e-300))
    return pt, eta, np.arctan2(p[..., 2], p[..., 1])


def massless(pt: F64, eta: F64, phi: F64) -> F64:
    """Return the massless four-momenta with these coordinates, (..., 4)."""
    return np.stack(
        [pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=-1
    )


def wrap(phi: F64) -> F64:
    """Bring differences of azimuths into [-π, π)."""
    return np.asarray((phi + np.pi) % (2 * np.pi) - np.pi)


def mass_squared(p: NDArray[np.floating[Any]]) -> F64:
    """Return E² - |p|², which every Lorentz transformation keeps, of four-momenta, (..., 4)."""
    p = p.astype(np.float64)
    return np.asarray(p[..., 0] ** 2 - (p[..., 1:] ** 2).sum(-1))


def mass(p: NDArray[np.floating[Any]]) -> F64:
    """Return √(E² - |p|²) of four-momenta, (..., 4); rounding below zero counts as zero."""
    return np.sqrt(np.maximum(mass_squared(p), 0.0))

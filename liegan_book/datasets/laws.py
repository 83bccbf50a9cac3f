"""Laws with a known linear symmetry, and laws without: what answers about symmetry are tried on.

Each is drawn anew for each seed, and seen through a random linear map, so that nothing hangs on the
coordinates it was written down in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from liegan_book import extras
from liegan_min.algebra import groups
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.algebra.linalg import Array


@dataclass(frozen=True)
class Law:
    """A law on (t, k), and its symmetry.

    Attributes:
        draw: samples, (n, t, k).
        basis: (c, k, k), of its algebra; c = 0 where it has none.
        algebra: the name of it, None where it has none.
    """

    draw: Callable[[np.random.Generator, int], Array]
    basis: Array
    algebra: str | None

    def seen(self, n: int, seed: int) -> tuple[Array, Array]:
        """Return samples through a random linear map A, (n, t, k), and A L A⁻¹, (c, k, k)."""
        rng = np.random.default_rng(seed)
        x = self.draw(rng, n)
        A = rng.standard_normal((x.shape[-1],) * 2)
        return x @ A.T, A @ self.basis @ np.linalg.inv(A)


def ring(rng: np.random.Generator, n: int, noise: float = 0.05) -> Array:
    """Return points of a circle, with a noise of the radius."""
    angle, radius = rng.uniform(0, 2 * np.pi, n), 1 + noise * rng.standard_normal(n)
    return np.asarray((radius * np.array([np.cos(angle), np.sin(angle)])).T[:, None])


def ball(rng: np.random.Generator, n: int, k: int, radii: Array) -> Array:
    """Return points of R^k with these radii and directions without preference."""
    x = rng.standard_normal((n, k))
    return np.asarray((x * (radii / np.linalg.norm(x, axis=1))[:, None])[:, None])


def plane_in_space(rng: np.random.Generator, n: int) -> Array:
    """Return a plane that turns, and a third axis that depends on the radius."""
    radius, angle = rng.gamma(4, 0.25, n), rng.uniform(0, 2 * np.pi, n)
    height = rng.gamma(2, 0.5, n) - 1 + 0.3 * radius
    return np.array([radius * np.cos(angle), radius * np.sin(angle), height]).T[:, None]


def plane_in_ten(rng: np.random.Generator, n: int) -> Array:
    """Return a plane that turns among eight axes that nothing turns."""
    return np.concatenate([ring(rng, n, 0.1), rng.gamma(2, 1, (n, 1, 8)) - 2], axis=2)


def two_planes(rng: np.random.Generator, n: int) -> Array:
    """Return two planes that turn apart."""
    return np.concatenate([ring(rng, n, 0.1), ring(rng, n, 0.2)], axis=2)


def two_vectors(rng: np.random.Generator, n: int) -> Array:
    """Return two vectors at a fixed angle, in a frame that points anywhere."""
    g = Rotation.random(n, random_state=rng).as_matrix()
    u = np.array([rng.uniform(0.8, 1.2, n), np.zeros(n), np.zeros(n)]).T
    v = np.array([np.full(n, 0.3), rng.uniform(0.5, 1.0, n), np.zeros(n)]).T
    return np.stack([np.einsum("nij,nj->ni", g, w) for w in (u, v)], axis=1)


def clusters(rng: np.random.Generator, n: int) -> Array:
    """Return three round clusters."""
    middle = np.array([[0, 2], [1.5, -1], [-2, 0.5]])[rng.integers(0, 3, n)]
    return np.asarray((middle + 0.4 * rng.standard_normal((n, 2)))[:, None])


def skewed_mixture(rng: np.random.Generator, n: int) -> Array:
    """Return two Gaussians of different shape, about their mean."""
    first = rng.random((n, 1)) < 0.7
    one, other = rng.standard_normal((2, n, 2))
    x = np.where(first, one * [1, 0.5], other * [0.5, 1] + [2, 1])
    return np.asarray((x - [0.6, 0.3])[:, None])


def exponential(rng: np.random.Generator, n: int, k: int) -> Array:
    """Return independent exponential columns, about their mean."""
    return rng.exponential(1, (n, 1, k)) - 1


def square(rng: np.random.Generator, n: int) -> Array:
    """Return a square, evenly filled; it has the turns by 90°, and no generator."""
    return rng.uniform(-1, 1, (n, 1, 2))


def resampled(name: str) -> Callable[[np.random.Generator, int], Array]:
    """Return what draws rows of a table of scikit-learn's, standardised, with some noise."""

    def draw(rng: np.random.Generator, n: int) -> Array:
        tables = extras.needed("sklearn.datasets", f"the table {name}")
        x = np.asarray(getattr(tables, f"load_{name}")().data, dtype=np.float64)
        x = ((x - x.mean(axis=0)) / x.std(axis=0))[rng.integers(len(x), size=n)]
        return np.asarray((x + 0.1 * rng.standard_normal(x.shape))[:, None])

    return draw


def _on(algebra: LieAlgebra, k: int, first: int = 0) -> Array:
    """Return the basis of an algebra on some of k axes."""
    basis = np.zeros((algebra.dim, k, k))
    basis[:, first : first + algebra.k, first : first + algebra.k] = algebra.basis.numpy()
    return basis


def _none(k: int) -> Array:
    return np.zeros((0, k, k))


#: Half-axes of the anisotropic Gaussian.
_AXES = np.diag([3.0, 1.0])
_SO2 = groups.so(2)

LAWS: dict[str, Law] = {
    "ring, no noise": Law(lambda rng, n: ring(rng, n, 0.0), _on(_SO2, 2), "so(2)"),
    "ring": Law(ring, _on(_SO2, 2), "so(2)"),
    "ring, 20 % noise": Law(lambda rng, n: ring(rng, n, 0.2), _on(_SO2, 2), "so(2)"),
    "anisotropic Gaussian": Law(
        lambda rng, n: rng.standard_normal((n, 1, 2)) @ _AXES,
        _AXES @ _on(_SO2, 2) @ np.linalg.inv(_AXES),
        "so(2)",
    ),
    "sphere shell": Law(
        lambda rng, n: ball(rng, n, 3, rng.uniform(0.8, 1.2, n)), _on(groups.so(3), 3), "so(3)"
    ),
    "plane in three dimensions": Law(plane_in_space, _on(_SO2, 3), "so(2)"),
    "two planes": Law(two_planes, np.concatenate([_on(_SO2, 4), _on(_SO2, 4, 2)]), "so(2) + so(2)"),
    "shell in four dimensions": Law(
        lambda rng, n: ball(rng, n, 4, rng.gamma(10, 0.1, n)), _on(groups.so(4), 4), "so(4)"
    ),
    "two vectors": Law(two_vectors, _on(groups.so(3), 3), "so(3)"),
    "plane in ten dimensions": Law(plane_in_ten, _on(_SO2, 10), "so(2)"),
    "three clusters": Law(clusters, _none(2), None),
    "skewed mixture": Law(skewed_mixture, _none(2), None),
    "exponential, 2 columns": Law(lambda rng, n: exponential(rng, n, 2), _none(2), None),
    "exponential, 3 columns": Law(lambda rng, n: exponential(rng, n, 3), _none(3), None),
    "exponential, 5 columns": Law(lambda rng, n: exponential(rng, n, 5), _none(5), None),
    "uniform square": Law(square, _none(2), None),
    "iris": Law(resampled("iris"), _none(4), None),
    "diabetes": Law(resampled("diabetes"), _none(10), None),
}

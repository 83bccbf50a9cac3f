"""Laws with known symmetry, and laws without, as white noise has none of them."""

import numpy as np
from scipy.spatial.transform import Rotation

from liegan_min.algebra import groups
from liegan_min.discover.observables import Samples


def ring(rng, n, noise=0.1):
    angle, radius = rng.uniform(0, 2 * np.pi, n), 1 + noise * rng.standard_normal(n)
    return (radius * np.array([np.cos(angle), np.sin(angle)])).T[:, None]


def sphere(rng, n):
    x = rng.standard_normal((n, 3))
    return (x * rng.uniform(0.8, 1.2, (n, 1)) / np.linalg.norm(x, axis=1, keepdims=True))[:, None]


def plane_in_space(rng, n):
    """A plane that turns, and a third axis that depends on the radius."""
    radius, angle = rng.gamma(4, 0.25, n), rng.uniform(0, 2 * np.pi, n)
    height = rng.gamma(2, 0.5, n) - 1 + 0.3 * radius
    return np.array([radius * np.cos(angle), radius * np.sin(angle), height]).T[:, None]


def two_planes(rng, n):
    return np.concatenate([ring(rng, n, 0.1), ring(rng, n, 0.2)], axis=2)


def two_vectors(rng, n):
    """Two vectors of a fixed relation in a frame that points anywhere."""
    g = Rotation.random(n, random_state=rng).as_matrix()
    u = np.array([rng.uniform(0.8, 1.2, n), np.zeros(n), np.zeros(n)]).T
    v = np.array([np.full(n, 0.3), rng.uniform(0.5, 1.0, n), np.zeros(n)]).T
    return np.stack([np.einsum("nij,nj->ni", g, w) for w in (u, v)], axis=1)


def clusters(rng, n):
    middle = np.array([[0, 2], [1.5, -1], [-2, 0.5]])[rng.integers(0, 3, n)]
    return (middle + 0.4 * rng.standard_normal((n, 2)))[:, None]


def exponential(rng, n, k=2):
    return (rng.exponential(1, (n, k)) - 1)[:, None]


def square(rng, n):
    return rng.uniform(-1, 1, (n, 1, 2))


def embedded(algebra, k, first=0):
    """The basis of an algebra on some of k axes."""
    basis = np.zeros((algebra.dim, k, k))
    at = slice(first, first + algebra.k)
    basis[:, at, at] = algebra.basis
    return basis


#: Laws, and the algebra that each has.
SYMMETRIC = {
    "ring": (ring, embedded(groups.so(2), 2)),
    "sphere": (sphere, embedded(groups.so(3), 3)),
    "plane in space": (plane_in_space, embedded(groups.so(2), 3)),
    "two planes": (
        two_planes,
        np.concatenate([embedded(groups.so(2), 4), embedded(groups.so(2), 4, 2)]),
    ),
    "two vectors": (two_vectors, embedded(groups.so(3), 3)),
}
ASYMMETRIC = {"clusters": clusters, "exponential": exponential, "square": square}


def samples(z):
    """White vectors with nothing beside them."""
    n = len(z)
    return Samples(z, np.zeros((n, 0)), np.zeros(n, dtype=np.int64), np.arange(n))

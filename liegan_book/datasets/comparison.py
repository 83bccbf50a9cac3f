"""Tasks on R³ that tell methods apart: what each of them can find, and in what form.

Each draws points from a law and asks for a set of matrices that keeps it.

- discrete: a ring of three sites that may be shifted. One site of x is hot, and y_t = K_t x with
  circulant K_t. A linear map that commutes with every circulant matrix may be any turn about
  (1, 1, 1); that only three of them keep the law is told by x alone: a shift permutes sites, and
  no other turn does.
- continuous: any turn about an oblique axis n. Height along n and distance from it depend on each
  other, and y_t = W_t x with random W_t that commute with the turns.
- continuous-upright: the same about the z axis, one of the three generators that Augerino is given.
- given-subset: turns by -45° … 45° in a plane that is told. The points lie about a bowl, which
  turns in its plane keep, and no others.
- unknown-subset: the same in an oblique plane that is not.

The two subsets are about two laws. Upright points stand at 0°, 90°, 180° and 270° in the plane, and
their label says at which; seen points of the same label are turned by an angle that is uniform in
the range. One law could not say "subset": for a uniform range γ of angles, a law p with γ * p = p
has Fourier coefficients γ_m p_m = p_m; |γ_m| < 1 for m ≠ 0, so p is invariant under every turn.
What carries one law to another can be a subset, and so can be what leaves a label as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import radians

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from liegan_min.algebra import groups
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base import files
from liegan_min.base.errors import InputError
from liegan_min.game.pairs import Pairs, as_pairs

F64 = NDArray[np.float64]
#: Angles from and to, in degrees.
Span = tuple[float, float]

#: Related tasks y_t of the two groups: two random members fix what commutes with all of them.
RELATED = 3

#: Samples of each task.
SAMPLES = 10_000

#: The range of the two subsets, in degrees: up to there the four orientations do not meet.
SPAN = (-45.0, 45.0)

#: Steps of the truth where it is continuous, in degrees: far below the rule's 0.1 rad.
STEP = 0.5

#: (R_x, R_y, R_z): all turns of R³.
SO3 = groups.so(3)


@dataclass(frozen=True)
class Task:
    """Samples of one task, and its answer.

    Attributes:
        name: of the task.
        x: (n, 3), what is moved.
        seen: (n, 3), what it is compared with; in the two groups the same tensor as x.
        y: (n, RELATED, 3) vectors that g moves with x, or (n,) labels.
        given: what a method may be told: every turn of R³, or the plane.
        truth: S, (m, 3, 3), float64, finely sampled.
        direction: (3, 3), the generator of the group that S is part of; exp(2πL) = 1.
    """

    name: str
    x: Tensor
    seen: Tensor
    y: Tensor
    given: LieAlgebra
    truth: Tensor
    direction: Tensor

    @property
    def carried(self) -> bool:
        """Whether one law is carried to another."""
        return self.seen is not self.x

    def pairs(self) -> Pairs:
        """Return the samples as a game takes them; if carried, x is (n, 2, 3): moved, and seen."""
        if not self.carried:
            return as_pairs(self.x, self.y, "vector")
        return as_pairs(torch.stack([self.x, self.seen], dim=1), self.y, "label")

    def fingerprint(self) -> str:
        """Return a checksum of the samples."""
        return files.digest({"x": self.x, "seen": self.seen, "y": self.y})


def _about(n: F64) -> Tensor:
    """Return the generator of the turns about a unit vector, (3, 3): the cross product with it."""
    return SO3.element(torch.from_numpy(n))


def _turns(L: Tensor, low: float, high: float, *, closed: bool = True) -> Tensor:
    """Return exp(wL), (m, 3, 3), for w from low to high, in degrees, both included if closed."""
    steps = max(1, round((high - low) / STEP))
    w = np.linspace(radians(low), radians(high), steps + closed, endpoint=closed)
    return LieAlgebra(L[None]).exp(torch.from_numpy(w)[:, None])


def _tensor(x: F64) -> Tensor:
    return torch.from_numpy(x).float()


def _related(x: F64, kinds: F64, rng: np.random.Generator) -> Tensor:
    """Return y_t = W_t x, (n, RELATED, 3), for x, (n, 3).

    W_t are random members, of norm √3, of the span of `kinds`, (3, 3, 3).
    """
    maps = np.einsum("ta,aij->tij", rng.normal(size=(RELATED, 3)), kinds)
    maps = maps * (3**0.5 / np.linalg.norm(maps, axis=(1, 2), keepdims=True))
    return _tensor(np.einsum("tij,nj->nti", maps, x))


def _discrete(name: str, n: int, rng: np.random.Generator, span: Span) -> Task:
    # One site is hot, on noise: in the plane across (1, 1, 1) three heaps, a third of a turn apart.
    # Left where they are: about a mean of 0 the law would also bear that (1, 1, 1) is turned over.
    points = 2 * np.eye(3)[rng.integers(3, size=n)] + 0.1 * rng.normal(size=(n, 3))
    shift = np.roll(np.eye(3), 1, axis=0)
    powers = np.stack([np.linalg.matrix_power(shift, i) for i in range(3)])
    x, y = _tensor(points), _related(points, powers, rng)
    L = _about(np.ones(3) / 3**0.5)
    return Task(name, x, x, y, SO3, torch.from_numpy(powers), L)


def _continuous(name: str, n: int, rng: np.random.Generator, span: Span) -> Task:
    axis: F64 = rng.normal(size=3) if name == "continuous" else np.array([0.0, 0.0, 1.0])
    axis /= np.linalg.norm(axis)
    L = _about(axis)
    # Farther from the axis is higher, and a side of it is empty: no other turn keeps such a law.
    radius = np.sqrt(rng.uniform(size=(n, 1))) * 2
    height = radius**2 / 2 - 1 + 0.3 * rng.normal(size=(n, 1))
    across = np.linalg.svd(axis[None])[2][1:]
    angle = rng.uniform(0, 2 * np.pi, size=n)
    points = radius * (np.stack([np.cos(angle), np.sin(angle)], axis=1) @ across) + height * axis
    along = np.outer(axis, axis)
    kinds = np.stack([np.eye(3) - along, L.numpy(), along])
    x, y = _tensor(points), _related(points, kinds, rng)
    return Task(name, x, x, y, SO3, _turns(L, -180, 180, closed=False), L)


def _subset(name: str, n: int, rng: np.random.Generator, span: Span) -> Task:
    # Columns: two directions in the plane, and the one across it, as a right-handed frame.
    frame = np.eye(3)
    if name == "unknown-subset":
        frame = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        frame *= np.linalg.det(frame)
    label = rng.integers(4, size=n)

    def points(angle: F64) -> Tensor:
        """Draw radius and height anew: the same law each time, and no pair has them in common."""
        r = rng.uniform(0.5, 1.5, size=n)
        # Farther out is higher: a bowl, of which any turn out of the plane makes another one.
        h = r**2 - 1 + 0.1 * rng.normal(size=n)
        return _tensor(np.stack([r * np.cos(angle), r * np.sin(angle), h], axis=1) @ frame.T)

    right = label * np.pi / 2
    x, seen = points(right), points(right + np.radians(rng.uniform(*span, size=n)))
    L = _about(frame[:, 2])
    given = LieAlgebra(L[None], "the plane") if name == "given-subset" else SO3
    return Task(name, x, seen, torch.from_numpy(label), given, _turns(L, *span), L)


#: The tasks in the order of the table's rows, and after them one more. Samples depend on the place.
TASKS: dict[str, Callable[[str, int, np.random.Generator, Span], Task]] = {
    "discrete": _discrete,
    "continuous": _continuous,
    "given-subset": _subset,
    "unknown-subset": _subset,
    "continuous-upright": _continuous,
}


def task(name: str, seed: int = 0, n: int = SAMPLES, span: Span = SPAN) -> Task:
    """Draw a task.

    Args:
        name: one of TASKS.
        seed: of the samples, of the related tasks, and of the oblique axis or plane.
        n: number of samples.
        span: the range of angles of the two subsets, in degrees.

    Raises:
        InputError: if the name is unknown, n is too small, or the range is empty or too wide.
    """
    if name not in TASKS:
        raise InputError(f"unknown task {name!r}; there are: {', '.join(TASKS)}")
    if n < 100:
        raise InputError(f"n must be at least 100 samples, not {n}: fewer show no law")
    low, high = span
    if not -180 <= low < high <= 180:
        raise InputError(
            f"span must be (low, high) in degrees with -180 <= low < high <= 180, not {span}"
        )
    rng = np.random.default_rng([seed, list(TASKS).index(name)])
    return TASKS[name](name, n, rng, span)


def fingerprint(seed: int, name: str, n: int = SAMPLES) -> str:
    """Return a checksum of the samples that a seed gives."""
    return task(name, seed, n).fingerprint()

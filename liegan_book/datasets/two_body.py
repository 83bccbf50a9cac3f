"""Two bodies in the plane under gravity, from the closed-form solution of Kepler's problem.

A state is (q1, p1, q2, p2), 8 numbers, in the frame of the centre of mass, with G = 1; time is in
the units that this leaves. The relative vector r = q1 - q2 moves on an ellipse,

    r(E) = a (cos E - e) ê_x + a √(1 - e²) sin E ê_y,      E - e sin E = M = n t,   n² a³ = m1 + m2,

where E is the eccentric anomaly and M the mean anomaly (any text on celestial mechanics).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from liegan_min.base.errors import InputError

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
#: Either precision: windows are cut from what is given.
Floats = NDArray[np.floating[Any]]

#: Interval of the angle of q1 at the start: training orbits start below, test orbits above.
START = {"lower": (-np.pi, 0.0), "upper": (0.0, np.pi), "full": (-np.pi, np.pi)}

#: Time between two states of the poster's data.
DT = 20 / 49


@dataclass(frozen=True)
class Orbits:
    """Trajectories and what they were made from.

    Attributes:
        state: (n, steps, 8), (q1, p1, q2, p2) at each time.
        t: (steps,).
        masses: (m1, m2).
    """

    state: Array
    t: Array
    masses: tuple[float, float]


def eccentric_anomaly(M: Array, e: Array) -> Array:
    """Solve Kepler's equation E - e sin E = M for E by Newton's method, to rounding.

    The start M + 0.85 e sign(sin M) converges for every e < 1 (Danby, 1987).
    """
    E = M + 0.85 * e * np.sign(np.sin(M))
    for _ in range(50):
        step = (E - e * np.sin(E) - M) / (1 - e * np.cos(E))
        E = E - step
        if np.abs(step).max(initial=0.0) < 1e-14:
            break
    return E


def _ellipse(d0: Array, e: Array, E0: Array, mass: float, t: Array) -> tuple[Complex, Complex]:
    """Return the vector r and its velocity at times t, (steps,), as complex numbers, (n, steps).

    At the start |r| is d0 and the eccentric anomaly is E0; d0, e and E0 are (n, 1).
    """
    a = d0 / (1 - e * np.cos(E0))
    rate = np.sqrt(mass / a**3)
    E = eccentric_anomaly(E0 - e * np.sin(E0) + rate * t, e)
    b = a * np.sqrt(1 - e**2)
    E_dot = rate / (1 - e * np.cos(E))
    r = a * (np.cos(E) - e) + 1j * b * np.sin(E)
    v = (-a * np.sin(E) + 1j * b * np.cos(E)) * E_dot
    return r, v.astype(np.complex128)


def _blur(state: Array, noise: float, rng: np.random.Generator) -> None:
    """Add noise, as a fraction of the size of positions, and of that of momenta."""
    for block in ([0, 1, 4, 5], [2, 3, 6, 7]):
        rms = np.sqrt((state[..., block] ** 2).mean())
        state[..., block] += noise * rms * rng.standard_normal((*state.shape[:2], 4))


def _check(**numbers: tuple[bool, str]) -> None:
    for name, (ok, why) in numbers.items():
        if not ok:
            raise InputError(f"two-body: {name} {why}")


def orbits(
    n: int,
    *,
    start: Literal["lower", "upper", "full"] = "lower",
    steps: int = 20,
    dt: float = DT,
    separation: tuple[float, float] = (3.0, 6.0),
    eccentricity: float = 0.005,
    masses: tuple[float, float] = (1.0, 1.0),
    noise: float = 0.0,
    seed: int = 0,
) -> Orbits:
    """Make `n` counter-clockwise orbits.

    Args:
        n: number of orbits.
        start: half-plane in which body 1 starts.
        steps: states per orbit.
        dt: time between states.
        separation: range of |q1 - q2| at the start, uniform over the area of that ring.
        eccentricity: e ~ U(0, eccentricity); below 1.
        masses: m1, m2.
        noise: standard deviation of Gaussian noise on every number, as a fraction of the root mean
            square of the positions (for q) or of the momenta (for p).
        seed: of every draw.

    Raises:
        InputError: if a number is out of its range; the message names it.
    """
    near, far = separation
    m1, m2 = masses
    _check(
        n=(n >= 1, "must be at least 1"),
        start=(start in START, f"must be one of {', '.join(START)}"),
        steps=(steps >= 1, "must be at least 1"),
        dt=(0 < dt < np.inf, "must be positive"),
        separation=(0 < near <= far < np.inf, "must be two positive lengths, nearest first"),
        eccentricity=(0 <= eccentricity < 1, "must be in [0, 1): the orbit is bound"),
        masses=(0 < min(m1, m2) <= max(m1, m2) < np.inf, "must be positive"),
        noise=(0 <= noise < np.inf, "must not be negative"),
    )
    rng = np.random.default_rng(seed)
    d0 = np.sqrt(rng.uniform(near**2, far**2, (n, 1)))
    phi = rng.uniform(*START[start], (n, 1))
    e = rng.uniform(0.0, eccentricity, (n, 1))
    E0 = rng.uniform(-np.pi, np.pi, (n, 1))

    t: Array = dt * np.arange(steps, dtype=np.float64)
    r, v = _ellipse(d0, e, E0, m1 + m2, t)
    turn = np.exp(1j * (phi - np.angle(r[:, :1])))
    r, v, reduced = r * turn, v * turn, m1 * m2 / (m1 + m2)
    q1, q2, p1 = r * (m2 / (m1 + m2)), -r * (m1 / (m1 + m2)), v * reduced
    parts = (q1, p1, q2, -p1)
    state = np.stack([f(z) for z in parts for f in (np.real, np.imag)], axis=-1)
    if noise:
        _blur(state, noise, rng)
    return Orbits(state, t, (m1, m2))


def elements(state: Floats) -> tuple[Array, Array, Array]:
    """Return separation, eccentricity and energy, (n, steps) each, of two bodies of mass 1.

    Kepler's problem keeps the last two. With r = q1 - q2 and v = p1 - p2,

        E = (|p1|² + |p2|²) / 2 - 1/|r|,      e = |(|v|² r - (r·v) v) / 2 - r/|r||.

    Args:
        state: (n, steps, 8).
    """
    q1, p1, q2, p2 = np.split(state.astype(np.float64), 4, axis=-1)
    r, v = q1 - q2, p1 - p2
    distance = np.linalg.norm(r, axis=-1)
    radial = (r * v).sum(-1, keepdims=True)
    pull = ((v**2).sum(-1, keepdims=True) * r - radial * v) / 2 - r / distance[..., None]
    energy = ((p1**2).sum(-1) + (p2**2).sum(-1)) / 2 - 1 / distance
    return distance, np.linalg.norm(pull, axis=-1), energy


def windows(
    state: Floats, inputs: int = 1, outputs: int = 1, *, last: bool = True
) -> tuple[Floats, Floats]:
    """Cut trajectories, (n, steps, 8), into pairs: x, (N, inputs, 8), and what follows, y.

    Args:
        state: the trajectories.
        inputs: states of x.
        outputs: states of y.
        last: use the last window of each trajectory, too. The published loader leaves it out: of
            20 states it makes 18 pairs of one state each, or 10 of five.

    Raises:
        InputError: if a trajectory is shorter than inputs + outputs.
    """
    steps, k = state.shape[1:]
    if min(inputs, outputs) < 1 or inputs + outputs + (not last) > steps:
        raise InputError(f"cannot cut {inputs} + {outputs} states out of a trajectory of {steps}")
    used = state if last else state[:, :-1]
    view = np.lib.stride_tricks.sliding_window_view(used, inputs + outputs, axis=1)
    both = np.moveaxis(view, -1, 2).reshape(-1, inputs + outputs, k)
    return both[:, :inputs].copy(), both[:, inputs:].copy()

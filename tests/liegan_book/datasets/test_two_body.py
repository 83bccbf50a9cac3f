"""Two bodies: the closed form against a numerical integrator, and what must not change in time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from liegan_book.datasets.two_body import DT, START, eccentric_anomaly, elements, orbits, windows
from liegan_min.algebra import linalg
from liegan_min.base.errors import InputError

DRAWS = [
    {"eccentricity": 0.0},
    {"eccentricity": 0.005},
    {"eccentricity": 0.3, "masses": (1.0, 3.0)},
    {"eccentricity": 0.9, "separation": (2.0, 3.0)},
    {"eccentricity": 0.9, "masses": (10.0, 0.1), "start": "full"},
]
EACH_DRAW = pytest.mark.parametrize("draw", DRAWS, ids=str)


def newton(m1, m2):
    """The law of motion of both bodies, written down without centre of mass or reduced mass."""

    def rate(_, state):
        q1, p1, q2, p2 = np.split(state, 4)
        pull = m1 * m2 * (q2 - q1) / np.linalg.norm(q2 - q1) ** 3
        return np.concatenate([p1 / m1, pull, p2 / m2, -pull])

    return rate


def energy(o):
    """Total energy, (n, steps)."""
    q1, p1, q2, p2 = np.split(o.state, 4, axis=-1)
    m1, m2 = o.masses
    kinetic = (p1**2).sum(-1) / (2 * m1) + (p2**2).sum(-1) / (2 * m2)
    return kinetic - m1 * m2 / np.linalg.norm(q1 - q2, axis=-1)


def angular_momentum(o):
    """Total angular momentum about the centre of mass, (n, steps)."""
    q1, p1, q2, p2 = np.split(o.state, 4, axis=-1)
    return sum(q[..., 0] * p[..., 1] - q[..., 1] * p[..., 0] for q, p in ((q1, p1), (q2, p2)))


def eccentricities(o):
    """e of each orbit from its energy and angular momentum: e² = 1 + 2 E h² / (μ³ M²)."""
    m1, m2 = o.masses
    mu = m1 * m2 / (m1 + m2)
    e2 = 1 + 2 * energy(o) * angular_momentum(o) ** 2 / (mu * (m1 * m2) ** 2)
    return np.sqrt(e2[:, 0].clip(0))


@EACH_DRAW
def test_orbits_agree_with_a_numerical_integrator(draw):
    o = orbits(6, seed=3, **draw)
    for path in o.state:
        solution = solve_ivp(
            newton(*o.masses), (0, o.t[-1]), path[0], "DOP853", o.t, rtol=1e-12, atol=1e-13
        )
        assert np.abs(solution.y.T - path).max() < 1e-9


@EACH_DRAW
def test_energy_and_angular_momentum_are_conserved(draw):
    o = orbits(200, **draw)
    for conserved in (energy(o), angular_momentum(o)):
        assert np.ptp(conserved, axis=1) == pytest.approx(0, abs=1e-12 * np.abs(conserved).max())
        assert (np.ptp(conserved, axis=1) <= 1e-12 * np.abs(conserved[:, 0])).all()


@EACH_DRAW
def test_the_centre_of_mass_rests_at_the_origin(draw):
    o = orbits(50, **draw)
    q1, p1, q2, p2 = np.split(o.state, 4, axis=-1)
    m1, m2 = o.masses
    assert np.abs(m1 * q1 + m2 * q2).max() < 1e-13 * m1 * m2 * np.abs(q1 - q2).max() + 1e-13
    assert np.array_equal(p1, -p2)


def test_eccentricities_are_uniform_up_to_the_limit():
    e = eccentricities(orbits(2000, eccentricity=0.9))
    assert e.max() <= 0.9 + 1e-9
    assert np.allclose(np.quantile(e, [0.25, 0.5, 0.75]), [0.225, 0.45, 0.675], atol=0.05)


def test_with_eccentricity_0_the_bodies_keep_their_distance():
    distance = np.linalg.norm(orbits(50, eccentricity=0.0).state[..., :2], axis=-1)
    assert np.ptp(distance, axis=1).max() < 1e-13


@pytest.mark.parametrize("start", ["lower", "upper", "full"])
def test_body_1_starts_in_its_half_plane_at_any_angle(start):
    q1 = orbits(2000, start=start).state[:, 0, :2]
    angle = np.arctan2(q1[:, 1], q1[:, 0])
    low, high = START[start]
    share = (angle - low) / (high - low)
    assert share.min() >= 0
    assert share.max() <= 1
    assert np.allclose(np.quantile(share, [0.25, 0.5, 0.75]), [0.25, 0.5, 0.75], atol=0.05)


def test_lower_and_upper_halves_are_where_they_say():
    assert (orbits(100, start="lower").state[:, 0, 1] <= 0).all()
    assert (orbits(100, start="upper").state[:, 0, 1] >= 0).all()


def test_starts_are_uniform_over_the_area_of_the_ring():
    o = orbits(2000, separation=(3.0, 6.0), masses=(1.0, 3.0), eccentricity=0.5)
    distance = np.linalg.norm(o.state[:, 0, 0:2] - o.state[:, 0, 4:6], axis=-1)
    assert distance.min() >= 3 - 1e-12
    assert distance.max() <= 6 + 1e-12
    area = (distance**2 - 9) / 27
    assert np.allclose(np.quantile(area, [0.25, 0.5, 0.75]), [0.25, 0.5, 0.75], atol=0.05)


def test_every_orbit_runs_counter_clockwise():
    assert (angular_momentum(orbits(200, start="full", eccentricity=0.9)) > 0).all()


def test_the_defaults_are_those_of_the_poster():
    o = orbits(3)
    assert o.state.shape == (3, 20, 8)
    assert o.masses == (1.0, 1.0)
    assert np.allclose(o.t, np.linspace(0, 19 * 20 / 49, 20))
    assert pytest.approx(20 / 49) == DT
    assert o.state.dtype == np.float64


@pytest.mark.parametrize("masses", [(1.0, 1.0), (1.0, 3.0)])
def test_the_data_spans_four_of_its_eight_dimensions(masses):
    assert linalg.support(orbits(100, masses=masses).state).shape == (8, 4)


def test_equal_masses_mirror_each_other():
    q1, p1, q2, p2 = np.split(orbits(10).state, 4, axis=-1)
    assert np.array_equal(q1, -q2)
    assert np.array_equal(p1, -p2)


def test_noise_is_a_fraction_of_the_size_of_positions_and_of_momenta():
    clean, noisy = orbits(2000, noise=0.0).state, orbits(2000, noise=0.05).state
    for block in ([0, 1, 4, 5], [2, 3, 6, 7]):
        added = (noisy - clean)[..., block]
        size = np.sqrt((clean[..., block] ** 2).mean())
        assert added.std() == pytest.approx(0.05 * size, rel=0.02)
        assert abs(added.mean()) < 5 * added.std() / np.sqrt(added.size)


def test_a_seed_decides_the_orbits():
    assert np.array_equal(orbits(5, seed=1, noise=0.1).state, orbits(5, seed=1, noise=0.1).state)
    assert not np.array_equal(orbits(5, seed=1).state, orbits(5, seed=2).state)


@given(st.floats(-1e4, 1e4), st.floats(0, 0.999))
def test_the_eccentric_anomaly_solves_keplers_equation(M, e):
    E = eccentric_anomaly(np.array([M]), np.array([e]))
    assert abs(E - e * np.sin(E) - M)[0] <= 1e-14 + 4e-16 * abs(M)


@pytest.mark.parametrize(("inputs", "outputs", "count"), [(1, 1, 19), (5, 5, 11), (19, 1, 1)])
def test_windows_hold_what_came_and_what_followed(inputs, outputs, count):
    state = orbits(3).state
    x, y = windows(state, inputs, outputs)
    assert x.shape == (3 * count, inputs, 8)
    assert y.shape == (3 * count, outputs, 8)
    slow = [
        (path[i : i + inputs], path[i + inputs : i + inputs + outputs])
        for path in state
        for i in range(count)
    ]
    assert np.array_equal(x, [a for a, _ in slow])
    assert np.array_equal(y, [b for _, b in slow])


def test_windows_are_copies():
    state = orbits(1).state
    x, _ = windows(state)
    x[:] = 0
    assert np.abs(state).min() > 0


@pytest.mark.parametrize(("inputs", "outputs"), [(10, 11), (0, 1), (1, 0), (21, 1)])
def test_windows_longer_than_the_trajectory_are_refused(inputs, outputs):
    with pytest.raises(InputError, match=f"cannot cut {inputs} \\+ {outputs} states out of .* 20"):
        windows(orbits(1).state, inputs, outputs)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n", 0),
        ("start", "left"),
        ("steps", 0),
        ("dt", 0.0),
        ("dt", np.inf),
        ("separation", (0.0, 1.0)),
        ("separation", (2.0, 1.0)),
        ("eccentricity", 1.0),
        ("eccentricity", -0.1),
        ("eccentricity", np.nan),
        ("masses", (0.0, 1.0)),
        ("masses", (1.0, np.inf)),
        ("noise", -0.1),
        ("noise", np.nan),
    ],
)
def test_a_number_out_of_its_range_is_named(name, value):
    with pytest.raises(InputError, match=f"two-body: {name} must"):
        orbits(**({"n": 1} | {name: value}))


def test_the_last_window_may_be_left_out():
    state = orbits(2).state
    x, y = windows(state, 5, 5, last=False)
    assert len(x) == 2 * 10
    np.testing.assert_array_equal(y[9], state[0, 14:19])
    every, _ = windows(state, 5, 5)
    assert len(every) == 2 * 11
    with pytest.raises(InputError, match=r"cannot cut 10 \+ 10 states"):
        windows(state, 10, 10, last=False)


def test_the_elements_of_an_orbit_are_those_it_was_made_with():
    made = orbits(50, eccentricity=0.3, seed=4)
    distance, eccentricity, energy = elements(made.state)
    r = made.state[..., :2] - made.state[..., 4:6]
    np.testing.assert_allclose(distance, np.hypot(r[..., 0], r[..., 1]))
    # Kepler's problem keeps both, and the major axis gives the energy: E = -1 / 2a for masses of 1.
    np.testing.assert_allclose(eccentricity, eccentricity[:, :1] * np.ones(20), atol=1e-12)
    np.testing.assert_allclose(energy, energy[:, :1] * np.ones(20), rtol=1e-12)
    assert 0.25 < eccentricity.max() <= 0.3
    circles = orbits(20, eccentricity=0.0, seed=4).state
    distance, eccentricity, energy = elements(circles)
    np.testing.assert_allclose(eccentricity, 0, atol=1e-12)
    np.testing.assert_allclose(energy, -1 / (2 * distance))
    kicked = circles.copy()
    kicked[0, 10:, [2, 3]] *= 1.1
    _, _, after = elements(kicked)
    assert abs(after[0, 10] / after[0, 9] - 1) > 0.05

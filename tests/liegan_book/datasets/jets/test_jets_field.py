"""Particles in the detector's field, against an integrated orbit; and the law of the errors."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.stats import lognorm

from liegan_book.datasets.jets.calorimeter import lognormal
from liegan_book.datasets.jets.detector import Particles, impact
from liegan_book.datasets.kinematics import massless, wrap


def pions(pt, eta, phi, charge):
    """Pions of one charge; the orbit does not ask for their mass."""
    p = massless(*map(np.array, np.broadcast_arrays(np.atleast_1d(pt), eta, phi)))
    n = len(p)
    return Particles(p, np.full(n, 211), np.full(n, charge), np.arange(n))


def orbit(p, charge):
    """Integrate dp/ds = 0.3 q p/|p| x B (GeV, T, m) to the wall; return its (eta, phi)."""
    field, radius, half_length = np.array([0.0, 0.0, 2.0]), 1.15, 3.51

    def rate(_, state):
        direction = state[3:] / np.linalg.norm(state[3:])
        return np.concatenate([direction, 0.3 * charge * np.cross(direction, field)])

    def barrel(_, state):
        return np.hypot(state[0], state[1]) - radius

    def end(_, state):
        return abs(state[2]) - half_length

    barrel.terminal = end.terminal = True
    start = np.concatenate([np.zeros(3), p])
    far = 2 * half_length * np.linalg.norm(p) / max(abs(p[2]), 1e-3) + 10
    way = solve_ivp(rate, (0, far), start, events=(barrel, end), rtol=1e-9, atol=1e-10)
    assert way.status == 1  # it met a wall
    x, y, z = way.y[:3, -1]
    return np.arcsinh(z / np.hypot(x, y)), np.arctan2(y, x)


def turn(pt, eta, charge):
    """Angle by which a particle that curls up turns before it reaches an end cap."""
    r = pt / (0.6 * abs(charge))
    return 3.51 / abs(np.sinh(eta)) / r if 2 * r < 1.15 else 0.0


def check_impact(pt, eta, phi, charge):
    one = pions(pt, eta, phi, charge)
    at_eta, at_phi = impact(one)
    expected = orbit(one.p[0, 1:], charge)
    assert at_eta[0] == pytest.approx(expected[0], abs=1e-4)
    assert wrap(at_phi - expected[1])[0] == pytest.approx(0, abs=1e-4)


@settings(max_examples=25)
@given(
    pt=st.floats(0.2, 30),
    eta=st.floats(-3, 3),
    phi=st.floats(-3, 3),
    charge=st.sampled_from([-2.0, -1.0, 1.0, 2.0]),
)
def test_a_charged_particle_arrives_where_the_lorentz_force_takes_it(pt, eta, phi, charge):
    # Not where it grazes the barrel: whether it touches is then a matter of the last digit.
    assume(abs(2 * pt / (0.6 * abs(charge)) - 1.15) > 0.01)
    assume(abs(eta) > 0.01)
    assume(turn(pt, eta, charge) < 0.95 * 2 * np.pi)
    check_impact(pt, eta, phi, charge)


@pytest.mark.parametrize("charge", [-1.0, 1.0])
@pytest.mark.parametrize(("pt", "eta"), [(0.25, 2.0), (0.3, -1.5), (0.2, 2.5)])
def test_a_particle_too_slow_for_the_barrel_curls_up_to_an_end_cap(pt, eta, charge):
    assert 0 < turn(pt, eta, charge) < 2 * np.pi
    check_impact(pt, eta, 0.4, charge)


@pytest.mark.parametrize("charge", [-1.0, 1.0])
@pytest.mark.parametrize(("pt", "eta"), [(0.15, 1.2), (0.3, 0.8), (0.15, -0.6)])
@pytest.mark.xfail(strict=True, reason="half of the later turns end on the opposite side")
def test_a_particle_may_curl_more_than_once(pt, eta, charge):
    assert turn(pt, eta, charge) > 2 * np.pi
    check_impact(pt, eta, 0.4, charge)


def test_a_neutral_particle_goes_straight_on(rng):
    eta, phi = rng.uniform(-4.8, 4.8, 50), rng.uniform(-3, 3, 50)
    at_eta, at_phi = impact(pions(0.2, eta, phi, 0.0))
    np.testing.assert_allclose(at_eta, eta, atol=1e-9)
    np.testing.assert_allclose(at_phi, phi, atol=1e-9)


def test_opposite_charges_part(rng):
    eta = rng.normal(size=20)
    _, there = impact(pions(2.0, eta, 0.3, 1.0))
    _, here = impact(pions(2.0, eta, 0.3, -1.0))
    np.testing.assert_allclose(there + here, 2 * 0.3, atol=1e-12)
    assert (there < here).all()  # the field points along z: positive charges turn clockwise


@pytest.mark.parametrize(("mean", "sigma"), [(10.0, 0.5), (2.0, 1.0), (1.0, 2.0)])
def test_lognormal_has_the_mean_and_spread_it_is_told(mean, sigma, rng):
    n = 400_000
    drawn = lognormal(np.full(n, mean), np.full(n, sigma), rng)
    assert drawn.min() > 0
    law = lognorm(s=np.sqrt(np.log(1 + (sigma / mean) ** 2)))
    assert drawn.mean() == pytest.approx(mean, abs=5 * sigma / np.sqrt(n))
    # The error of a variance is that of a fourth moment.
    spread = sigma**2 * np.sqrt((law.stats(moments="k") + 2) / n)
    assert drawn.var() == pytest.approx(sigma**2, abs=5 * spread)


def test_lognormal_of_nothing_is_nothing(rng):
    drawn = lognormal(np.array([0.0, 3.0]), np.array([1.0, 0.0]), rng)
    np.testing.assert_allclose(drawn, [0.0, 3.0])

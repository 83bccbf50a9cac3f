"""Four-momenta made by hand: on the mass shell, and with labels that mean what they should."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import f as fisher

from liegan_book.datasets.four_momenta import LAW, events, mass_squared, massive, massless
from liegan_min.algebra import groups
from liegan_min.base.errors import InputError

N = 4000
#: Five standard deviations of a mean of N numbers of spread 1.
CHANCE = 5 / math.sqrt(N)

small = st.floats(-1, 1, allow_subnormal=False)


def minkowski(p):
    """pᵀ η p, with the metric written out."""
    eta = np.diag([1.0, -1.0, -1.0, -1.0])
    return np.einsum("...i,ij,...j->...", p, eta, p)


@pytest.mark.parametrize(
    ("p", "m2"),
    [
        ([5, 3, 4, 0], 0),
        ([13, 3, 4, 0], 144),
        ([2, 0, 0, 2], 0),
        ([0, 1, -2, 2], -9),
        ([3, 0, 0, 0], 9),
    ],
)
def test_the_invariant_mass_by_hand(p, m2):
    assert mass_squared(np.array(p, float)) == m2
    assert mass_squared(np.array([[p, p]], np.float32)).tolist() == [[m2, m2]]


def test_single_precision_is_squared_in_double():
    """E² of 10⁵ needs more digits than float32 has to tell m² = 2·10⁵ + 1 apart."""
    p = np.array([100_001, 100_000, 0, 0], np.float32)
    found = mass_squared(p)
    assert found.dtype == np.float64
    assert found == 200_001


def test_massless_pairs_lie_on_the_light_cone():
    made = massless(N, seed=1)
    assert made.p.shape == (N, 2, 4)
    np.testing.assert_allclose(made.p[..., 0], np.linalg.norm(made.p[..., 1:], axis=-1), rtol=1e-14)
    assert set(made.label) == {0, 1}


def test_the_labels_of_massless_pairs_say_nothing():
    made = massless(N, seed=1)
    toss = 2 * made.label - 1
    assert abs(toss.mean()) < CHANCE
    told = np.concatenate([made.p.reshape(N, 8), mass_squared(made.p.sum(1))[:, None]], axis=1)
    told = (told - told.mean(0)) / told.std(0)
    assert (abs(toss @ told) / N < CHANCE).all()


@pytest.mark.parametrize(("make", "spread"), [(massless, 100), (massive, 1)])
def test_momenta_are_normal_in_each_direction(make, spread):
    three = make(N, seed=2).p[..., 1:].reshape(N, 6) / spread
    assert (abs(three.mean(0)) < CHANCE).all()
    correlation = three.T @ three / N
    assert (abs(correlation - np.eye(6)) < math.sqrt(2) * CHANCE).all()


def test_massive_pairs_have_masses_of_the_told_spread():
    p, spread = massive(N, seed=3).p, 0.5
    log_m = 0.5 * np.log(minkowski(p))  # NaN, and so a failure, if one is not massive
    assert (p[..., 0] > 0).all()
    assert (abs(log_m.mean(0)) < CHANCE * spread).all()
    assert (abs(log_m.std(0) / spread - 1) < CHANCE).all()


@pytest.mark.parametrize("n", [1, 2, 7, 1000, 1001])
def test_half_of_the_massive_pairs_are_above_the_median(n):
    made = massive(n, seed=4)
    s = minkowski(made.p.sum(1))
    assert int(made.label.sum()) == n // 2
    if n > 1:
        assert s[made.label == 1].min() > s[made.label == 0].max()


@given(st.lists(small, min_size=6, max_size=6), st.integers(0, 50))
def test_boosts_and_rotations_leave_s_and_so_the_label(w, seed):
    made = massive(200, seed)
    g = groups.so13().exp(torch.tensor(w, dtype=torch.float64)).numpy()
    before, after = (minkowski(p.sum(1)) for p in (made.p, made.p @ g.T))
    scale = (made.p[..., 0].sum(1) ** 2) * np.linalg.norm(g, 2) ** 2
    assert (abs(after - before) <= 1e-12 * scale).all()
    ordered = np.argsort(after)
    assert set(np.flatnonzero(made.label)) == set(ordered[100:])


def test_the_label_is_not_the_energy_in_disguise():
    """Ordering by a frame's energy would be another label: s is what decides."""
    made = massive(N, seed=5)
    energy = made.p[..., 0].sum(1)
    by_energy = energy > np.median(energy)
    assert 0.01 < (by_energy != made.label).mean() < 0.5


def test_separations_have_the_told_law():
    """t has three times the variance of a coordinate, which is 9."""
    x = events(N, seed=6).p
    assert x.shape == (N, 1, 4)
    unit = x[:, 0] / np.array([math.sqrt(27), 3, 3, 3])
    assert (abs(unit.mean(0)) < CHANCE).all()
    assert (abs(unit.T @ unit / N - np.eye(4)) < math.sqrt(2) * CHANCE).all()


def test_the_law_of_separations_is_kept_by_the_rotations_of_its_own_form(rng):
    """A Gaussian is its covariance: g C gᵀ = C. A boost of η is no such g."""
    C = np.diag([27.0, 9, 9, 9])
    turn = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    g = np.linalg.inv(np.sqrt(LAW)) @ turn @ np.sqrt(LAW)
    np.testing.assert_allclose(g.T @ LAW @ g, LAW, atol=1e-12)
    np.testing.assert_allclose(g @ C @ g.T, C, atol=1e-12)
    boost = groups.so13().exp(torch.tensor([0.5, 0, 0, 0, 0, 0])).numpy()
    assert not np.allclose(boost @ C @ boost.T, C, rtol=0.1)


def test_two_separations_in_five_leave_light_the_time():
    """t² > r² where (r²/3)/(t²/3) < 1, a quotient of mean squares: Fisher's law says how often."""
    made = events(N, seed=7)
    t2, r2 = made.p[:, 0, 0] ** 2, (made.p[:, 0, 1:] ** 2).sum(-1)
    np.testing.assert_array_equal(made.label, t2 > r2)
    share = fisher.cdf(1, 3, 1)
    assert abs(made.label.mean() - share) < CHANCE * math.sqrt(share * (1 - share))
    assert share == pytest.approx(0.4, abs=0.02)


@given(st.lists(small, min_size=7, max_size=7), st.integers(0, 50))
def test_what_keeps_the_cone_keeps_the_label_of_a_separation(w, seed):
    cone = groups.span_of(groups.so13(), groups.dilation(4))
    g = cone.exp(torch.tensor(w, dtype=torch.float64)).numpy()
    made = events(200, seed)
    s = minkowski(made.p[:, 0] @ g.T)
    near = 1e-12 * np.linalg.norm(g, 2) ** 2 * (made.p[:, 0] ** 2).sum(-1)
    assert ((s > 0) == made.label)[abs(s) > near].all()


@pytest.mark.parametrize("make", [massless, massive, events])
def test_a_seed_decides_every_draw(make):
    one, same, other = (make(50, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(one.p, same.p)
    np.testing.assert_array_equal(one.label, same.label)
    assert not np.allclose(one.p, other.p)


@pytest.mark.parametrize("make", [massless, massive, events])
@pytest.mark.parametrize("n", [0, -3])
def test_no_samples_are_refused(make, n):
    with pytest.raises(InputError, match=f"n must be at least 1, not {n}"):
        make(n)

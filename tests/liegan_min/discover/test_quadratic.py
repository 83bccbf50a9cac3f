"""A mean's distance from zero: its error rate, its estimate and its bound, against simulation."""

import numpy as np
import pytest
from scipy import stats

from liegan_min.discover.quadratic import both, quadratic

N, D = 400, 12


def moments(rng, mean=0.0, n=N, q=1):
    """Skewed moments of very different spread; one hardly varies at all."""
    spread = np.geomspace(1, 1e-3, D)
    return (rng.exponential(1, (n, q, D)) - 1 + mean) * spread


def test_it_rejects_a_true_mean_as_often_as_it_says(rng):
    p = np.array([quadratic(moments(rng)).p_value() for _ in range(2000)])
    # Five standard deviations of a binomial share, and what a χ² for a sum of many leaves.
    assert abs((p < 0.05).mean() - 0.05) < 5 * (0.05 * 0.95 / 2000) ** 0.5


def test_it_sees_a_mean_that_is_off(rng):
    assert max(quadratic(moments(rng, mean=0.3)).p_value() for _ in range(50)) < 1e-3


def test_the_estimate_is_right_on_average_and_the_bound_holds(rng):
    spread = np.geomspace(1, 1e-3, D)
    truth = (0.1**2 * spread**2 / (spread**2 + 1)).sum()
    seen = [quadratic(moments(rng, mean=0.1)) for _ in range(500)]
    raw = [(s.value - s.mean) / s.n for s in seen]
    assert np.mean(raw) == pytest.approx(truth, abs=4 * np.std(raw) / 500**0.5)
    assert np.mean([s.bound(0.05) >= truth for s in seen]) > 0.92
    assert np.mean([s.bound(0.5) >= truth for s in seen]) < 0.6


def test_the_statistic_does_not_depend_on_the_basis_of_the_directions(rng):
    g = moments(rng, q=3)
    turned = np.einsum("ij,njd->nid", np.linalg.qr(rng.standard_normal((3, 3)))[0], g)
    one, other = quadratic(g), quadratic(turned)
    assert one.value == pytest.approx(other.value)
    assert one.freedom == pytest.approx(other.freedom)


def test_without_a_ridge_it_is_hotellings(rng):
    g = rng.standard_normal((N, 1, 5))
    mean = g[:, 0].mean(0)
    expected = N * mean @ np.linalg.solve(np.cov(g[:, 0].T, bias=True), mean)
    seen = quadratic(g, ridge=0.0)
    assert seen.value == pytest.approx(expected)
    assert seen.p_value() == pytest.approx(stats.chi2.sf(expected, 5), abs=0.02)


def test_two_halves_together_know_more(rng):
    halves = [quadratic(moments(rng)) for _ in range(2)]
    joined = both(*halves)
    assert joined.freedom > max(h.freedom for h in halves)
    assert joined.bound(0.05) < max(h.bound(0.05) for h in halves)

"""The prediction interval, against the share of new draws that it holds."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liegan_book.results.statistics import prediction_interval


@pytest.mark.parametrize("n", [5, 10])
@pytest.mark.parametrize("log", [False, True])
def test_it_holds_a_new_draw_as_often_as_it_says(n, log):
    rng = np.random.default_rng(0)
    draws = rng.normal(-8, 0.7, (20_000, n + 1))
    if log:
        draws = np.exp(draws)
    held = [
        low <= new <= high
        for *values, new in draws.tolist()
        for low, high in [prediction_interval(values, log=log)]
    ]
    assert np.mean(held) == pytest.approx(0.95, abs=0.006)  # four standard errors


def test_two_standard_deviations_hold_fewer():
    """What the rule is for: at n = 5 the mean ± 2 sd holds 86 %."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20_000, 6))
    old, new = x[:, :5], x[:, 5]
    held = np.abs(new - old.mean(1)) <= 2 * old.std(1, ddof=1)
    assert held.mean() == pytest.approx(0.86, abs=0.01)


@given(st.lists(st.floats(1e-8, 1e8), min_size=2, max_size=12))
def test_on_a_logarithmic_scale_units_do_not_matter(values):
    low, high = prediction_interval(values, log=True)
    moved = prediction_interval([1e3 * v for v in values], log=True)
    assert moved == pytest.approx((1e3 * low, 1e3 * high), rel=1e-6)
    assert 0 < low <= math.exp(np.log(values).mean()) * (1 + 1e-9)


def test_one_draw_has_no_interval():
    assert prediction_interval([1.0]) is None
    assert prediction_interval([]) is None

"""Test functions and their flow, against finite differences."""

import numpy as np
import pytest

from liegan_min.discover.observables import Observables, Samples


@pytest.fixture
def given(rng):
    return Samples(
        rng.standard_normal((50, 2, 3)),
        rng.standard_normal((50, 1)),
        rng.integers(0, 3, 50),
        np.arange(50),
    )


def test_the_flow_of_a_matrix_moves_waves_at_the_rate_told(given, rng):
    L, step = rng.standard_normal((3, 3)), 1e-6
    there = Samples(given.z + step * given.z @ L.T, given.numbers, given.labels, given.trajectories)
    here, back = (Observables(s, 40, seed=1) for s in (given, there))
    # -sin changes at the rate -cos θ', and the wave itself, cos, at -sin θ'.
    rate = (back.slope - here.slope) / step
    moved = here.moved(L)
    cosine = np.sqrt(1 - here.slope**2)
    np.testing.assert_allclose(np.abs(rate * here.slope), np.abs(moved * cosine), atol=1e-4)


def test_the_condition_is_the_mean_of_what_moves(given, rng):
    L = rng.standard_normal((3, 3))
    seen = Observables(given, 40, seed=2)
    np.testing.assert_allclose(seen.condition() @ L.ravel(), seen.moved(L).mean(axis=0), atol=1e-12)


def test_smooth_combinations_are_white_under_a_random_matrix(given, rng):
    seen = Observables(given, 40, seed=3)
    F = seen.smooth(6)
    matrices = rng.standard_normal((4000, 3, 3)) / 3
    moved = np.concatenate([seen.moved(L) @ F for L in matrices])
    np.testing.assert_allclose(moved.T @ moved / len(moved), np.eye(6), atol=0.1)


def test_labels_and_numbers_are_arguments_that_do_not_move(given):
    other = Samples(given.z, given.numbers + 1, given.labels, given.trajectories)
    relabelled = Samples(given.z, given.numbers, (given.labels + 1) % 3, given.trajectories)
    here, there, elsewhere = (Observables(s, 40, 4) for s in (given, other, relabelled))
    assert not np.allclose(here.slope, there.slope)
    assert not np.allclose(here.slope, elsewhere.slope)
    assert here.waves.shape == (40, 2, 3)


def test_samples_are_thinned_by_whole_trajectories(rng):
    z = rng.standard_normal((60, 1, 2))
    samples = Samples(z, np.zeros((60, 0)), np.zeros(60, dtype=int), np.repeat(np.arange(20), 3))
    assert samples.thinned(60, 0) is samples
    few = samples.thinned(31, 0)
    assert (few.independent, len(few.z)) == (10, 30)
    first = few.trajectories == 0
    assert np.isin(few.z[first], z).all()

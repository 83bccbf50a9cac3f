"""A learned direction, rounded to the circle group that it means."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from liegan_book import experiments
from liegan_book.baselines.cleaning import cleaned
from liegan_min.algebra import groups
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.errors import InputError

TURN = torch.tensor([2 * torch.pi], dtype=torch.float64)
J = np.array([[0.0, -1.0], [1.0, 0.0]])


def turning(frequencies, seed, noise=0.0):
    """A generator with these frequencies in random orthogonal planes, and noise on every entry."""
    rng = np.random.default_rng(seed)
    k = 2 * len(frequencies)
    Q = np.linalg.qr(rng.normal(size=(k, k)))[0]
    L = Q @ np.kron(np.diag(frequencies), J) @ Q.T
    return LieAlgebra(torch.from_numpy(L + noise * rng.normal(size=(k, k)))[None])


@given(seed=st.integers(0, 2**31 - 1), size=st.floats(1e-3, 1e3), two=st.sampled_from([1, 2, 3]))
def test_an_exact_generator_is_only_scaled(seed, size, two):
    exact = turning([1.0, float(two)], seed)
    clean = cleaned(LieAlgebra(size * exact.basis))
    assert clean.cosine(exact) == pytest.approx(1, abs=1e-9)
    once = clean.exp(TURN)
    torch.testing.assert_close(once, torch.eye(4).double(), rtol=0, atol=1e-9)


@given(seed=st.integers(0, 2**31 - 1))
def test_a_noisy_generator_comes_closer_and_closes(seed):
    exact, noisy = turning([1.0, 1.0, 2.0], seed), turning([1.0, 1.0, 2.0], seed, noise=0.02)
    clean = cleaned(noisy)
    assert clean.cosine(exact) > noisy.cosine(exact)
    once = clean.exp(TURN)
    torch.testing.assert_close(once, torch.eye(6).double(), rtol=0, atol=1e-9)


def test_a_plane_that_does_not_turn_stays_still():
    L = turning([1.0, 0.02], 0)
    assert np.linalg.matrix_rank(cleaned(L).basis[0].numpy(), tol=1e-9) == 2


def test_nothing_happens_off_the_support():
    P = np.linalg.qr(np.kron([[1.0], [-1.0]], np.eye(4)))[0]
    noise = torch.from_numpy(np.random.default_rng(0).normal(size=(1, 8, 8)))
    learned = LieAlgebra(experiments.SO2.basis + 0.01 * noise)
    clean = cleaned(learned, P)
    assert clean.cosine(experiments.SO2, P) > learned.cosine(experiments.SO2, P)
    off = np.eye(8) - P @ P.T
    assert np.abs(clean.basis[0].numpy() @ off).max() < 1e-12


def test_several_directions_are_refused():
    with pytest.raises(InputError, match="one direction, not 3; pick one"):
        cleaned(groups.so(3))


BOOST = torch.tensor([[[0.0, 1.0], [1.0, 0.0]]])


@pytest.mark.parametrize("basis", [BOOST, groups.dilation(3).basis, torch.zeros(1, 2, 2)])
def test_a_direction_without_a_circle_is_refused(basis):
    with pytest.raises(InputError, match="not near a rotation"):
        cleaned(LieAlgebra(basis))


def test_frequencies_without_a_small_ratio_are_refused():
    with pytest.raises(InputError, match="no ratio up to 3; raise largest_ratio"):
        cleaned(turning([1.0, 7.0], 0))
    assert cleaned(turning([1.0, 7.0], 0), largest_ratio=8).dim == 1

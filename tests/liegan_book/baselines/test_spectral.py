"""Second moments alone, on laws whose linear symmetry is known."""

import numpy as np
import pytest
import torch

from liegan_book import experiments
from liegan_book.baselines.spectral import SpectralConfig, spectral
from liegan_min.algebra import groups
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.errors import InputError
from liegan_min.game.pairs import as_pairs


def cloud(n=4000, k=2, seed=0):
    """x on a round cloud; y a fixed equivariant map of it with noise of its own."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 1, k))
    return as_pairs(x, 0.5 * x + 0.1 * rng.normal(size=x.shape), "vector")


def test_a_round_law_is_turned_by_so2():
    found = spectral(cloud())
    assert found.algebra.cosine(groups.so(2)) > 0.99
    assert found.gap > 0.5


def test_so3_comes_with_three_channels():
    found = spectral(cloud(k=3), SpectralConfig(channels=3))
    assert found.algebra.cosine(groups.so(3)) > 0.98
    assert found.gap > 0.5


def test_a_stretched_law_is_turned_by_the_stretched_group():
    S = np.array([[3.0, 0.5], [0.0, 1.0]])
    round_ = cloud()
    pairs = as_pairs(round_.x.numpy() @ S.T, round_.y.numpy() @ S.T, "vector")
    stretched = groups.conjugate(groups.so(2), torch.from_numpy(S))
    assert spectral(pairs).algebra.cosine(stretched) > 0.99


@pytest.mark.parametrize("mask", [experiments.BLOCKS, experiments.EXPANDED])
def test_orbits_are_turned_together(mask):
    found = spectral(experiments.two_body_pairs(), mask=mask)
    assert found.algebra.cosine(experiments.SO2, found.support) > 0.999


def test_the_answer_does_not_leave_the_mask():
    found = spectral(experiments.two_body_pairs(), mask=experiments.BLOCKS)
    assert torch.equal(
        found.algebra.basis[0] * (1 - experiments.BLOCKS), torch.zeros(8, 8).double()
    )


def test_a_seed_draws_the_half_that_is_used():
    config = SpectralConfig(subsample=0.5)
    a, b, c = (spectral(cloud(), config, seed=s).singular_values for s in (1, 1, 2))
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)


def test_one_vector_without_y_is_enough():
    x = np.random.default_rng(0).normal(size=(2000, 2))
    assert spectral(as_pairs(x)).algebra.cosine(groups.so(2)) > 0.98


def test_a_search_space_without_enough_directions_is_refused():
    with pytest.raises(InputError, match="1 directions on the support, fewer than 2 channels"):
        spectral(cloud(), SpectralConfig(channels=2), mask=torch.tensor([[0.0, 1.0], [0.0, 0.0]]))


def test_the_gap_of_a_law_without_a_preferred_direction_is_small():
    """A circle group times anything: two channels fit as well as one."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20000, 1, 4))
    found = spectral(as_pairs(x), SpectralConfig(channels=1))
    assert found.gap < 0.5
    assert isinstance(found.algebra, LieAlgebra)

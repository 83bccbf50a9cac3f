"""Laws with and without a symmetry: their flows keep what they should."""

import numpy as np
import pytest
import torch
from scipy.linalg import expm
from scipy.stats import ks_2samp

from liegan_book.datasets.laws import LAWS
from liegan_min.algebra.identify import identify
from liegan_min.algebra.lie_algebra import LieAlgebra

SYMMETRIC = [name for name, law in LAWS.items() if law.algebra]


@pytest.mark.parametrize("name", LAWS)
def test_a_seed_draws_the_same_samples_and_no_other_does(name):
    one, same, other = (LAWS[name].seen(50, seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.allclose(one, other)
    assert one.shape[0] == 50
    assert one.shape[2] == LAWS[name].basis.shape[2]


@pytest.mark.parametrize("name", SYMMETRIC)
def test_a_random_element_keeps_the_law(name):
    """By projections of fresh samples, moved and not, on directions that nothing singles out."""
    x, basis = LAWS[name].seen(4000, 0)
    fresh = LAWS[name].draw(np.random.default_rng(9), 4000)
    rng = np.random.default_rng(0)
    A = x.reshape(-1, x.shape[2]).T @ np.linalg.pinv(
        LAWS[name].draw(np.random.default_rng(0), 4000).reshape(-1, x.shape[2]).T
    )
    g = expm(np.einsum("c,cij->ij", rng.standard_normal(len(basis)), basis))
    for _ in range(5):
        u = rng.standard_normal(x.shape[2])
        assert ks_2samp((x @ g.T)[:, 0] @ u, (fresh @ A.T)[:, 0] @ u).pvalue > 1e-4


@pytest.mark.parametrize("name", SYMMETRIC)
def test_the_algebra_has_its_name(name):
    assert identify(LieAlgebra(torch.from_numpy(LAWS[name].basis))) == LAWS[name].algebra


@pytest.mark.parametrize("name", sorted(set(LAWS) - set(SYMMETRIC)))
def test_no_turn_keeps_a_law_without_symmetry(name):
    x = LAWS[name].draw(np.random.default_rng(0), 4000)[:, 0]
    white = np.linalg.cholesky(np.linalg.inv(x.T @ x / len(x))).T
    z, worst = x @ white.T, 1.0
    fresh = LAWS[name].draw(np.random.default_rng(1), 4000)[:, 0] @ white.T
    turn = np.eye(z.shape[1])
    turn[:2, :2] = [[np.cos(0.6), -np.sin(0.6)], [np.sin(0.6), np.cos(0.6)]]
    for u in np.random.default_rng(2).standard_normal((20, z.shape[1])):
        worst = min(worst, ks_2samp(z @ turn.T @ u, fresh @ u).pvalue)
    assert worst < 1e-3

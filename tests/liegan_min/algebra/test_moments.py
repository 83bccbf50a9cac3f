"""The space that a stack of games searches, against SciPy; and which matrices move anything."""

import math
from importlib.util import find_spec

import numpy as np
import pytest
import scipy.linalg
import torch
from hypothesis import given
from hypothesis import strategies as st

from liegan_min.algebra import groups
from liegan_min.algebra.moments import kept_by_moments, second_moments
from liegan_min.base import tolerances
from liegan_min.base.errors import InputError
from liegan_min.game.pairs import as_pairs
from liegan_min.game.restarts import moves

needs_sklearn = pytest.mark.skipif(find_spec("sklearn") is None, reason="needs the extra jets")


def clouds(k, seed, n=50):
    """Samples that fill R^k unevenly, their mean off 0."""
    rng = np.random.default_rng(seed)
    S = rng.normal(size=(k, k)) + 2 * np.eye(k)
    return as_pairs(rng.normal(size=(n, 2, k)) @ S + rng.normal(size=k)).x


def own_moments(x):
    flat = x.double().flatten(0, 1)
    return flat.T @ flat / len(flat)


@needs_sklearn
@given(st.integers(2, 5), st.integers(1, 60), st.floats(0, 2), st.integers(0, 100))
def test_the_second_moments_are_those_of_ledoit_and_wolf(k, n, uneven, seed):
    """About 0, not about the mean; and of all vectors of a sample."""
    from sklearn.covariance import ledoit_wolf

    rng = np.random.default_rng(seed)
    S = np.eye(k) + uneven * rng.normal(size=(k, k))
    x = rng.normal(size=(n, 2, k)) @ S + uneven * rng.normal(size=k)
    expected, _ = ledoit_wolf(x.reshape(-1, k), assume_centered=True)
    found = second_moments(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12 * np.abs(expected).max())


@pytest.mark.parametrize("k", [2, 3, 4])
def test_samples_alike_in_all_directions_have_a_multiple_of_1(k):
    cross = 3 * math.sqrt(k) * torch.cat([torch.eye(k), -torch.eye(k)])[:, None]
    torch.testing.assert_close(second_moments(cross), 9 * torch.eye(k).double())


def test_the_noise_of_an_isotropic_law_is_drawn_in():
    """The sample's own error is anisotropy alone but for its size: shrunk, most of it is gone."""
    far, own = 0.0, 0.0
    for seed in range(100, 140):
        x = torch.from_numpy(np.random.default_rng(seed).normal(size=(200, 1, 3)))
        far += float((second_moments(x) - torch.eye(3)).norm())
        own += float((own_moments(x) - torch.eye(3)).norm())
    assert far < 0.6 * own


def test_what_is_clearly_anisotropic_nearly_has_the_moments_of_its_sample(rng):
    x = torch.from_numpy(rng.normal(size=(5000, 1, 3)) * [1.0, 2.0, 5.0])
    own = own_moments(x)
    off = float((second_moments(x) - own).norm() / own.norm())
    assert 0 < off < 2e-3


@given(st.integers(2, 5), st.integers(0, 100))
def test_all_of_the_space_keeps_the_second_moments(k, seed):
    x = clouds(k, seed)
    space = kept_by_moments(x)
    assert space.dim == k * (k - 1) // 2
    draw = torch.from_numpy(np.random.default_rng(seed).normal(size=space.dim))
    A = torch.einsum("a,aij->ij", draw, space.basis)
    g = torch.from_numpy(scipy.linalg.expm(A.numpy()))
    before = second_moments(x)
    after = g @ before @ g.T
    torch.testing.assert_close(after, before, rtol=1e-9, atol=1e-9 * float(before.abs().max()))


@pytest.mark.parametrize("k", [2, 3, 4])
def test_the_space_is_all_that_keeps_them(k):
    """SciPy's null space of A -> A Σ + Σ Aᵀ, the derivative of the moments."""
    M, eye = second_moments(clouds(k, 3)).numpy(), np.eye(k)
    rows = [(np.outer(a, b) @ M + M @ np.outer(b, a)).ravel() for a in eye for b in eye]
    kept = scipy.linalg.null_space(np.array(rows).T, rcond=1e-10)
    space = kept_by_moments(clouds(k, 3)).basis.flatten(1).numpy().T
    assert kept.shape == space.shape
    assert scipy.linalg.subspace_angles(kept, space).max() < 1e-6


def test_where_x_does_not_fill_its_space_there_is_no_such_space(rng):
    flat = as_pairs(rng.normal(size=(50, 1, 2)) @ rng.normal(size=(2, 3))).x
    with pytest.raises(InputError, match=r"^x fills 2 of its 3 dimensions; drop the directions"):
        kept_by_moments(flat)


@pytest.mark.parametrize(("factor", "rank"), [(0.5, 2), (2.0, 3)])
def test_a_direction_too_thin_to_be_in_the_support_is_not_filled(factor, rank):
    """Shrinkage would fill it, so the rank is that of the samples."""
    thin = torch.tensor([1.0, 1.0, factor * tolerances.SUPPORT])
    x = (torch.cat([torch.eye(3), -torch.eye(3)]) * thin)[:, None]
    assert torch.linalg.matrix_rank(second_moments(x)) == 3
    if rank == 3:
        assert kept_by_moments(x).dim == 3
    else:
        with pytest.raises(InputError, match=r"^x fills 2 of its 3 dimensions"):
            kept_by_moments(x)


def test_samples_that_are_0_leave_no_space():
    with pytest.raises(InputError, match=r"^x is zero everywhere"):
        kept_by_moments(torch.zeros(10, 1, 3))


@given(st.floats(-10, 10), st.integers(0, 100))
def test_what_moves_is_told_by_how_far_it_carries(angle, seed):
    """A turn by θ about any axis carries by 2 |sin θ/2|, a whole turn by nothing."""
    axis = np.random.default_rng(seed).normal(size=3)
    axis = torch.from_numpy(axis / np.linalg.norm(axis))
    L = angle * torch.einsum("a,aij->ij", axis, groups.so(3).basis)
    far = 2 * abs(math.sin(angle / 2))
    for least in (0.2, 1.0):
        if abs(far - least) > 1e-6:
            assert bool(moves(L[None], least)) is (far >= least)


def test_each_matrix_is_asked_by_itself():
    L = torch.stack([a * groups.so(3).basis[2] for a in (0.0, 1.0, 0.1, -3.0, 2 * math.pi)])
    assert moves(L).tolist() == [False, True, False, True, False]
    assert moves(L[:0]).tolist() == []

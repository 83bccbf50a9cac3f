"""The space that a stack of games searches, against SciPy; and which matrices move anything."""

import math

import numpy as np
import pytest
import scipy.linalg
import torch
from hypothesis import given
from hypothesis import strategies as st

from liegan_min import groups
from liegan_min.data import as_pairs
from liegan_min.errors import InputError
from liegan_min.restarts import kept_by_moments, moves


def clouds(k, seed, n=50):
    """Samples that fill R^k unevenly, their mean off 0."""
    rng = np.random.default_rng(seed)
    S = rng.normal(size=(k, k)) + 2 * np.eye(k)
    return as_pairs(rng.normal(size=(n, 2, k)) @ S + rng.normal(size=k)).x


@given(st.integers(2, 5), st.integers(0, 100))
def test_all_of_the_space_keeps_the_second_moments(k, seed):
    x = clouds(k, seed)
    space = kept_by_moments(x)
    assert space.dim == k * (k - 1) // 2
    draw = torch.from_numpy(np.random.default_rng(seed).normal(size=space.dim))
    A = torch.einsum("a,aij->ij", draw, space.basis)
    moved = x.double() @ torch.from_numpy(scipy.linalg.expm(A.numpy())).T
    before, after = (torch.einsum("nti,ntj->ij", a, a) / len(a) for a in (x.double(), moved))
    torch.testing.assert_close(after, before, rtol=1e-9, atol=1e-9 * float(before.abs().max()))


@pytest.mark.parametrize("k", [2, 3, 4])
def test_the_space_is_all_that_keeps_them(k):
    """SciPy's null space of A -> A Σ + Σ Aᵀ, the derivative of the moments."""
    x = clouds(k, 3).double().flatten(0, 1).numpy()
    M, eye = x.T @ x / len(x), np.eye(k)
    rows = [(np.outer(a, b) @ M + M @ np.outer(b, a)).ravel() for a in eye for b in eye]
    kept = scipy.linalg.null_space(np.array(rows).T, rcond=1e-10)
    space = kept_by_moments(clouds(k, 3)).basis.flatten(1).numpy().T
    assert kept.shape == space.shape
    assert scipy.linalg.subspace_angles(kept, space).max() < 1e-6


def test_where_x_does_not_fill_its_space_there_is_no_such_space(rng):
    flat = as_pairs(rng.normal(size=(50, 1, 2)) @ rng.normal(size=(2, 3))).x
    with pytest.raises(InputError, match=r"^x fills 2 of its 3 dimensions; drop the directions"):
        kept_by_moments(flat)


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

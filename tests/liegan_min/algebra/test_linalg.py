"""Supports, spans and signs."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from liegan_min.algebra import linalg
from liegan_min.base.errors import InputError


def data_of_rank(r, k=8, n=100, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, r)) @ rng.normal(size=(r, k))


@given(st.integers(1, 8), st.integers(0, 1000))
def test_the_support_has_the_rank_of_the_data(r, seed):
    assert linalg.support(data_of_rank(r, seed=seed)).shape == (8, r)


def test_the_support_is_orthonormal_and_holds_the_data():
    x = data_of_rank(3)
    P = linalg.support(x)
    assert np.allclose(P.T @ P, np.eye(3), atol=1e-14)
    assert np.allclose(x @ P @ P.T, x, atol=1e-12)


def test_the_support_is_ordered_by_spread():
    x = np.random.default_rng(0).normal(size=(1000, 3)) * [1, 100, 10]
    assert np.abs(linalg.support(x)).argmax(axis=0).tolist() == [1, 2, 0]


def test_the_mean_counts_as_a_direction_because_a_linear_group_fixes_the_origin():
    x = np.tile([0.0, 5.0], (10, 1))
    assert np.allclose(linalg.support(x), [[0], [1]])


def test_every_leading_axis_counts_as_samples():
    x = data_of_rank(2, n=60)
    assert np.allclose(linalg.support(x), linalg.support(x.reshape(3, 20, 8)))


def test_tensors_on_a_graph_are_welcome():
    x = torch.from_numpy(data_of_rank(2)).float().requires_grad_()
    assert linalg.support(x, 1e-5).shape == (8, 2)


@given(st.integers(0, 1000))
def test_rounding_does_not_flip_the_signs_of_the_support(seed):
    rng = np.random.default_rng(seed)
    x = np.random.default_rng(0).normal(size=(200, 4)) * [1, 2, 4, 8]
    moved = x[rng.permutation(200)] * (1 + 1e-9 * rng.normal(size=x.shape))
    assert np.abs(linalg.support(moved) - linalg.support(x)).max() < 1e-5


def test_the_tolerance_is_relative_to_the_widest_direction():
    x = np.diag([1e6, 1.0, 1e-3])
    assert linalg.support(x, tolerance=1e-7).shape[1] == 2
    assert linalg.support(x, tolerance=1e-12).shape[1] == 3


@pytest.mark.parametrize("x", [np.zeros((0, 3)), np.full((2, 3), np.nan), np.full((2, 3), np.inf)])
def test_data_that_is_empty_or_not_finite_has_no_support(x):
    with pytest.raises(InputError, match="x must be non-empty and finite"):
        linalg.support(x)


def test_data_that_is_zero_has_no_support():
    with pytest.raises(InputError, match="x is zero everywhere"):
        linalg.support(np.zeros((5, 3)))


@given(st.lists(st.sampled_from([-2.0, -1.0, 0.0, 1.0, 2.0]), min_size=1, max_size=5))
def test_a_row_and_its_negative_get_the_same_sign(row):
    row = np.array([row])
    assert np.array_equal(linalg.first_large_positive(row), linalg.first_large_positive(-row) + 0.0)


def test_ties_up_to_rounding_do_not_decide_a_sign():
    row = np.array([[-1.0, 1.0]])
    tilted = row * np.array([[1 - 1e-12, 1 + 1e-12]])
    assert np.allclose(linalg.first_large_positive(row), linalg.first_large_positive(tilted))


def test_a_small_first_entry_does_not_decide_a_sign():
    assert np.allclose(linalg.first_large_positive(np.array([[-1e-9, 1.0]])), [[-1e-9, 1.0]])


def test_a_zero_row_stays_zero():
    assert np.array_equal(linalg.first_large_positive(np.zeros((1, 3))), np.zeros((1, 3)))


def test_a_span_is_orthonormal_and_leaves_out_the_redundant():
    rows = data_of_rank(2, n=5)
    Q = linalg.span(rows)
    assert np.allclose(Q.T @ Q, np.eye(2), atol=1e-14)
    assert np.allclose(rows @ Q @ Q.T, rows)


@pytest.mark.parametrize("rows", [np.zeros((3, 4)), np.zeros((0, 4))])
def test_nothing_spans_nothing(rows):
    assert linalg.span(rows).shape == (4, 0)
    assert linalg.canonical(rows).shape == (0, 4)


@given(st.integers(1, 5), st.integers(0, 1000))
def test_the_canonical_rows_depend_on_the_span_alone(r, seed):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(r, 6))
    mixing = np.linalg.qr(rng.normal(size=(r, r)))[0] * 3
    canonical = linalg.canonical(rows)
    assert np.allclose(canonical @ canonical.T, np.eye(r), atol=1e-10)
    assert np.allclose(linalg.canonical(mixing @ rows), canonical, atol=1e-8)


def test_the_canonical_rows_of_a_coordinate_plane_are_its_axes():
    rows = np.array([[0.0, 1.0, 1.0, 0.0], [0.0, 1.0, -1.0, 0.0]])
    assert np.allclose(linalg.canonical(rows), [[0, 1, 0, 0], [0, 0, 1, 0]], atol=1e-15)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_the_symmetric_basis_is_an_orthonormal_basis_of_symmetric_matrices(k):
    S = linalg.symmetric_basis(k)
    assert S.shape == (k * (k + 1) // 2, k, k)
    assert torch.equal(S, S.mT)
    gram = S.flatten(1) @ S.flatten(1).T
    torch.testing.assert_close(gram, torch.eye(len(S)).double(), atol=1e-14, rtol=0)

"""Permutations that commute with maps, against products of matrices and groups that are known."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from liegan_book.baselines.permutations import commuting
from liegan_min.base.errors import InputError


def matrices(orders):
    """Return permutation matrices: row i of P has its 1 in column order[i]."""
    return np.stack([np.eye(len(order))[list(order)] for order in orders])


def group(generators):
    """Return all products of permutation matrices."""
    found = [np.eye(generators.shape[1])]
    for P in found:
        for G in generators:
            if not any(np.array_equal(G @ P, Q) for Q in found):
                found.append(G @ P)
    return np.stack(found)


def orthonormal(W):
    return torch.linalg.qr(torch.as_tensor(W).flatten(1).T)[0].T.view(-1, *W.shape[1:])


def as_sets(*stacks):
    return [{tuple(np.argmax(P, axis=1)) for P in np.asarray(stack)} for stack in stacks]


@given(
    orders=st.lists(st.permutations(range(4)), min_size=1, max_size=2),
    seed=st.integers(0, 2**16),
)
@settings(max_examples=30)
def test_they_are_those_whose_products_are_equal(orders, seed):
    keep = group(matrices(orders))
    draw = np.random.default_rng(seed).normal(size=(2, 4, 4))
    W = orthonormal(np.mean([P @ draw @ P.T for P in keep], axis=0))
    every = matrices(itertools.permutations(range(4)))
    slow = [P for P in every if np.allclose(P @ W.numpy() @ P.T, W.numpy(), atol=1e-9)]
    found, expected, least = as_sets(commuting(W, 1e-9), slow, keep)
    assert found == expected
    assert found >= least


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_all_of_them_keep_what_treats_all_coordinates_alike(k):
    W = orthonormal(np.stack([np.eye(k), np.ones((k, k))][: min(k, 2)]))
    assert len(commuting(W, 1e-9)) == math.factorial(k)


def test_the_identity_is_the_first_and_alone_keeps_a_diagonal_of_distinct_entries():
    W = orthonormal(np.diag([1.0, 2.0, 3.0, 4.0])[None])
    assert torch.equal(commuting(W), torch.eye(4)[None].double())


@pytest.mark.parametrize(("within", "found"), [(0.05, 1), (0.2, 3)])
def test_within_bounds_how_far_a_map_of_length_one_is_moved(within, found):
    """A shift of diag(1, 1, 1 + e) moves it by |e| √2, of a length of about √3."""
    e = 0.1 * math.sqrt(3 / 2)
    circulant = np.eye(3) + np.roll(np.eye(3), 1, axis=0)
    W = np.stack([np.diag([1, 1, 1 + e]), circulant])
    unit = torch.as_tensor(W / np.linalg.norm(W, axis=(1, 2), keepdims=True))
    assert len(commuting(unit[:1], 0.05)) == 2
    assert len(commuting(unit, within)) == found


def test_too_many_coordinates_are_refused():
    with pytest.raises(InputError, match=r"k = 8 has 8! permutations, too many .* use k <= 7"):
        commuting(torch.eye(8)[None])

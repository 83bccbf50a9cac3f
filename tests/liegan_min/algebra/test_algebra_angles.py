"""Angles and distances between spans of matrices, with and without a support."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from liegan_min.algebra import groups, linalg
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.errors import InputError

RIGHT = math.pi / 2


def random_algebra(c, k, seed):
    return LieAlgebra(torch.from_numpy(np.random.default_rng(seed).normal(size=(c, k, k))))


def plane(angle):
    """so(2) turned by an angle towards the dilation."""
    return LieAlgebra(
        math.cos(angle) * groups.so(2).basis + math.sin(angle) * torch.eye(2, dtype=torch.float64)
    )


def slow_angles(a, b):
    """Angles one by one from the projectors: the eigenvalues of A B A are cos² of the angles."""
    A, B = (m.basis.flatten(1).numpy() for m in (a, b))
    A, B = (np.linalg.pinv(m) @ m for m in (A, B))
    cos2 = np.sort(np.linalg.eigvalsh(A @ B @ A))[::-1][: min(a.dim, b.dim)]
    return np.arccos(np.sqrt(cos2.clip(0, 1)))


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 1000))
def test_angles_agree_with_those_of_the_projectors(c, d, seed):
    a, b = random_algebra(c, 3, seed), random_algebra(d, 3, seed + 1)
    assert np.allclose(a.principal_angles(b), slow_angles(a, b), atol=1e-6)


@pytest.mark.parametrize("angle", [0.0, 1e-9, 1e-3, 0.5, RIGHT])
def test_a_known_angle_comes_out_also_where_it_is_tiny(angle):
    found = groups.so(2).principal_angles(plane(angle))
    assert found == pytest.approx([angle], rel=1e-6, abs=1e-15)


def test_angles_come_in_ascending_order():
    angles = random_algebra(4, 3, 0).principal_angles(random_algebra(4, 3, 1))
    assert (np.diff(angles) >= 0).all()


@given(st.integers(0, 1000))
def test_the_grassmann_distance_is_symmetric(seed):
    a, b = random_algebra(2, 3, seed), random_algebra(4, 3, seed + 1)
    assert a.grassmann(b) == pytest.approx(b.grassmann(a), rel=1e-9)


@given(st.integers(0, 1000))
def test_the_grassmann_distance_does_not_depend_on_the_bases(seed):
    a, b = random_algebra(3, 3, seed), random_algebra(3, 3, seed + 1)
    mixing = torch.from_numpy(np.random.default_rng(seed).normal(size=(3, 3)) + 4 * np.eye(3))
    other = LieAlgebra(torch.einsum("ab,bij->aij", mixing, a.basis))
    assert other.grassmann(b) == pytest.approx(a.grassmann(b), rel=1e-6)
    assert other.grassmann(a) == pytest.approx(0, abs=1e-7)


@given(st.integers(0, 1000))
def test_the_grassmann_distance_obeys_the_triangle_inequality(seed):
    a, b, c = (random_algebra(2, 3, 3 * seed + i) for i in range(3))
    assert a.grassmann(c) <= a.grassmann(b) + b.grassmann(c) + 1e-9


@pytest.mark.parametrize("kept", [1, 3, 5])
def test_each_missing_dimension_counts_as_a_right_angle(kept):
    part = LieAlgebra(groups.so13().basis[:kept])
    assert part.grassmann(groups.so13()) == pytest.approx(math.sqrt(6 - kept) * RIGHT)


def test_orthogonal_algebras_are_as_far_as_can_be():
    boosts, rotations = (LieAlgebra(b) for b in groups.so13().basis.split(3))
    assert boosts.grassmann(rotations) == pytest.approx(math.sqrt(3) * RIGHT)
    assert boosts.cosine(rotations) == pytest.approx(0, abs=1e-12)


def test_the_cosine_is_that_of_the_largest_angle():
    a, b = random_algebra(2, 3, 5), random_algebra(3, 3, 6)
    assert a.cosine(b) == pytest.approx(math.cos(slow_angles(a, b).max()), abs=1e-9)


def test_the_cosine_is_1_if_the_smaller_span_lies_in_the_other():
    assert LieAlgebra(groups.so13().basis[:2]).cosine(groups.so13()) == pytest.approx(1)


def test_the_cosine_of_single_matrices_forgets_the_sign():
    assert groups.so(2).cosine(LieAlgebra(-groups.so(2).basis)) == pytest.approx(1)


def test_on_the_support_only_what_data_can_see_is_compared(rng):
    # Data with q2 = -q1: a rotation of q1 that leaves q2 alone looks like one that turns both.
    z = rng.normal(size=(50, 2))
    P = linalg.support(np.concatenate([z, -z], axis=1))
    truth = groups.diagonal(groups.so(2), 2)
    R = groups.so(2).basis[0]
    zero = torch.zeros(2, 2, dtype=torch.float64)
    odd = torch.cat([torch.cat([zero, -R], 1), torch.cat([-R, zero], 1)])[None]
    assert LieAlgebra(odd).cosine(truth) == pytest.approx(0, abs=1e-12)
    assert LieAlgebra(odd).cosine(truth, support=P) == pytest.approx(1, abs=1e-12)


def test_the_turn_of_the_basis_of_the_support_does_not_matter(rng):
    P = np.linalg.qr(rng.normal(size=(4, 2)))[0]
    turned = P @ np.linalg.qr(rng.normal(size=(2, 2)))[0]
    a, b = random_algebra(2, 4, 1), random_algebra(2, 4, 2)
    assert np.allclose(a.principal_angles(b, P), a.principal_angles(b, turned), atol=1e-9)


def test_a_full_support_changes_nothing():
    a, b = random_algebra(2, 4, 1), random_algebra(3, 4, 2)
    assert a.grassmann(b, np.eye(4)) == pytest.approx(a.grassmann(b))


def test_dimensions_that_the_support_hides_are_not_missed():
    P = np.eye(4)[:, :1]  # data on the energy axis feel three boosts and no rotation
    boosts = LieAlgebra(groups.so13().basis[:3])
    assert boosts.grassmann(groups.so13(), P) == pytest.approx(0, abs=1e-7)


def test_restricted_gives_the_action_on_the_support(rng):
    P = np.linalg.qr(rng.normal(size=(4, 2)))[0]
    rows = groups.so13().restricted(P)
    assert rows.shape == (6, 8)
    assert np.allclose(rows[2].reshape(4, 2), groups.so13().basis[2].numpy() @ P)


def test_algebras_on_different_spaces_are_not_compared():
    with pytest.raises(InputError, match=r"an algebra on R\^2 with one on R\^3"):
        groups.so(2).principal_angles(groups.so(3))


def test_an_algebra_that_is_zero_on_the_support_is_not_compared():
    rotation = LieAlgebra(groups.so13().basis[3:])
    with pytest.raises(InputError, match="a basis is zero on the support"):
        rotation.cosine(groups.so13(), np.eye(4)[:, :1])

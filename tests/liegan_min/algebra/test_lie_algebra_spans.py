"""Spans of matrices: do they close, how far apart are they, and which basis shows them best?"""

import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from liegan_min.algebra import groups, linalg
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.errors import InputError

SPLIT = LieAlgebra(groups.so(3).basis[:2], "two of three rotations")
CLOSED = [
    groups.so(2),
    groups.so(4),
    groups.so13(),
    groups.gl(3),
    groups.dilation(3),
    groups.span_of(groups.so13(), groups.dilation(4)),
]
RIGHT = math.pi / 2
TURN = groups.so(2).basis[0]
MIRROR = torch.tensor([[0.0, 1.0], [1.0, 0.0]], dtype=torch.float64)
STRETCH = torch.diag(torch.tensor([1.0, -1.0], dtype=torch.float64))
numbers = st.floats(-3, 3, allow_subnormal=False)
ZERO = LieAlgebra(torch.zeros(2, 3, 3))


def orthogonal(k, rng):
    return torch.from_numpy(np.linalg.qr(rng.normal(size=(k, k)))[0])


@pytest.mark.parametrize("algebra", CLOSED, ids=lambda a: a.name)
def test_a_known_algebra_closes_in_any_basis_and_any_coordinates(algebra, mix, rng):
    P = torch.from_numpy(rng.normal(size=(algebra.k, algebra.k)))
    for same in (algebra, mix(algebra), groups.conjugate(algebra, P)):
        assert same.closure_defect() < 1e-8


def test_matrices_that_commute_close():
    diagonal = torch.diag_embed(torch.eye(3, dtype=torch.float64))
    assert LieAlgebra(diagonal).closure_defect() == 0


def test_two_of_three_rotations_leave_their_span_altogether():
    assert SPLIT.closure_defect() == pytest.approx(1, abs=1e-12)


def test_the_defect_of_boosts_with_one_rotation_is_the_share_that_leaves():
    # [K_i, K_j] are three rotations, of which R_z stays; [R_z, K_i] are two boosts, which stay.
    L = groups.so13().basis[[0, 1, 2, 5]]
    assert LieAlgebra(L).closure_defect() == pytest.approx(np.sqrt(2 / 5), abs=1e-12)


def test_the_defect_depends_on_the_span_not_on_its_basis(mix, noisy):
    learned = noisy(0.1)
    defects = [mix(learned, seed).closure_defect() for seed in range(4)]
    assert learned.closure_defect() > 0.01
    assert np.allclose(defects, learned.closure_defect(), rtol=1e-9)


def test_the_defect_does_not_change_in_rotated_coordinates(noisy, rng):
    turned = groups.conjugate(noisy(0.1), orthogonal(4, rng))
    assert turned.closure_defect() == pytest.approx(noisy(0.1).closure_defect(), rel=1e-9)


def test_the_defect_grows_with_the_noise(noisy):
    defects = [noisy(size).closure_defect() for size in (0, 0.01, 0.1, 1)]
    assert defects == sorted(defects)
    assert defects[0] < 1e-10


def test_a_repeated_matrix_does_not_change_the_defect():
    twice = LieAlgebra(torch.cat([SPLIT.basis, SPLIT.basis[:1]]))
    assert twice.closure_defect() == pytest.approx(SPLIT.closure_defect(), abs=1e-12)


def test_orthonormal_is_orthonormal_and_spans_the_same(mix):
    algebra = mix(groups.so13())
    rows = algebra.orthonormal().basis.flatten(1)
    torch.testing.assert_close(rows @ rows.T, torch.eye(6).double(), atol=1e-12, rtol=0)
    flat = algebra.basis.flatten(1)
    torch.testing.assert_close(flat @ rows.T @ rows, flat)


def test_orthonormal_leaves_out_what_is_redundant():
    twice = torch.cat([groups.so(3).basis, groups.so(3).basis.sum(0, keepdim=True)])
    assert LieAlgebra(twice).orthonormal().dim == 3


@pytest.mark.parametrize("algebra", [groups.so(3), groups.so13(), groups.gl(3)], ids=str)
def test_orthonormal_depends_on_the_span_alone(algebra, mix):
    for seed in range(5):
        same = mix(algebra, seed).orthonormal().basis
        torch.testing.assert_close(same, algebra.orthonormal().basis, atol=1e-10, rtol=0)


def test_orthonormal_does_not_mind_flipped_or_exchanged_channels(noisy, rng):
    learned = noisy(0.1)
    signs = torch.tensor([1.0, -1, -1, 1, -1, 1], dtype=torch.float64)[:, None, None]
    shuffled = LieAlgebra((learned.basis * signs)[rng.permutation(6)])
    torch.testing.assert_close(
        shuffled.orthonormal().basis, learned.orthonormal().basis, atol=1e-10, rtol=0
    )


def test_orthonormal_moves_little_when_the_basis_moves_little(noisy):
    clean = groups.so13().orthonormal().basis
    for seed in range(5):
        assert (noisy(1e-6, seed).orthonormal().basis - clean).abs().max() < 1e-4


def test_oriented_does_not_mind_flipped_signs(noisy):
    learned = noisy(0.1)
    flipped = LieAlgebra(-learned.basis)
    assert torch.equal(flipped.oriented().basis, learned.oriented().basis)


def test_oriented_makes_a_rotation_turn_the_first_axis_to_the_second():
    assert LieAlgebra(-groups.so(2).basis).oriented().basis[0, 1, 0] == 1


def test_oriented_changes_nothing_but_signs(noisy):
    learned = noisy(0.1)
    assert torch.equal(learned.oriented().basis.abs(), learned.basis.abs())


# Angles and distances, with and without a support


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


# A learned basis, read next to a known one


def arrays(*shape):
    size = math.prod(shape)
    return st.lists(numbers, min_size=size, max_size=size).map(lambda v: np.reshape(v, shape))


@pytest.mark.parametrize("seed", range(3))
def test_a_mixed_basis_of_so13_gives_back_the_boosts_and_the_rotations(mix, seed):
    so13 = groups.so13()
    read = mix(so13, seed).canonical(so13)
    torch.testing.assert_close(read.basis, so13.basis, rtol=0, atol=1e-12)
    assert read.name == "so(1,3)"


def test_room_for_more_does_not_change_what_is_there(mix):
    """Seven channels hold so(1,3) and the dilation; an eighth repeats one of them."""
    seven = groups.span_of(groups.so13(), groups.dilation(4))
    eight = LieAlgebra(torch.cat([mix(seven).basis, seven.basis[:1]]))
    for learned in (mix(seven), eight):
        read = learned.canonical(groups.so13())
        torch.testing.assert_close(read.basis, groups.so13().basis, rtol=0, atol=1e-12)


@given(arrays(3, 9), arrays(3, 3), arrays(2, 9))
def test_it_depends_on_the_span_alone(rows, mixing, like):
    assume(np.linalg.cond(rows) < 1e3)
    assume(np.linalg.cond(mixing) < 1e3)
    assume(np.abs(like).max() > 0)
    like = LieAlgebra(torch.from_numpy(like).reshape(2, 3, 3))
    one, other = (
        LieAlgebra(torch.from_numpy(r).reshape(3, 3, 3)).canonical(like).basis
        for r in (rows, mixing @ rows)
    )
    torch.testing.assert_close(one, other, rtol=0, atol=1e-8)


@given(arrays(3, 9), arrays(2, 9))
def test_it_is_the_solution_by_least_squares(rows, like):
    """The nearest element is Σ_j a_j L_j with a from the normal equations."""
    assume(np.linalg.cond(rows) < 1e3)
    coefficients = np.linalg.lstsq(rows.T, like.T, rcond=None)[0]
    read = LieAlgebra(torch.from_numpy(rows).reshape(3, 3, 3)).canonical(
        LieAlgebra(torch.from_numpy(like).reshape(2, 3, 3))
    )
    np.testing.assert_allclose(read.basis.reshape(2, 9), (rows.T @ coefficients).T, atol=1e-8)


@pytest.mark.parametrize("angle", [0.0, 0.3, 1.0, 1.5])
def test_a_matrix_outside_the_span_comes_out_short_by_the_cosine(angle):
    tilted = LieAlgebra((math.cos(angle) * TURN + math.sin(angle) * MIRROR)[None])
    read = groups.so(2).canonical(tilted).basis[0]
    torch.testing.assert_close(read, math.cos(angle) * TURN, rtol=0, atol=1e-15)
    back = tilted.canonical(groups.so(2)).basis[0]
    assert float(back.norm() / TURN.norm()) == pytest.approx(math.cos(angle))
    torch.testing.assert_close(back, math.cos(angle) * tilted.basis[0], rtol=0, atol=1e-15)


def test_a_matrix_at_a_right_angle_to_the_span_vanishes():
    read = groups.so(2).canonical(LieAlgebra(torch.stack([MIRROR, STRETCH, TURN])))
    torch.testing.assert_close(read.basis[:2], torch.zeros(2, 2, 2).double(), rtol=0, atol=1e-15)
    torch.testing.assert_close(read.basis[2], TURN)


def test_signs_and_sizes_are_those_of_the_known_basis_not_of_the_learned(mix):
    doubled = LieAlgebra(-2 * groups.so(3).basis)
    read = LieAlgebra(50 * mix(groups.so(3)).basis).canonical(doubled)
    torch.testing.assert_close(read.basis, doubled.basis, rtol=0, atol=1e-12)


# What is refused


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda: groups.so(2).principal_angles(groups.so(3)),
            r"an algebra on R\^2 with one on R\^3",
        ),
        (lambda: groups.so(3).canonical(groups.so13()), r"algebra on R\^3 with one on R\^4"),
        (lambda: ZERO.orthonormal(), "the basis is zero: it spans nothing"),
        (lambda: ZERO.canonical(groups.so(3)), "the basis is zero"),
        (
            lambda: LieAlgebra(groups.so13().basis[3:]).cosine(groups.so13(), np.eye(4)[:, :1]),
            "a basis is zero on the support",
        ),
    ],
)
def test_spans_that_cannot_be_compared_are_refused(ask, message):
    with pytest.raises(InputError, match=message):
        ask()

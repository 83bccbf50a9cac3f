"""Does a span close under the bracket? And the basis that depends on the span alone."""

import numpy as np
import pytest
import torch

from liegan_min.algebra import groups
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


def test_a_zero_basis_spans_nothing():
    with pytest.raises(InputError, match="the basis is zero: it spans nothing"):
        LieAlgebra(torch.zeros(2, 3, 3)).orthonormal()


def test_oriented_does_not_mind_flipped_signs(noisy):
    learned = noisy(0.1)
    flipped = LieAlgebra(-learned.basis)
    assert torch.equal(flipped.oriented().basis, learned.oriented().basis)


def test_oriented_makes_a_rotation_turn_the_first_axis_to_the_second():
    assert LieAlgebra(-groups.so(2).basis).oriented().basis[0, 1, 0] == 1


def test_oriented_changes_nothing_but_signs(noisy):
    learned = noisy(0.1)
    assert torch.equal(learned.oriented().basis.abs(), learned.basis.abs())

"""The constructors: dimensions, brackets known from physics, and how they combine."""

import math

import pytest
import torch

from liegan_min.algebra import groups
from liegan_min.algebra.lie_algebra import LieAlgebra, bracket
from liegan_min.base.errors import InputError

EPS = torch.zeros(3, 3, 3, dtype=torch.float64)
for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
    EPS[i, j, k], EPS[j, i, k] = 1.0, -1.0


@pytest.mark.parametrize(
    ("algebra", "dim", "k"),
    [
        (groups.so(2), 1, 2),
        (groups.so(5), 10, 5),
        (groups.so13(), 6, 4),
        (groups.gl(3), 9, 3),
        (groups.dilation(4), 1, 4),
        (groups.diagonal(groups.so(2), 4), 1, 8),
        (groups.span_of(groups.so13(), groups.dilation(4)), 7, 4),
    ],
    ids=lambda v: v.name if isinstance(v, LieAlgebra) else str(v),
)
def test_an_algebra_has_the_dimension_of_its_group(algebra, dim, k):
    assert (algebra.dim, algebra.k) == (dim, k)
    assert torch.linalg.matrix_rank(algebra.basis.flatten(1)) == dim


@pytest.mark.parametrize("n", [2, 3, 4, 6])
def test_so_n_is_antisymmetric_and_orthogonal_in_the_frobenius_product(n):
    L = groups.so(n).basis
    assert torch.equal(L.mT, -L)
    assert torch.equal(L.flatten(1) @ L.flatten(1).T, 2 * torch.eye(len(L), dtype=L.dtype))


def test_so_2_turns_the_first_axis_towards_the_second():
    g = groups.so(2).exp(torch.tensor([math.pi / 2], dtype=torch.float64))
    first, second = torch.eye(2, dtype=torch.float64)
    torch.testing.assert_close(g @ first, second)


def test_so_3_is_ordered_so_that_its_structure_constants_are_levi_civita():
    torch.testing.assert_close(groups.so(3).structure_constants(), EPS, atol=1e-14, rtol=0)


def test_so_13_brackets_are_those_of_boosts_and_rotations():
    K, R = groups.so13().basis.split(3)
    sum_over = "ijk,kab->ijab"
    rotations, boosts = torch.einsum(sum_over, EPS, R), torch.einsum(sum_over, EPS, K)
    torch.testing.assert_close(bracket(R[:, None], R[None]), rotations)
    torch.testing.assert_close(bracket(R[:, None], K[None]), boosts)
    torch.testing.assert_close(bracket(K[:, None], K[None]), -rotations)


@pytest.mark.parametrize("rapidity", [0.1, 1.0, 10.0])
def test_a_boost_is_made_of_hyperbolic_functions(rapidity):
    c, s = math.cosh(rapidity), math.sinh(rapidity)
    g = groups.so13().exp(rapidity * torch.eye(6, dtype=torch.float64)[0])
    expected = torch.eye(4, dtype=torch.float64)
    expected[:2, :2] = torch.tensor([[c, s], [s, c]], dtype=torch.float64)
    torch.testing.assert_close(g, expected, rtol=1e-11, atol=1e-12 * c)


def test_dilation_scales_by_e_to_the_w():
    g = groups.dilation(3).exp(torch.tensor([0.5]))
    torch.testing.assert_close(g, torch.eye(3, dtype=torch.float64) * math.exp(0.5))


def test_dilation_commutes_with_everything():
    L = groups.gl(4).basis
    assert bracket(groups.dilation(4).basis, L).abs().max() == 0


def test_diagonal_moves_every_copy_by_the_same_g(rng):
    x = torch.from_numpy(rng.normal(size=(5, 3)))
    w = torch.from_numpy(rng.normal(size=3))
    one, five = groups.so(3), groups.diagonal(groups.so(3), 5)
    torch.testing.assert_close(five.exp(w) @ x.flatten(), (x @ one.exp(w).T).flatten())


def test_conjugation_carries_group_elements_along(rng):
    P = torch.from_numpy(rng.normal(size=(4, 4)))
    w = torch.from_numpy(rng.normal(size=6))
    moved = groups.conjugate(groups.so13(), P).exp(w)
    torch.testing.assert_close(moved, P @ groups.so13().exp(w) @ torch.linalg.inv(P))


def test_conjugation_keeps_the_structure_constants(rng):
    P = torch.from_numpy(rng.normal(size=(3, 3)))
    f = groups.conjugate(groups.so(3), P).structure_constants()
    torch.testing.assert_close(f, EPS, atol=1e-10, rtol=0)


def test_span_of_names_its_parts():
    assert groups.span_of(groups.so13(), groups.dilation(4)).name == "so(1,3) + dilation"
    assert "unnamed" in groups.span_of(LieAlgebra(torch.ones(1, 2, 2))).name


def test_so_1_is_refused():
    with pytest.raises(InputError, match=r"so\(n\) needs n >= 2, not 1"):
        groups.so(1)


def test_zero_copies_are_refused():
    with pytest.raises(InputError, match="copies must be at least 1, not 0"):
        groups.diagonal(groups.so(2), 0)


@pytest.mark.parametrize("P", [torch.ones(2, 2), torch.eye(3), torch.zeros(2, 2)])
def test_conjugation_by_a_matrix_that_does_not_fit_is_refused(P):
    with pytest.raises(InputError, match=r"P must be an invertible \(2, 2\) matrix"):
        groups.conjugate(groups.so(2), P)


def test_algebras_on_different_spaces_are_not_joined():
    with pytest.raises(InputError, match=r"on R\^2, R\^3"):
        groups.span_of(groups.so(3), groups.so(2))


def test_joining_no_algebra_is_refused():
    with pytest.raises(InputError, match="nothing"):
        groups.span_of()

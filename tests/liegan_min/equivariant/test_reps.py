"""Representations and the spaces of equivariant maps, against dimensions known from Schur."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from liegan_min.algebra import groups
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.errors import InputError
from liegan_min.equivariant.reps import SCALAR, Rep, Spaces, V, checked

TIGHT = 1e-8


def rho(rep, g):
    """Return the matrix of a group element g, (k, k), in a sum of scalars and vectors."""
    return torch.block_diag(torch.eye(rep.scalars).to(g), *[g] * rep.vectors)


def drho(rep, L):
    """Return the matrix of an element L, (k, k), of the algebra."""
    return torch.block_diag(torch.zeros(rep.scalars, rep.scalars).to(L), *[L] * rep.vectors)


TWO_BODY = groups.diagonal(groups.so(2), 4)


def conjugated(algebra, seed=0):
    """Return the algebra in other coordinates, stretched by at most a factor of 4."""
    k = algebra.k
    draw = torch.randn(k, k, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    u, _, vt = torch.linalg.svd(draw)
    return groups.conjugate(algebra, u @ torch.diag(torch.linspace(0.5, 2, k).double()) @ vt)


#: algebra, dim Hom(V, V), dim of the invariant vectors, dim of the symmetric invariant forms.
KNOWN = [
    (groups.so(2), 2, 0, 1),  # rotations commute with rotations and scalings: complex numbers
    (groups.so(3), 1, 0, 1),
    (groups.so13(), 1, 0, 1),
    (TWO_BODY, 32, 0, 16),  # complex 4 x 4 matrices; Hermitian 4 x 4 forms
    (groups.diagonal(groups.so(3), 2), 4, 0, 3),  # real 2 x 2 matrices; symmetric ones
    (LieAlgebra(torch.block_diag(groups.so(2).basis[0], torch.zeros(1, 1))[None]), 3, 1, 2),
]


@pytest.mark.parametrize("change", [lambda a: a, conjugated], ids=["as is", "conjugated"])
@pytest.mark.parametrize(("algebra", "vv", "fixed", "form"), KNOWN)
def test_dimensions_are_the_known_ones(algebra, vv, fixed, form, change):
    s = Spaces(change(algebra), TIGHT)
    found = [len(x.basis) for x in (s.vv, s.vs, s.sv, s.form)]
    assert found == [vv, fixed, fixed, form]


@pytest.mark.parametrize("algebra", [row[0] for row in KNOWN])
def test_bases_are_orthonormal_and_solve_their_conditions(algebra):
    algebra = conjugated(algebra)
    s = Spaces(algebra, TIGHT)
    for space in (s.vv, s.vs, s.sv, s.form):
        flat = space.basis.flatten(1)
        torch.testing.assert_close(flat @ flat.T, torch.eye(len(flat)).double())
    for L in algebra.basis:
        bound = 1e-12 * float(L.norm())
        assert all(float((B @ L - L @ B).norm()) < bound for B in s.vv.basis)
        assert all(float((u @ L).norm()) < bound for u in s.vs.basis)
        assert all(float((L @ v).norm()) < bound for v in s.sv.basis)
        assert all(float((L.T @ Q + Q @ L).norm()) < bound for Q in s.form.basis)
        assert all(float((Q - Q.T).norm()) < 1e-12 for Q in s.form.basis)


reps = st.builds(Rep, st.integers(0, 2), st.integers(0, 2)).filter(lambda r: r != Rep(0, 0))


@given(reps, reps, st.sampled_from([row[0] for row in KNOWN if row[0].k <= 3]))
def test_dimension_agrees_with_the_null_space_of_the_whole_condition(a, b, algebra):
    """The slow oracle: ρ_out(L) W - W ρ_in(L) = 0 for the full W, without the direct sum."""
    k, rows = algebra.k, []
    for L in algebra.basis:
        out, into = drho(b, L), drho(a, L)
        eye_in, eye_out = torch.eye(a.dim(k)).double(), torch.eye(b.dim(k)).double()
        rows.append(torch.kron(out, eye_in) - torch.kron(eye_out, into.T.contiguous()))
    s = torch.linalg.svdvals(torch.cat(rows))
    null = a.dim(k) * b.dim(k) - int((s > 1e-8).sum())
    assert Spaces(algebra, TIGHT).dimension(a, b) == null


def test_an_invariant_vector_does_not_vanish_under_the_dual_for_a_shear():
    """A nilpotent L: u L = 0 and L v = 0 have different solutions, so vs is not sv transposed."""
    N = torch.tensor([[[0.0, 1.0], [0.0, 0.0]]], dtype=torch.float64)
    s = Spaces(N, TIGHT)
    assert torch.allclose(s.sv.basis.abs().flatten(), torch.tensor([1.0, 0.0]).double())
    assert torch.allclose(s.vs.basis.abs().flatten(), torch.tensor([0.0, 1.0]).double())


def test_representations_add_multiply_and_act():
    rep = 2 * SCALAR + 3 * V
    assert rep == Rep(2, 3)
    assert rep.dim(4) == 14
    a = groups.so13()
    g, h = a.exp(torch.randn(2, 6, generator=torch.Generator().manual_seed(0)))
    torch.testing.assert_close(rho(rep, g) @ rho(rep, h), rho(rep, g @ h))
    t = 1e-6
    slope = (rho(rep, a.exp(torch.eye(6)[0] * t)) - torch.eye(14).double()) / t
    torch.testing.assert_close(slope, drho(rep, a.basis[0]), atol=1e-5, rtol=0)


@pytest.mark.parametrize("size", [0.6, 9.0, 1e-3])
def test_the_length_of_a_generator_does_not_matter(size):
    noise = torch.randn(8, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    L = TWO_BODY.basis + 1e-4 * noise
    a, b = Spaces(L), Spaces(size * L)
    assert len(a.vv.basis) == len(b.vv.basis)
    assert b.vv.gap == pytest.approx(a.vv.gap, rel=1e-6)
    assert checked(LieAlgebra(size * L), 5e-3) == pytest.approx(checked(LieAlgebra(L), 5e-3))


def test_the_tolerance_decides_what_an_inexact_basis_keeps():
    noise = torch.randn(8, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    L = TWO_BODY.basis + 1e-4 * noise
    loose, tight = Spaces(L, 5e-3), Spaces(L, 1e-8)
    assert len(loose.vv.basis) == 32
    assert loose.vv.gap > 100
    assert len(tight.vv.basis) == 8  # an exact commutant is left: the polynomials in L itself
    s = loose.vv.singular_values
    assert loose.vv.gap == pytest.approx(s[32] / s[31])
    assert (s[1:] >= s[:-1]).all()


def test_different_speeds_of_the_planes_leave_only_what_acts_inside_each():
    """A learned so(2) whose q planes turn 5 % faster than its p planes: 32 maps become 16."""
    speed = torch.diag(torch.tensor([1.05, 1.05, 1, 1, 1.05, 1.05, 1, 1]).double())
    s = Spaces(speed @ TWO_BODY.basis, 5e-3)
    assert len(s.vv.basis) == 16
    assert len(Spaces(speed @ TWO_BODY.basis, 0.1).vv.basis) == 32


NAN = torch.full((1, 2, 2), torch.nan)
BAD = [
    (torch.zeros(2, 3), 5e-3, "shape"),
    (torch.zeros(1, 2, 3), 5e-3, "shape"),
    (NAN, 5e-3, "NaN"),
    (torch.zeros(1, 2, 2), 5e-3, "drop it"),
    (torch.cat([groups.so(3).basis, torch.zeros(1, 3, 3)]), 5e-3, "generator 3 is zero"),
    (groups.so(2).basis.repeat(2, 1, 1), 5e-3, "dependent.*orthonormal"),
    (groups.so(2), 0.0, "between 0 and 1"),
    (groups.so(2), -1e-3, "between 0 and 1"),
    (groups.so(2), 1.0, "between 0 and 1"),
    (groups.so(2), float("nan"), "between 0 and 1"),
]


@pytest.mark.parametrize(("basis", "tolerance", "message"), BAD)
def test_what_cannot_be_solved_is_refused(basis, tolerance, message):
    with pytest.raises(InputError, match=message):
        Spaces(basis, tolerance)

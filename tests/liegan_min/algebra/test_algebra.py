"""The exponential, the bracket, and what follows from them, against independent oracles."""

import numpy as np
import pytest
import scipy.linalg
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from liegan_min.algebra import groups
from liegan_min.algebra.lie_algebra import LieAlgebra, act, bracket
from liegan_min.base.errors import InputError

IDENTITY = 1e-12  # float64, relative to the numbers involved
ALGEBRAS = [groups.so(2), groups.so(3), groups.so(4), groups.so13(), groups.gl(2), groups.gl(3)]
KNOWN = pytest.mark.parametrize("algebra", ALGEBRAS, ids=lambda a: a.name)

numbers = st.floats(-3, 3, allow_subnormal=False)
matrices = st.lists(numbers, min_size=9, max_size=9).map(
    lambda v: torch.tensor(v, dtype=torch.float64).reshape(3, 3)
)


def coefficients(c):
    return st.lists(numbers, min_size=c, max_size=c).map(lambda v: torch.tensor(v).double())


def close(a, b, scale):
    return float((a - b).abs().max()) <= IDENTITY * max(1.0, float(scale))


@KNOWN
@pytest.mark.parametrize("size", [1e-3, 1.0, 30.0])
def test_exp_agrees_with_scipy(algebra, size, rng):
    w = torch.from_numpy(size * rng.normal(size=(5, algebra.dim)) / algebra.dim)
    oracle = np.stack([scipy.linalg.expm(A) for A in algebra.element(w).numpy()])
    error = np.linalg.norm(algebra.exp(w).numpy() - oracle, axis=(1, 2))
    assert (error <= 1e-13 * max(1, size) * np.linalg.norm(oracle, axis=(1, 2))).all()


def test_exp_of_a_nilpotent_matrix_is_a_polynomial():
    N = torch.diag(torch.ones(3, dtype=torch.float64), 1)
    w = torch.tensor([10.0], dtype=torch.float64)
    expected = torch.eye(4).double() + 10 * N + 50 * N @ N + 1000 / 6 * N @ N @ N
    torch.testing.assert_close(LieAlgebra(N[None]).exp(w), expected, rtol=1e-13, atol=1e-13)


@given(coefficients(6), numbers, numbers)
def test_elements_along_one_direction_form_a_one_parameter_group(w, s, t):
    exp = groups.so13().exp
    product = exp(s * w) @ exp(t * w)
    scale = exp(abs(s) * w.abs()).norm() * exp(abs(t) * w.abs()).norm()
    assert close(product, exp((s + t) * w), scale)


@given(coefficients(6))
def test_minus_w_gives_the_inverse(w):
    exp = groups.so13().exp
    assert close(exp(w) @ exp(-w), torch.eye(4).double(), exp(w).norm() ** 2)


@given(coefficients(3))
def test_so_3_gives_rotations(w):
    g = groups.so(3).exp(w)
    assert close(g @ g.T, torch.eye(3).double(), 1)
    assert abs(float(torch.linalg.det(g)) - 1) < 1e-11


@given(matrices)
def test_the_determinant_of_exp_is_exp_of_the_trace(A):
    g = LieAlgebra(A[None]).exp(torch.ones(1))
    assume(torch.linalg.cond(g) < 1e6)
    torch.testing.assert_close(torch.linalg.det(g), A.trace().exp(), rtol=1e-7, atol=1e-12)


@given(matrices, matrices)
def test_the_bracket_is_antisymmetric(a, b):
    assert torch.equal(bracket(a, b), -bracket(b, a))


@given(matrices, matrices, matrices)
def test_the_bracket_satisfies_jacobi(a, b, c):
    total = bracket(a, bracket(b, c)) + bracket(b, bracket(c, a)) + bracket(c, bracket(a, b))
    assert close(total, torch.zeros(3, 3), a.norm() * b.norm() * c.norm())


@KNOWN
def test_structure_constants_rebuild_the_brackets_in_any_basis(algebra, mix):
    other = mix(algebra)
    rebuilt = torch.einsum("ijk,kab->ijab", other.structure_constants(), other.basis)
    torch.testing.assert_close(rebuilt, other.brackets(), rtol=1e-10, atol=1e-9)


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_the_killing_form_of_so_n_is_a_multiple_of_the_trace_form(n):
    so = groups.so(n)
    trace_form = torch.einsum("aij,bji->ab", so.basis, so.basis)
    torch.testing.assert_close(so.killing_form(), (n - 2) * trace_form, atol=1e-12, rtol=0)


@pytest.mark.parametrize("n", [2, 3])
def test_the_killing_form_of_gl_n_vanishes_on_the_identity(n):
    gl = groups.gl(n)
    tr = torch.einsum("aii->a", gl.basis)
    trace_form = torch.einsum("aij,bji->ab", gl.basis, gl.basis)
    expected = 2 * n * trace_form - 2 * tr[:, None] * tr
    torch.testing.assert_close(gl.killing_form(), expected, atol=1e-11, rtol=0)


def test_the_killing_form_of_so_13_has_three_boosts_against_three_rotations(mix):
    for algebra in (groups.so13(), mix(groups.so13())):
        eigenvalues = torch.linalg.eigvalsh(algebra.killing_form())
        assert (int((eigenvalues > 1e-6).sum()), int((eigenvalues < -1e-6).sum())) == (3, 3)


@KNOWN
def test_the_killing_form_changes_by_congruence_with_the_basis(algebra, mix):
    other = mix(algebra)
    S = other.basis.flatten(1) @ torch.linalg.pinv(algebra.basis.flatten(1))
    congruent = S @ algebra.killing_form() @ S.T
    scale = max(1.0, float(congruent.abs().max()))
    torch.testing.assert_close(other.killing_form(), congruent, rtol=0, atol=1e-10 * scale)


def test_elements_are_linear_combinations_over_any_leading_axes(rng):
    w = torch.from_numpy(rng.normal(size=(2, 5, 3)))
    L = groups.so(3).basis
    slow = sum(w[..., i, None, None] * L[i] for i in range(3))
    torch.testing.assert_close(groups.so(3).element(w), slow)


@pytest.mark.parametrize("g_axes", [(), (4,)])
@pytest.mark.parametrize("t", [(), (6,)])
def test_act_multiplies_each_vector_by_its_own_g(g_axes, t, rng):
    g, x = rng.normal(size=(*g_axes, 3, 3)), rng.normal(size=(4, *t, 3))
    slow = np.stack([(x[b] @ (g[b] if g_axes else g).T) for b in range(4)])
    assert np.allclose(act(torch.from_numpy(g), torch.from_numpy(x)), slow, atol=1e-14)


def test_act_keeps_the_dtype_of_the_data():
    assert act(groups.so(2).basis[0], torch.ones(5, 2)).dtype == torch.float32


def test_the_basis_is_copied_so_that_later_changes_do_not_reach_it():
    mine = torch.ones(1, 2, 2, dtype=torch.float64, requires_grad=True)
    algebra = LieAlgebra(mine)
    with torch.no_grad():
        mine.zero_()
    assert algebra.basis.sum() == 4
    assert not algebra.basis.requires_grad


def test_repr_names_the_algebra_and_its_sizes():
    assert repr(groups.so13()) == "LieAlgebra(so(1,3), dim=6, acting on R^4)"


@pytest.mark.parametrize("shape", [(2, 2), (1, 2, 3), (0, 2, 2), (1, 0, 0), (1, 1, 2, 2)])
def test_a_basis_that_is_no_stack_of_square_matrices_is_refused(shape):
    with pytest.raises(InputError, match=r"basis must have shape \(c, k, k\)"):
        LieAlgebra(torch.ones(shape))


@pytest.mark.parametrize("bad", [torch.nan, torch.inf, -torch.inf])
def test_a_basis_that_is_not_finite_is_refused(bad):
    with pytest.raises(InputError, match="basis holds NaN or infinity"):
        LieAlgebra(torch.full((1, 2, 2), bad))


@pytest.mark.parametrize("w", [torch.tensor(1.0), torch.ones(2), torch.ones(3, 4)])
def test_coefficients_of_another_number_than_c_are_refused(w):
    with pytest.raises(InputError, match="w must end in an axis of 3 coefficients"):
        groups.so(3).exp(w)

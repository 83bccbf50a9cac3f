"""The exponential, the bracket and the invariant form, against independent oracles."""

import numpy as np
import pytest
import scipy.linalg
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from liegan_min.algebra import groups
from liegan_min.algebra.lie_algebra import InvariantForm, LieAlgebra, act, bracket
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


# The invariant form of the Proposition: which one, how surely, and in which coordinates


def unit(J):
    return J / J.norm()


@pytest.mark.parametrize("n", [3, 4, 5])
def test_so_n_preserves_the_euclidean_form(n):
    form = groups.so(n).invariant_form()
    torch.testing.assert_close(form.J, unit(torch.eye(n).double()), atol=1e-12, rtol=0)


def test_so_13_preserves_the_metric_of_minkowski(eta):
    form = groups.so13().invariant_form()
    torch.testing.assert_close(form.J, unit(eta), atol=1e-12, rtol=0)


def test_the_symplectic_plane_has_no_symmetric_form():
    # sl(2): any area is kept, no length is.
    sl2 = torch.tensor([[[1, 0], [0, -1]], [[0, 1], [0, 0]], [[0, 0], [1, 0]]])
    assert LieAlgebra(sl2).invariant_form().singular_values[0] > 0.5


def test_in_other_coordinates_the_form_is_carried_along(eta, rng):
    for _ in range(5):
        P = torch.from_numpy(rng.normal(size=(4, 4)) + 2 * np.eye(4))
        form = groups.conjugate(groups.so13(), P).invariant_form()
        P_inv = torch.linalg.inv(P)
        assert form.cosine(P_inv.T @ eta @ P_inv) == pytest.approx(1, abs=1e-9)


def test_the_form_solves_the_equation_of_the_proposition(rng):
    P = torch.from_numpy(rng.normal(size=(4, 4)))
    algebra = groups.conjugate(groups.so13(), P)
    J, L = algebra.invariant_form().J, algebra.basis
    assert (L.mT @ J + J @ L).norm() < 1e-12 * L.norm()


def test_the_form_is_symmetric_and_of_norm_1(noisy):
    J = noisy(0.3).invariant_form().J
    assert torch.equal(J, J.T)
    assert float(J.norm()) == pytest.approx(1, abs=1e-12)


def test_the_best_form_beats_any_other_one(noisy, rng):
    learned = noisy(0.3)
    form = learned.invariant_form()
    L = learned.basis / torch.linalg.matrix_norm(learned.basis)[:, None, None]
    L = L - torch.einsum("cii->c", L)[:, None, None] * torch.eye(4) / 4
    assert float((L.mT @ form.J + form.J @ L).norm()) == pytest.approx(
        float(form.singular_values[0]), rel=1e-9
    )
    for _ in range(50):
        J = torch.from_numpy(rng.normal(size=(4, 4)))
        J = unit(J + J.T)
        assert (L.mT @ J + J @ L).norm() >= form.singular_values[0]


def test_singular_values_come_in_ascending_order_one_for_each_symmetric_matrix(noisy):
    s = noisy(0.3).invariant_form().singular_values
    assert len(s) == 10
    assert torch.equal(s, s.sort().values)


def test_a_form_that_is_unique_has_a_gap_of_1(noisy):
    assert groups.so13().invariant_form().gap == pytest.approx(1, abs=1e-12)
    assert 0.9 < noisy(0.01).invariant_form().gap < 1


def test_the_gap_closes_as_noise_grows(noisy):
    gaps = [noisy(size).invariant_form().gap for size in (0, 0.01, 0.1, 0.5)]
    assert gaps == sorted(gaps, reverse=True)


@pytest.mark.parametrize(
    "algebra",
    [
        groups.gl(3),  # no form at all
        groups.dilation(4),  # once its trace is taken away: every form
        groups.diagonal(groups.so(2), 4),  # a form for each pair of copies
        groups.diagonal(groups.so(3), 2),
    ],
    ids=str,
)
def test_the_gap_is_0_where_no_form_is_preferred(algebra):
    assert algebra.invariant_form().gap == pytest.approx(0, abs=1e-9)


def test_a_dilation_does_not_change_the_form(eta):
    algebra = groups.span_of(groups.so13(), groups.dilation(4))
    form = algebra.invariant_form()
    assert form.cosine(eta) == pytest.approx(1, abs=1e-12)
    assert form.gap == pytest.approx(1, abs=1e-12)


def test_a_dilation_mixed_into_each_generator_does_not_change_the_form(eta, rng):
    trace = torch.from_numpy(rng.normal(size=(6, 1, 1))) * torch.eye(4)
    form = LieAlgebra(groups.so13().basis + trace).invariant_form()
    assert form.cosine(eta) == pytest.approx(1, abs=1e-12)


def test_the_scale_of_a_channel_does_not_change_the_form(noisy, rng):
    learned = noisy(0.1)
    scaled = LieAlgebra(learned.basis * torch.from_numpy(rng.uniform(0.1, 10, (6, 1, 1))))
    torch.testing.assert_close(scaled.invariant_form().J, learned.invariant_form().J)


def test_a_zero_channel_does_not_change_the_form(eta):
    padded = LieAlgebra(torch.cat([groups.so13().basis, torch.zeros(1, 4, 4)]))
    assert padded.invariant_form().cosine(eta) == pytest.approx(1, abs=1e-12)


def test_the_sign_of_the_form_does_not_depend_on_the_sign_of_the_basis(noisy):
    learned = noisy(0.1)
    torch.testing.assert_close(
        LieAlgebra(-learned.basis).invariant_form().J, learned.invariant_form().J
    )


def test_the_cosine_between_forms_forgets_sign_and_size(eta):
    form = InvariantForm(unit(eta), torch.arange(10.0))
    assert form.cosine(-7 * eta) == pytest.approx(1)
    assert form.cosine(torch.eye(4)) == pytest.approx(0.5)


def test_on_a_line_there_is_only_one_form_and_no_gap_to_speak_of():
    form = LieAlgebra(torch.ones(1, 1, 1)).invariant_form()
    assert (form.J.item(), form.gap) == (1.0, 0.0)

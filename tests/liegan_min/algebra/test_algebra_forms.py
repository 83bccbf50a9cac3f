"""The invariant form of the Proposition: which one, how surely, and in which coordinates."""

import numpy as np
import pytest
import torch

from liegan_min.algebra import groups
from liegan_min.algebra.lie_algebra import InvariantForm, LieAlgebra


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

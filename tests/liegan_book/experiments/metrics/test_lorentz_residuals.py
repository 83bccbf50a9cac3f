"""How many of the found directions are generators: residuals, and the gap among them."""

import numpy as np
import pytest
import torch

from liegan_book.experiments.metrics import lorentz as module
from liegan_book.experiments.metrics.lorentz import CONE, dimension_gap, residuals
from liegan_min.algebra import groups
from liegan_min.algebra.lie_algebra import LieAlgebra
from tests.liegan_book.experiments.metrics.test_lorentz_metrics import (
    SO13,
    STRAIN,
    squashed,
    tilted,
    with_channels,
)


def slow_residuals(algebra):
    """Roots of the Gram matrix of L_iᵀJ + J L_i without their part along J, loop by loop."""
    L = np.linalg.qr(algebra.basis.reshape(algebra.dim, -1).T.numpy())[0].T.reshape(-1, 4, 4)
    J = algebra.invariant_form().J.numpy()
    rest = []
    for M in L:
        change = M.T @ J + J @ M
        rest.append(change - np.trace(change @ J) / np.trace(J @ J) * J)
    gram = [[(a * b).sum() for b in rest] for a in rest]
    return np.sqrt(np.maximum(np.linalg.eigvalsh(gram), 0))


@pytest.mark.parametrize(
    "algebra", [tilted(0.4), with_channels(STRAIN, torch.ones(4, 4).double()), groups.gl(4)]
)
def test_residuals_against_a_loop(algebra):
    np.testing.assert_allclose(residuals(algebra), slow_residuals(algebra), atol=1e-7)


@pytest.mark.parametrize("algebra", [SO13, CONE, squashed(1.7), groups.dilation(4)])
def test_what_keeps_or_scales_a_form_has_no_residual(algebra, mix):
    for basis in (algebra, mix(algebra)):
        found = residuals(basis)
        torch.testing.assert_close(found, torch.zeros(algebra.dim).double(), rtol=0, atol=1e-9)
        assert dimension_gap(basis) == (algebra.dim, pytest.approx(1))


def test_residuals_are_the_same_in_a_turned_frame(torch_rng):
    turn = torch.linalg.qr(torch.randn(4, 4, generator=torch_rng).double())[0]
    six = LieAlgebra(tilted(0.4).basis[:6])
    there, here = groups.conjugate(six, turn), six
    torch.testing.assert_close(residuals(there), residuals(here), rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("built", "number", "gap"),
    [
        ([0.01, 0.02, 0.05, 0.3, 0.9, 1.2], 4, 0.6),
        ([0.0, 0.0, 0.0], 3, 1.0),
        ([0.1, 0.1, 5.0], 2, 0.9),
        ([0.7, 0.8, 0.9], 0, 0.7),
        ([0.2, 0.45, 0.7], 3, 0.3),
    ],
)
def test_the_number_of_generators_is_where_the_widest_gap_opens(monkeypatch, built, number, gap):
    values = torch.tensor(built, dtype=torch.float64)
    monkeypatch.setattr(module, "residuals", lambda algebra: values)
    found, by = dimension_gap(SO13)
    assert found == number
    assert by == pytest.approx(gap)


def test_matrices_that_are_no_symmetry_are_not_counted(mix):
    for algebra, number in ((SO13, 6), (CONE, 7)):
        more = LieAlgebra(torch.cat([algebra.basis, STRAIN[None]]))
        assert dimension_gap(more)[0] == number
        assert dimension_gap(mix(more))[0] == number


@pytest.mark.parametrize("seed", range(3))
def test_the_number_survives_the_noise_of_training(noisy, seed):
    found, gap = dimension_gap(noisy(0.02, seed))
    assert found == 6
    assert 0.5 < gap < 1


def test_a_channel_that_is_zero_is_no_generator():
    assert dimension_gap(with_channels(torch.zeros(4, 4).double())) == (6, pytest.approx(1))

"""Distances from the Lorentz algebra, on discoveries that are built, with answers by hand."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from liegan_book.experiments.metrics.lorentz import CONE, ETA, lorentz_metrics, trace_part
from liegan_min.algebra import groups
from liegan_min.algebra.lie_algebra import LieAlgebra
from tests.helpers.discoveries import discovery

SO13 = groups.so13()
#: Symmetric, without a trace, and of a rotation's norm: at a right angle to so(1,3) and dilation.
STRAIN = torch.zeros(4, 4, dtype=torch.float64)
STRAIN[1, 2] = STRAIN[2, 1] = 1.0


def with_channels(*matrices):
    """so(1,3) in six channels, and more."""
    return LieAlgebra(torch.cat([SO13.basis, torch.stack(matrices)]))


def tilted(angle):
    """so(1,3) and the dilation, but with the first boost turned away from them."""
    basis = CONE.basis.clone()
    basis[0] = math.cos(angle) * basis[0] + math.sin(angle) * STRAIN
    return LieAlgebra(basis)


def squashed(a):
    """so(1,3) in a unit of energy of its own: what it keeps is (E/a)² - p²."""
    P = torch.diag(torch.tensor([a, 1.0, 1.0, 1.0], dtype=torch.float64))
    return groups.conjugate(SO13, P)


def test_the_constants_are_the_metric_and_what_keeps_the_cone():
    p = torch.tensor([3.0, 1.0, 2.0, 2.0], dtype=torch.float64)
    assert float(p @ ETA @ p) == 0
    assert CONE.dim == 7
    moved = CONE.element(torch.eye(7)) @ p
    torch.testing.assert_close(moved @ ETA @ p, torch.tensor([0.0] * 7).double())


def test_the_exact_answer_has_the_exact_figures(mix):
    for algebra in (CONE, mix(CONE)):
        metrics, arrays = lorentz_metrics(discovery(algebra))
        assert metrics["cos_J"] == pytest.approx(1)
        assert metrics["J_gap"] == pytest.approx(1)
        assert metrics["grassmann"] == pytest.approx(0, abs=1e-6)
        assert metrics["largest_angle_deg"] == pytest.approx(0, abs=1e-4)
        assert metrics["trace_part"] == pytest.approx(1)
        assert metrics["dimension"] == 7
        assert metrics["dimension_gap"] == pytest.approx(1)
        assert metrics["closure_defect"] == pytest.approx(0, abs=1e-12)
        assert metrics["cone_angle_deg"] == pytest.approx(0, abs=1e-4)
        np.testing.assert_allclose(arrays["J"], ETA / 2, atol=1e-7)
        np.testing.assert_allclose(arrays["principal_angles_deg"], np.zeros(7), atol=1e-4)


def test_the_exact_answer_is_exact_in_a_turned_frame(torch_rng):
    turn = torch.linalg.qr(torch.randn(4, 4, generator=torch_rng).double())[0]
    form = groups.conjugate(CONE, turn).invariant_form()
    assert form.cosine(turn @ ETA @ turn.T) == pytest.approx(1)
    assert form.gap == pytest.approx(1)


def test_so13_alone_lacks_the_dilation():
    metrics, _ = lorentz_metrics(discovery(SO13))
    assert metrics["cos_J"] == pytest.approx(1)
    assert metrics["trace_part"] == pytest.approx(0, abs=1e-12)
    assert metrics["grassmann"] == pytest.approx(math.pi / 2)
    assert metrics["largest_angle_deg"] == pytest.approx(0, abs=1e-6)
    assert metrics["dimension"] == 6


@pytest.mark.parametrize("angle", [0.2, 0.7, 1.3])
def test_a_span_of_known_angle(angle, mix):
    metrics, arrays = lorentz_metrics(discovery(mix(tilted(angle))))
    assert metrics["grassmann"] == pytest.approx(angle, abs=1e-6)
    assert metrics["largest_angle_deg"] == pytest.approx(math.degrees(angle), abs=1e-4)
    degrees = np.sort(arrays["principal_angles_deg"])
    assert degrees == pytest.approx([0] * 6 + [math.degrees(angle)], abs=1e-4)


@pytest.mark.parametrize("share", [0.0, 0.4, 0.8])
def test_a_seventh_channel_of_noise_counts_by_its_share_of_the_dilation(share):
    """Six channels are so(1,3); the seventh lies at a told angle to the dilation."""
    noise = share * torch.eye(4) / 2 + math.sqrt(1 - share**2) * STRAIN / math.sqrt(2)
    metrics, _ = lorentz_metrics(discovery(with_channels(1e-3 * noise)))
    assert metrics["trace_part"] == pytest.approx(share)
    assert metrics["grassmann"] == pytest.approx(math.acos(share), abs=1e-6)
    assert metrics["largest_angle_deg"] == pytest.approx(0, abs=1e-4)


def test_noise_in_a_seventh_channel_spoils_the_form_however_weak_it_is(torch_rng):
    noise = torch.randn(4, 4, generator=torch_rng).double()
    strong, weak = (lorentz_metrics(discovery(with_channels(s * noise)))[0] for s in (1.0, 1e-4))
    assert strong["cos_J"] == pytest.approx(weak["cos_J"])
    assert weak["J_gap"] < 1
    assert strong["closure_defect"] > 0.1


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_a_seventh_channel_that_repeats_the_others_is_none(size, torch_rng):
    """What it holds besides, by error, is no symmetry, however large it is."""
    repeat = SO13.element(torch.randn(6, generator=torch_rng))
    error = 1e-4 * repeat.norm() / STRAIN.norm() * STRAIN
    metrics, _ = lorentz_metrics(discovery(with_channels(size * (repeat + error))))
    assert metrics["dimension"] == 6
    assert metrics["dimension_gap"] > 0.9
    assert metrics["cos_J"] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("a", [0.5, 0.9, 1.0, 1.3, 4.0])
def test_the_form_of_so13_in_other_coordinates(a):
    """P so(1,3) P⁻¹ keeps P⁻ᵀ η P⁻¹ = diag(a⁻², -1, -1, -1)."""
    metrics, arrays = lorentz_metrics(discovery(squashed(a)))
    size = math.sqrt(a**-4 + 3)
    cosine = (a**-2 + 3) / (2 * size)
    assert metrics["cos_J"] == pytest.approx(cosine)
    expected = np.diag([a**-2, -1, -1, -1]) / size
    # The sign is that of the first entry of at least half the largest.
    expected *= np.sign(next(v for v in np.diag(expected) if abs(v) >= abs(expected).max() / 2))
    np.testing.assert_allclose(arrays["J"], expected, atol=1e-6)


def test_the_last_basis_is_judged_beside_the_average():
    found = replace(discovery(CONE), last=tilted(0.3))
    metrics, arrays = lorentz_metrics(found)
    assert metrics["grassmann"] == pytest.approx(0, abs=1e-6)
    assert metrics["grassmann_last"] == pytest.approx(0.3, abs=1e-6)
    assert metrics["cos_J"] == pytest.approx(1)
    assert metrics["cos_J_last"] < 1 - 1e-4
    np.testing.assert_allclose(arrays["last"], tilted(0.3).basis, rtol=1e-6)
    np.testing.assert_allclose(arrays["basis"], CONE.basis)


def test_the_curves_follow_the_epochs():
    ways = [squashed(2.0), squashed(1.2), SO13]
    found = replace(
        discovery(SO13),
        bases=torch.stack([n * a.basis for n, a in zip((1, 2, 3), ways, strict=True)]),
        history=torch.tensor([[3.0, 0, 0], [2, 0, 0], [1, 0, 0]]),
    )
    metrics, arrays = lorentz_metrics(found)
    by_hand = [(a**-2 + 3) / (2 * math.sqrt(a**-4 + 3)) for a in (2.0, 1.2, 1.0)]
    assert metrics["epochs"] == 3
    assert arrays["cos_J_curve"] == pytest.approx(by_hand, rel=1e-5)
    assert arrays["grassmann_curve"][2] == pytest.approx(math.pi / 2)
    assert np.shape(arrays["norm_curve"]) == (3, 6)
    assert arrays["norm_curve"][2] == pytest.approx([3 * math.sqrt(2)] * 6, rel=1e-6)
    assert arrays["discriminator_curve"] == [3.0, 2.0, 1.0]


def test_what_was_measured_is_passed_on():
    metrics, _ = lorentz_metrics(discovery(LieAlgebra(3 * SO13.basis), epochs=5))
    assert metrics["discriminator_advantage"] == 0.25
    assert metrics["epochs"] == 5
    assert metrics["norm"] == pytest.approx(3 * math.sqrt(12))


def test_everything_is_plain_and_finite():
    """NumPy's and torch's own scalars look like numbers and fail when a record is written."""
    metrics, arrays = lorentz_metrics(discovery(tilted(0.1)))
    assert {type(v) for v in metrics.values()} <= {float, int, bool}
    json.dumps([metrics, arrays], allow_nan=False)


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_the_trace_part_is_a_cosine(share):
    mixed = share * torch.eye(4) / 2 + math.sqrt(1 - share**2) * STRAIN / math.sqrt(2)
    assert trace_part(LieAlgebra(5 * mixed[None])) == pytest.approx(share, abs=1e-12)

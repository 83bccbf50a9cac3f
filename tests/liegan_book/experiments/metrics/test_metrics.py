"""Metrics, on discoveries that are built and not learned, against numbers worked out by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest
import scipy.linalg
import torch

from liegan_book.baselines.spectral import Moments
from liegan_book.baselines.symmetrygan import Element
from liegan_book.experiments.metrics.discovery import (
    curve,
    discovery_metrics,
    element_metrics,
    spectral_metrics,
)
from liegan_min.algebra import groups
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.errors import InputError
from liegan_min.game import loop
from liegan_min.game.config import GameConfig
from tests.helpers.discoveries import discovery

SO2 = groups.so(2)
MIRROR = torch.tensor([[0.0, 1.0], [1.0, 0.0]], dtype=torch.float64)
#: Two points of the plane, always opposite to each other: the support of (q, -q).
OPPOSITE = np.kron([[1.0], [-1.0]], np.eye(2)) / np.sqrt(2)


def tilted(angle):
    """A matrix at an angle to so(2): a rotation, mixed with a symmetric matrix orthogonal to it."""
    return LieAlgebra((math.cos(angle) * SO2.basis[0] + math.sin(angle) * MIRROR)[None])


def element(g, last=None, support=None, epochs=2):
    """A SymmetryGAN that ended with g."""
    g = torch.as_tensor(g, dtype=torch.float64)
    course = loop.Course(
        bases=g.float().expand(epochs, 1, *g.shape),
        history=torch.zeros(epochs, 3),
        seconds=1.0,
        rested=False,
    )
    support = np.eye(len(g)) if support is None else support
    return Element(g, g if last is None else last, course, support, 0, GameConfig())


def turn(degrees, L=SO2.basis[0]):
    return scipy.linalg.expm(math.radians(degrees) * L.numpy())


@pytest.mark.parametrize("angle", [0.0, 0.1, 0.5, 1.2])
def test_the_cosine_is_that_of_the_angle_between_matrix_and_truth(angle):
    metrics, arrays = discovery_metrics(discovery(tilted(angle)), SO2)
    assert metrics["support_cosine"] == pytest.approx(math.cos(angle))
    assert metrics["raw_cosine"] == pytest.approx(math.cos(angle))
    assert metrics["grassmann"] == pytest.approx(angle, abs=1e-7)
    assert arrays["principal_angles_deg"] == pytest.approx([math.degrees(angle)], abs=1e-5)


def test_a_matrix_that_is_right_on_the_data_scores_there_and_not_as_a_matrix():
    """q2 = -q1: turning q1 by what it reads off q2 is the same rotation, orthogonal as a matrix."""
    truth = groups.diagonal(SO2, 2)
    swapped = LieAlgebra(torch.kron(-MIRROR, SO2.basis[0])[None])
    metrics, _ = discovery_metrics(discovery(swapped, support=OPPOSITE), truth)
    assert metrics["support_cosine"] == pytest.approx(1)
    assert metrics["raw_cosine"] == pytest.approx(0, abs=1e-12)
    assert metrics["support_rank"] == 2
    assert metrics["dimension"] == 1


def test_the_last_basis_is_judged_beside_the_average():
    found = replace(discovery(tilted(0.1)), last=tilted(0.7))
    metrics, arrays = discovery_metrics(found, SO2)
    assert metrics["support_cosine"] == pytest.approx(math.cos(0.1))
    assert metrics["support_cosine_last"] == pytest.approx(math.cos(0.7))
    assert metrics["raw_cosine_last"] == pytest.approx(math.cos(0.7))
    np.testing.assert_allclose(arrays["last"], tilted(0.7).basis, rtol=1e-6)
    np.testing.assert_allclose(arrays["basis"], tilted(0.1).basis, rtol=1e-6)


def test_a_missing_direction_is_a_right_angle_of_the_grassmann_distance():
    """so(2) lies in gl(2), so the angle is zero: the distance is what tells them apart."""
    metrics, _ = discovery_metrics(discovery(groups.gl(2)), SO2)
    assert metrics["support_cosine"] == pytest.approx(1)
    assert metrics["dimension"] == 4
    assert metrics["grassmann"] == pytest.approx(math.sqrt(3) * math.pi / 2)


def test_closure_and_size_are_those_of_the_basis():
    boosts = LieAlgebra(3 * groups.so13().basis[:3])
    metrics, _ = discovery_metrics(discovery(boosts), groups.so13())
    assert metrics["closure_defect"] == pytest.approx(1)  # [K_i, K_j] is a rotation
    assert metrics["norm"] == pytest.approx(3 * math.sqrt(6))
    closed, _ = discovery_metrics(discovery(groups.so13()), groups.so13())
    assert closed["closure_defect"] == pytest.approx(0, abs=1e-12)


def test_the_curves_follow_the_epochs():
    angles = [1.0, 0.5, 0.0]
    sizes = torch.tensor([1.0, 2.0, 4.0])[:, None, None, None]
    found = replace(
        discovery(tilted(0.0)),
        bases=sizes * torch.stack([tilted(a).basis for a in angles]),
        history=torch.tensor([[3.0, 0, 0], [2, 0, 0], [1, 0, 0]]),
    )
    metrics, arrays = discovery_metrics(found, SO2)
    assert metrics["epochs"] == 3
    assert arrays["curve"] == pytest.approx(np.cos(angles), rel=1e-6)
    assert arrays["norm_curve"] == pytest.approx(np.sqrt(2) * np.array([1, 2, 4]), rel=1e-6)
    assert arrays["discriminator_curve"] == [3.0, 2.0, 1.0]


def test_a_curve_of_several_channels_takes_the_worst_direction():
    mixed = groups.so(3).basis.clone()
    mixed[2] = torch.diag(torch.tensor([1.0, 2.0, 3.0]))  # symmetric: orthogonal to so(3)
    bases = torch.stack([groups.so(3).basis, mixed])
    assert curve(bases, groups.so(3), None) == pytest.approx([1, 0], abs=1e-12)


def test_a_basis_that_is_zero_has_no_angle_to_the_truth():
    with pytest.raises(InputError, match="spans nothing to compare"):
        discovery_metrics(discovery(LieAlgebra(torch.zeros(1, 2, 2))), SO2)


@pytest.mark.parametrize("degrees", [90, -35, 2, 0])
def test_an_element_is_told_by_its_angle_and_the_identity_by_none(degrees):
    metrics, arrays = element_metrics(element(turn(degrees)), SO2)
    assert metrics["support_cosine"] == pytest.approx(1, abs=1e-6)
    assert metrics["angle_deg"] == pytest.approx(degrees, abs=0.1)
    np.testing.assert_allclose(arrays["element"], turn(degrees), rtol=1e-6, atol=1e-9)


def test_an_element_far_from_the_group_is_far_from_it():
    metrics, _ = element_metrics(element(torch.diag(torch.tensor([1.0, -1.0]))), SO2)
    assert metrics["support_cosine"] == pytest.approx(0, abs=1e-6)


def test_an_element_is_judged_on_the_support_with_its_last_step_and_its_course():
    truth = groups.diagonal(SO2, 2)
    g = turn(50, truth.basis[0]) + np.kron(np.ones((2, 2)), np.eye(2))  # adds 0 to (q, -q)
    last = torch.from_numpy(turn(20, truth.basis[0]))
    metrics, arrays = element_metrics(element(g, last, OPPOSITE, epochs=4), truth)
    assert metrics["support_cosine"] == pytest.approx(1, abs=1e-6)
    assert metrics["angle_deg"] == pytest.approx(50, abs=0.1)
    assert metrics["angle_deg_last"] == pytest.approx(20, abs=0.1)
    assert metrics["epochs"] == 4
    assert arrays["curve"] == pytest.approx([metrics["support_cosine"]] * 4, abs=1e-6)
    assert metrics["norm"] == pytest.approx(np.linalg.norm(g))


def test_moments_are_judged_by_span_and_gap():
    values = np.array([0.1, 0.4, 1.0])
    moments = Moments(tilted(0.2), values, np.eye(2), 0.1)
    metrics, arrays = spectral_metrics(moments, SO2)
    assert metrics["support_cosine"] == pytest.approx(math.cos(0.2))
    assert metrics["grassmann"] == pytest.approx(0.2)
    assert metrics["gap"] == pytest.approx(1 - 0.1 / 0.4)
    assert arrays["singular_values"] == values.tolist()


@pytest.mark.parametrize(
    "judged",
    [
        discovery_metrics(discovery(groups.so(3)), groups.so(3)),
        element_metrics(element(turn(90)), SO2),
        spectral_metrics(Moments(SO2, np.array([0.1, 0.4]), np.eye(2), 0.1), SO2),
    ],
    ids=["discovery", "element", "spectral"],
)
def test_what_is_judged_is_plain_numbers(judged):
    """NumPy's and torch's own scalars look like numbers and fail when a record is written."""
    metrics, arrays = judged
    assert {type(v) for v in metrics.values()} <= {float, int, bool, type(None)}

    def leaves(a):
        return {t for x in a for t in leaves(x)} if isinstance(a, list) else {type(a)}

    assert {t for a in arrays.values() for t in leaves(a)} == {float}


def test_arrays_keep_what_single_precision_holds():
    third = LieAlgebra(torch.full((1, 2, 2), 1 / 3) + SO2.basis)
    _, arrays = discovery_metrics(discovery(third), SO2)
    assert arrays["basis"][0][0] == [0.3333333, -0.6666667]

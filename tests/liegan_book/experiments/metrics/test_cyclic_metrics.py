"""How an answer to the cyclic task is judged, on matrices whose answer is known."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

from liegan_book import tolerances
from liegan_book.experiments.cyclic import CYCLIC
from liegan_book.experiments.metrics.cyclic import (
    cyclic_metrics,
    generates,
    rotation_group_metrics,
    rotation_of,
)
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.discrete.rotation_group import EValues, RotationGroup
from liegan_min.game.config import GameConfig
from liegan_min.game.discovery import Discovery
from liegan_min.game.restarts import Search

SETTINGS = CYCLIC.methods["liegan-restarts"].profiles["paper"]


def about_z(angle):
    """The L that turns x towards y by `angle`."""
    L = torch.zeros(3, 3, dtype=torch.float64)
    L[1, 0], L[0, 1] = angle, -angle
    return L


def brute_generates(k, n):
    """Whether the powers of exp(2πk/n) about z visit all n turns of C_n, by going through them."""
    g = expm(about_z(2 * math.pi * k / n).numpy())
    visited, power = set(), torch.eye(3, dtype=torch.float64).numpy()
    for _ in range(n):
        step = math.atan2(power[1, 0], power[0, 0]) * n / (2 * math.pi)
        visited.add(round(step) % n)
        power = power @ g
    return len(visited) == n


@pytest.mark.parametrize("order", [2, 3, 5, 7, 12])
def test_the_steps_that_generate_are_those_that_visit_the_whole_group(order):
    ks = range(-2 * order, 2 * order + 1)
    judged = {k: generates(rotation_of(about_z(2 * math.pi * k / order), order), order) for k in ks}
    assert judged == {k: brute_generates(k, order) for k in ks}
    assert set(judged.values()) == {True, False}


def test_two_steps_of_twelve_are_no_generator_and_five_are():
    two, five = (rotation_of(about_z(2 * math.pi * k / 12), 12) for k in (2, 5))
    assert (two.k, two.angle_error) == (2, pytest.approx(0, abs=1e-9))
    assert not generates(two, 12)
    assert generates(five, 12)


@given(st.integers(2, 24), st.integers(-30, 30), st.floats(-0.45, 0.45))
def test_an_angle_is_read_in_steps(order, k, off):
    found = rotation_of(about_z(2 * math.pi * (k + off) / order), order)
    assert found.angle == pytest.approx(2 * math.pi * (k + off) / order)
    assert found.steps == pytest.approx(k + off)
    assert found.k == k
    assert found.angle_error == pytest.approx(abs(off), abs=1e-9)
    assert found.others == pytest.approx(0, abs=1e-9)


@given(st.integers(0, 100), st.floats(-7, 7))
def test_the_rest_is_all_that_is_not_that_turn(seed, angle):
    """The turn is half the antisymmetric part of the upper block; the rest is what is left."""
    A = torch.randn(3, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    A[:2, :2] = (A[:2, :2] + A[:2, :2].T) / 2
    found = rotation_of(about_z(angle) + A, 7)
    assert found.angle == pytest.approx(angle)
    assert found.others == pytest.approx(float(A.abs().max()))


@pytest.mark.parametrize("order", [3, 7, 12])
def test_an_angle_counts_up_to_a_hundredth_of_a_step(order):
    step = 2 * math.pi / order
    for sign in (-1, 1):
        assert generates(
            rotation_of(about_z((1 + sign * 0.99 * tolerances.STEP) * step), order), order
        )
        beyond = about_z((1 + sign * 1.01 * tolerances.STEP) * step)
        assert not generates(rotation_of(beyond, order), order)


@pytest.mark.parametrize("entry", [(2, 2), (0, 2), (2, 1), (0, 0)])
def test_no_other_entry_may_reach_its_tolerance(entry):
    for size, counts in ((0.97, True), (-0.97, True), (1.03, False), (-1.03, False)):
        L = about_z(2 * math.pi / 7)
        L[entry] += size * tolerances.OTHERS
        assert generates(rotation_of(L, 7), 7) is counts


def test_the_identity_generates_nothing_but_itself():
    still = torch.zeros(3, 3)
    assert not generates(rotation_of(still, 7), 7)
    assert generates(rotation_of(still, 1), 1)


def discovery(L, last):
    bases = torch.stack([torch.zeros(3, 3).double(), L])[:, None]
    return Discovery(
        algebra=LieAlgebra(L[None]),
        last=LieAlgebra(last[None]),
        bases=bases,
        history=torch.tensor([[0.6, 1.0, 0.0], [0.7, 1.0, 0.0]]),
        support=torch.eye(3).numpy(),
        discriminator_advantage=None,
        seconds=1.0,
        seed=100,
        config=GameConfig(),
    )


def test_a_discovery_is_judged_by_its_averaged_and_by_its_last_basis():
    step = 2 * math.pi / 7
    metrics, arrays = cyclic_metrics(discovery(about_z(3 * step), about_z(1.5 * step)), 7)
    assert metrics["success"] is True
    assert metrics["success_last"] is False
    assert (metrics["k"], metrics["epochs"]) == (3, 2)
    assert metrics["steps_last"] == pytest.approx(1.5)
    assert metrics["norm"] == pytest.approx(3 * step * math.sqrt(2))
    assert arrays["curve"] == pytest.approx([0, 3])
    assert arrays["discriminator_curve"] == pytest.approx([0.6, 0.7])


def group(order, L, of_orders=None, refined=True):
    ended = torch.stack([about_z(0.0), L])[None]
    search = Search(ended, torch.tensor([0.69, 0.7]), 1.0)
    return RotationGroup(
        searched=search,
        refined=search if refined else None,
        e_values=EValues(
            axis=about_z(1.0),
            of_games=torch.tensor([30.0, -2.0]) if refined else torch.zeros(0),
            winners=(1,) if refined else (),
            of_orders=of_orders or {},
            order=order,
            L=L,
        ),
        seconds=2.0,
        seed=100,
        config=SETTINGS,
    )


def test_a_group_is_judged_by_its_order_and_by_its_step():
    found = group(7, about_z(2 * math.pi / 7), {7: -3.0, 14: 25.0, 5: 99.0})
    metrics, arrays = rotation_group_metrics(found, 7)
    assert metrics["success"] is True
    assert (metrics["order"], metrics["log_e"], metrics["weakest"]) == (7, -3.0, 25.0)
    assert metrics["confidence"] == pytest.approx(1 - math.exp(-25))
    assert (metrics["winners"], metrics["games"]) == (1, 2)
    assert arrays["refined"] == arrays["searched"] == pytest.approx([0, 1])
    assert arrays["losses"] == pytest.approx([0.69, 0.7])
    assert arrays["course"] == [pytest.approx([0, 1])]
    assert arrays["winning_games"] == [1]
    assert arrays["log_e_of_orders"] == pytest.approx([-3.0, 25.0, 99.0])


@pytest.mark.parametrize("order", [1, 6, 14])
def test_another_order_than_the_truth_is_no_success(order):
    metrics, _ = rotation_group_metrics(group(order, about_z(2 * math.pi / 7)), 7)
    assert metrics["success"] is False


def test_the_right_order_with_a_wrong_turn_is_no_success():
    metrics, _ = rotation_group_metrics(group(7, about_z(1.2 * 2 * math.pi / 7)), 7)
    assert metrics["success"] is False


def test_without_a_symmetry_the_answer_is_that_there_is_none():
    nothing = group(1, about_z(0.0), {2: 80.0, 3: 60.0}, refined=False)
    metrics, arrays = rotation_group_metrics(nothing, 1)
    assert metrics["success"] is True
    assert (metrics["log_e"], metrics["weakest"], metrics["winners"]) == (None, 60.0, 0)
    assert arrays["refined"] == arrays["losses"] == arrays["log_e_of_games"] == []
    claimed, _ = rotation_group_metrics(group(2, about_z(math.pi)), 1)
    assert claimed["success"] is False

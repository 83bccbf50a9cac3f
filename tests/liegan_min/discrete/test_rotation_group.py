"""The parts of the search for a group of turns, against plain algebra."""

import math

import numpy as np
import pytest
import scipy.linalg
import torch
from hypothesis import given
from hypothesis import strategies as st

from liegan_book import experiments
from liegan_min.algebra import groups
from liegan_min.algebra.moments import kept_by_moments
from liegan_min.discrete import rotation_group, rotations
from liegan_min.discrete.rotation_group import EValues, RotationGroupConfig, implied
from liegan_min.discrete.rotations import lattice, powers
from liegan_min.game.pairs import as_pairs


def axis_of(seed):
    """A direction that closes at 2π, in a skewed so(3)."""
    rng = np.random.default_rng(seed)
    x = as_pairs(rng.normal(size=(30, 1, 3)) @ (rng.normal(size=(3, 3)) + 2 * np.eye(3))).x
    v = rng.normal(size=3)
    v = torch.from_numpy(v / np.linalg.norm(v))
    return torch.einsum("a,aij->ij", v, kept_by_moments(x).basis)


signed = st.floats(0.3, 6) | st.floats(-6, -0.3)


@given(st.integers(0, 100), st.lists(signed, min_size=1, max_size=5))
def test_the_axis_of_turns_is_what_they_share(seed, angles):
    axis = axis_of(seed)
    L = torch.tensor(angles, dtype=torch.float64)[:, None, None] * axis
    found = rotations.axis_of(L)
    assert min(float((found - sign * axis).norm()) for sign in (-1, 1)) < 1e-6
    closed = scipy.linalg.expm(2 * math.pi * found.numpy())
    np.testing.assert_allclose(closed, np.eye(3), atol=1e-6)


@given(st.integers(0, 100))
def test_an_axis_points_to_the_positive_side_whatever_the_turns_do(seed):
    for L in (axis_of(seed)[None], -axis_of(seed)[None]):
        axis = rotations.axis_of(L)
        along = [float((axis * R).sum()) for R in groups.so(3).basis]
        assert max(along, key=abs) > 0


def test_one_turn_about_another_axis_does_not_sway_many():
    L = torch.stack([a * groups.so(3).basis[2] for a in (1.0, -1.0, 2.0, 0.9, -5.0)])
    L = torch.cat([L, 3 * groups.so(3).basis[:1]])
    torch.testing.assert_close(rotations.axis_of(L), groups.so(3).basis[2])


@given(st.integers(0, 100), st.lists(st.integers(-10, 10), min_size=1, max_size=4))
def test_powers_are_products(seed, exponents):
    L = axis_of(seed)
    g = scipy.linalg.expm(L.numpy())
    expected = np.stack([np.linalg.matrix_power(g, w) for w in exponents])
    np.testing.assert_allclose(powers(L, exponents), expected, atol=1e-8)


@given(
    st.sampled_from([3, 5, 7, 12]),
    st.lists(st.integers(-6, 6), min_size=1, max_size=9).filter(any),
    st.integers(0, 100),
)
def test_the_spacing_of_a_lattice_is_found_through_noise(order, ks, seed):
    axis = axis_of(seed)
    spacing = 2 * math.pi / order * axis
    rng = np.random.default_rng(seed)
    noise = 0.02 * torch.from_numpy(rng.normal(size=(len(ks), 3, 3)))
    k = torch.tensor(ks, dtype=torch.float64)
    L = k[:, None, None] * spacing + noise
    found = lattice(L, axis, order)
    expected, *_ = np.linalg.lstsq(k[:, None].numpy(), L.flatten(1).numpy(), rcond=None)
    np.testing.assert_allclose(found.numpy().ravel(), expected[0], atol=1e-9)
    # The more steps a turn takes, the better it tells the size of one.
    assert (found - spacing).norm() < 5 * 0.02 * 3 / k.norm()


@pytest.mark.parametrize(
    ("off", "kept"), [(0.09, True), (-0.09, True), (0.11, False), (-0.11, False), (0.5, False)]
)
def test_a_turn_between_the_points_of_a_lattice_is_left_out(off, kept):
    axis = groups.so(3).basis[2]
    steps = torch.tensor([1.0, 2.0 + off], dtype=torch.float64)
    step = 2 * math.pi / 7
    L = steps[:, None, None] * step * axis
    found = lattice(L, axis, 7)
    expected = (1 + 2 * (2 + off)) / 5 if kept else 1.0
    torch.testing.assert_close(found, expected * step * axis)
    torch.testing.assert_close(lattice(L, axis, 7, near=abs(off) - 0.01), step * axis)


def test_a_lattice_of_nothing_is_0():
    axis = groups.so(3).basis[2]
    for L in (torch.zeros(0, 3, 3), torch.zeros(2, 3, 3)):
        assert torch.equal(lattice(L.double(), axis, 7), torch.zeros(3, 3).double())


def test_the_last_matrix_of_each_game_that_moves():
    sizes = torch.tensor([[1.0, 2.0, 0.0], [0.5, 0.0, 0.1], [0.1, 0.0, 0.0]])
    bases = sizes[..., None, None] * groups.so(3).basis[2].float()
    found = rotation_group._last_moving(bases)
    assert found[:, 1, 0].tolist() == [0.5, 2.0]
    assert rotation_group._last_moving(bases[-1:]).shape == (0, 3, 3)


def group(order, against, winners=()):
    return EValues(order=order, of_orders=against, winners=winners)


logs = st.floats(-50, 50)


@given(st.dictionaries(st.integers(2, 24), logs, min_size=1), st.data())
def test_what_refutes_a_subgroup_refutes_the_group(against, data):
    n = data.draw(st.sampled_from(sorted(against)))
    e = implied(against, n)
    asked = [d for d in against if n // d * d == n]
    assert all(e >= against[d] for d in asked)
    assert e in [against[d] for d in asked]


def test_the_confidence_is_that_no_finer_group_keeps_the_law():
    bets = {2: 9.0, 3: -1.0, 4: 50.0, 6: 4.0, 9: 3.0, 10: 0.5}
    assert group(3, bets).weakest == 3.0  # C_9: with C_6 goes C_2
    assert group(3, bets).confidence == pytest.approx(1 - math.exp(-3))
    assert group(3, bets | {9: 12.0}).weakest == 9.0
    assert group(1, bets | {3: 2.0}).weakest == 2.0  # not 0.5: with C_10 goes C_2
    assert group(1, bets | {3: 2.0}).confidence == pytest.approx(1 - math.exp(-2))
    assert group(2, {2: -3.0, 4: -7.0}).weakest == -3.0
    assert group(2, {2: -3.0, 4: -7.0}).confidence == 0
    assert group(6, bets).weakest is group(6, bets).confidence is None


def test_without_a_question_or_with_bets_that_contradict_each_other_there_is_no_confidence():
    assert group(1, {}).confidence is None
    against = {2: 9.0, 3: 8.0}
    assert group(1, against).confidence == pytest.approx(1 - math.exp(-8))
    assert group(1, against, winners=(0,)).weakest == 8.0
    assert group(1, against, winners=(0,)).confidence is None
    assert group(2, against | {4: 7.0}, winners=(0,)).confidence == pytest.approx(1 - math.exp(-9))


def test_the_chance_of_an_error_is_one_in_a_hundred_unless_told():
    settings = experiments.settings("cyclic", "liegan-restarts", "paper")
    assert RotationGroupConfig(search=settings.search, refine=settings.refine).alpha == 0.01

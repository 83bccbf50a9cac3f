"""The one rule: distances and shares against analytic turns, and what it lets pass."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from liegan_book.baselines.transformations import Shares, angles, distance, shares
from liegan_min.algebra import groups
from liegan_min.base import tolerances
from liegan_min.base.errors import InputError

R_Z = groups.so(3).basis[2]
EYE = torch.eye(3, dtype=torch.float64)


def turns(*degrees, axis=(0.0, 0.0, 1.0)):
    axis = torch.tensor(axis, dtype=torch.float64)
    vectors = torch.deg2rad(torch.tensor(degrees, dtype=torch.float64))[:, None] * axis
    return torch.from_numpy(Rotation.from_rotvec(vectors.numpy()).as_matrix())


def span(low, high, step=0.5):
    return turns(*torch.arange(low, high + step / 2, step).tolist())


@given(st.floats(-180, 180), st.floats(-180, 180))
def test_two_turns_about_one_axis_are_a_chord_apart(a, b):
    chord = 2 * abs(math.sin(math.radians(a - b) / 2))
    assert float(distance(turns(a), turns(b))) == pytest.approx(chord, abs=1e-12)


@given(st.integers(0, 2**31))
def test_the_distance_does_not_depend_on_the_frame(seed):
    g, s = torch.randn(2, 4, 3, 3, generator=torch.Generator().manual_seed(seed)).double()
    Q = torch.from_numpy(Rotation.random(rng=seed).as_matrix())
    torch.testing.assert_close(distance(Q @ g @ Q.T, Q @ s @ Q.T), distance(g, s))


def test_each_draw_is_held_against_each_member():
    g, s = torch.randn(2, 5, 3, 3, generator=torch.Generator().manual_seed(0))
    expected = [[float((a - b).double().norm()) / 2**0.5 for b in s[:3]] for a in g]
    torch.testing.assert_close(
        distance(g, s[:3]), torch.tensor(expected, dtype=torch.float64), rtol=1e-6, atol=0
    )


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_draw_that_is_not_finite_is_near_nothing(bad):
    g = torch.stack([EYE, EYE * bad])
    assert distance(g, EYE[None]).flatten().tolist() == [0, math.inf]
    assert shares(g, EYE[None]) == (0.5, 1.0)


def test_a_set_is_itself():
    S = span(-45, 45)
    assert shares(S, S) == (1, 1)
    assert shares(S, S).success


def test_a_part_is_valid_and_does_not_cover():
    found = shares(span(-20, 20), span(-45, 45))
    reach = 20 + math.degrees(2 * math.asin(tolerances.NEAR / 2))
    assert found.valid == 1
    assert found.covered == pytest.approx(reach / 45, abs=0.01)
    assert not found.success


def test_too_much_covers_and_is_not_valid():
    found = shares(span(-90, 90), span(-45, 45))
    reach = 45 + math.degrees(2 * math.asin(tolerances.NEAR / 2))
    assert found.covered == 1
    assert found.valid == pytest.approx(reach / 90, abs=0.01)
    assert not found.success


def test_the_identity_is_no_group():
    assert not shares(EYE[None], turns(0, 120, 240)).success


@pytest.mark.parametrize(
    ("found", "success"),
    [((0.95, 0.95), True), ((0.949, 1.0), False), ((1.0, 0.949), False), ((1.0, 1.0), True)],
)
def test_both_shares_decide(found, success):
    assert Shares(*found).success is success


@given(st.floats(-179, 179), st.floats(0.1, 10))
def test_the_angle_of_a_turn_is_read_off_whatever_its_size(angle, size):
    assert float(angles(size * turns(angle), R_Z)) == pytest.approx(angle, abs=1e-9)


def test_the_angle_is_that_of_the_nearest_turn():
    g = torch.randn(20, 3, 3, generator=torch.Generator().manual_seed(1)).double()
    grid = torch.arange(-180, 180, 0.1).tolist()
    nearest = torch.tensor(grid)[distance(g, turns(*grid)).argmin(1)].double()
    off = (angles(g, R_Z) - nearest + 180) % 360 - 180
    assert off.abs().max() < 0.06


@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 2), (0, 3, 3)])
def test_what_is_no_stack_of_matrices_is_refused(shape):
    with pytest.raises(InputError, match=r"^g must be square matrices, \(m, k, k\), with m >= 1"):
        distance(torch.zeros(shape), EYE[None])
    with pytest.raises(InputError, match=r"^s must be square matrices"):
        distance(EYE[None], torch.zeros(shape))


def test_matrices_on_different_spaces_are_refused():
    with pytest.raises(InputError, match=r"^g acts on R\^3 and s on R\^2; compare like with like$"):
        distance(EYE[None], torch.eye(2)[None])

"""A learned basis, read next to a known one: `LieAlgebra.canonical`."""

import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from liegan_min.algebra import groups
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.errors import InputError

TURN = groups.so(2).basis[0]
MIRROR = torch.tensor([[0.0, 1.0], [1.0, 0.0]], dtype=torch.float64)
STRETCH = torch.diag(torch.tensor([1.0, -1.0], dtype=torch.float64))

numbers = st.floats(-3, 3, allow_subnormal=False)


def arrays(*shape):
    size = math.prod(shape)
    return st.lists(numbers, min_size=size, max_size=size).map(lambda v: np.reshape(v, shape))


@pytest.mark.parametrize("seed", range(3))
def test_a_mixed_basis_of_so13_gives_back_the_boosts_and_the_rotations(mix, seed):
    so13 = groups.so13()
    read = mix(so13, seed).canonical(so13)
    torch.testing.assert_close(read.basis, so13.basis, rtol=0, atol=1e-12)
    assert read.name == "so(1,3)"


def test_room_for_more_does_not_change_what_is_there(mix):
    """Seven channels hold so(1,3) and the dilation; an eighth repeats one of them."""
    seven = groups.span_of(groups.so13(), groups.dilation(4))
    eight = LieAlgebra(torch.cat([mix(seven).basis, seven.basis[:1]]))
    for learned in (mix(seven), eight):
        read = learned.canonical(groups.so13())
        torch.testing.assert_close(read.basis, groups.so13().basis, rtol=0, atol=1e-12)


@given(arrays(3, 9), arrays(3, 3), arrays(2, 9))
def test_it_depends_on_the_span_alone(rows, mixing, like):
    assume(np.linalg.cond(rows) < 1e3)
    assume(np.linalg.cond(mixing) < 1e3)
    assume(np.abs(like).max() > 0)
    like = LieAlgebra(torch.from_numpy(like).reshape(2, 3, 3))
    one, other = (
        LieAlgebra(torch.from_numpy(r).reshape(3, 3, 3)).canonical(like).basis
        for r in (rows, mixing @ rows)
    )
    torch.testing.assert_close(one, other, rtol=0, atol=1e-8)


@given(arrays(3, 9), arrays(2, 9))
def test_it_is_the_solution_by_least_squares(rows, like):
    """The nearest element is Σ_j a_j L_j with a from the normal equations."""
    assume(np.linalg.cond(rows) < 1e3)
    coefficients = np.linalg.lstsq(rows.T, like.T, rcond=None)[0]
    read = LieAlgebra(torch.from_numpy(rows).reshape(3, 3, 3)).canonical(
        LieAlgebra(torch.from_numpy(like).reshape(2, 3, 3))
    )
    np.testing.assert_allclose(read.basis.reshape(2, 9), (rows.T @ coefficients).T, atol=1e-8)


@pytest.mark.parametrize("angle", [0.0, 0.3, 1.0, 1.5])
def test_a_matrix_outside_the_span_comes_out_short_by_the_cosine(angle):
    tilted = LieAlgebra((math.cos(angle) * TURN + math.sin(angle) * MIRROR)[None])
    read = groups.so(2).canonical(tilted).basis[0]
    torch.testing.assert_close(read, math.cos(angle) * TURN, rtol=0, atol=1e-15)
    back = tilted.canonical(groups.so(2)).basis[0]
    assert float(back.norm() / TURN.norm()) == pytest.approx(math.cos(angle))
    torch.testing.assert_close(back, math.cos(angle) * tilted.basis[0], rtol=0, atol=1e-15)


def test_a_matrix_at_a_right_angle_to_the_span_vanishes():
    read = groups.so(2).canonical(LieAlgebra(torch.stack([MIRROR, STRETCH, TURN])))
    torch.testing.assert_close(read.basis[:2], torch.zeros(2, 2, 2).double(), rtol=0, atol=1e-15)
    torch.testing.assert_close(read.basis[2], TURN)


def test_signs_and_sizes_are_those_of_the_known_basis_not_of_the_learned(mix):
    doubled = LieAlgebra(-2 * groups.so(3).basis)
    read = LieAlgebra(50 * mix(groups.so(3)).basis).canonical(doubled)
    torch.testing.assert_close(read.basis, doubled.basis, rtol=0, atol=1e-12)


def test_different_spaces_are_refused():
    with pytest.raises(InputError, match=r"algebra on R\^3 with one on R\^4"):
        groups.so(3).canonical(groups.so13())


def test_a_basis_that_is_zero_has_no_nearest_element():
    with pytest.raises(InputError, match="the basis is zero"):
        LieAlgebra(torch.zeros(2, 3, 3)).canonical(groups.so(3))

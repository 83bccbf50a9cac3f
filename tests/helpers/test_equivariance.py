"""`assert_equivariant` lets through what is equivariant, and nothing else, however far g goes."""

import pytest
import torch
from torch import nn

from liegan_min.algebra import groups
from liegan_min.base import tolerances
from liegan_min.base.errors import InputError
from tests.helpers.equivariance import (
    assert_equivariant,
    copies,
    equivariance_error,
    invariant,
    vector,
)

ETA = torch.diag(torch.tensor([1.0, -1.0, -1.0, -1.0], dtype=torch.float64))
SO2, SO3, SO13 = groups.so(2), groups.so(3), groups.so13()
DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)


def length2(x):
    return (x * x).sum(-1, keepdim=True)


def mass2(x):
    return (x @ ETA.to(x) * x).sum(-1, keepdim=True)


def cross(x):
    return torch.linalg.cross(x[:, :3], x[:, 3:])


EQUIVARIANT = {
    "so(2) length": (length2, vector, invariant, SO2),
    "so(2) turn": (lambda x: x @ SO2.basis[0].to(x), vector, vector, SO2),
    "so(3) scaled": (lambda x: x * torch.tanh(length2(x)), vector, vector, SO3),
    "so(3) cross": (cross, copies(vector, 2), vector, SO3),
    "so(1,3) mass": (mass2, vector, invariant, SO13),
    "so(1,3) scaled": (lambda x: x * torch.tanh(mass2(x)), vector, vector, SO13),
    "constant": (lambda x: torch.ones(len(x), 1).to(x), vector, invariant, SO13),
}
NOT_EQUIVARIANT = {
    "so(2) one axis": (lambda x: x[:, :1], vector, invariant, SO2),
    "so(2) rectified": (torch.relu, vector, vector, SO2),
    "so(3) shifted": (lambda x: x + 1, vector, vector, SO3),
    "so(3) pseudo": (lambda x: x * torch.tensor([1, 1, -1]).to(x), vector, vector, SO3),
    "so(1,3) energy": (lambda x: x[:, :1], vector, invariant, SO13),
    "so(1,3) euclid": (length2, vector, invariant, SO13),
    "so(1,3) constant": (torch.ones_like, vector, vector, SO13),
}


def cases(table):
    return pytest.mark.parametrize("case", table.values(), ids=table.keys())


@DTYPES
@pytest.mark.parametrize("size", [0.1, 3.0, 8.0])
@cases(EQUIVARIANT)
def test_an_equivariant_function_passes_at_any_size_of_g(case, size, dtype):
    assert_equivariant(*case, size=size, dtype=dtype)


@DTYPES
@pytest.mark.parametrize("size", [0.1, 3.0, 12.0])
@cases(NOT_EQUIVARIANT)
def test_another_function_fails_at_any_size_of_g(case, size, dtype):
    with pytest.raises(AssertionError, match="not equivariant"):
        assert_equivariant(*case, size=size, dtype=dtype)


def test_large_boosts_are_judged_by_their_size_not_by_the_number_they_leave():
    x = torch.randn(8, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    w = torch.tensor([[14.0, 0, 0, 0, 0, 0]] * 8, dtype=torch.float64)
    moved = x @ SO13.exp(w)[0].T
    absolute = (mass2(moved) - mass2(x)).abs().max()
    assert absolute > 1e-6  # what a bare comparison would see, and call a failure
    assert_equivariant(mass2, vector, invariant, SO13, x=x, w=w)


@pytest.mark.parametrize("size", [1.0, 10.0])
def test_a_fault_that_does_not_grow_with_g_is_seen_all_the_same(size):
    def nearly(x):
        return mass2(x) + 1e-6 * torch.tanh(x[:, :1])

    with pytest.raises(AssertionError, match="not equivariant"):
        assert_equivariant(nearly, vector, invariant, SO13, size=size)


@pytest.mark.parametrize("fault", [1e-3, 1e-6])
def test_the_error_is_in_proportion_to_the_fault(fault):
    def nearly(x):
        return mass2(x) + fault * length2(x)

    error = equivariance_error(nearly, vector, invariant, SO13).max()
    assert 0.01 * fault < error < fault


def test_multiplying_f_by_a_number_changes_nothing():
    one = equivariance_error(torch.relu, vector, vector, SO3)
    many = equivariance_error(lambda x: 1e6 * torch.relu(x), vector, vector, SO3)
    torch.testing.assert_close(one, many)


def test_several_vectors_a_sample_share_their_g():
    x = torch.randn(10, 5, 3, generator=torch.Generator().manual_seed(0))
    mean, first = (lambda x: x.mean(1, keepdim=True)), (lambda x: x[..., :1])
    assert_equivariant(mean, vector, vector, SO3, x=x)
    with pytest.raises(AssertionError):
        assert_equivariant(first, vector, invariant, SO3, x=x)


def test_a_module_may_need_gradients_inside():
    def force(x):
        x = x.detach().requires_grad_()
        return torch.autograd.grad((length2(x) ** 2).sum(), x)[0]

    assert_equivariant(force, vector, vector, SO3)


def test_a_network_of_invariants_passes_and_a_plain_one_does_not():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1)).double()
    plain = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 4)).double()
    assert_equivariant(lambda x: net(mass2(x)) * x, vector, vector, SO13)
    with pytest.raises(AssertionError):
        assert_equivariant(plain, vector, vector, SO13)


def test_what_is_zero_on_both_sides_has_no_error():
    error = equivariance_error(torch.zeros_like, vector, vector, SO3)
    assert torch.equal(error, torch.zeros_like(error))


def test_copies_are_block_diagonal():
    g = SO3.exp(torch.eye(3, dtype=torch.float64))
    for block, one in zip(copies(vector, 2)(g), g, strict=True):
        assert torch.equal(block, torch.block_diag(one, one))


def test_sizes_of_g_are_spread_up_to_the_largest_and_a_seed_decides_them():
    first, again, other = (
        equivariance_error(torch.relu, vector, vector, SO3, seed=s) for s in (0, 0, 1)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert first.shape == (32,)


def test_the_message_says_under_what_where_and_how_much():
    with pytest.raises(AssertionError) as failure:
        assert_equivariant(torch.relu, vector, vector, SO3, tolerance=1e-3)
    for part in ("under so(3)", "at sample", "above 0.001", "of 32 samples"):
        assert part in str(failure.value)


def test_a_result_that_is_not_a_number_fails():
    with pytest.raises(AssertionError, match="not equivariant"):
        assert_equivariant(lambda x: x / 0 * 0, vector, vector, SO3)


def test_the_default_tolerance_is_the_named_one():
    def nearly(x):
        return length2(x) + 100 * tolerances.EQUIVARIANCE[torch.float64] * x[:, :1]

    with pytest.raises(AssertionError, match="above 1e-11"):
        assert_equivariant(nearly, vector, invariant, SO2)
    assert_equivariant(nearly, vector, invariant, SO2, tolerance=1e-8)


def test_an_output_that_rho_out_does_not_act_on_is_refused():
    with pytest.raises(InputError, match=r"f returned shape \(32, 1\), but rho_out acts on"):
        assert_equivariant(length2, vector, vector, SO3)


def test_an_input_that_rho_in_does_not_act_on_is_refused():
    with pytest.raises(InputError, match="x must end in the 3 numbers that rho_in acts on"):
        assert_equivariant(torch.relu, vector, vector, SO3, x=torch.ones(5, 4))


def test_coefficients_for_another_number_of_samples_are_refused():
    with pytest.raises(InputError, match="w has 2 rows and x has 5"):
        assert_equivariant(torch.relu, vector, vector, SO3, x=torch.ones(5, 3), w=torch.ones(2, 3))

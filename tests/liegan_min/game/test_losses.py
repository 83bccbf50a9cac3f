"""The terms of the game against closed forms and slow versions in float64."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from liegan_min.algebra import groups
from liegan_min.game import losses

logits = st.lists(st.floats(-30, 30), min_size=1, max_size=6)


def sigma(s):
    return 1 / (1 + np.exp(-np.asarray(s)))


def tensor(v):
    return torch.tensor(v, dtype=torch.float64)


@given(logits, logits)
def test_the_discriminators_loss_is_the_binary_cross_entropy_of_probabilities(real, moved):
    slow = -(np.log(sigma(real)).mean() + np.log(sigma(np.negative(moved))).mean()) / 2
    assert float(losses.discriminator_loss(tensor(real), tensor(moved))) == pytest.approx(
        slow, rel=1e-9
    )


@given(logits)
def test_the_generators_loss_is_minus_log_of_the_probability_of_real(moved):
    slow = -np.log(sigma(moved)).mean()
    assert float(losses.generator_loss(tensor(moved))) == pytest.approx(slow, rel=1e-9)


def test_a_discriminator_that_cannot_tell_scores_log_2():
    undecided = torch.zeros(5)
    assert float(losses.discriminator_loss(undecided, undecided)) == pytest.approx(math.log(2))
    assert float(losses.generator_loss(undecided)) == pytest.approx(math.log(2))


@pytest.mark.parametrize("s", [-1000.0, 1000.0])
def test_losses_stay_finite_where_probabilities_would_be_0_or_1(s):
    assert float(losses.generator_loss(torch.tensor([s]))) == pytest.approx(max(0.0, -s))
    assert math.isfinite(losses.discriminator_loss(torch.tensor([s]), torch.tensor([-s])))


@pytest.mark.parametrize("angle", [0.0, 0.3, math.pi / 2, 2.0, math.pi])
def test_the_cosine_of_a_rotation_is_that_of_its_angle(angle, rng):
    x = torch.from_numpy(rng.normal(size=(50, 3, 2)))
    g = groups.so(2).exp(torch.tensor([angle], dtype=torch.float64))
    assert float(losses.cosine(x @ g.T, x)) == pytest.approx(abs(math.cos(angle)), abs=1e-12)


def test_the_cosine_is_the_size_of_the_mean_not_the_mean_of_the_sizes():
    x = tensor([[1.0, 0.0], [1.0, 0.0]])
    assert float(losses.cosine(tensor([[1.0, 0.0], [-1.0, 0.0]]), x)) == 0


def test_the_cosine_does_not_see_the_length_of_a_vector(rng):
    x = torch.from_numpy(rng.normal(size=(50, 4)))
    assert float(losses.cosine(3 * x, x)) == pytest.approx(1)


@given(seed=st.integers(0, 2**31 - 1), size=st.floats(1e-3, 1e3))
def test_the_closed_gradient_of_the_cosine_is_that_of_autograd(seed, size):
    rng = torch.Generator().manual_seed(seed)
    x = torch.randn(6, 2, 3, generator=rng, dtype=torch.float64)
    gx = size * torch.randn(6, 2, 3, generator=rng, dtype=torch.float64)
    gx.requires_grad_()
    slow = losses.cosine(gx, x)
    (gradient,) = torch.autograd.grad(slow, gx)
    value, pull = losses.cosine_pull(gx.detach(), x)
    torch.testing.assert_close(value, slow.detach())
    torch.testing.assert_close(pull, gradient, rtol=1e-9, atol=1e-12 / size)


def test_a_vector_of_length_zero_has_no_direction_to_pull_in():
    x = tensor([[1.0, 0.0], [1.0, 0.0]])
    value, pull = losses.cosine_pull(tensor([[0.0, 0.0], [2.0, 0.0]]), x)
    assert float(value) == pytest.approx(0.5)
    assert torch.isfinite(pull).all()


def test_the_correlation_agrees_with_a_loop_over_pairs(rng):
    L = torch.from_numpy(rng.normal(size=(4, 3, 3)))
    slow = 0.0
    for i in range(4):
        for j in range(i):
            slow += 3 * abs(float((L[i] * L[j]).sum() / (L[i].norm() * L[j].norm())))
    assert float(losses.correlation(L)) == pytest.approx(slow, rel=1e-12)


@pytest.mark.parametrize("algebra", [groups.so(2), groups.so(3), groups.so13()], ids=str)
def test_orthogonal_channels_are_not_correlated(algebra):
    assert float(losses.correlation(algebra.basis)) == 0


def test_a_channel_that_repeats_another_costs_k():
    L = groups.so13().basis[:1]
    assert float(losses.correlation(torch.cat([L, -5 * L]))) == pytest.approx(4)


@pytest.mark.parametrize("p", [1.0, 2.0, 3.0])
def test_the_norm_is_taken_over_all_entries(p, rng):
    L = rng.normal(size=(2, 3, 3))
    slow = (np.abs(L) ** p).sum() ** (1 / p)
    assert float(losses.norm(torch.from_numpy(L), p)) == pytest.approx(slow, rel=1e-12)

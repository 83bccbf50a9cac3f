"""The coefficient distributions γ_β: moments, ranges, seeds, and gradients."""

import math

import numpy as np
import pytest
import scipy.stats
import torch
from hypothesis import given
from hypothesis import strategies as st

from liegan_min.base.errors import InputError
from liegan_min.game.coefficients import IntegerGrid, Normal, Uniform

N = 20_000
KINDS = [Normal, Uniform, IntegerGrid]


def draws(distribution, n=N, seed=0):
    w = distribution.sample(n, torch.Generator().manual_seed(seed))
    return w.detach().double().numpy()


def test_normal_coefficients_are_normal():
    w = draws(Normal(2, scale=3.0))
    assert w.shape == (N, 2)
    for channel in w.T:
        assert scipy.stats.kstest(channel, scipy.stats.norm(0, 3).cdf).pvalue > 1e-4
    assert abs(np.corrcoef(w.T)[0, 1]) < 5 / np.sqrt(N)


def test_uniform_coefficients_are_uniform():
    w = draws(Uniform(2, low=-1.0, high=4.0))
    for channel in w.T:
        assert scipy.stats.kstest(channel, scipy.stats.uniform(-1, 5).cdf).pvalue > 1e-4
    assert abs(np.corrcoef(w.T)[0, 1]) < 5 / np.sqrt(N)


@pytest.mark.parametrize("learnable", [False, True])
def test_grid_coefficients_are_integers_and_equally_likely(learnable):
    w = draws(IntegerGrid(1, -3, 4, learnable=learnable))[:, 0]
    values, counts = np.unique(w.round(4), return_counts=True)
    assert values.tolist() == list(range(-3, 5))
    assert scipy.stats.chisquare(counts).pvalue > 1e-4


def test_a_learned_grid_is_drawn_with_its_probabilities():
    grid = IntegerGrid(1, -1, 1, learnable=True)
    with torch.no_grad():
        grid.logits.copy_(torch.tensor([[0.2, 0.5, 0.3]]).log() + 7)
    _, counts = np.unique(draws(grid).round(4), return_counts=True)
    assert scipy.stats.chisquare(counts, N * np.array([0.2, 0.5, 0.3])).pvalue > 1e-4


def test_a_learned_normal_may_correlate_its_channels():
    normal = Normal(2, learnable=True)
    S, m = torch.tensor([[2.0, 1.0], [0.0, 0.5]]), torch.tensor([3.0, -1.0])
    with torch.no_grad():
        normal.scale.copy_(S)
        normal.mean.copy_(m)
    w = draws(normal)
    assert np.allclose(np.cov(w.T), (S.T @ S).numpy(), atol=0.2)
    assert np.allclose(w.mean(0), m, atol=0.1)


@given(st.floats(-10, 10), st.floats(0.01, 10), st.integers(0, 100))
def test_uniform_coefficients_stay_in_their_range(low, width, seed):
    w = draws(Uniform(1, low, low + width), 100, seed)
    slack = 1e-5 * (abs(low) + width)
    assert low - slack <= w.min() <= w.max() <= low + width + slack


@given(st.integers(-20, 20), st.integers(1, 20), st.integers(0, 100))
def test_grid_coefficients_stay_on_their_grid(low, width, seed):
    w = draws(IntegerGrid(2, low, low + width), 100, seed)
    assert np.isin(w, np.arange(low, low + width + 1)).all()


def test_the_range_of_a_uniform_is_what_was_asked_for():
    low, high = Uniform(2, -1.0, 4.0).range
    torch.testing.assert_close(low, torch.full((2,), -1.0))
    torch.testing.assert_close(high, torch.full((2,), 4.0))


def test_a_learned_range_cannot_turn_around():
    uniform = Uniform(1, learnable=True)
    with torch.no_grad():
        uniform.log_half.fill_(-20.0)
    low, high = uniform.range
    assert 0 <= high - low < 1e-6


def test_the_default_grid_is_that_of_the_poster():
    assert IntegerGrid().grid.tolist() == list(range(-10, 10))


@given(st.integers(-20, 20), st.integers(1, 20), st.booleans(), st.integers(0, 100))
def test_a_grid_without_0_never_leaves_the_data_as_it_is(low, width, learnable, seed):
    grid = IntegerGrid(2, low, low + width, learnable, zero=False)
    w = draws(grid, 100, seed).round(4)
    assert np.isin(w, [n for n in range(low, low + width + 1) if n]).all()
    assert grid.logits.shape == (2, len(grid.grid))


@pytest.mark.parametrize("learnable", [False, True])
def test_the_rest_of_a_grid_without_0_is_equally_likely(learnable):
    w = draws(IntegerGrid(1, -2, 3, learnable=learnable, zero=False))[:, 0]
    values, counts = np.unique(w.round(4), return_counts=True)
    assert values.tolist() == [-2, -1, 1, 2, 3]
    assert scipy.stats.chisquare(counts).pvalue > 1e-4


def test_a_grid_without_0_that_never_held_it_is_the_same_grid():
    assert IntegerGrid(low=2, high=4, zero=False).grid.tolist() == [2, 3, 4]
    assert IntegerGrid(low=5, high=5, zero=False).grid.tolist() == [5]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("learnable", [False, True])
def test_a_seed_decides_the_draw(kind, learnable):
    distribution = kind(3, learnable=learnable)
    assert np.array_equal(draws(distribution, 10, 1), draws(distribution, 10, 1))
    assert not np.array_equal(draws(distribution, 10, 1), draws(distribution, 10, 2))


@pytest.mark.parametrize("kind", KINDS)
def test_a_draw_leaves_the_global_generator_alone(kind):
    before = torch.get_rng_state()
    draws(kind(2), 10)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_is_learnable_asks_for_a_gradient(kind):
    assert not any(p.requires_grad for p in kind(2).parameters())
    assert all(p.requires_grad for p in kind(2, learnable=True).parameters())
    assert not kind(2).sample(3, torch.Generator()).requires_grad


def test_gradients_of_a_normal_are_those_of_w_equal_z_times_s_plus_m():
    normal = Normal(2, scale=3.0, learnable=True)
    w = normal.sample(50, torch.Generator().manual_seed(0))
    z = w.detach() / 3
    (w**2).sum().backward()
    torch.testing.assert_close(normal.scale.grad, z.T @ (2 * w.detach()), rtol=1e-4, atol=1e-3)
    torch.testing.assert_close(normal.mean.grad, 2 * w.detach().sum(0), rtol=1e-4, atol=1e-3)


def test_gradients_of_a_uniform_are_those_of_its_ends():
    uniform = Uniform(1, -1.0, 4.0, learnable=True)
    w = uniform.sample(50, torch.Generator().manual_seed(0))
    (w**2).sum().backward()
    w = w.detach()
    share = (w + 1) / 5  # w = low + (high - low) share
    d_low, d_high = (2 * w * (1 - share)).sum(0), (2 * w * share).sum(0)
    torch.testing.assert_close(uniform.centre.grad, d_low + d_high, rtol=1e-4, atol=1e-3)
    torch.testing.assert_close(uniform.log_half.grad, 2.5 * (d_high - d_low), rtol=1e-4, atol=1e-3)


def test_the_gradient_of_a_grid_points_to_the_integers_that_lower_the_loss():
    grid = IntegerGrid(1, -2, 2, learnable=True)
    w = grid.sample(5000, torch.Generator().manual_seed(0))
    w.mean().backward()
    downhill = -grid.logits.grad[0]
    assert (downhill.diff() < 0).all()
    assert float(downhill.sum()) == pytest.approx(0, abs=1e-4)


def test_a_learned_grid_finds_the_integer_that_the_loss_wants():
    grid = IntegerGrid(1, -3, 3, learnable=True)
    optimiser, rng = torch.optim.Adam(grid.parameters(), lr=0.1), torch.Generator().manual_seed(0)
    for _ in range(150):
        optimiser.zero_grad()
        ((grid.sample(64, rng) - 2) ** 2).mean().backward()
        optimiser.step()
    assert int(grid.grid[grid.logits.argmax()]) == 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("channels", [0, -1])
def test_fewer_than_one_channel_is_refused(kind, channels):
    with pytest.raises(InputError, match=f"channels must be at least 1, not {channels}"):
        kind(channels)


@pytest.mark.parametrize("scale", [0.0, -1.0, math.nan, math.inf])
def test_a_scale_that_is_not_positive_is_refused(scale):
    with pytest.raises(InputError, match="scale must be a positive number"):
        Normal(scale=scale)


@pytest.mark.parametrize(("low", "high"), [(1, 1), (2, 1), (math.nan, 1), (0, math.inf)])
def test_a_range_without_width_is_refused(low, high):
    with pytest.raises(InputError, match="low must be below high"):
        Uniform(low=low, high=high)


@pytest.mark.parametrize(("low", "high"), [(0, 0), (2, 1), (0, -1)])
@pytest.mark.parametrize("zero", [True, False])
def test_a_grid_without_a_number_but_0_is_refused(low, high, zero):
    with pytest.raises(InputError, match=f"the grid {low} … {high} holds no integer but 0"):
        IntegerGrid(low=low, high=high, zero=zero)


@pytest.mark.parametrize(("low", "high"), [(-1.5, 1), (-1, 1.5), (0.25, 0.75), (0, math.inf)])
@pytest.mark.parametrize("zero", [True, False])
def test_a_grid_with_ends_that_are_not_whole_is_refused(low, high, zero):
    with pytest.raises(InputError, match=f"integer grid needs whole ends, not {low} and {high}"):
        IntegerGrid(low=low, high=high, zero=zero)


def test_a_whole_end_may_be_a_float():
    assert IntegerGrid(low=-1.0, high=2.0).grid.tolist() == [-1, 0, 1, 2]

"""Discriminators on waves: one by one in float64, who sees what, and that they see fine teeth."""

import math

import pytest
import scipy.stats
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from liegan_book.datasets import cyclic
from liegan_min.base.errors import InputError
from liegan_min.base.seeding import seeded
from liegan_min.game.discriminator import SLOPE, Discriminator
from liegan_min.game.fourier import FourierDiscriminators, Waves
from liegan_min.game.losses import discriminator_loss


def discriminators(stack=3, inputs=4, hidden=(6, 5), seed=0, **how):
    with seeded(seed):
        made = FourierDiscriminators(stack, inputs, hidden, **how)
        for b in made.biases:  # at their start of 0 a wrong bias would not show
            b.data.normal_()
    return made


def alone(made, r, row):
    """The logit of discriminator r on one row of numbers, in float64, sum by sum."""

    def numbers(tensors):
        return [t[r].detach().double() for t in tensors]

    W, b = numbers(made.weights), numbers(made.biases)
    z = row.double() / made.scale.double()
    phase = torch.einsum("i,iw->w", z, made.waves[r].double())
    h = torch.cat([z, torch.sin(phase + math.pi / 2), torch.sin(phase)])
    half = W[0].shape[1] // 2
    factors = [
        torch.einsum("a,ab->b", h, W[0][:, part]) + b[0][0, part]
        for part in (slice(None, half), slice(half, None))
    ]
    h = torch.einsum("b,b->b", *factors)
    for layer in range(1, len(W) - 1):
        s = torch.einsum("a,ab->b", h, W[layer]) + b[layer][0]
        h = torch.where(s > 0, s, SLOPE * s)
    return torch.einsum("a,ab->b", h, W[-1])[0] + b[-1][0, 0]


@given(
    st.integers(1, 4),
    st.integers(1, 5),
    st.lists(st.integers(1, 7), min_size=1, max_size=3),
    st.integers(1, 9),
    st.integers(0, 100),
)
def test_a_stack_is_its_discriminators_one_by_one(stack, n, hidden, count, seed):
    made = discriminators(
        stack, 3, hidden, seed, waves=Waves(count=count), scale=torch.rand(3) + 0.5
    )
    x = torch.randn(n * stack, 1, 3, generator=torch.Generator().manual_seed(seed))
    expected = torch.stack([alone(made, i % stack, row) for i, row in enumerate(x.flatten(1))])
    torch.testing.assert_close(made(x).double(), expected, rtol=1e-4, atol=1e-4)


def test_y_stands_beside_x(torch_rng):
    made = discriminators(stack=2, inputs=2 * 3 + 2)
    x, y = torch.randn(6, 2, 3, generator=torch_rng), torch.randn(6, 2, generator=torch_rng)
    rows = torch.cat([x.reshape(6, 6), y], dim=1)
    expected = torch.stack([alone(made, i % 2, row) for i, row in enumerate(rows)])
    torch.testing.assert_close(made(x, y).double(), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("r", range(3))
def test_a_discriminator_hears_of_its_own_rows_and_weights_alone(torch_rng, r):
    made, n = discriminators(), 5
    x = torch.randn(n * 3, 1, 4, generator=torch_rng).requires_grad_()
    parameters = list(made.parameters())
    by_x, *by_weights = torch.autograd.grad(made(x).view(n, 3)[:, r].sum(), [x, *parameters])
    by_discriminator = [by_x.view(n, 3, -1).transpose(0, 1), *by_weights]
    for slopes in by_discriminator:
        sizes = slopes.abs().flatten(1).sum(1)
        assert sizes[r] > 0
        assert sizes.count_nonzero() == 1


def test_each_row_of_a_discriminator_is_judged_by_itself(torch_rng):
    """No statistic of the batch is used."""
    made = discriminators()
    x = torch.randn(6 * 3, 1, 4, generator=torch_rng)
    torch.testing.assert_close(made(x)[6:9], made(x[6:9]), rtol=1e-5, atol=1e-5)


def test_the_waves_are_even_in_the_logarithm_and_in_direction():
    waves = Waves(count=2000, slowest=0.5, fastest=8.0)
    seen = discriminators(stack=2, inputs=3, waves=waves).waves
    assert seen.shape == (2, 3, 2000)
    for one in seen:
        size = one.norm(dim=0)
        assert 0.4999 < size.min() < size.max() < 8.001
        uniform = (size / 0.5).log() / math.log(16)
        assert scipy.stats.kstest(uniform.numpy(), "uniform").pvalue > 1e-4
        # On a sphere in R³ each coordinate is uniform.
        for coordinate in one / size:
            flat = scipy.stats.uniform(-1, 2).cdf
            assert scipy.stats.kstest(coordinate.numpy(), flat).pvalue > 1e-4
    assert not torch.equal(seen[0], seen[1])


def test_the_waves_and_the_scale_are_not_learned():
    names = {name.split(".")[0] for name, _ in discriminators().named_parameters()}
    assert names == {"weights", "biases"}
    assert {"waves", "scale"} <= set(discriminators().state_dict())


def test_discriminators_start_undecided(torch_rng):
    with seeded(100):
        made = FourierDiscriminators(8, 4)
    s = made(torch.randn(8 * 200, 1, 4, generator=torch_rng)).detach()
    assert float(discriminator_loss(s, s)) == pytest.approx(math.log(2), abs=0.05)


def trained(discriminator, x, y, moved, steps=300, lr=5e-3):
    """Return the loss of a discriminator on the second half, trained on the first."""
    half, both = len(x) // 2, torch.cat([x, moved], dim=1)
    optimiser = torch.optim.Adam(discriminator.parameters(), lr=lr)
    rng = torch.Generator().manual_seed(0)

    def loss(rows):
        real, other = (discriminator(both[rows, i : i + 1], y[rows]) for i in (0, 1))
        return (F.softplus(-real) + F.softplus(other)).mean() / 2

    for _ in range(steps):
        optimiser.zero_grad()
        loss(torch.randint(half, (256,), generator=rng)).backward()
        optimiser.step()
    with torch.no_grad():
        return float(loss(torch.arange(half, len(x))))


def test_they_see_teeth_to_which_a_perceptron_is_blind():
    """Points turned by half a tooth of C_7: y no longer goes with x, if one looks closely."""
    made = cyclic.pairs(40_000, 7, seed=100)
    half = math.pi / 7
    c, s = math.cos(half), math.sin(half)
    g = torch.tensor([[c, -s, 0], [s, c, 0], [0, 0, 1]], dtype=torch.float32)
    with seeded(100):
        sharp = FourierDiscriminators(1, 4, (64, 64), scale=made.rms())
        blind = Discriminator(4, (64, 64), scale=made.rms())
    moved = made.x @ g.mT
    assert trained(sharp, made.x, made.y, moved) < 0.6
    assert trained(blind, made.x, made.y, moved) > 0.67


@pytest.mark.parametrize(
    "sizes",
    [
        {"stack": 0},
        {"inputs": 0},
        {"hidden": ()},
        {"hidden": (4, 0)},
        {"stack": -1},
    ],
)
def test_a_size_below_1_is_refused(sizes):
    given_ = {"stack": 2, "inputs": 3, "hidden": (4,)} | sizes
    message = (
        rf"^discriminators need sizes of at least 1 and a hidden layer: stack {given_['stack']}, "
        rf"inputs {given_['inputs']}, hidden \({', '.join(map(str, given_['hidden']))}"
    )
    with pytest.raises(InputError, match=message):
        FourierDiscriminators(**given_)


@pytest.mark.parametrize(
    ("field", "value"),
    [("count", 0), ("slowest", 0.0), ("fastest", -1.0), ("fastest", math.inf), ("speed", 1.0)],
)
def test_a_wrong_field_of_the_waves_is_named(field, value):
    with pytest.raises(InputError, match=rf"^{field}: .*\(got {value!r}\)"):
        Waves.of(**{field: value})


def test_waves_from_fast_to_slow_are_refused():
    with pytest.raises(InputError, match=r"slowest must not be above fastest, not 3.0 and 2.0"):
        Waves.of(slowest=3, fastest=2)
    assert Waves.of(slowest=3, fastest=3).count == 64

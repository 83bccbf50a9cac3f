"""The plain perceptron: what it computes, and that no symmetry comes with it."""

import pytest
import torch
from torch import nn

from liegan_book.baselines.mlp import MLP
from liegan_min.algebra import groups
from liegan_min.game.discriminator import perceptron
from tests.helpers.equivariance import copies, equivariance_error, vector

SO2 = groups.diagonal(groups.so(2), 4)


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def network(seed=0, **how):
    torch.manual_seed(seed)
    return MLP(5, 3, 8, **how)


@pytest.mark.parametrize(
    ("activation", "bent"),
    [(nn.ReLU, lambda a: a.clamp(min=0)), (nn.SiLU, lambda a: a * a.sigmoid())],
)
def test_it_is_products_and_bends_and_nothing_after_the_last(activation, bent):
    net, x = network(hidden=(7, 6), activation=activation), drawn(4, 5, 8)
    (A, a), (B, b), (C, c) = ((m.weight, m.bias) for m in net.net if isinstance(m, nn.Linear))
    y = bent(bent(x.reshape(4, 40) @ A.T + a) @ B.T + b) @ C.T + c
    torch.testing.assert_close(net(x), y.reshape(4, 3, 8))


def test_without_hidden_layers_it_is_affine():
    net, x = network(hidden=()), drawn(3, 4, 5, 8)
    zero = net(torch.zeros(4, 5, 8))
    torch.testing.assert_close(net(x[0] + x[1]) + zero, net(x[0]) + net(x[1]))


@pytest.mark.parametrize(
    ("hidden", "parameters"),
    # The two published ones, for five states in and five out, counted by hand: a layer from m to n
    # has (m + 1) n weights.
    [((32, 32, 32), 41 * 32 + 2 * 33 * 32 + 33 * 40), ((40, 40, 40), 4 * 41 * 40)],
)
def test_the_published_sizes(hidden, parameters):
    net = MLP(5, 5, 8, hidden)
    assert sum(p.numel() for p in net.parameters()) == parameters


def test_samples_do_not_see_each_other():
    net, x = network(), drawn(6, 5, 8)
    torch.testing.assert_close(net(x)[2:4], net(x[2:4]))
    assert net(x).shape == (6, 3, 8)


def test_the_states_of_a_sample_do():
    net, x = network(), drawn(1, 5, 8)
    slope = torch.autograd.functional.jacobian(lambda z: net(z[None])[0], x[0])
    assert bool((slope.abs().amax(dim=(1, 3)) > 0).all())


def test_it_knows_no_rotation():
    net = network().double()
    error = equivariance_error(
        lambda x: net(x.unflatten(1, (5, 8))).flatten(1).detach(),
        copies(vector, 5),
        copies(vector, 3),
        SO2,
    )
    assert float(error.median()) > 1e-2


def test_a_perceptron_has_the_widths_that_it_is_given():
    net = perceptron((3, 9, 2), nn.Tanh)
    assert [type(m) for m in net] == [nn.Linear, nn.Tanh, nn.Linear]
    assert net(drawn(5, 3)).shape == (5, 2)

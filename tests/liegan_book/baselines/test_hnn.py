"""The Hamiltonian network moves as Hamilton's equations say, whatever its energy is."""

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from torch import nn

from liegan_book.baselines.hnn import HNN
from liegan_book.datasets import two_body
from liegan_min.algebra import groups
from tests.helpers.equivariance import assert_equivariant, copies, equivariance_error, vector

SO2 = groups.diagonal(groups.so(2), 4)


class Gravity(nn.Module):
    """The true energy of two unit masses with G = 1."""

    def forward(self, z):
        q1, p1, q2, p2 = z.split(2, dim=-1)
        kinetic = (p1.square().sum(-1) + p2.square().sum(-1)) / 2
        return (kinetic - 1 / (q1 - q2).norm(dim=-1))[:, None]


def newton(t, z):
    """Newton's law of gravitation, from forces: no energy is differentiated."""
    q1, p1, q2, p2 = np.split(z, 4)
    pull = (q2 - q1) / np.linalg.norm(q2 - q1) ** 3
    return np.concatenate([p1, pull, p2, -pull])


def truth(outputs=5, dt=two_body.DT):
    net = HNN(outputs, dt).double()
    net.H = Gravity()
    return net


def learned(outputs=5, dt=0.4, seed=0):
    """Return a network as it starts, its energy steep enough to move things."""
    torch.manual_seed(seed)
    net = HNN(outputs, dt, hidden=(20, 20)).double()
    with torch.no_grad():
        for p in net.parameters():
            p.mul_(2)
    return net


def states(n=20, steps=10, seed=3):
    return torch.from_numpy(two_body.orbits(n, start="full", steps=steps, seed=seed).state)


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_with_the_true_energy_the_velocity_is_newtons():
    z = drawn(30, 8)
    expected = np.stack([newton(0.0, row) for row in z.numpy()])
    np.testing.assert_allclose(truth().velocity(z).detach().numpy(), expected, rtol=1e-10)


def test_with_the_true_energy_the_rollout_is_scipys():
    z = states(3)
    y = truth()(z[:, :5]).detach()
    for b in range(3):
        run = solve_ivp(
            newton,
            (0, 5 * two_body.DT),
            z[b, 4].numpy(),
            t_eval=two_body.DT * np.arange(1, 6),
            rtol=1e-11,
            atol=1e-11,
        )
        np.testing.assert_allclose(y[b].numpy(), run.y.T, atol=5e-6)


def test_one_step_between_states_is_enough_for_the_orbits_of_the_book():
    """What a perfect energy would still be wrong by is nothing beside the errors of the table."""
    z = states(200)
    error = (truth()(z[:, :5]) - z[:, 5:]).detach().square().mean()
    assert float(error) < 1e-11


def test_halving_the_step_divides_the_error_by_sixteen():
    z = states(20, steps=1)[:, -1:]
    exact = truth(64, 1.6 / 64)(z)[:, -1].detach()
    coarse, fine = ((truth(n, 1.6 / n)(z)[:, -1].detach() - exact).norm() for n in (2, 4))
    assert 12 < float(coarse / fine) < 22


def test_no_energy_drifts_faster_than_the_order_of_the_step():
    """Of any network: the drift over one unit of time falls by 2⁴ or more as the step halves."""
    z = drawn(50, 1, 8)
    drift = []
    for n in (4, 8):
        net = learned(n, 1.0 / n)
        end = net(z)[:, -1]
        drift.append(float((net.H(end) - net.H(z[:, -1])).detach().norm()))
        assert float((end - z[:, -1]).detach().norm(dim=1).mean()) > 0.1
    assert drift[0] > 12 * drift[1] > 0


def test_the_velocity_is_the_symplectic_gradient():
    """Against differences of H, component by component."""
    net, z, h = learned(), drawn(4, 8), 1e-5
    steps = h * torch.eye(8, dtype=torch.float64)
    up, down = (net.H((z[:, None] + sign * steps).view(-1, 8)).view(4, 8) for sign in (1, -1))
    dH = ((up - down) / (2 * h)).detach()
    v = net.velocity(z).detach()
    for q, p in ((0, 2), (1, 3), (4, 6), (5, 7)):
        torch.testing.assert_close(v[:, q], dH[:, p], rtol=1e-6, atol=1e-8)
        torch.testing.assert_close(v[:, p], -dH[:, q], rtol=1e-6, atol=1e-8)


def test_the_gradient_of_a_loss_passes_through_the_rollout():
    """Against a difference of the loss in one direction of all weights."""
    net, x, y = learned(3), drawn(6, 2, 8), drawn(6, 3, 8, seed=1)

    def loss():
        return (net(x) - y).square().mean()

    weights = list(net.parameters())
    slopes = torch.autograd.grad(loss(), weights, allow_unused=True)
    ways = [drawn(*w.shape, seed=i) for i, w in enumerate(weights)]
    # The last bias shifts the energy as a whole, and no motion knows of it.
    assert [s is None for s in slopes] == [False] * 5 + [True]
    slope = sum(float((s * d).sum()) for s, d in zip(slopes, ways, strict=True) if s is not None)
    ends = []
    for h in (1e-5, -2e-5):
        with torch.no_grad():
            for w, d in zip(weights, ways, strict=True):
                w += h * d
        ends.append(float(loss().detach()))
    assert slope == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-5)


def test_only_the_last_state_counts_and_shapes_are_kept():
    net, x = learned(4), drawn(7, 3, 8)
    y = net(x)
    assert y.shape == (7, 4, 8)
    assert torch.equal(y, net(x[:, -1:]))


def test_judging_without_gradients_gives_the_same_answer():
    net, x = learned(), drawn(5, 5, 8)
    with torch.no_grad():
        quiet = net(x)
    assert not quiet.requires_grad
    assert torch.equal(quiet, net(x).detach())


def as_rows(net):
    """Take inputs of five states as rows of 40 numbers; the outputs likewise."""
    return lambda x: net(x.unflatten(1, (5, 8))).flatten(1).detach()


def test_an_energy_that_rotations_keep_makes_the_motion_equivariant():
    rho = copies(vector, 5)
    x = states(32)[:, :5].flatten(1)
    assert_equivariant(as_rows(truth()), rho, rho, SO2, x=x, tolerance=1e-11)


def test_an_energy_of_its_own_does_not():
    rho = copies(vector, 5)
    x = states(32)[:, :5].flatten(1)
    assert float(equivariance_error(as_rows(learned()), rho, rho, SO2, x=x).max()) > 1e-3

"""`judge` serves both players from one pass: held to two separate ones."""

import math

import pytest
import torch
from torch import nn

from liegan_min.game import losses
from liegan_min.game.discriminator import Discriminator


def draw(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def two_passes(discriminator, x, y, gx, gy):
    """Gradients of each player's own loss: (discriminator's weights), (gx, and gy if it moves)."""
    weights = list(discriminator.parameters())
    for_discriminator = losses.discriminator_loss(discriminator(x, y), discriminator(gx, gy))
    gx = gx.detach().requires_grad_()
    moving = [gx]
    if gy is not None and gy is not y:
        gy = gy.detach().requires_grad_()
        moving.append(gy)
    for_generator = losses.generator_loss(discriminator(gx, gy))
    grads = (
        torch.autograd.grad(for_discriminator, weights),
        torch.autograd.grad(for_generator, moving),
    )
    return (for_discriminator, for_generator), *grads


def check(discriminator, x, y, gx, gy):
    values, weights, pulls = two_passes(discriminator, x, y, gx, gy)
    t = x.shape[1]
    if gy is not None and gy is not y:
        verdict = losses.judge(
            discriminator, torch.cat([x, y], 1), torch.cat([gx, gy], 1), reject=0
        )
        got = [verdict.pull[:, :t], verdict.pull[:, t:]]
    else:
        verdict = losses.judge(discriminator, x, gx, y, reject=0)
        got = [verdict.pull]
    tell = losses.discriminator_loss(verdict.real, verdict.moved)
    torch.testing.assert_close(tell, values[0].detach())
    torch.testing.assert_close(losses.generator_loss(verdict.moved), values[1].detach())
    torch.testing.assert_close(verdict.discriminator_grads, weights, rtol=1e-10, atol=1e-14)
    torch.testing.assert_close(got, list(pulls), rtol=1e-10, atol=1e-14)


def test_vectors_x_and_y_both_get_their_pull():
    discriminator = Discriminator(9, (16, 8)).double()
    check(discriminator, draw(7, 2, 3), draw(7, 1, 3), draw(7, 2, 3, seed=1), draw(7, 1, 3, seed=2))


def test_without_y():
    check(Discriminator(6, (16,)).double(), draw(7, 2, 3), None, draw(7, 2, 3, seed=1), None)


@pytest.mark.parametrize("classes", [0, 4])
def test_scalars_and_labels_stay_as_they_are(classes):
    y = torch.arange(7) % 4 if classes else draw(7, 1)
    discriminator = Discriminator(3 + (not classes), (16,), classes=classes).double()
    x, gx = draw(7, 1, 3), draw(7, 1, 3, seed=1)
    check(discriminator, x, y, gx, y)


@pytest.mark.parametrize("real", [-50.0, 0.0, 50.0])
@pytest.mark.parametrize("moved", [-50.0, 0.0, 50.0])
def test_a_discriminator_that_is_sure_is_no_trouble(real, moved):
    discriminator = Discriminator(2, ()).double()
    with torch.no_grad():
        discriminator.net[0].weight.copy_(torch.tensor([[1.0, 0.5]]))
        discriminator.net[0].bias.zero_()
    x = torch.tensor([[real, 0.0]] * 4).double()[:, None] + 0.01 * draw(4, 1, 2)
    gx = torch.tensor([[moved, 0.0]] * 4).double()[:, None] + 0.01 * draw(4, 1, 2, seed=1)
    check(discriminator, x, None, gx, None)


class Sure(nn.Module):
    """A discriminator whose logit is what stands in the first column of x."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.tensor([1.0, 0.5]))

    def forward(self, x, y):
        return x.flatten(1) @ self.w


def pull_of(logit, **options):
    """The pull on three moved samples of one logit, in float32; the true one is -σ(-s)/3 ∂s/∂x."""
    x, gx = torch.zeros(3, 1, 2), torch.tensor([[[logit, 0.0]]] * 3)
    return losses.judge(Sure(), x, gx, **options).pull.double()


def true_pull(logit):
    slope = -torch.sigmoid(torch.tensor(-logit, dtype=torch.float64)) / 3
    return slope * torch.tensor([1.0, 0.5], dtype=torch.float64).expand(3, 1, 2)


@pytest.mark.parametrize("logit", [-50.0, -10.0, 10.0, 50.0])
def test_in_float32_the_textbook_pull_is_right_however_sure_the_discriminator_is(logit):
    torch.testing.assert_close(pull_of(logit, reject=0), true_pull(logit), rtol=1e-5, atol=1e-30)


@pytest.mark.parametrize("logit", [-27.0, 0.0, 50.0])
def test_a_sample_that_is_believed_keeps_its_pull(logit):
    torch.testing.assert_close(pull_of(logit), true_pull(logit), rtol=1e-5, atol=1e-30)


@pytest.mark.parametrize("logit", [-30.0, -40.0])
def test_a_sample_that_is_not_believed_loses_its_pull_in_proportion(logit):
    share = math.exp(logit) / 1e-12
    expected = share * true_pull(logit)
    torch.testing.assert_close(pull_of(logit), expected, rtol=1e-4, atol=1e-30)


def test_a_sample_beyond_all_belief_pulls_at_nothing():
    assert torch.equal(pull_of(-200.0), torch.zeros(3, 1, 2).double())
    assert torch.equal(pull_of(-200.0, reject=0), torch.zeros(3, 1, 2).double())


def test_the_data_and_the_weights_are_left_without_gradients():
    discriminator = Discriminator(3, (8,)).double()
    gx = draw(5, 1, 3).requires_grad_()
    verdict = losses.judge(discriminator, draw(5, 1, 3), gx)
    assert gx.grad is None
    assert all(p.grad is None for p in discriminator.parameters())
    assert not verdict.pull.requires_grad


def test_gradients_come_in_the_order_of_the_weights():
    discriminator = Discriminator(3, (8, 5)).double()
    verdict = losses.judge(discriminator, draw(5, 1, 3), draw(5, 1, 3))
    shapes = [g.shape for g in verdict.discriminator_grads]
    assert shapes == [p.shape for p in discriminator.parameters()]


def test_half_precision_logits_are_judged_in_float32():
    discriminator = Discriminator(3, (8,)).bfloat16()
    x, gx = draw(5, 1, 3).bfloat16(), draw(5, 1, 3, seed=1).bfloat16()
    assert losses.judge(discriminator, x, gx).real.dtype == torch.float32

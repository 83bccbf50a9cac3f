"""The discriminator: shapes, labels, scale."""

import pytest
import torch

from liegan_min.base.errors import InputError
from liegan_min.game.discriminator import Discriminator


def data(b=5, t=2, k=3):
    return torch.randn(b, t, k, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("hidden", [(), (7,), (8, 4)])
def test_each_sample_gets_one_logit(hidden):
    assert Discriminator(6, hidden)(data()).shape == (5,)


def test_x_and_y_are_both_seen():
    x = data().requires_grad_()
    y = data(t=1).requires_grad_()
    Discriminator(9, (16,))(x, y).sum().backward()
    assert x.grad.abs().min() > 0
    assert y.grad.abs().min() > 0


def test_a_sample_is_judged_alone():
    discriminator, x = Discriminator(6, (16,)), data()
    torch.testing.assert_close(discriminator(x)[2:3], discriminator(x[2:3]))


def test_the_trailing_shape_of_y_does_not_matter():
    discriminator, y = Discriminator(8, (16,)), torch.arange(10.0).reshape(5, 2)
    assert torch.equal(discriminator(data(), y), discriminator(data(), y[:, :, None]))


def test_the_scale_divides_the_inputs():
    scale = torch.arange(1.0, 7.0)
    plain, scaled = Discriminator(6, (16,)), Discriminator(6, (16,), scale=scale)
    scaled.net.load_state_dict(plain.net.state_dict())
    torch.testing.assert_close(scaled(data()), plain(data() / scale.reshape(2, 3)))


def test_the_scale_is_saved_but_not_trained():
    discriminator = Discriminator(2, (4,), scale=torch.tensor([2.0, 3.0]))
    assert discriminator.state_dict()["scale"].tolist() == [2.0, 3.0]
    assert "scale" not in dict(discriminator.named_parameters())


def test_labels_make_a_difference_through_their_embedding():
    discriminator, x = Discriminator(6, (16,), classes=3), data()
    first, second = discriminator(x, torch.zeros(5).long()), discriminator(x, torch.full((5,), 2))
    assert (first - second).abs().min() > 0
    assert torch.equal(first, discriminator(x, torch.zeros(5, 1).long()))


def test_the_published_discriminator_has_its_number_of_weights():
    weights = sum(p.numel() for p in Discriminator(16).parameters())
    assert weights == (16 + 1) * 512 + (512 + 1) * 512 + 512 + 1


def test_logits_are_not_probabilities():
    discriminator = Discriminator(1, ())
    with torch.no_grad():
        discriminator.net[0].weight.fill_(100.0)
    assert discriminator(torch.ones(1, 1, 1)) > 50


def test_a_discriminator_without_hidden_layers_is_linear():
    discriminator, x = Discriminator(6, ()), data()
    middle = discriminator((x[:1] + x[1:2]) / 2)
    torch.testing.assert_close(middle, (discriminator(x[:1]) + discriminator(x[1:2])) / 2)


@pytest.mark.parametrize(
    "sizes",
    [
        {"inputs": 0},
        {"inputs": 2, "hidden": (8, 0)},
        {"inputs": 2, "hidden": (-1,)},
        {"inputs": 2, "classes": -1},
    ],
    ids=str,
)
def test_sizes_below_1_are_refused(sizes):
    with pytest.raises(
        InputError, match=r"discriminator sizes must be at least 1.*inputs.*hidden.*classes"
    ):
        Discriminator(**sizes)


@pytest.mark.parametrize(
    "scale", [torch.ones(3), torch.ones(2, 1), torch.zeros(2), torch.tensor([1.0, torch.nan])]
)
def test_a_scale_that_does_not_fit_is_refused(scale):
    with pytest.raises(InputError, match="scale must hold 2 positive numbers"):
        Discriminator(2, scale=scale)

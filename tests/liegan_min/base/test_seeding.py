"""The global generator: seeded for a while, and left as it was."""

import pytest
import torch

from liegan_min.base.seeding import seeded


def test_draws_repeat_and_the_generator_is_put_back():
    torch.manual_seed(7)
    before = torch.random.get_rng_state()
    with seeded(3):
        first = torch.rand(4)
    with seeded(3):
        second = torch.rand(4)
    with seeded(4):
        other = torch.rand(4)
    assert torch.equal(first, second)
    assert not torch.equal(first, other)
    assert torch.equal(torch.random.get_rng_state(), before)


def draw_and_fail():
    torch.rand(1)
    raise ValueError("inside")


def test_an_error_inside_puts_it_back_too():
    before = torch.random.get_rng_state()
    with pytest.raises(ValueError, match="inside"), seeded(3):
        draw_and_fail()
    assert torch.equal(torch.random.get_rng_state(), before)

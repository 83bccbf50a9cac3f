"""A game from several starts, one after another: which is kept."""

import math

import pytest
import torch

from liegan_book.experiments.comparison_plays import FromRotations
from liegan_min.algebra import groups
from liegan_min.base.errors import InputError
from liegan_min.game.config import GameConfig
from liegan_min.game.restarts import (
    END,
    MOST,
    Restart,
    RestartsConfig,
    best,
    loss_at_end,
    moved,
    one_by_one,
)


def start(angle, discriminator, found=None):
    """A game whose draws are turns by ±angle about z."""
    w = torch.tensor([[0.0, 0.0, angle], [0.0, 0.0, -angle]])
    return Restart(found, groups.so(3).exp(w), discriminator)


def test_moved_is_the_mean_chord_from_the_identity():
    assert start(0.3, 0.0).moved == pytest.approx(2 * math.sin(0.15))
    assert start(0.0, 0.0).moved == 0


def test_the_discriminator_nearest_to_log_2_of_those_whose_draws_move_is_kept():
    assert best([start(1.0, 0.6), start(2.0, 0.69), start(1.0, 0.5)]) == 1
    assert best([start(0.0, 0.6931), start(0.05, 0.6932), start(2.0, 0.6)]) == 2
    assert best([start(1.0, 0.68), start(1.0, 0.74), start(1.0, 0.65)]) == 0


def test_where_nothing_moves_the_discriminator_decides_alone():
    assert best([start(0.0, 0.5), start(0.0, 0.69)]) == 1


def test_the_discriminators_loss_is_that_of_the_end():
    history = torch.tensor([[9.0, 0, 0]] * 5 + [[0.5, 1, 1], [0.6, 1, 1], [0.7, 1, 1]])
    assert END == 3
    assert loss_at_end(history) == pytest.approx(0.6)


def test_each_start_has_a_seed_of_its_own_and_no_seed_shares_one():
    played, kept = one_by_one(lambda s: start(1.0, float(s % 3), s), 7, 4)
    assert [p.found for p in played] == [7000, 7001, 7002, 7003]
    assert kept == min(range(4), key=lambda i: abs((7000 + i) % 3 - math.log(2)))
    assert 7 * MOST + RestartsConfig(restarts=MOST).restarts - 1 < 8 * MOST


def test_no_restarts_are_refused():
    with pytest.raises(InputError, match="no restarts to choose from; play at least one"):
        best([])
    with pytest.raises(InputError, match=r"^restarts: .*greater than or equal to 1 \(got 0\)"):
        RestartsConfig.of(restarts=0)
    with pytest.raises(InputError, match=r"^restarts: .*less than or equal to 1000"):
        RestartsConfig.of(restarts=1001)


def test_from_turns_only_the_start_is_a_turn():
    g = FromRotations(GameConfig(hidden=(4,), channels=2, init_scale=2.5), 3, 3)
    L = g.generator.L.detach().clone()
    torch.testing.assert_close(L, -L.mT)
    assert L.norm(dim=(1, 2)).min() > 0.5
    g.step(torch.randn(64, 1, 3, generator=torch.Generator().manual_seed(0)), None)
    now = g.generator.L.detach()
    assert (now + now.mT).abs().max() > 1e-4


def test_what_is_not_finite_moves_infinitely_far():
    assert moved(torch.full((2, 3, 3), torch.nan)).tolist() == [math.inf, math.inf]

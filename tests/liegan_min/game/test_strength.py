"""Generators held at one norm: only their directions are learned."""

import math

import pytest
import torch

from liegan_book.baselines.augerino_plus import AugerinoPlus
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.game.coefficients import Normal
from liegan_min.game.config import GameConfig
from liegan_min.game.discovery import play_game
from liegan_min.game.game import Game
from liegan_min.game.generator import LieGenerator
from liegan_min.game.pairs import as_pairs
from tests.helpers.states import same, snapshot

BLOCKS = torch.block_diag(torch.ones(2, 2), torch.ones(2, 2))
HELD = GameConfig(hidden=(8,), batch=16, epochs=3, channels=3, strength=0.5, lr_generator=0.1)
ROUNDING = 1e-6  # float32


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def batch(n=16, t=1, k=2, seed=0):
    return torch.randn(n, t, k, generator=seeded(seed))


def sizes(L):
    return torch.linalg.vector_norm(L.detach(), dim=(-2, -1))


def held_at(L, strength):
    found = sizes(L)
    torch.testing.assert_close(found, torch.full_like(found, strength), rtol=ROUNDING, atol=0)


@pytest.mark.parametrize("mask", [None, BLOCKS], ids=["free", "blocks"])
@pytest.mark.parametrize("init_scale", [1e-3, 1.0, 50.0])
@pytest.mark.parametrize("channels", [1, 4])
def test_each_matrix_has_the_norm_whatever_the_start(channels, init_scale, mask):
    generator = LieGenerator(4, Normal(channels), mask=mask, init_scale=init_scale, strength=0.7)
    held_at(generator.L, 0.7)
    assert sizes(generator.algebra.basis).tolist() == pytest.approx([0.7] * channels, rel=ROUNDING)


def test_its_direction_is_that_of_the_free_parameters_in_the_search_space():
    generator = LieGenerator(4, Normal(3), mask=BLOCKS, strength=2.0)
    free = generator.free.detach() * BLOCKS
    for L, f in zip(generator.L.detach(), free, strict=True):
        torch.testing.assert_close(L, 2 * f / f.norm())


def test_without_a_strength_the_norm_is_free():
    generator = LieGenerator(3, Normal(2))
    assert torch.equal(generator.L, generator.free)
    assert generator.strength is None


@pytest.mark.parametrize("channels", [1, 2])
def test_g_is_the_exponential_of_the_held_matrices(channels):
    generator = LieGenerator(3, Normal(channels), strength=0.5)
    w = generator.coefficients.sample(6, seeded())
    expected = torch.matrix_exp(torch.einsum("nc,cij->nij", w, generator.L))
    torch.testing.assert_close(generator.sample(6, seeded()), expected, rtol=1e-5, atol=1e-5)


def test_the_length_of_the_free_parameters_moves_nothing():
    generator = LieGenerator(3, Normal(2), strength=0.5)
    before = generator.sample(5, seeded())
    with torch.no_grad():
        generator.free.mul_(torch.tensor([0.25, 8.0])[:, None, None])
    torch.testing.assert_close(generator.sample(5, seeded()), before)


def test_the_gradient_is_the_part_along_the_sphere():
    """L = s f/|f|, so df is s/|f| times what of dL stands at a right angle to f."""
    generator = LieGenerator(3, Normal(2), strength=0.5).double()
    G = torch.randn(2, 3, 3, generator=seeded(1), dtype=torch.float64)
    (grad,) = torch.autograd.grad((G * generator.L).sum(), generator.free)
    for g, f, pull in zip(grad, generator.free.detach(), G, strict=True):
        u = f / f.norm()
        torch.testing.assert_close(g, 0.5 / f.norm() * (pull - (pull * u).sum() * u))


def test_the_gradient_of_moved_data_turns_every_channel_and_stretches_none():
    generator = LieGenerator(4, Normal(3), mask=BLOCKS, strength=0.5).double()
    x = torch.randn(32, 2, 4, generator=seeded(), dtype=torch.float64)
    gx, _ = generator(x, None, seeded())
    gx.sin().sum().backward()
    grad = generator.free.grad
    assert grad.flatten(1).norm(dim=1).min() > 0
    assert torch.equal(grad[:, BLOCKS == 0], torch.zeros(3, 8).double())
    along = (grad * generator.free).flatten(1).sum(1)
    scale = grad.flatten(1).norm(dim=1) * generator.free.flatten(1).norm(dim=1)
    assert (along.abs() <= 1e-12 * scale).all()


@pytest.mark.parametrize("strength", [0.0, -1.0, math.nan, math.inf])
def test_a_strength_that_is_no_positive_number_is_refused(strength):
    with pytest.raises(InputError, match=r"strength.* must be positive"):
        LieGenerator(2, strength=strength)
    with pytest.raises(InputError, match=rf"^strength: .*\(got {strength!r}\)"):
        GameConfig.of(strength=strength)


def test_a_start_at_zero_has_no_direction_to_hold():
    with pytest.raises(InputError, match=r"init_scale with it, must be positive, not 1.0, 0.0"):
        LieGenerator(2, init_scale=0.0, strength=1.0)
    config = HELD.model_copy(update={"init_scale": 0.0})
    with pytest.raises(InputError, match="init_scale"):
        Game(config, 2, 4)


def test_the_strength_is_a_setting_that_the_outcome_depends_on():
    digests = {GameConfig(strength=s).digest() for s in (None, 0.5, 1.0)}
    assert len(digests) == 3


@pytest.mark.parametrize("rules", [Game, AugerinoPlus])
def test_a_game_holds_the_basis_and_its_average_while_it_turns_them(rules):
    options = {"outputs": 2} if rules is AugerinoPlus else {}
    g = rules(HELD, 2, 4, **options)
    start = g.generator.L.detach().clone()
    for epoch in range(3):
        g.epoch(batch(64, seed=epoch), batch(64, seed=9 + epoch))
        held_at(g.generator.L, 0.5)
        held_at(g.L, 0.5)
    cosine = (g.generator.L.detach() * start).flatten(1).sum(1) / 0.5**2
    assert (cosine < 0.999).all()


def test_the_average_points_where_the_average_of_the_free_parameters_does():
    config = HELD.model_copy(update={"ema": 0.7})
    g, free = Game(config, 2, 4), []
    for seed in range(5):
        g.step(batch(seed=seed), batch(seed=9 + seed))
        free.append(g.generator.free.detach().clone())
    mean = sum(0.7 ** (4 - i) * f for i, f in enumerate(free))
    expected = torch.stack([0.5 * f / f.norm() for f in mean])
    torch.testing.assert_close(g.L, expected)


@pytest.mark.parametrize("epoch_size", [None, 40])
@pytest.mark.parametrize("anneal", [False, True])
def test_a_restored_game_plays_on_as_if_nothing_had_happened(anneal, epoch_size):
    config = HELD.model_copy(update={"anneal": anneal, "epoch_size": epoch_size})
    x, y = batch(64), batch(64, seed=1)
    whole = Game(config, 2, 4)
    whole.epoch(x, y)
    saved = snapshot(whole)
    whole.epoch(x, y)
    later = Game(config, 2, 4, seed=99)
    later.restore(saved)
    later.epoch(x, y)
    assert same(whole.state(), later.state())
    assert torch.equal(whole.L, later.L)


def test_what_a_discovery_returns_is_held_too():
    found = play_game(
        as_pairs(batch(64)[:, 0], batch(64, seed=1)[:, 0]), HELD, options=RunOptions(device="cpu")
    )
    for L in (found.bases, found.last.basis, found.algebra.basis):
        held_at(L, 0.5)

"""The rule of one step, on games small enough to follow."""

import pytest
import torch

from liegan_min.game import losses
from liegan_min.game.config import GameConfig
from liegan_min.game.game import TERMS, Game
from tests.helpers.states import same, snapshot

TINY = GameConfig(hidden=(8,), batch=16, epochs=2)


def batch(n=16, t=1, k=2, seed=0):
    return torch.randn(n, t, k, generator=torch.Generator().manual_seed(seed))


def game(config=TINY, k=2, inputs=4, **options):
    return Game(config, k, inputs, **options)


def test_a_step_moves_both_players():
    g = game()
    before = snapshot(g)
    played = g.step(batch(), batch(seed=1))
    after = snapshot(g)
    assert played.real.shape == played.moved.shape == (16,)
    assert played.terms().shape == (len(TERMS),)
    assert not torch.equal(before["generator"]["free"], after["generator"]["free"])
    assert not torch.equal(
        before["discriminator"]["net.0.weight"], after["discriminator"]["net.0.weight"]
    )
    assert g.steps == 1


@pytest.mark.parametrize("y_kind", ["vector", "scalar", "label", None])
def test_a_step_is_that_of_two_separate_players(y_kind):
    """Replay one step with plain losses and two optimisers, each with a pass of its own."""
    config = GameConfig(hidden=(8,), batch=16, channels=2, norm=0.1)
    x = batch()
    y = {"vector": batch(seed=1), "scalar": batch()[:, 0], "label": torch.arange(16) % 3}.get(
        y_kind
    )
    options = {"y_kind": y_kind or "scalar", "classes": 3 if y_kind == "label" else 0}
    inputs = 2 if y_kind in ("label", None) else 4
    played, slow = (game(config, inputs=inputs, **options) for _ in range(2))
    terms = played.step(x, y).terms()

    gx, gy = slow.generator(x, y, slow.rng)
    fool = losses.generator_loss(slow.discriminator(gx, gy))
    penalty = losses.cosine(gx, x) + losses.correlation(slow.generator.L)
    penalty = penalty + 0.1 * losses.norm(slow.generator.L)
    still = None if gy is None else gy.detach()
    tell = losses.discriminator_loss(
        slow.discriminator(x, y), slow.discriminator(gx.detach(), still)
    )
    (slow.generator.free.grad,) = torch.autograd.grad(fool + penalty, slow.generator.free)
    discriminator = list(slow.discriminator.parameters())
    for p, grad in zip(discriminator, torch.autograd.grad(tell, discriminator), strict=True):
        p.grad = grad
    for parameters, rate, beta in (
        ([slow.generator.free], config.lr_generator, config.beta1_generator),
        (discriminator, config.lr_discriminator, 0.9),
    ):
        torch.optim.Adam(parameters, lr=rate, betas=(beta, 0.999)).step()

    expected = torch.stack([tell, fool, losses.cosine(gx, x)]).detach()
    torch.testing.assert_close(terms, expected)
    for p, q in zip(
        [played.generator.free, *played.discriminator.parameters()],
        [slow.generator.free, *discriminator],
        strict=True,
    ):
        torch.testing.assert_close(p, q)
        torch.testing.assert_close(p.grad, q.grad)  # Adam's first step shows little but its signs


def test_a_learnable_distribution_moves_too():
    g = game(GameConfig(hidden=(8,), learn_coefficients=True))
    before = g.generator.coefficients.scale.detach().clone()
    g.step(batch(), batch(seed=1))
    assert not torch.equal(before, g.generator.coefficients.scale)


def test_a_seed_decides_the_game_whatever_the_global_generator_does():
    torch.manual_seed(1)
    first = game(seed=5)
    torch.manual_seed(2)
    second = game(seed=5)
    first.epoch(batch(64), batch(64, seed=1))
    second.epoch(batch(64), batch(64, seed=1))
    assert same(snapshot(first), snapshot(second))
    assert not torch.equal(first.L, game(seed=6).L)


def test_a_game_leaves_the_global_generator_alone():
    before = torch.get_rng_state()
    game().epoch(batch(32), batch(32))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(("n", "steps"), [(16, 1), (32, 2), (40, 3), (39, 2), (23, 1)])
def test_an_epoch_plays_every_batch_but_a_last_one_of_less_than_half(n, steps):
    g = game()
    g.epoch(batch(n), batch(n))
    assert g.steps == steps


def test_an_epoch_returns_the_mean_of_its_terms():
    config = GameConfig(hidden=(8,), batch=16, lr_generator=1e-30, lr_discriminator=1e-30)
    x = batch(1).expand(32, 1, 2).contiguous()  # every batch alike, and no one learns
    played, stepped = game(config, seed=1), game(config, seed=1)
    mean = played.epoch(x, x)
    torch.randperm(32, generator=stepped.rng)
    terms = [stepped.step(x[:16], x[:16]).terms() for _ in range(2)]
    torch.testing.assert_close(mean, torch.stack(terms).mean(0))


def test_the_average_is_the_exponential_one_without_the_bias_of_its_start():
    config = GameConfig(hidden=(8,), ema=0.7)
    g, bases = game(config), []
    for seed in range(5):
        g.step(batch(seed=seed), batch(seed=seed))
        bases.append(g.generator.L.detach().clone())
    share = torch.tensor([0.7 ** (4 - i) for i in range(5)])
    slow = torch.einsum("s,scij->cij", share / share.sum(), torch.stack(bases))
    torch.testing.assert_close(g.L, slow)


def test_the_average_stays_inside_the_mask():
    mask = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    g = game(mask=mask)
    g.epoch(batch(32), batch(32))
    assert torch.equal(g.L[:, mask == 0], torch.zeros(1, 2))


@pytest.mark.parametrize("anneal", [False, True])
def test_a_restored_game_plays_on_as_if_nothing_had_happened(anneal):
    config = GameConfig(
        hidden=(8,), batch=16, channels=2, epochs=3, learn_coefficients=True, anneal=anneal
    )
    x, y = batch(64), batch(64, seed=1)
    whole = game(config)
    whole.epoch(x, y)
    saved = snapshot(whole)
    whole.epoch(x, y)
    later = game(config, seed=99)
    later.restore(saved)
    later.epoch(x, y)
    assert same(snapshot(whole), snapshot(later))
    assert torch.equal(whole.L, later.L)
    assert later.steps == whole.steps


def test_a_game_of_another_size_cannot_be_restored():
    with pytest.raises((KeyError, RuntimeError)):
        game(k=3, inputs=6).restore(snapshot(game()))


def test_the_discriminator_may_run_in_half_precision():
    g = game(GameConfig(hidden=(8,), batch=16, amp=True))
    terms = g.epoch(batch(32), batch(32))
    assert terms.dtype == torch.float32
    assert torch.isfinite(terms).all()

"""The other methods, on data whose symmetry is known."""

import numpy as np
import pytest
import scipy.linalg
import torch

from liegan_book.baselines.augerino_plus import AugerinoPlus
from liegan_book.baselines.symmetrygan import SymmetryGAN, discover_element
from liegan_book.experiments.metrics.discovery import element_metrics, nearest_rotation
from liegan_min.algebra import groups
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.game import loop
from liegan_min.game.config import GameConfig
from liegan_min.game.discovery import play_game, set_up
from liegan_min.game.pairs import as_pairs

SMALL = GameConfig(hidden=(16,), batch=32, epochs=2, lr_discriminator=1e-3)
EYE = np.eye(2)


def field(n=256, seed=0):
    """Points x on rings, and y = x turned by 90° and doubled: equivariant under SO(2)."""
    rng = np.random.default_rng(seed)
    angle, radius = rng.uniform(0, 2 * np.pi, n), rng.choice([1.0, 2.0], n)
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    return x[:, None], 2 * np.stack([-x[:, 1], x[:, 0]], 1)[:, None]


def turn(degrees):
    a = np.radians(degrees)
    return torch.tensor([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])


def test_augerino_plus_pulls_both_players_along_one_supervised_loss():
    """One step, replayed with plain autograd on the sum of error and cosine."""
    pairs = as_pairs(*field(), "vector")
    x, y = pairs.x[:32], pairs.y[:32]
    played, slow = (AugerinoPlus(SMALL, 2, 4, outputs=2, seed=3) for _ in range(2))
    terms = played.step(x, y).terms()
    gx, gy = slow.generator(x, y, slow.rng)
    error = (slow.discriminator(gx) - gy.flatten(1)).square().mean()
    same = torch.cosine_similarity(gx, x, dim=-1).mean().abs()
    weights = [slow.generator.free, *slow.discriminator.parameters()]
    for p, grad in zip(weights, torch.autograd.grad(error + same, weights), strict=True):
        p.grad = grad
    torch.optim.Adam(weights[:1], lr=SMALL.lr_generator, betas=(0.5, 0.999)).step()
    torch.optim.Adam(weights[1:], lr=SMALL.lr_discriminator).step()
    torch.testing.assert_close(terms, torch.stack([error, error, same]).detach())
    for p, q in zip(
        played.discriminator.parameters(), slow.discriminator.parameters(), strict=True
    ):
        torch.testing.assert_close(p, q)
    torch.testing.assert_close(played.generator.free, slow.generator.free)


def test_augerino_plus_predicts_labels_by_their_logits():
    x, _ = field()
    labels = (np.linalg.norm(x[:, 0], axis=1) > 1.5).astype(int)
    pairs = as_pairs(x, labels, "label")
    config = SMALL.model_copy(update={"epochs": 30, "init_scale": 0.1, "lr_discriminator": 1e-2})
    s = set_up(pairs, config, rules=AugerinoPlus, options=RunOptions(device="cpu"))
    loop.play(s.game, s.train, s.key)
    right = s.game.discriminator(pairs.x).argmax(1) == pairs.y
    assert right.float().mean() > 0.95
    assert (
        play_game(
            pairs, SMALL, rules=AugerinoPlus, options=RunOptions(device="cpu")
        ).discriminator_advantage
        is None
    )


def test_augerino_plus_has_nothing_to_learn_from_without_y():
    with pytest.raises(InputError, match="predicting y, and there is none; give y"):
        play_game(as_pairs(field()[0]), SMALL, rules=AugerinoPlus, options=RunOptions(device="cpu"))


def test_symmetrygan_moves_every_sample_by_the_same_matrix():
    game = SymmetryGAN(SMALL, 2, 4, seed=1)
    x = torch.randn(5, 3, 2)
    gx, gy = game.generator(x, 2 * x, game.rng)
    g = game.generator.L[0]
    torch.testing.assert_close(gx, x @ g.T)
    torch.testing.assert_close(gy, 2 * x @ g.T)


def test_symmetrygan_finds_an_element_of_the_group():
    config = GameConfig(
        hidden=(64, 64), batch=128, epochs=40, lr_generator=5e-3, lr_discriminator=5e-3, anneal=True
    )
    found = discover_element(
        as_pairs(*field(2048), "vector"), config, options=RunOptions(seed=0, device="cpu")
    )
    metrics, arrays = element_metrics(found, groups.so(2))
    assert metrics["support_cosine"] > 0.99
    assert len(arrays["curve"]) == 40
    assert found.seconds > 0


@pytest.mark.parametrize("rules", [AugerinoPlus, SymmetryGAN])
def test_a_killed_game_of_other_rules_resumes_as_if_nothing_had_happened(rules, tmp_path):
    pairs = as_pairs(*field(), "vector")
    config = SMALL.model_copy(update={"epochs": 4})
    whole = loop.play(*start(pairs, config, rules))
    path = tmp_path / "c.ckpt"
    half = set_up(pairs, config, rules=rules, options=RunOptions(device="cpu"))
    with pytest.raises(KeyboardInterrupt):
        loop.play(
            stopping(half.game, 2),
            half.train,
            half.key,
            options=RunOptions(checkpoint=path, checkpoint_seconds=-1),
        )
    again = set_up(pairs, config, rules=rules, options=RunOptions(device="cpu"))
    resumed = loop.play(again.game, again.train, again.key, options=RunOptions(checkpoint=path))
    assert torch.equal(whole.bases, resumed.bases)
    assert torch.equal(whole.history, resumed.history)
    other = set_up(pairs, config, rules=SymmetryGAN if rules is AugerinoPlus else AugerinoPlus)
    assert other.key != half.key


def start(pairs, config, rules):
    s = set_up(pairs, config, rules=rules, options=RunOptions(device="cpu"))
    return s.game, s.train, s.key


def stopping(game, after):
    """Interrupt a game after some epochs."""
    original = game.epoch

    def epoch(x, y):
        if game.epochs == after:
            raise KeyboardInterrupt
        return original(x, y)

    game.epoch = epoch
    return game


@pytest.mark.parametrize("degrees", [-170.0, -30.0, 0.0, 45.0, 120.0])
@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_the_nearest_turn_of_a_turn_is_itself_whatever_its_length(degrees, factor):
    cosine, angle = nearest_rotation(factor * turn(degrees), groups.so(2), EYE)
    assert cosine == pytest.approx(1, abs=1e-6)
    assert angle == pytest.approx(degrees, abs=0.1)


def test_a_mirror_is_no_turn():
    cosine, _ = nearest_rotation(torch.diag(torch.tensor([1.0, -1.0])), groups.so(2), EYE)
    assert abs(cosine) < 1e-6


def test_what_a_matrix_does_off_the_support_does_not_count():
    truth = groups.diagonal(groups.so(2), 2)
    g = torch.from_numpy(scipy.linalg.expm(0.7 * truth.basis[0].numpy()))
    P = np.linalg.qr(np.kron([[1.0], [-1.0]], EYE))[0]
    off = torch.from_numpy(np.kron([[1.0, 1.0], [1.0, 1.0]], EYE))
    cosine, angle = nearest_rotation(g + off, truth, P)
    assert cosine == pytest.approx(1, abs=1e-6)
    assert angle == pytest.approx(np.degrees(0.7), abs=0.1)

"""Games side by side: none feels another, none leaves the search space, and a kill costs none."""

import math

import numpy as np
import pytest
import scipy.linalg
import torch
from torch.nn import functional as F

from liegan_book.datasets import cyclic
from liegan_min.algebra import groups
from liegan_min.algebra.moments import kept_by_moments, second_moments
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.game.pairs import as_pairs
from liegan_min.game.restarts import side_by_side
from liegan_min.game.stack import StackConfig, StackedGame
from tests.helpers.interrupting import interrupted_after

STACK = 3
TINY = StackConfig(
    channels=STACK,
    coefficients="integer-grid",
    low=-2,
    high=2,
    zero=False,
    hidden=(8, 8),
    batch=32,
    epochs=4,
    waves={"count": 8},
)
PAIRS = cyclic.pairs(300, 3, seed=100)


def play(starts=None, **how):
    options = RunOptions(**{"seed": 100, "device": "cpu", "progress": False} | how)
    return side_by_side(PAIRS, TINY, starts=starts, options=options)


def game(config=TINY, seed=100, pairs=PAIRS):
    within = kept_by_moments(pairs.x)
    made = StackedGame(config, 3, pairs.inputs, y_kind=pairs.y_kind, within=within, seed=seed)
    with torch.no_grad():  # a discriminator at its start hardly pulls
        made.discriminator.weights[-1].mul_(10)
    return made


def gradients(played):
    """The gradients of the last step by game: of its matrix, and of its discriminator's numbers."""
    parameters = [played.generator.free, *played.discriminator.parameters()]
    return [torch.cat([p.grad[r].flatten() for p in parameters]) for r in range(STACK)]


def stepped(disturb=None, config=TINY, pairs=PAIRS):
    one = game(config, pairs=pairs)
    if disturb is not None:
        disturb(one)
    one.step(pairs.x[:32], None if pairs.y is None else pairs.y[:32])
    return gradients(one)


def other_matrix(one):
    one.generator.free.data[1] *= -2


def other_discriminator(one):
    for p in one.discriminator.parameters():
        p.data[1] *= 1.5


@pytest.mark.parametrize("disturb", [other_matrix, other_discriminator])
def test_a_game_does_not_feel_what_another_does(disturb):
    before, after = stepped(), stepped(disturb)
    for r in (0, 2):
        # A batch of exponentials is scaled by its largest: rounding is all that may differ.
        torch.testing.assert_close(after[r], before[r], rtol=1e-4, atol=1e-6)
    assert (after[1] - before[1]).norm() > 0.1 * before[1].norm()


VECTORS = as_pairs(
    np.random.default_rng(0).normal(size=(40, 2, 3)),
    np.random.default_rng(1).normal(size=(40, 1, 3)),
    "vector",
)


@pytest.mark.parametrize("pairs", [PAIRS, VECTORS], ids=["scalar", "vector"])
@pytest.mark.parametrize("r", range(STACK))
def test_its_gradient_is_that_of_the_game_played_alone(pairs, r):
    """The two losses of game r written out in float64, and divided by the number of games."""
    one = game(pairs=pairs)
    w = one.generator.coefficients.sample(32, torch.Generator().manual_seed(5))[:, r].double()
    one.rng.manual_seed(5)
    free = one.generator.free.detach().double().requires_grad_()
    discriminator = one.discriminator.double()
    x, y = pairs.x[:32].double(), pairs.y[:32].double()
    z, left = (torch.cat([x, y], dim=1), None) if pairs.y_kind == "vector" else (x, y)
    span = kept_by_moments(pairs.x).orthonormal().basis
    L = torch.einsum("aij,akl,kl->ij", span, span, free[r])
    gz = torch.einsum("nij,ntj->nti", torch.matrix_exp(w[:, None, None] * L), z)

    def judged(shown):
        each = [None if a is None else a.repeat_interleave(STACK, 0) for a in (shown, left)]
        return discriminator(*each).view(-1, STACK)[:, r]

    parameters = list(discriminator.parameters())
    tell = (F.softplus(-judged(z)).mean() + F.softplus(judged(gz.detach())).mean()) / 2
    by_discriminator = [g[r] for g in torch.autograd.grad(tell / STACK, parameters)]
    fool = F.softplus(-judged(gz)).mean()
    (by_free,) = torch.autograd.grad(fool / STACK, free)
    one.discriminator.float()
    one.step(pairs.x[:32], pairs.y[:32])
    torch.testing.assert_close(
        one.generator.free.grad[r].double(), by_free[r], rtol=1e-3, atol=1e-6
    )
    for p, expected in zip(one.discriminator.parameters(), by_discriminator, strict=True):
        torch.testing.assert_close(p.grad[r].double(), expected, rtol=1e-3, atol=1e-6)


def test_row_after_row_is_moved_by_matrix_after_matrix():
    one = game()
    g = one.generator.sample(4 * STACK, torch.Generator().manual_seed(1)).detach()
    w = one.generator.coefficients.sample(4, torch.Generator().manual_seed(1))
    for i in range(4):
        for r in range(STACK):
            expected = scipy.linalg.expm((w[i, r] * one.generator.L[r]).detach().double().numpy())
            np.testing.assert_allclose(g[i * STACK + r], expected, atol=1e-5)


def test_where_x_does_not_fill_its_space_no_game_is_played(rng):
    flat = rng.normal(size=(50, 1, 2)) @ rng.normal(size=(2, 3))
    with pytest.raises(InputError, match="x fills 2 of its 3 dimensions"):
        side_by_side(as_pairs(flat), TINY, options=RunOptions(device="cpu"))


def test_a_label_is_refused():
    labelled = as_pairs(PAIRS.x.numpy(), np.arange(300) % 3, "label")
    with pytest.raises(InputError, match=r"^y is a label; restarts play on vectors and numbers"):
        side_by_side(labelled, TINY, options=RunOptions(device="cpu"))


@pytest.mark.parametrize("shape", [(2, 3, 3), (4, 3, 3), (3, 3), (3, 2, 2)])
def test_starts_that_do_not_fit_the_games_are_refused(shape):
    message = rf"^starts must be \(3, 3, 3\), one for each of the 3 games, not \({shape[0]}, "
    with pytest.raises(InputError, match=message):
        play(starts=torch.zeros(shape))


def test_the_losses_are_measured_on_one_sample_in_twenty_that_no_game_sees(monkeypatch):
    judged, losses, seen, step = [], StackedGame.losses, [], StackedGame.step
    monkeypatch.setattr(StackedGame, "losses", lambda g, x, y: judged.append(x) or losses(g, x, y))
    monkeypatch.setattr(StackedGame, "step", lambda g, x, y: seen.append(x) or step(g, x, y))
    play()
    (held,) = judged
    assert len(held) == 15
    rows = {tuple(row) for row in torch.cat(seen).flatten(1).tolist()}
    assert len(rows) > 15
    assert rows.isdisjoint(map(tuple, held.flatten(1).tolist()))


def test_every_matrix_on_the_way_keeps_the_second_moments():
    found = play()
    assert found.bases.shape == (4, STACK, 3, 3)
    assert found.losses.shape == (STACK,)
    assert torch.equal(found.L, found.bases[-1].double())
    S = second_moments(PAIRS.x)
    for L in found.bases.double().flatten(0, 1):
        assert L.norm() > 0.1
        assert (L @ S + S @ L.T).norm() < 1e-5 * L.norm()


def test_games_begin_where_they_are_told_or_apart():
    still = TINY.changed(lr_generator=1e-9, epochs=1)
    starts = torch.einsum("r,aij->raij", torch.tensor([1.0, -2.0, 0.5]), groups.so(3).basis)[:, 2]
    told = side_by_side(PAIRS, still, starts=starts, options=RunOptions(device="cpu")).L
    torch.testing.assert_close(told, starts.double(), rtol=0.2, atol=0.2)
    apart = side_by_side(PAIRS, still, options=RunOptions(seed=100, device="cpu")).L
    assert torch.pdist(apart.flatten(1)).min() > 0.1
    assert not torch.allclose(
        side_by_side(PAIRS, still, options=RunOptions(seed=101, device="cpu")).L, apart, atol=0.1
    )


def test_the_discriminators_losses_tell_a_symmetry_from_none():
    """Held at a step of C_3, at half a step, and at the identity."""
    still = TINY.changed(
        lr_generator=1e-9,
        lr_discriminator=5e-3,
        epochs=6,
        low=-1,
        high=1,
        hidden=(32, 32),
        batch=64,
        standardise=True,
        anneal=True,
        waves={"count": 32, "fastest": 5.0},
    )
    angles = torch.tensor([2 * math.pi / 3, math.pi / 3, 0.0])
    starts = angles[:, None, None] * groups.so(3).basis[2].float()
    losses = side_by_side(
        cyclic.pairs(6000, 3, 100), still, starts=starts, options=RunOptions(device="cpu")
    ).losses
    step, half, identity = losses.tolist()
    assert step == pytest.approx(math.log(2), abs=0.05)
    assert identity == pytest.approx(math.log(2), abs=0.05)
    assert half < math.log(2) - 0.15


def killed(path, **how):
    """Leave the checkpoint of two epochs behind."""
    with interrupted_after(2):
        play(checkpoint=path, checkpoint_seconds=-1, **how)


def test_a_killed_search_goes_on_to_the_very_same_end(tmp_path, monkeypatch, torch_rng):
    path, starts = tmp_path / "c.ckpt", torch.randn(STACK, 3, 3, generator=torch_rng)
    whole = play(starts=starts)
    killed(path, starts=starts)
    steps, step = [], StackedGame.step
    monkeypatch.setattr(StackedGame, "step", lambda *a: steps.append(1) or step(*a))
    resumed = play(starts=starts, checkpoint=path)
    assert len(steps) == 2 * 9  # two epochs of 285 samples
    assert torch.equal(whole.bases, resumed.bases)
    assert torch.equal(whole.losses, resumed.losses)
    assert not path.exists()


@pytest.mark.parametrize("others", [{"starts": torch.ones(STACK, 3, 3)}, {}, {"seed": 101}])
def test_a_checkpoint_of_other_starts_is_refused(tmp_path, others):
    path = tmp_path / "c.ckpt"
    killed(path, starts=torch.eye(3).expand(STACK, 3, 3))
    with pytest.raises(InputError, match=r"c\.ckpt belongs to other settings"):
        play(checkpoint=path, **others)

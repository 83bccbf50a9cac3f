"""Augerino finds how far a task bears to be moved: analytic ranges, both kinds of y, resuming."""

import math
from dataclasses import replace

import numpy as np
import pytest
import scipy.linalg
import scipy.optimize
import scipy.stats
import torch

from liegan_book.baselines import augerino as module
from liegan_book.baselines.augerino import AugerinoConfig, augerino
from liegan_min.algebra import groups
from liegan_min.base.errors import DamagedFileError, InputError
from liegan_min.base.options import RunOptions
from liegan_min.game.pairs import Pairs, as_pairs
from tests.helpers.interrupting import interrupted_after

SHORT = AugerinoConfig(steps=500, hidden=(32, 32), batch=128, lr_range=5e-2)
TINY = AugerinoConfig(steps=12, hidden=(8,), batch=32)
SO2, SO3 = groups.so(2), groups.so(3)
QUARTER = np.array([[0.0, -1.0], [1.0, 0.0]])


def around(angle, seed=20):
    """Return points, (n, 2), at the angles and at random distances from 0.5 to 1.5."""
    r = np.random.default_rng([seed, 1]).uniform(0.5, 1.5, size=len(angle))
    return r[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def ring(n=2000, seed=20):
    """Return points at all angles."""
    return around(np.random.default_rng(seed).uniform(0, 2 * np.pi, size=n), seed)


def quadrants(spread, n=2000, seed=20):
    """Return points near 0°, 90°, 180° and 270°, up to a spread in degrees, and at which."""
    rng = np.random.default_rng(seed)
    label = rng.integers(4, size=n)
    off = np.radians(rng.uniform(-spread, spread, size=n))
    return as_pairs(around(label * np.pi / 2 + off, seed), label)


@pytest.mark.parametrize(("spread", "seed"), [(0.0, 20), (0.0, 21), (20.0, 22)])
def test_labels_that_tell_the_quadrant_bear_what_keeps_them_apart(spread, seed):
    """Two neighbours, 90° apart, meet when both are moved by 45° less their spread."""
    found = augerino(quadrants(spread, seed=seed), SO2, SHORT, options=RunOptions(seed=seed))
    assert math.degrees(found.r[0]) == pytest.approx(45 - spread, abs=6)
    assert found.history[-100:, 0].mean() < 0.02
    assert found.seconds > 0


def test_labels_that_touch_bear_nothing():
    found = augerino(quadrants(45.0), SO2, SHORT.changed(start=0.5))
    assert math.degrees(found.r[0]) < 4


@pytest.mark.parametrize(
    "y", [np.linalg.norm(ring(), axis=1), (np.linalg.norm(ring(), axis=1) > 1).astype(int)]
)
def test_where_nothing_holds_it_back_the_range_grows_towards_the_cap(y):
    found = augerino(as_pairs(ring(), y), SO2, SHORT)
    assert math.pi < found.r[0] < SHORT.cap


def balance(reward, power):
    """Return the range at which one unit more costs as much as it earns, for y = x_1 on a ring.

    Of x turned by w ~ U(-r, r) the best guess is x_1 sin(r)/r, with error E x_1² (1 - sin²(r)/r²).
    """

    def excess(r):
        sinc, slope = math.sin(r) / r, math.cos(r) / r - math.sin(r) / r**2
        return -2 * power * sinc * slope - reward

    return scipy.optimize.brentq(excess, 1e-6, 1.0)


@pytest.mark.parametrize(("reward", "start"), [(0.1, 0.02), (0.1, 1.0), (0.02, 0.02)])
def test_a_task_that_every_turn_spoils_bears_what_the_reward_pays_for(reward, start):
    x = ring()
    found = augerino(as_pairs(x, x[:, 0]), SO2, SHORT.changed(reward=reward, start=start))
    assert found.r[0] == pytest.approx(balance(reward, np.mean(x[:, 0] ** 2)), rel=0.15)


def test_without_a_reward_it_shrinks():
    x = ring()
    found = augerino(as_pairs(x, x[:, 0]), SO2, SHORT.changed(reward=0))
    assert found.r[0] < SHORT.start / 3


def test_a_vector_is_turned_with_x_and_numbers_are_not():
    x = ring()
    y = x @ QUARTER.T
    turned = augerino(as_pairs(x, y, "vector"), SO2, SHORT)
    assert turned.r[0] > math.pi
    held = augerino(as_pairs(x, y, "scalar"), SO2, SHORT)
    assert held.r[0] == pytest.approx(balance(SHORT.reward, np.mean(x**2)), rel=0.15)


def test_each_generator_gets_its_own_range():
    """The height of a point on a sphere is kept by the turns about the vertical alone."""
    x = np.random.default_rng(20).normal(size=(2000, 3))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    r = augerino(as_pairs(x, x[:, 2]), SO3, SHORT).r
    assert r[2] > 3
    assert r[:2].max() < 0.1


@pytest.mark.parametrize("kind", ["vector", "scalar", "label"])
def test_the_loss_is_the_error_of_f_on_moved_samples(kind):
    """Sample by sample, with SciPy's exponential, in float64."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 2, 3))
    y = rng.integers(3, size=40) if kind == "label" else rng.normal(size=(40, 2, 3))
    pairs = as_pairs(x, y, kind)
    player = module._Player(pairs, SO3, TINY.changed(start=1.0), seed=1)
    with torch.no_grad():
        player.ranges += torch.tensor([0.5, 0.0, -0.5])
    loss = player.loss(pairs.x, pairs.y, torch.Generator().manual_seed(2))
    r = player.r.detach().double().numpy()
    u = torch.rand(40, 3, generator=torch.Generator().manual_seed(2)).double().numpy()
    errors = []
    for x_i, y_i, u_i in zip(x, y, u, strict=True):
        g = scipy.linalg.expm(np.einsum("c,cij->ij", (2 * u_i - 1) * r, SO3.basis.numpy()))
        seen = torch.from_numpy((x_i @ g.T).reshape(1, -1)).float()
        out = player.f(seen).detach().double().numpy()[0]
        if kind == "label":
            errors.append(np.log(np.exp(out).sum()) - out[y_i])
            continue
        out = out.reshape(2, 3)
        back = out @ np.linalg.inv(g).T if kind == "vector" else out
        errors.append(np.mean((back - y_i) ** 2))
    assert loss.item() == pytest.approx(np.mean(errors), rel=1e-4)


def test_draws_are_spread_evenly_over_the_range():
    found = augerino(quadrants(0.0), SO2, TINY)
    g = found.draw(2000, seed=3)
    w = torch.atan2(g[:, 1, 0], g[:, 0, 0]).numpy()
    r = float(found.r[0])
    assert scipy.stats.kstest(w, scipy.stats.uniform(-r, 2 * r).cdf).pvalue > 0.01
    assert np.abs(w).max() <= r
    assert torch.equal(g, found.draw(2000, seed=3))
    assert not torch.equal(g, found.draw(2000, seed=4))


def test_the_same_seed_gives_the_same_answer_and_leaves_the_global_generator_alone():
    before = torch.random.get_rng_state()
    a, b, c = (augerino(quadrants(0.0), SO2, TINY, options=RunOptions(seed=s)) for s in (1, 1, 2))
    assert torch.equal(a.history, b.history)
    assert not torch.allclose(a.history, c.history)
    assert torch.equal(before, torch.random.get_rng_state())


def test_a_run_that_was_cut_off_resumes_to_the_very_same_ranges(tmp_path):
    whole = augerino(quadrants(0.0), SO2, TINY, options=RunOptions(seed=4))
    path = tmp_path / "c.ckpt"
    options = RunOptions(seed=4, checkpoint=path)
    told = {"pairs": quadrants(0.0), "algebra": SO2, "config": TINY}
    with interrupted_after(5):
        augerino(**told, options=replace(options, checkpoint_seconds=-1))
    x, y = told["pairs"].x, told["pairs"].y
    for other in (
        {"options": replace(options, seed=5)},
        {"algebra": groups.conjugate(SO2, torch.tensor([[2.0, 0.0], [0.0, 1.0]]))},
        {"config": TINY.changed(reward=0.2)},
        {"pairs": Pairs(x, 3 - y, "label")},
        {"pairs": Pairs(2 * x, y, "label")},
    ):
        with pytest.raises(InputError, match="belongs to other settings, data, or another seed"):
            augerino(**{"options": options} | told | other)
    resumed = augerino(**told, options=options)
    assert torch.equal(whole.r, resumed.r)
    assert torch.equal(whole.history, resumed.history)
    assert not path.exists()


def test_a_damaged_checkpoint_is_refused(tmp_path):
    path = tmp_path / "c.ckpt"
    path.write_bytes(b"not a checkpoint")
    with pytest.raises(DamagedFileError, match=r"c\.ckpt"):
        augerino(quadrants(0.0), SO2, TINY, options=RunOptions(checkpoint=path))


def test_without_y_there_is_nothing_to_learn_from():
    with pytest.raises(InputError, match="predicting y, and there is none; give y"):
        augerino(as_pairs(ring()), SO2, TINY)


def test_generators_of_another_space_are_refused():
    with pytest.raises(InputError, match=r"acts on R\^3 and x lives in R\^2; give generators"):
        augerino(quadrants(0.0), SO3, TINY)


def test_fewer_samples_than_a_batch_are_refused():
    with pytest.raises(InputError, match="31 samples are fewer than a batch of 32; bring more"):
        augerino(quadrants(0.0, n=31), SO2, TINY)


def test_a_descent_that_diverges_is_reported():
    x = ring()
    with pytest.raises(InputError, match=r"no longer finite at step \d+; lower the learning rates"):
        augerino(as_pairs(x, x[:, 0]), SO2, TINY.changed(lr=1e30))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"start": 5.0}, "start must be below cap, not 5.0 and 4.0"),
        ({"reward": -1.0}, "reward: .*greater than or equal to 0"),
        ({"cap": 0.0}, "cap: .*greater than 0"),
        ({"ranges": 1.0}, "ranges: Extra inputs"),
    ],
)
def test_a_setting_that_is_wrong_is_named(wrong, message):
    with pytest.raises(InputError, match=message):
        AugerinoConfig.of(**wrong)

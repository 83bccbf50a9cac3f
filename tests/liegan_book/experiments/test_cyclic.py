"""The cyclic task: its function against a slow formula, its samples, and what a run is told."""

import math
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
import torch
from hypothesis import given
from hypothesis import strategies as st

from liegan_book import experiments
from liegan_book.datasets import cyclic
from liegan_book.experiments import cyclic as runs
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.discrete.rotation_group import EValues, RotationGroup
from liegan_min.game.restarts import Search

ORDERS = st.integers(1, 24)


def slow_f(point, order):
    """f with the sector of the point counted by hand, in [0, 2π), and no arctan2 or mod."""
    x, y, z = point
    angle = math.acos(x / math.hypot(x, y))
    angle = angle if y >= 0 else 2 * math.pi - angle
    tooth = 2 * math.pi / order
    while angle >= tooth:
        angle -= tooth
    return z / (1 + angle)


@st.composite
def points_off_the_edges(draw, order):
    """A point in the inner part of some tooth: rounding does not carry it into the next."""
    tooth = 2 * math.pi / order
    angle = (draw(st.integers(0, order - 1)) + draw(st.floats(0.01, 0.99))) * tooth
    r, z = draw(st.floats(0.1, 3)), draw(st.sampled_from([-1, 1])) * draw(st.floats(0.1, 3))
    return np.array([r * math.cos(angle), r * math.sin(angle), z])


def turned(point, angle):
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ point


@given(st.data(), ORDERS)
def test_f_is_what_the_slow_formula_says(data, order):
    point = data.draw(points_off_the_edges(order))
    assert cyclic.f(point, order) == pytest.approx(slow_f(point, order), rel=1e-9)


@given(st.data(), ORDERS, st.integers(-30, 30))
def test_f_is_the_same_after_any_number_of_steps(data, order, steps):
    point = data.draw(points_off_the_edges(order))
    moved = turned(point, 2 * math.pi * steps / order)
    assert cyclic.f(moved, order) == pytest.approx(float(cyclic.f(point, order)), rel=1e-9)


@given(st.data(), ORDERS, st.floats(0.02, 0.98))
def test_no_part_of_a_step_leaves_f_at_any_point(data, order, part):
    """So that 2π/n is the least period; it holds for each point, not only somewhere."""
    point = data.draw(points_off_the_edges(order))
    tooth = 2 * math.pi / order
    before, after = (float(cyclic.f(p, order)) for p in (point, turned(point, part * tooth)))
    # 1/(1 + a) and 1/(1 + b) are at least |a - b|/(1 + tooth)² apart.
    assert abs(after - before) > 0.9 * 0.02 * tooth * abs(point[2]) / (1 + tooth) ** 2


def test_f_goes_through_any_leading_axes(rng):
    points = rng.normal(size=(4, 5, 3))
    one_by_one = [[slow_f(p, 7) for p in row] for row in points]
    np.testing.assert_allclose(cyclic.f(points), one_by_one, rtol=1e-9)


def test_the_samples_are_a_round_cloud_with_its_f():
    made = cyclic.pairs(3000, 5, seed=100)
    assert made.x.shape == (3000, 1, 3)
    assert made.y.shape == (3000, 1)
    assert made.y_kind == "scalar"
    for axis in made.x[:, 0].T.numpy():
        assert scipy.stats.kstest(axis, scipy.stats.norm.cdf).pvalue > 1e-4
    expected = [slow_f(p, 5) for p in made.x[:, 0].double().tolist()]
    np.testing.assert_allclose(made.y[:, 0], expected, rtol=1e-4, atol=1e-5)


def test_a_seed_and_an_order_decide_the_samples():
    def x(*how):
        return cyclic.pairs(50, *how).x

    assert torch.equal(x(7, 100), x(7, 100))
    assert not torch.equal(x(7, 100), x(7, 101))
    assert not torch.equal(x(7, 100), x(5, 100))


def test_the_fingerprint_tells_one_data_set_from_another():
    asked = [(50, 7, 100), (51, 7, 100), (50, 5, 100), (50, 7, 101)]
    assert len({cyclic.fingerprint(*each) for each in asked}) == len(asked)
    assert cyclic.fingerprint(*asked[0]) == cyclic.fingerprint(*asked[0])


@pytest.mark.parametrize("order", [0, -7, 2.5, math.nan, math.inf, True])
def test_an_order_that_does_not_meet_itself_is_refused(order):
    message = rf"^order must be a whole number of at least 1, not {order}: f repeats so often"
    for ask in (
        partial(cyclic.f, np.ones(3), order),
        partial(cyclic.pairs, 10, order),
        partial(cyclic.checked_order, order),
    ):
        with pytest.raises(InputError, match=message):
            ask()


def test_a_whole_number_may_come_as_a_float():
    assert cyclic.checked_order(7.0) == 7
    assert isinstance(cyclic.checked_order(7.0), int)


@pytest.mark.parametrize("n", [1, 0, -3])
def test_fewer_than_two_samples_are_refused(n):
    with pytest.raises(InputError, match=f"^n must be at least 2 samples, not {n}"):
        cyclic.pairs(n)


UNKNOWN = {
    "liegan-restarts": 7,
    "liegan-restarts-3": 3,
    "liegan-restarts-5": 5,
    "liegan-restarts-12": 12,
    "liegan-restarts-1": 1,
}


def test_the_settings_do_not_tell_the_order():
    configs = [experiments.settings("cyclic", method, "paper") for method in UNKNOWN]
    assert all(config == configs[0] for config in configs)
    assert configs[0].largest > max(UNKNOWN.values())


def test_the_published_recipe_is_that_of_the_poster():
    config = experiments.settings("cyclic", "liegan", "paper")
    assert config.distribution().grid.tolist() == list(range(-10, 10))
    assert (runs.POINTS, runs.ORDER, config.channels) == (20_000, 7, 1)


@pytest.mark.parametrize("stage", ["search", "refine"])
def test_our_games_have_no_free_identity_and_do_not_meet(stage):
    config = getattr(experiments.settings("cyclic", "liegan-restarts", "paper"), stage)
    assert 0 not in config.distribution().grid
    # These terms are functions of all matrices at once.
    assert config.correlation == config.norm == 0


@pytest.mark.parametrize(("method", "order"), UNKNOWN.items())
def test_a_method_sees_the_law_of_its_order_and_is_judged_by_it(monkeypatch, method, order):
    seen = {}

    def found(pairs, config, options):
        seen.update(pairs=pairs, options=options)
        nothing = Search(torch.zeros(1, 2, 3, 3), torch.zeros(2), 0.0)
        step = torch.zeros(3, 3, dtype=torch.float64)
        if order > 1:
            step[1, 0], step[0, 1] = 2 * math.pi / order, -2 * math.pi / order
        e_values = EValues(order=order, L=step)
        return RotationGroup(nothing, None, e_values, 1.0, options.seed, config)

    monkeypatch.setattr(runs, "find_rotation_group", found)
    monkeypatch.setattr(runs, "POINTS", 40)
    options = RunOptions(seed=100, device="cpu", checkpoint=Path("c.ckpt"), progress=False)
    result = experiments.run("cyclic", method, "paper", options).found
    wanted = cyclic.pairs(40, order, 100)
    assert torch.equal(seen["pairs"].x, wanted.x)
    assert torch.equal(seen["pairs"].y, wanted.y)
    assert seen["options"] == options
    metrics, _ = experiments.method_of("cyclic", method).judge(result)
    assert metrics["success"] is True
    assert metrics["order"] == order

"""How an answer of the comparison is judged, on answers that are known."""

import math

import pytest
import torch
from scipy.linalg import expm, fractional_matrix_power

from liegan_book.datasets.comparison import task
from liegan_book.experiments.metrics.comparison import (
    Answer,
    between,
    comparison_metrics,
    draw,
    powers,
)
from liegan_min.algebra import groups
from liegan_min.base.options import RunOptions
from liegan_min.game.config import GameConfig
from liegan_min.game.discovery import play_game
from liegan_min.game.game import Game
from liegan_min.game.pairs import as_pairs

SMALL = GameConfig(hidden=(4,), batch=32, epochs=2)


def rotation_of(L, degrees):
    return torch.from_numpy(expm((math.radians(degrees) * L).numpy()))


@pytest.mark.parametrize("name", ["discrete", "continuous", "given-subset", "unknown-subset"])
def test_the_truth_is_a_success(name):
    t = task(name, 100, 200)
    metrics, arrays = comparison_metrics(Answer(t, t.truth, 1.0, L=3 * t.direction))
    assert metrics["success"] is True
    assert (metrics["valid"], metrics["covered"]) == (1, 1)
    assert metrics["plane_deg"] == pytest.approx(0, abs=1e-4)
    assert arrays["basis"] == pytest.approx((3 * t.direction).numpy(), rel=1e-6)
    if t.carried:
        assert (metrics["low_deg"], metrics["high_deg"]) == pytest.approx((-45, 45))
    else:
        assert "low_deg" not in metrics


def test_a_quarter_of_the_range_is_none():
    t = task("unknown-subset", 100, 200)
    metrics, _ = comparison_metrics(Answer(t, t.truth[80:101], 1.0))
    assert metrics["success"] is False
    assert "plane_deg" not in metrics
    assert (metrics["low_deg"], metrics["high_deg"]) == pytest.approx((-5, 5))


def test_what_else_a_method_has_to_say_is_kept():
    t = task("discrete", 100, 200)
    answer = Answer(t, t.truth, 1.0, metrics={"kept": 2}, arrays={"r": [1.0]})
    metrics, arrays = comparison_metrics(answer)
    assert (metrics["kept"], arrays["r"]) == (2, [1.0])


def test_the_curve_is_the_angle_to_the_true_direction():
    t = task("given-subset", 100, 200)
    others = groups.so(3).basis[:2].float()
    bases = torch.cat([others, -t.direction[None].float()])
    _, arrays = comparison_metrics(Answer(t, t.truth, 1.0, L=bases[-1], bases=bases))
    assert arrays["curve"] == pytest.approx([90, 90, 0], abs=1e-4)


@pytest.mark.parametrize("angle", [0.0, 30.0, 90.0])
def test_between_is_the_angle_of_planes_whatever_sign_and_size(angle):
    Rx, Ry, _ = groups.so(3).basis
    tilted = math.cos(math.radians(angle)) * Rx + math.sin(math.radians(angle)) * Ry
    assert between(-2 * tilted, Rx) == pytest.approx(angle, abs=1e-5)


@pytest.mark.parametrize(
    "options",
    [
        {"coefficients": "uniform", "low": 0.2, "high": 0.9, "learn_coefficients": True},
        {"coefficients": "integer-grid", "low": -1, "high": 3, "learn_coefficients": True},
        {"scale": 2.0, "channels": 2, "learn_coefficients": True},
        {"scale": 2.0},
    ],
    ids=["uniform", "grid", "normal", "fixed"],
)
def test_draws_are_those_that_the_game_would_play_next(options):
    x = torch.randn(300, 2, generator=torch.Generator().manual_seed(0))
    config = SMALL.changed(ema=0.0, lr_generator=0.1, **options)
    kept = []

    class Seen(Game):
        def epoch(self, x, y):
            kept[:] = [self.generator]
            return super().epoch(x, y)

    found = play_game(as_pairs(x), config, rules=Seen, options=RunOptions(device="cpu", seed=4))
    expected = kept[0].sample(50, torch.Generator().manual_seed(9)).double().detach()
    torch.testing.assert_close(draw(found, 50, 9), expected, rtol=1e-3, atol=1e-4)


def test_a_range_that_is_not_symmetric_keeps_its_side():
    """`Discovery.algebra` has the sign of its basis fixed; the draws must not."""
    x = torch.randn(300, 3, generator=torch.Generator().manual_seed(0))
    config = SMALL.changed(
        coefficients="uniform", low=0.1, high=0.2, strength=2**0.5, learn_coefficients=True
    )
    so2 = groups.LieAlgebra(groups.so(3).basis[2:])
    signs = set()
    for seed in range(100, 108):
        found = play_game(
            as_pairs(x), config, within=so2, options=RunOptions(device="cpu", seed=seed)
        )
        w = float(found.bases[-1, 0, 1, 0])
        assert torch.sign(draw(found)[:, 1, 0]).mean() == math.copysign(1, w)
        signs.add(math.copysign(1, w))
    assert signs == {-1.0, 1.0}


def test_few_powers_of_a_rough_element_are_a_small_group():
    t = task("discrete", 100, 200)
    rough = rotation_of(t.direction, 121)
    found = powers(rough, t.truth)
    assert comparison_metrics(Answer(t, found, 1.0))[0]["success"] is True
    assert len(found) == 3
    for p, g in zip(range(-1, 2), found, strict=True):
        torch.testing.assert_close(g, torch.from_numpy(fractional_matrix_power(rough, p)))


def test_many_powers_of_a_fine_element_cover_the_circle_and_of_a_rough_one_do_not():
    t = task("continuous", 100, 200)
    fine = rotation_of(t.direction, 137.5)
    assert comparison_metrics(Answer(t, powers(fine, t.truth), 1.0))[0]["success"] is True
    rough = comparison_metrics(Answer(t, powers(1.02 * fine, t.truth), 1.0))[0]
    assert rough["success"] is False


def test_powers_of_the_identity_are_the_identity():
    t = task("discrete", 100, 200)
    metrics, _ = comparison_metrics(Answer(t, powers(torch.eye(3), t.truth), 1.0))
    assert (metrics["valid"], metrics["covered"]) == (1, pytest.approx(1 / 3))

"""What a predictor is judged by, against functions whose errors can be worked out by hand."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from liegan_book.baselines.mlp import MLP
from liegan_book.experiments.metrics.prediction import (
    averaged_error,
    equivariance_error,
    prediction_metrics,
    step_errors,
)
from liegan_book.training.prediction import FitConfig, fit
from liegan_min.algebra import groups
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.equivariant.augmentation import Augmented, FromAlgebra
from liegan_min.equivariant.emlp import EMLP
from liegan_min.game.pairs import Pairs, as_pairs

SO2 = groups.diagonal(groups.so(2), 4)
N = 4000


class Shifted(nn.Module):
    """x ↦ 2x + c: equivariant but for c, which no rotation moves."""

    def __init__(self, size=0.0):
        super().__init__()
        self.c = nn.Parameter(size * torch.ones(8))

    def forward(self, x):
        return 2 * x + self.c


def doubled(n=N, steps=1):
    """Pairs (x, 2x)."""
    x = np.random.default_rng(0).normal(size=(n, steps, 8))
    return as_pairs(x, 2 * x, "vector")


def test_the_error_of_each_step_is_the_mean_over_samples_and_components():
    torch.manual_seed(0)
    net, pairs = MLP(5, 5, 8), doubled(50, 5)
    y = net(pairs.x).detach().numpy()
    slow = [np.mean((y[:, s] - pairs.y[:, s].numpy()) ** 2) for s in range(5)]
    np.testing.assert_allclose(step_errors(net, pairs).numpy(), slow, rtol=1e-5)


def test_an_equivariant_function_has_no_equivariance_error_however_wrong_it_is():
    x = torch.randn(200, 1, 8, generator=torch.Generator().manual_seed(0))
    assert equivariance_error(Shifted(), x, SO2) < 1e-12


def test_the_equivariance_error_of_a_constant():
    """E |c - gc|² = 2 |c|² (1 - E cos θ) = 2 |c|² over the circle; in each component, 2."""
    x = torch.zeros(N, 1, 8)
    sd = math.sqrt(2 / N)  # of the mean of 2 (1 - cos θ)
    assert equivariance_error(Shifted(1.0), x, SO2) == pytest.approx(2, abs=4 * sd)


@pytest.mark.parametrize("copies", [1, 4, 16])
def test_averaging_divides_what_is_not_equivariant_by_the_copies(copies):
    """A mean of n turned constants: E |Σ gᵢ⁻¹ c|² / n² = |c|² / n, up to e⁻⁹ at scale 3."""
    net = Augmented(Shifted(1.0), FromAlgebra(SO2, scale=3.0))
    error = averaged_error(net, doubled(), copies)
    assert error == pytest.approx(1 / copies, abs=4 / copies / math.sqrt(N) + 1e-3)


def test_draws_are_the_same_for_every_predictor_and_differ_by_seed():
    net, pairs = Augmented(Shifted(1.0), FromAlgebra(SO2)), doubled(50)
    assert averaged_error(net, pairs, 4) == averaged_error(net, pairs, 4)
    assert averaged_error(net, pairs, 4) != averaged_error(net, pairs, 4, seed=1)
    errors = [equivariance_error(net, pairs.x, SO2, seed=s) for s in (0, 0, 1)]
    assert errors[0] == errors[1] != errors[2]


def fitted(model):
    train, test = doubled(64, 2), doubled(32, 2)
    return fit(
        model,
        train,
        test,
        FitConfig(batch=16, epochs=3, every=1, lr=0.01),
        options=RunOptions(device="cpu"),
    )


def test_what_a_record_keeps():
    torch.manual_seed(0)
    found = fitted(MLP(2, 2, 8, (4,)))
    metrics, arrays = prediction_metrics(found, SO2)
    y = found.model(found.test.x).detach()
    assert metrics["test_mse"] == pytest.approx(float((y - found.test.y).square().mean()))
    assert metrics["test_mse"] == pytest.approx(float(found.curve[-1, 2]))
    assert metrics["test_mse"] == pytest.approx(np.mean(arrays["step_mse"]))
    y = found.model(found.train.x).detach()
    assert metrics["train_mse"] == pytest.approx(float((y - found.train.y).square().mean()))
    assert metrics["best_test_mse"] == pytest.approx(min(p[2] for p in arrays["curve"]))
    assert metrics["parameters"] == 17 * 4 + 5 * 16
    assert metrics["epochs"] == 3
    assert not any(name.startswith("averaged") for name in metrics)


def test_what_more_is_kept_of_a_network_trained_under_moves():
    metrics, _ = prediction_metrics(fitted(Augmented(Shifted(1.0), FromAlgebra(SO2))), SO2)
    assert metrics["averaged_16_mse"] < metrics["averaged_4_mse"]
    assert metrics["parameters"] == 8


def test_what_more_is_kept_of_an_equivariant_network():
    torch.manual_seed(0)
    metrics, _ = prediction_metrics(fitted(EMLP(SO2, 2, 2)), SO2)
    # 4 x 4 blocks a 1 + b J commute with the rotation of four vectors at once: 2 · 16.
    assert metrics["commutant"] == 32
    assert metrics["equivariance_error"] < 1e-10


def test_without_y_there_is_nothing_to_judge_by():
    with pytest.raises(InputError, match="judged by y, and there is none"):
        step_errors(Shifted(), Pairs(torch.ones(2, 1, 8), None, "scalar"))


def test_moves_that_stretch_without_bound_have_no_average():
    spread = LieAlgebra(30 * torch.eye(8)[None])
    net = Augmented(MLP(1, 1, 8), FromAlgebra(spread))
    x = torch.ones(4, 1, 8)
    assert averaged_error(net, Pairs(x, x, "vector"), 4) is None

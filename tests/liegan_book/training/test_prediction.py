"""The training that all predictors share: what it returns, how it resumes, what it refuses."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from liegan_book.baselines.mlp import MLP
from liegan_book.experiments import SO2
from liegan_book.training.prediction import FitConfig, fit, predict
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.errors import DamagedFileError, InputError
from liegan_min.base.options import RunOptions
from liegan_min.equivariant.augmentation import Augmented, FromAlgebra
from liegan_min.game.pairs import as_pairs
from tests.helpers.interrupting import interrupted_after

CONFIG = FitConfig(batch=16, epochs=6, lr=1e-2, every=2)


def pairs(n=64, seed=0):
    x = np.random.default_rng(seed).normal(size=(n, 1, 8))
    return as_pairs(x, 2 * x, "vector")


def network(seed=0):
    torch.manual_seed(seed)
    return MLP(1, 1, 8, (16,))


def augmented(seed=0):
    torch.manual_seed(seed)
    return Augmented(MLP(1, 1, 8, (16,)), FromAlgebra(SO2))


def test_a_fit_is_adam_on_the_mean_squared_error():
    """Replayed with a plain loop."""
    data = pairs()
    found = fit(network(), data, data, CONFIG, options=RunOptions(seed=3, device="cpu"))
    slow, rng = network(), torch.Generator().manual_seed(3)
    adam = torch.optim.Adam(slow.parameters(), lr=CONFIG.lr)
    for _ in range(CONFIG.epochs):
        order = torch.randperm(64, generator=rng)
        for rows in order.split(16):
            adam.zero_grad()
            ((slow(data.x[rows]) - data.y[rows]) ** 2).mean().backward()
            adam.step()
    for p, q in zip(found.model.parameters(), slow.parameters(), strict=True):
        torch.testing.assert_close(p, q)


def test_the_curve_holds_epoch_training_loss_and_test_error():
    data, other = pairs(), pairs(seed=1)
    found = fit(network(), data, other, CONFIG, options=RunOptions(device="cpu"))
    assert found.curve[:, 0].tolist() == [1, 2, 4, 6]
    error = float((predict(found.model, other.x) - other.y).square().mean())
    assert float(found.curve[-1, 2]) == pytest.approx(error)
    assert float(found.curve[-1, 1]) < float(found.curve[0, 1])


@pytest.mark.parametrize("build", [network, augmented])
def test_a_killed_fit_resumes_to_the_same_weights(build, tmp_path):
    def forward(model):
        return getattr(model, "moved", None)

    data, whole = pairs(), build()
    fit(whole, data, data, CONFIG, forward=forward(whole), options=RunOptions(seed=1, device="cpu"))
    path, killed = tmp_path / "fit.ckpt", build()
    options = RunOptions(seed=1, device="cpu", checkpoint=path, checkpoint_seconds=-1)
    with interrupted_after(3):
        fit(killed, data, data, CONFIG, forward=forward(killed), options=options)
    resumed = build()
    found = fit(resumed, data, data, CONFIG, forward=forward(resumed), options=options)
    for p, q in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(p, q)
    assert len(found.curve) == 4
    assert not path.exists()


def test_a_checkpoint_of_another_run_is_refused(tmp_path, monkeypatch):
    path, data = tmp_path / "fit.ckpt", pairs()
    options = RunOptions(seed=1, device="cpu", checkpoint=path, checkpoint_seconds=-1)
    monkeypatch.setattr(type(path), "unlink", lambda *a, **k: None)
    fit(network(), data, data, CONFIG, options=options)
    with pytest.raises(InputError, match="belongs to other settings, data, or another seed"):
        fit(network(), data, data, CONFIG, options=replace(options, seed=2))


def test_a_damaged_checkpoint_is_refused(tmp_path):
    path, data = tmp_path / "fit.ckpt", pairs()
    path.write_bytes(b"not a checkpoint")
    with pytest.raises(DamagedFileError, match=r"fit\.ckpt"):
        fit(network(), data, data, CONFIG, options=RunOptions(device="cpu", checkpoint=path))


class Exploding(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.tensor(1.0))

    def forward(self, x):
        return x * self.w * torch.inf


@pytest.mark.parametrize("other", [LieAlgebra(1.01 * SO2.basis), LieAlgebra(SO2.basis.mT)])
def test_a_checkpoint_under_other_moves_is_refused(other, tmp_path, monkeypatch):
    """Only the buffers of the network tell that its algebra is another one."""
    path, data = tmp_path / "fit.ckpt", pairs()
    options = RunOptions(seed=1, device="cpu", checkpoint=path, checkpoint_seconds=-1)
    monkeypatch.setattr(type(path), "unlink", lambda *a, **k: None)
    fit(augmented(), data, data, CONFIG, options=options)
    torch.manual_seed(0)
    model = Augmented(MLP(1, 1, 8, (16,)), FromAlgebra(other))
    with pytest.raises(InputError, match="belongs to other settings"):
        fit(model, data, data, CONFIG, options=options)


@pytest.mark.parametrize("size", [torch.inf, torch.nan, 1e25])
def test_a_step_beyond_all_bounds_is_not_taken(size):
    """As if its batch had not been there; the rest of the run is what it was."""
    data, plain, calls = pairs(), network(), []

    def forward(x, rng):
        calls.append(1)
        return plain(x) * (size if len(calls) % 4 == 2 else 1.0)

    found = fit(
        plain, data, data, CONFIG, forward=forward, options=RunOptions(seed=3, device="cpu")
    )
    slow, rng = network(), torch.Generator().manual_seed(3)
    adam = torch.optim.Adam(slow.parameters(), lr=CONFIG.lr)
    for _ in range(CONFIG.epochs):
        for i, rows in enumerate(torch.randperm(64, generator=rng).split(16)):
            if i != 1:
                adam.zero_grad()
                ((slow(data.x[rows]) - data.y[rows]) ** 2).mean().backward()
                adam.step()
    assert found.skipped == CONFIG.epochs
    for p, q in zip(plain.parameters(), slow.parameters(), strict=True):
        torch.testing.assert_close(p, q)


@pytest.mark.parametrize(
    ("model", "data", "config", "message"),
    [
        (
            network,
            as_pairs(np.ones((64, 1, 8)) * np.arange(64)[:, None, None]),
            CONFIG,
            "needs vec",
        ),
        (network, pairs(8), CONFIG, "8 samples are fewer than a batch of 16"),
        (Exploding, pairs(), CONFIG, "no longer finite in epoch 1"),
    ],
)
def test_what_cannot_be_fitted_is_refused(model, data, config, message):
    with pytest.raises(InputError, match=message):
        fit(model(), data, data, config, options=RunOptions(device="cpu"))

"""The best linear predictor, in closed form: what a network has to beat."""

from __future__ import annotations

import time

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from liegan_book.training.prediction import Fit, predict
from liegan_min.base.errors import InputError
from liegan_min.base.settings import Settings
from liegan_min.game.pairs import Pairs


class LinearConfig(Settings):
    """Settings of the linear predictor."""

    subsample: float = Field(
        1.0, gt=0, le=1, description="share of the samples, drawn with the seed: less shows spread"
    )
    cutoff: float = Field(
        1e-6, gt=0, lt=1, description="singular values of the inputs below it count as zero"
    )


class Linear(nn.Module):
    """y = W x, computed in float64: next to its error float32's rounding would show.

    Args:
        W: (t k, s k), for rows x.
        k: dimension of the vectors.
    """

    def __init__(self, W: Tensor, k: int) -> None:
        super().__init__()
        self.k = k
        self.W = nn.Parameter(W, requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map x, (b, t, k), to y, (b, s, k)."""
        return (x.flatten(1).double() @ self.W).view(len(x), -1, self.k).to(x)


def least_squares(train: Pairs, test: Pairs, config: LinearConfig, *, seed: int = 0) -> Fit:
    """Return the linear map with the least mean squared error on the training pairs.

    Raises:
        InputError: if y is missing.
    """
    if train.y is None or test.y is None:
        raise InputError("a predictor needs vectors y to predict; give both sets a y")
    started = time.monotonic()
    n = max(1, round(config.subsample * len(train.x)))
    rows = torch.randperm(len(train.x), generator=torch.Generator().manual_seed(seed))[:n]
    x, y = (a[rows].flatten(1).double() for a in (train.x, train.y))
    W = torch.linalg.lstsq(x, y, rcond=config.cutoff, driver="gelsd").solution
    model = Linear(W, train.x.shape[-1])
    errors = [F.mse_loss(predict(model, p.x), p.y) for p in (train, test) if p.y is not None]
    curve = torch.stack([torch.tensor(1.0), *errors])[None]
    return Fit(model, curve, train, test, seed, time.monotonic() - started)

"""Supervised training that every row of the prediction table shares, and how it is judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from liegan_min.base import files, training
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.base.settings import Settings
from liegan_min.base.training import Training, check_batch
from liegan_min.game.pairs import Pairs

#: A loss beyond this, or none at all, is no step: its gradient may leave the range of float32. Only
#: moves that are no symmetry lead there, exp(wL) of an L that stretches; of them too few are left
#: out to matter, and without that one would end the run.
_BEYOND = 1e30

#: What training compares with y: from a batch x and a source of draws.
Forward = Callable[[Tensor, torch.Generator], Tensor]


class FitConfig(Settings):
    """Settings of the training of a predictor."""

    batch: int = Field(512, ge=1)
    epochs: int = Field(2000, ge=1)
    lr: float = Field(1e-4, gt=0)
    decay: float = Field(0.0, ge=0, description="weight decay, apart from the gradient (AdamW)")
    anneal: bool = Field(False, description="let lr fall to 0, in proportion to what is left")
    every: int = Field(50, ge=1, description="epochs between two points of the learning curves")


@dataclass(frozen=True)
class Fit:
    """A trained predictor.

    Attributes:
        curve: (points, 3): epoch, mean training loss of that epoch, test error after it.
        train: the pairs it was trained on.
        test: the pairs it is judged on.
        seconds: wall time, over all the sittings of a resumed run.
        skipped: steps that were not taken because the loss was beyond all bounds.
    """

    model: nn.Module
    curve: Tensor
    train: Pairs
    test: Pairs
    seed: int
    seconds: float
    skipped: int = 0


def predict(model: nn.Module, x: Tensor, rows: int = 4096) -> Tensor:
    """Return the model's answers, (n, s, k), in evaluation mode and in pieces of `rows`."""
    model.eval()
    with torch.no_grad():
        return torch.cat([model(part) for part in torch.split(x, rows)])


class _Predictor(Training):
    """A predictor under training, an epoch at a time."""

    keeps = ("done", "model", "optimiser", "rng", "curve", "skipped")

    def __init__(
        self,
        model: nn.Module,
        train: tuple[Tensor, Tensor],
        test: tuple[Tensor, Tensor],
        config: FitConfig,
        forward: Forward,
        rng: torch.Generator,
    ) -> None:
        self.model, self.train, self.test, self.config = model, train, test, config
        self.forward, self.rng = forward, rng
        self.optimiser = torch.optim.AdamW(
            model.parameters(), lr=config.lr, weight_decay=config.decay, fused=True
        )
        self.curve: list[Tensor] = []
        self.skipped = 0

    def advance(self) -> bool:
        """Train for an epoch.

        Raises:
            InputError: if no loss of it is finite.
        """
        self.model.train()
        if self.config.anneal:
            left = 1 - self.done / self.config.epochs
            self.optimiser.param_groups[0]["lr"] = self.config.lr * left
        self.done += 1
        x, y = self.train
        order = torch.randperm(len(x), generator=self.rng).to(x.device)
        losses = []
        for rows in torch.split(order, self.config.batch):
            loss = F.mse_loss(self.forward(x[rows], self.rng), y[rows])
            if not loss.detach() < _BEYOND:
                self.skipped += 1
                continue
            self.optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimiser.step()
            losses.append(loss.detach())
        if not losses:
            raise InputError(
                f"the loss is no longer finite in epoch {self.done}; lower lr, or check that the "
                "group elements stay bounded"
            )
        if self.done % self.config.every == 0 or self.done in (1, self.config.epochs):
            mean = torch.stack(losses).mean()
            error = F.mse_loss(predict(self.model, self.test[0]), self.test[1])
            epoch = torch.tensor(float(self.done))
            self.curve.append(torch.stack([epoch, mean.cpu(), error.cpu()]))
        return False


def fit(
    model: nn.Module,
    train: Pairs,
    test: Pairs,
    config: FitConfig,
    *,
    forward: Forward | None = None,
    options: RunOptions | None = None,
) -> Fit:
    """Train a predictor with Adam on the mean squared error, for a fixed number of epochs.

    The last epoch is what counts: the test error is looked at for the curve, never to choose.

    Args:
        model: maps x, (b, t, k), to y, (b, s, k).
        train: pairs with vector y.
        test: pairs that it is judged on.
        config: the settings.
        forward: what is compared with y in training; default: the model.
        options: seed (of the order of the samples, and of what `forward` draws), device, checkpoint
            and progress; an epoch is never cut in two.

    Raises:
        InputError: if y is missing, there is less than a batch, no loss of an epoch is finite, or
            the checkpoint is another run's.
        DamagedFileError: if the checkpoint is damaged.
    """
    if train.y is None or test.y is None or train.y_kind != "vector":
        raise InputError("a predictor needs vectors y to predict; give both sets a y")
    check_batch(len(train.x), config.batch)
    options = options or RunOptions()
    where, seed = options.where, options.seed
    model.to(where)
    begun = dict(model.named_parameters()) | dict(model.named_buffers())
    data = files.digest({"x": train.x, "y": train.y, "x_test": test.x, "y_test": test.y})
    key = f"{type(model).__name__} {config.digest()} {seed} {files.digest(begun)} {data}"
    predictor = _Predictor(
        model,
        (train.x.to(where), train.y.to(where)),
        (test.x.to(where), test.y.to(where)),
        config,
        forward or (lambda batch, _: model(batch)),
        torch.Generator().manual_seed(seed),
    )
    seconds = training.run(predictor, config.epochs, key, options, "epoch")
    curve = torch.stack(predictor.curve)
    return Fit(model, curve, train, test, seed, seconds, predictor.skipped)

"""Supervised training that every row of the prediction table shares, and how it is judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from liegan_min.base import files
from liegan_min.base.checkpoint import Checkpoint, fit_tensors, restore_fit
from liegan_min.base.errors import InputError
from liegan_min.base.progress import quiet, tqdm
from liegan_min.base.settings import Settings, pick_device
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


def fit(
    model: nn.Module,
    train: Pairs,
    test: Pairs,
    config: FitConfig,
    *,
    forward: Forward | None = None,
    seed: int = 0,
    device: str | torch.device = "auto",
    checkpoint: Path | None = None,
    checkpoint_seconds: float = 30.0,
    progress: bool | None = None,
) -> Fit:
    """Train a predictor with Adam on the mean squared error, for a fixed number of epochs.

    The last epoch is what counts: the test error is looked at for the curve, never to choose.

    Args:
        model: maps x, (b, t, k), to y, (b, s, k).
        train: pairs with vector y.
        test: pairs that it is judged on.
        config: the settings.
        forward: what is compared with y in training; default: the model.
        seed: of the order of the samples, and of what `forward` draws.
        device: "auto", or a torch device.
        checkpoint: file that a killed run resumes from; removed when the run ends.
        checkpoint_seconds: least time between two writes of it; an epoch is never cut in two.
        progress: show a bar; default: in a terminal, and not under CI.

    Raises:
        InputError: if y is missing, there is less than a batch, no loss of an epoch is finite, or
            the checkpoint is another run's.
        DamagedFileError: if the checkpoint is damaged.
    """
    x, y, y_test = train.x, train.y, test.y
    if y is None or y_test is None or train.y_kind != "vector":
        raise InputError("a predictor needs vectors y to predict; give both sets a y")
    if len(train.x) < config.batch:
        raise InputError(
            f"{len(train.x)} samples are fewer than a batch of {config.batch}; lower batch"
        )
    where = pick_device(device)
    model.to(where)
    begun = dict(model.named_parameters()) | dict(model.named_buffers())
    data = files.digest({"x": x, "y": y, "x_test": test.x, "y_test": y_test})
    key = f"{type(model).__name__} {config.digest()} {seed} {files.digest(begun)} {data}"
    x, y, x_test, y_test = (a.to(where) for a in (x, y, test.x, y_test))
    compared = forward or (lambda batch, _: model(batch))
    rng = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=config.lr, fused=True)
    curve: list[Tensor] = []
    done = skipped = 0
    kept = Checkpoint(checkpoint, key, checkpoint_seconds)
    with kept.resume() as last:
        if last is not None:
            tensors, notes = last
            restore_fit(model, optimiser, tensors)
            rng.set_state(tensors["rng"])
            curve = list(tensors["curve"])
            done, skipped = int(notes["epochs"]), int(notes["skipped"])

    def state() -> dict[str, Tensor]:
        course = {"rng": rng.get_state(), "curve": torch.stack(curve)}
        return course | fit_tensors(model, optimiser)

    with tqdm(total=config.epochs, initial=done, disable=quiet(progress), unit="epoch") as bar:
        for epoch in range(done + 1, config.epochs + 1):
            model.train()
            order = torch.randperm(len(x), generator=rng).to(where)
            losses = []
            batches = zip(
                torch.split(x[order], config.batch),
                torch.split(y[order], config.batch),
                strict=True,
            )
            for bx, by in batches:
                loss = F.mse_loss(compared(bx, rng), by)
                if not loss.detach() < _BEYOND:
                    skipped += 1
                    continue
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
                losses.append(loss.detach())
            if not losses:
                raise InputError(
                    f"the loss is no longer finite in epoch {epoch}; lower lr, or check that the "
                    "group elements stay bounded"
                )
            if epoch % config.every == 0 or epoch in (1, config.epochs):
                mean = torch.stack(losses).mean()
                error = F.mse_loss(predict(model, x_test), y_test)
                curve.append(torch.stack([torch.tensor(float(epoch)), mean.cpu(), error.cpu()]))
            bar.update()
            kept.offer(state, epochs=epoch, skipped=skipped)
    kept.remove()
    return Fit(model, torch.stack(curve), train, test, seed, kept.seconds, skipped)

"""The loop of the baselines that descend one loss: Adam, for so many steps; killed, it resumes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from liegan_min.base.checkpoint import Checkpoint, fit_tensors, restore_fit
from liegan_min.base.errors import InputError
from liegan_min.base.progress import quiet, tqdm

#: Gives the loss of a step, (), and a row to remember of it.
Look = Callable[[], tuple[Tensor, Tensor]]


def _diverged(step: int) -> InputError:
    return InputError(
        f"the descent is no longer finite at step {step}; lower the learning rates, "
        "or scale x and y to unit size"
    )


def descend(
    model: nn.Module,
    look: Look,
    rates: dict[str, float],
    steps: int,
    key: str,
    *,
    rng: torch.Generator,
    checkpoint: Path | None = None,
    checkpoint_seconds: float = 30.0,
    progress: bool | None = None,
) -> tuple[Tensor, float]:
    """Take the steps, with learning rates that fall to 0 as the square of what is left.

    Args:
        model: holds all that is learned, and on return what was.
        look: what a step sees; it draws from `rng` alone.
        rates: the learning rate at the start of each part of the model, by its name.
        steps: how many.
        key: names everything that the outcome depends on; a checkpoint of another key is refused.
        rng: source of all draws.
        checkpoint: file that a killed run resumes from; removed when the run ends.
        checkpoint_seconds: least time between two writes of it.
        progress: show a bar; default: in a terminal, and not under CI.

    Returns:
        The remembered rows, (steps, ...), and the seconds over all the sittings of the run.

    Raises:
        InputError: if the loss or the model does not stay finite, or the checkpoint is another
            run's.
        DamagedFileError: if the checkpoint is damaged.
    """
    named = dict(model.named_parameters())
    groups = [
        {"params": [p for n, p in named.items() if n.split(".")[0] == name and p.requires_grad]}
        for name in rates
    ]
    optimiser = torch.optim.Adam(groups)
    history: list[Tensor] = []
    kept = Checkpoint(checkpoint, key, checkpoint_seconds)
    with kept.resume() as last:
        if last is not None:
            tensors, _ = last
            restore_fit(model, optimiser, tensors)
            rng.set_state(tensors["rng"])
            history = list(tensors["history"])

    def state() -> dict[str, Tensor]:
        course = {"rng": rng.get_state(), "history": torch.stack(history)}
        return course | fit_tensors(model, optimiser)

    with tqdm(total=steps, initial=len(history), disable=quiet(progress), unit="step") as bar:
        for step in range(len(history), steps):
            for group, rate in zip(optimiser.param_groups, rates.values(), strict=True):
                group["lr"] = rate * (1 - step / steps) ** 2
            loss, row = look()
            if not loss.detach().isfinite():
                raise _diverged(step + 1)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            history.append(row.detach().cpu())
            bar.update()
            kept.offer(state)
    # A last step that leads nowhere finite is seen by no loss.
    if not all(p.isfinite().all() for p in model.parameters()):
        raise _diverged(steps)
    kept.remove()
    return torch.stack(history), kept.seconds

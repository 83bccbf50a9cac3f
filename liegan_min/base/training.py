"""The loop that every training here shares: steps, a bar, a checkpoint; killed, it resumes."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from liegan_min.base import parallel
from liegan_min.base.checkpoint import Checkpoint, Resumable
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.base.progress import quiet, tqdm

#: Gives the loss of a step, (), and a row to remember of it.
Look = Callable[[], tuple[Tensor, Tensor]]


class Training(Resumable, ABC):
    """Something that is trained unit by unit; a unit is a step or an epoch, and never cut in two.

    Attributes:
        done: units so far.
    """

    done: int = 0

    @abstractmethod
    def advance(self) -> bool:
        """Train for one unit, and say whether a checkpoint is due, however recent the last."""

    def rested(self) -> bool:
        """Whether there is nothing left to gain: the loop ends before its last unit."""
        return False

    def finish(self) -> None:
        """Do what belongs to the run after its last unit, while the checkpoint is still there."""
        return


def run(training: Training, total: int, key: str, options: RunOptions, unit: str = "step") -> float:
    """Train for so many units, until at rest or out of time. Returns the seconds over all sittings.

    Args:
        training: at its start.
        total: units.
        key: names everything that the outcome depends on; a checkpoint of another key is refused.
        options: checkpoint, progress and time limit; the rest is up to the training.
        unit: its name, for the bar.

    Raises:
        InputError: if the checkpoint is another run's, or several processes have a time limit.
        DamagedFileError: if the checkpoint is damaged.
    """
    if parallel.world() > 1 and math.isfinite(options.limit_seconds):
        raise InputError("limit_seconds is for one process: several would end at different steps")
    kept = Checkpoint(options, key)
    with kept.resume() as last:
        if last is not None:
            training.restore(last)
    hidden, limit = quiet(options.progress), options.limit_seconds
    with tqdm(total=total, initial=training.done, disable=hidden, unit=unit) as bar:
        while training.done < total and not training.rested():
            if training.done and kept.seconds > limit:
                break
            due = training.advance()
            bar.update()
            kept.offer(training.state, now=due)
    training.finish()
    kept.remove()
    return kept.seconds


class _Descent(Training):
    """A model that descends one loss, a step at a time."""

    keeps = ("done", "learned", "optimiser", "rng", "history")

    def __init__(
        self, optimiser: torch.optim.Optimizer, look: Look, steps: int, rng: torch.Generator
    ) -> None:
        self.optimiser, self.look, self.steps, self.rng = optimiser, look, steps, rng
        self.rates = [group["lr"] for group in optimiser.param_groups]
        learned = (p for group in optimiser.param_groups for p in group["params"])
        self.learned = nn.ParameterList(learned)
        self.history: list[Tensor] = []

    def advance(self) -> bool:
        """Take a step."""
        set_rates(self.optimiser, self.rates, 1 - self.done / self.steps)
        loss, row = self.look()
        self.done += 1
        self._check(loss.detach())
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        self.history.append(row.detach().cpu())
        return False

    def finish(self) -> None:
        """Look at where the last step led: no loss has seen it."""
        self._check(*self.learned)

    def _check(self, *values: Tensor) -> None:
        if not all(value.isfinite().all() for value in values):
            raise InputError(
                f"the descent is no longer finite at step {self.done}; lower the learning rates, "
                "or scale x and y to unit size"
            )


def descend(
    optimiser: torch.optim.Optimizer,
    look: Look,
    steps: int,
    key: str,
    *,
    rng: torch.Generator,
    options: RunOptions,
) -> tuple[Tensor, float]:
    """Descend a loss, with learning rates that fall to 0 as the square of what remains.

    Args:
        optimiser: holds all that is learned; its learning rates are those of the start.
        look: what a step sees; it draws from `rng` alone.
        steps: how many.
        key: see `run`.
        rng: source of all draws.
        options: checkpoint and progress.

    Returns:
        The remembered rows, (steps, ...), and the seconds over all the sittings of the run.

    Raises:
        InputError: if the loss or what is learned does not stay finite; see also `run`.
        DamagedFileError: if the checkpoint is damaged.
    """
    descent = _Descent(optimiser, look, steps, rng)
    seconds = run(descent, steps, key, options)
    return torch.stack(descent.history), seconds


def set_rates(
    optimiser: torch.optim.Optimizer, rates: Sequence[float], remaining: float = 1.0
) -> None:
    """Set a learning rate for each group of parameters, times the square of a remaining share.

    Where a rate decays it is to 0, as the square of what remains of the run.
    """
    for group, rate in zip(optimiser.param_groups, rates, strict=True):
        group["lr"] = rate * remaining**2


def check_batch(samples: int, batch: int, what: str = "samples") -> None:
    """Refuse fewer samples than a batch.

    Raises:
        InputError: saying how many there are.
    """
    if samples < batch:
        raise InputError(
            f"{samples} {what} are fewer than a batch of {batch}; bring more data or lower batch"
        )

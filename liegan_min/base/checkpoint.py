"""The checkpoint of a training run: when it is written, what it refuses, and how long it took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor

from liegan_min.base import files, parallel
from liegan_min.base.errors import DamagedFileError, InputError

Tensors = dict[str, Tensor]


class Checkpoint:
    """The file that a killed run resumes from; without a path it only keeps the time.

    Args:
        path: the file, or None.
        key: names everything that the outcome depends on; a checkpoint of another key is refused.
        every: least seconds between two writes.
    """

    def __init__(self, path: Path | None, key: str, every: float = 30.0) -> None:
        self.path, self.key, self.every = path, key, every
        self.before = 0.0
        self.started = self.saved = time.monotonic()

    @property
    def seconds(self) -> float:
        """Wall time of the run so far, over all its sittings."""
        return self.before + time.monotonic() - self.started

    @contextmanager
    def resume(self) -> Iterator[tuple[Tensors, dict[str, str]] | None]:
        """Give the tensors and notes of the last sitting, or None if there was none.

        Raises:
            InputError: if they are another run's.
            DamagedFileError: if the file is damaged, or the block finds that they do not fit.
        """
        if self.path is None or not self.path.exists():
            yield None
            return
        tensors, notes = files.load_tensors(self.path)
        if notes.get("key") != self.key:
            raise InputError(
                f"checkpoint {self.path} belongs to other settings, data, or another seed; "
                "delete it or name another"
            )
        try:
            self.before = float(notes["seconds"])
            yield tensors, notes
        except (KeyError, RuntimeError, ValueError) as error:
            raise DamagedFileError(
                f"{self.path} does not fit the run ({error}); delete it"
            ) from None
        self.started = self.saved = time.monotonic()

    def offer(self, state: Callable[[], Tensors], now: bool = False, **notes: int) -> None:
        """Write the state if it is time to, or `now`; of several processes the first writes."""
        due = now or time.monotonic() - self.saved > self.every
        if self.path is None or not due or parallel.rank():
            return
        self.saved = time.monotonic()
        words = {name: str(note) for name, note in notes.items()}
        files.save_tensors(
            self.path, state(), {"key": self.key, "seconds": str(self.seconds)} | words
        )

    def remove(self) -> None:
        """Delete the file: the run has ended."""
        if self.path is not None and not parallel.rank():
            self.path.unlink(missing_ok=True)


def part(state: Tensors, prefix: str) -> Tensors:
    """Return the tensors whose names start with `prefix.`, without it."""
    start = prefix + "."
    return {k.removeprefix(start): v for k, v in state.items() if k.startswith(start)}


def with_prefix(prefix: str, state: Tensors) -> Tensors:
    """Return the tensors with `prefix.` before their names: what `part` undoes."""
    return {f"{prefix}.{k}": v for k, v in state.items()}


def moments(optimiser: torch.optim.Optimizer) -> Tensors:
    """Return what an optimiser remembers, as tensors named by parameter and moment."""
    state = optimiser.state_dict()["state"]
    return {f"{i}.{k}": v for i, remembered in state.items() for k, v in remembered.items()}


def fit_tensors(model: torch.nn.Module, optimiser: torch.optim.Optimizer) -> Tensors:
    """Return what a model and its optimiser are, for `restore_fit`."""
    return with_prefix("model", model.state_dict()) | with_prefix("optimiser", moments(optimiser))


def restore_fit(model: torch.nn.Module, optimiser: torch.optim.Optimizer, state: Tensors) -> None:
    """Bring a model and its optimiser back to what `fit_tensors` returned."""
    model.load_state_dict(part(state, "model"))
    restore_moments(optimiser, part(state, "optimiser"))


def restore_moments(optimiser: torch.optim.Optimizer, state: Tensors) -> None:
    """Let an optimiser remember what `moments` returned; its settings stay."""
    remembered: dict[int, Tensors] = {}
    for key, value in state.items():
        i, name = key.split(".", 1)
        remembered.setdefault(int(i), {})[name] = value
    groups = optimiser.state_dict()["param_groups"]
    optimiser.load_state_dict({"state": remembered, "param_groups": groups})

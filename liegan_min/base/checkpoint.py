"""The checkpoint of a training run: when it is written, what it refuses, and how long it took."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import torch
from torch import Tensor

from liegan_min.base import files, parallel
from liegan_min.base.errors import DamagedFileError, InputError
from liegan_min.base.options import RunOptions

#: Nested dictionaries of tensors and plain values: all that a run needs to go on.
State = dict[str, Any]


class Resumable:
    """Something that a later process can take up exactly where this one left it.

    Attributes:
        keeps: names of the attributes that it needs for that: networks, optimisers, generators of
            random numbers, other resumables, tensors, and plain values.
    """

    keeps: ClassVar[tuple[str, ...]] = ()

    def state(self) -> State:
        """Return what `keeps` names."""
        return {name: _state(getattr(self, name)) for name in self.keeps}

    def restore(self, state: State) -> None:
        """Take up what `state` returned.

        Raises:
            KeyError, RuntimeError, TypeError: if it is that of something else.
        """
        for name in self.keeps:
            setattr(self, name, _restored(getattr(self, name), state[name]))


def _state(value: Any) -> Any:
    if isinstance(value, torch.Generator):
        return value.get_state()
    if isinstance(value, Resumable):
        return value.state()
    return value.state_dict() if hasattr(value, "state_dict") else value


def _restored(value: Any, state: Any) -> Any:
    if isinstance(value, torch.Generator):
        value.set_state(state)
    elif isinstance(value, Resumable):
        value.restore(state)
    elif hasattr(value, "load_state_dict"):
        value.load_state_dict(state)
    elif type(state) is not type(value):
        raise TypeError(f"{type(state).__name__} stands where {type(value).__name__} should")
    else:
        state = copy.deepcopy(state)  # so that two that are restored from it do not share it
        return state.to(value.device) if isinstance(value, Tensor) else state
    return value


class Checkpoint:
    """The file that a killed run resumes from; where none is asked for it only keeps the time.

    Args:
        options: name the file and the least time between two writes.
        key: names everything that the outcome depends on; a checkpoint of another key is refused.
    """

    def __init__(self, options: RunOptions, key: str) -> None:
        self.path, self.every, self.key = options.checkpoint, options.checkpoint_seconds, key
        self.before = 0.0
        self.started = self.saved = time.monotonic()

    @property
    def seconds(self) -> float:
        """Wall time of the run so far, over all its sittings."""
        return self.before + time.monotonic() - self.started

    @contextmanager
    def resume(self) -> Iterator[State | None]:
        """Give the state of the last sitting, or None if there was none.

        Raises:
            InputError: if it is another run's.
            DamagedFileError: if the file is damaged, or the block finds that it does not fit.
        """
        if self.path is None or not self.path.exists():
            yield None
            return
        kept = files.load_state(self.path)
        if kept.get("key") != self.key:
            raise InputError(
                f"checkpoint {self.path} belongs to other settings, data, or another seed; "
                "delete it or name another"
            )
        try:
            self.before = float(kept["seconds"])
            yield kept["state"]
        except (KeyError, RuntimeError, TypeError, ValueError) as error:
            raise DamagedFileError(
                f"{self.path} does not fit the run ({error}); delete it"
            ) from None
        self.started = self.saved = time.monotonic()

    def offer(self, state: Callable[[], State], now: bool = False) -> None:
        """Write the state if it is time to, or `now`; of several processes the first writes."""
        due = now or time.monotonic() - self.saved > self.every
        if self.path is None or not due or parallel.rank():
            return
        self.saved = time.monotonic()
        files.save_state(self.path, {"key": self.key, "seconds": self.seconds, "state": state()})

    def remove(self) -> None:
        """Delete the file: the run has ended."""
        if self.path is not None and not parallel.rank():
            self.path.unlink(missing_ok=True)

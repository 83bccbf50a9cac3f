"""What a table cell is: a method with its settings, how it is run, and how it is judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from liegan_min.config import Settings
from liegan_min.datasets import store
from liegan_min.metrics import Judged


class Play(Protocol):
    """Runs a method once; what it returns has the `seconds` that it took."""

    def __call__(
        self,
        config: Any,
        *,
        seed: int,
        device: str,
        checkpoint: Path | None,
        progress: bool | None,
    ) -> Any:
        """Return what was found."""


@dataclass(frozen=True)
class Method:
    """A way to do a task.

    Attributes:
        profiles: settings by profile.
        play: runs it.
        judge: metrics and arrays of what `play` returned.
        data: name of the data set that it runs on.
        fingerprint: checksum of the data of a seed, where they are made anew for each; default: the
            data set is a committed file.
        needs: (experiment, method) of the records that a run builds on, with its own seed.
    """

    profiles: Mapping[str, Settings]
    play: Play
    judge: Callable[[Any], Judged]
    data: str
    needs: tuple[tuple[str, str], ...] = ()
    fingerprint: Callable[[int], str] | None = None

    def checksum(self, seed: int) -> str:
        """Return the checksum of the data that a run with this seed sees.

        Raises:
            DamagedFileError: if the data set's file is missing or was changed.
        """
        return self.fingerprint(seed) if self.fingerprint else store.checksum(self.data)


@dataclass(frozen=True)
class Experiment:
    """A task, and the methods that are tried on it, in the order of their table."""

    methods: Mapping[str, Method]

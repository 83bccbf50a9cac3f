"""What a table cell is: a method with its settings, how it is run, and how it is judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from liegan_book import paths, records
from liegan_book.datasets import download, store
from liegan_book.experiments.metrics.discovery import Judged
from liegan_book.records import DataSource
from liegan_min.base import files
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.base.settings import Settings
from liegan_min.game import discovery
from liegan_min.game.config import GameConfig
from liegan_min.game.discovery import Discovery
from liegan_min.game.pairs import Pairs


class Play(Protocol):
    """Runs a method once; what it returns has the `seconds` that it took."""

    def __call__(self, config: Any, options: RunOptions) -> Any:
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
        elsewhere: by profile, the source of a seed's data, where they are others.
    """

    profiles: Mapping[str, Settings]
    play: Play
    judge: Callable[[Any], Judged]
    data: str
    needs: tuple[tuple[str, str], ...] = ()
    fingerprint: Callable[[int], str] | None = None
    elsewhere: Mapping[str, Callable[[int], DataSource]] = field(default_factory=dict)

    def source(self, profile: str, seed: int) -> DataSource:
        """Return the name and the checksum of the data that a run sees.

        Raises:
            DamagedFileError: if the data set's file was changed or is a committed one and missing.
            InputError: if a file that is not committed is not there.
        """
        if profile in self.elsewhere:
            return self.elsewhere[profile](seed)
        made = self.fingerprint
        return DataSource(name=self.data, sha256=made(seed) if made else store.checksum(self.data))


def public_files() -> dict[str, Path]:
    """Return the files of the public top-tagging benchmark by split.

    Raises:
        InputError: if one is not there, saying how to get it.
    """
    found = {split: paths.cache() / public.name for split, public in download.FILES.items()}
    for split, path in found.items():
        if not path.exists():
            raise InputError(
                f"there is no {path}; download it with: liegan data top-tagging {split}"
            )
    return found


def public_source(seed: int) -> DataSource:
    """Return the name and the checksum of the public benchmark.

    Raises:
        InputError: see `public_files`.
    """
    sums = [files.sha256(path).encode() for path in public_files().values()]
    return DataSource(name="top-tagging-public", sha256=sha256(b"".join(sums)).hexdigest())


def learned(experiment: str, method: str, array: str, seed: int) -> Tensor:
    """Return an array that a discovery found with a seed, from its record, in float64.

    Raises:
        InputError: if there is no such record.
    """
    path = records.where(experiment, method, "paper", seed)
    if not path.exists():
        raise InputError(
            f"no record {path.name} of {method}; run: "
            f"liegan run {experiment} {method} --profile paper --seed {seed}"
        )
    return torch.tensor(records.load(path).arrays[array], dtype=torch.float64)


#: The samples of a seed.
Source = Callable[[int], Pairs]


def play_game(
    config: GameConfig, options: RunOptions, *, source: Source, **space: Any
) -> Discovery:
    """Play a game on the samples of a seed; `space` is what else `play_game` is to be told."""
    return discovery.play_game(source(options.seed), config, options=options, **space)


@dataclass(frozen=True)
class Experiment:
    """A task, and the methods that are tried on it, in the order of their table.

    Attributes:
        cannot: rows of the table that have no run because their method cannot express the task, and
            why.
    """

    methods: Mapping[str, Method]
    cannot: Mapping[str, str] = field(default_factory=dict)

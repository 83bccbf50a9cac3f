"""Many jets: shards made by worker processes, each from its own seed, kept as they finish.

A shard's content depends on the settings, the seed, its class and its number alone: not on how many
workers there are or on where an earlier production was cut off. Killed, a production loses at most
the shards under way.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import get_args

import numpy as np

from liegan_book.datasets.jets.simulate import JetConfig, Kind, batches, ready
from liegan_min.base import files
from liegan_min.base.errors import DamagedFileError
from liegan_min.base.progress import quiet, tqdm
from liegan_min.equivariant.jets import F64, Jets


def make_shard(kind: Kind, number: int, config: JetConfig, seed: int) -> tuple[Jets, F64]:
    """Simulate one shard: its jets, and the pt of the hard process behind each.

    Raises:
        MissingExtraError: if the extra `jets` is not installed.
    """
    source = np.random.SeedSequence([seed, get_args(Kind).index(kind), number])
    found: list[Jets] = []
    hard: list[F64] = []
    for jets, pt_hat in batches(kind, config, source):
        found.append(jets)
        hard.append(pt_hat)
        if sum(map(len, found)) >= config.shard:
            break
    rows = slice(config.shard)
    return Jets.join(found).take(rows), np.concatenate(hard)[rows]


def _save(path: Path, jets: Jets, pt_hat: F64, key: str) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, **vars(jets), pt_hat=pt_hat, key=np.array(key))
    files.write_atomic(path, buffer.getvalue())


def _load(path: Path, key: str) -> tuple[Jets, F64]:
    """Read a shard, once it is found to be of these settings.

    Raises:
        DamagedFileError: if it is not, or cannot be read.
    """
    again = "delete the folder, or choose another, and run again"
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as f:
            if str(f["key"]) != key:
                raise DamagedFileError(f"{path} was made with other settings or seed; {again}")
            jets = Jets(f["constituents"], f["counts"], f["label"], f["truth"])
            return jets, np.asarray(f["pt_hat"])
    except DamagedFileError:
        raise
    except files.UNREADABLE as error:
        raise DamagedFileError(f"{path} cannot be read ({error}); {again}") from None


def _work(folder: Path, config: JetConfig, seed: int, key: str, job: tuple[Kind, int]) -> None:
    _save(_path(folder, *job), *make_shard(*job, config, seed), key)


def _start() -> None:
    """Send what a worker prints to standard error, and end it when its parent ends.

    Standard output is for results; and the workers of a killed process would wait for ever.
    """
    os.dup2(2, 1)
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=watch, daemon=True).start()


def _path(folder: Path, kind: Kind, number: int) -> Path:
    return folder / f"{kind}-{number:04d}.npz"


def produce(
    folder: Path,
    jets: int,
    config: JetConfig | None = None,
    *,
    seed: int = 0,
    workers: int = 1,
) -> Iterator[tuple[Jets, F64]]:
    """Make jets, half of them top quarks', and yield them shard after shard, classes in turn.

    Args:
        folder: where shards are kept; those that are there already are not made again.
        jets: how many; rounded up to a pair of shards.
        config: the settings.
        seed: of every draw.
        workers: processes that simulate.

    Raises:
        MissingExtraError: if the extra `jets` is not installed.
        DamagedFileError: if a shard is damaged, or was made with other settings.
    """
    config = config or JetConfig()
    ready()  # here, not first in the workers
    key = f"{config.digest()} {seed}"
    kinds: tuple[Kind, ...] = get_args(Kind)
    pairs = -(-jets // (2 * config.shard))
    jobs = [(kind, number) for number in range(pairs) for kind in kinds]
    missing = [job for job in jobs if not _path(folder, *job).exists()]
    for job in (job for job in jobs if job not in missing):
        _load(_path(folder, *job), key)  # damage is said before anything is made
    there = len(jobs) - len(missing)
    bar = tqdm(total=len(jobs), initial=there, disable=quiet(None), unit="shard")
    # "spawn": a forked child would inherit the parent's threads half-way through what they do.
    with (
        bar,
        ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_start) as pool,
    ):
        # After an error, and Ctrl-C too, `map` cancels what waits its turn.
        for _ in pool.map(partial(_work, folder, config, seed, key), missing):
            bar.update()
    for job in jobs:
        yield _load(_path(folder, *job), key)

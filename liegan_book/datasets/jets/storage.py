"""The committed jets: how they are made, read, and compared with new ones of the same recipe."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from liegan_book import paths
from liegan_book.datasets import store
from liegan_book.datasets.jets.packing import pack, unpack
from liegan_book.datasets.jets.production import make_shard, produce
from liegan_book.datasets.jets.simulate import JetConfig, Kind
from liegan_book.datasets.kinematics import cylindrical, mass
from liegan_book.datasets.store import Arrays
from liegan_min.base.errors import InputError
from liegan_min.equivariant.jets import Jets

#: The splits of the committed sample: seed and number of jets, half of them top quarks'.
SPLITS = {"train": (2302, 20_000), "validation": (2303, 5_000), "test": (2304, 10_000)}

#: Jets, and constituents of each, of the larger set that the discovery's records rest on.
LEADING = (2302, 100_000, 4)

#: Jets of each class that `difference` simulates: seconds, not minutes.
_CHECKED = 100


def shards(seed: int) -> Path:
    """Return the folder in which a production keeps what it has made so far."""
    return paths.cache() / f"jets-{seed}"


def make(seed: int, jets: int) -> Jets:
    """Simulate jets, or take up what an earlier call left, and put them in random order.

    Args:
        seed: of every draw.
        jets: how many; half of them top quarks'.

    Raises:
        MissingExtraError: if the extra `jets` is not installed.
    """
    parts = produce(shards(seed), jets, seed=seed, workers=os.cpu_count() or 1)
    whole = Jets.join([part for part, _ in parts])
    chosen = np.concatenate([np.flatnonzero(whole.label == c)[: jets // 2] for c in (0, 1)])
    return whole.take(np.random.default_rng(seed).permutation(chosen))


def write(path: Path, jets: Jets) -> None:
    """Write jets as the committed ones are, atomically: see `packing`.

    Raises:
        InputError: if they do not fit the format.
        LieganError: if the disk is full or the folder cannot be written.
    """
    store.write_arrays(path, pack(jets))


def sample() -> Arrays:
    """Make the arrays of the committed sample, one set for each split."""
    arrays: Arrays = {}
    for split, (seed, jets) in SPLITS.items():
        arrays |= {f"{split}_{name}": a for name, a in pack(make(seed, jets)).items()}
    return arrays


def leading() -> Arrays:
    """Make the arrays of the larger set: the leading constituents of each jet only."""
    seed, jets, most = LEADING
    return pack(make(seed, jets).keep(most))


def load(split: str) -> Jets:
    """Read a split of the committed sample: "train", "validation" or "test".

    Raises:
        InputError: if there is no such split.
        DamagedFileError: if the file is missing or was changed.
    """
    if split not in SPLITS:
        raise InputError(f"unknown split {split!r}; there are: {', '.join(SPLITS)}")
    return of_split(store.load("jets"), split)


def of_split(arrays: Arrays, split: str) -> Jets:
    """Unpack one split of the sample's arrays."""
    start = f"{split}_"
    return unpack({k.removeprefix(start): a for k, a in arrays.items() if k.startswith(start)})


def difference(arrays: Arrays) -> float:
    """Simulate a few jets anew, and return how far their law is from the sample's.

    On the same machine they are the very jets that the sample began with; on another one, whose
    arithmetic differs in the last bit, they are others of the same law. So laws are compared: the
    result is the largest Kolmogorov-Smirnov distance of mass, pt and multiplicity, class by class.

    Raises:
        MissingExtraError: if the extra `jets` is not installed.
    """
    return _apart(of_split(arrays, "train"), SPLITS["train"][0], None)


def difference_leading(arrays: Arrays) -> float:
    """Return the same as `difference`, for the larger set."""
    return _apart(unpack(arrays), LEADING[0], LEADING[2])


def _apart(kept: Jets, seed: int, most: int | None) -> float:
    from scipy.stats import ks_2samp  # slow to import, and needed only here

    distances = []
    for kind in get_args(Kind):
        new, _ = make_shard(kind, 0, JetConfig(shard=_CHECKED), seed)
        new = new if most is None else new.keep(most)
        pairs = zip(_summary(new), _summary(kept.take(kept.label == new.label[0])), strict=True)
        distances += [float(ks_2samp(a, b).statistic) for a, b in pairs]
    return max(distances)


def _summary(jets: Jets) -> tuple[NDArray[Any], ...]:
    p = jets.momentum()
    return mass(p), cylindrical(p)[0], jets.counts

"""Fetching the public top-tagging files, over a network that may fail half-way."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liegan_book.datasets import top_tagging
from liegan_book.datasets.resuming import Resuming
from liegan_book.extras import needed
from liegan_min.base.errors import DamagedFileError, InputError, LieganError
from liegan_min.base.files import cannot_write

#: Where the files of the benchmark's record are, doi:10.5281/zenodo.2603256; {} is a file's name.
URL = "https://zenodo.org/records/2603256/files/{}?download=1"


@dataclass(frozen=True)
class Public:
    """A public file: its name, and its md5 checksum and size in bytes as the record states them."""

    name: str
    md5: str
    size: int


FILES = {
    "train": Public("train.h5", "45663819f47c13724f67eb0fd80bfa5c", 1_038_496_555),
    "validation": Public("val.h5", "dca4b7248027618f041f9baa86d360fc", 347_378_076),
    "test": Public("test.h5", "13163479dee30a5fe546e4536cc3d04d", 347_849_376),
}


@contextmanager
def _quiet(logger: logging.Logger) -> Iterator[None]:
    """Keep pooch from announcing each attempt: what fails is said once, at the end."""
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _there(pooch: Any, target: Path, public: Public) -> bool:
    """Whether the file is there; another file of its name is never written over."""
    if not target.exists():
        return False
    if (found := pooch.file_hash(str(target), alg="md5")) != public.md5:
        raise DamagedFileError(
            f"{target} is not the public file (its md5 is {found}, not {public.md5}); delete or "
            "rename it, or choose another folder"
        )
    return True


def _room(folder: Path, part: Path, public: Public) -> None:
    missing = public.size - (part.stat().st_size if part.exists() else 0)
    if (free := shutil.disk_usage(folder).free) < missing:
        raise LieganError(
            f"{folder} has {free / 1e6:.0f} MB free, and {public.name} needs {missing / 1e6:.0f} "
            "more; free or choose another place"
        )


def _download(pooch: Any, source: str, target: Path, public: Public, downloader: Resuming) -> None:
    for _ in range(2):  # what an earlier run left may be what is damaged
        try:
            with _quiet(pooch.get_logger()):
                pooch.retrieve(
                    source, f"md5:{public.md5}", target.name, target.parent, downloader=downloader
                )
            return
        except LieganError:
            raise
        except ValueError:  # what pooch raises over a checksum
            continue
    raise DamagedFileError(
        f"{source} fails its checksum (md5 {public.md5}) twice; try again later, or download it "
        f"by hand to {target}"
    )


def fetch(
    split: str,
    folder: Path,
    *,
    url: str = URL,
    files: Mapping[str, Public] = FILES,
    tries: int = 4,
    wait: Callable[[float], None] = time.sleep,
    progress: bool = True,
) -> Path:
    """Download a split of the public benchmark, check it, and return its file.

    What is already there is kept; what was broken off is continued.

    Args:
        split: train, validation (or val), or test.
        folder: where the file goes; it is made if it is missing.
        url: where it comes from; {} is the file's name.
        files: the public files by split.
        tries: see `Resuming`, as for the next two.
        wait: called with the seconds between attempts.
        progress: show a bar.

    Raises:
        InputError: if there is no such split.
        DamagedFileError: if the server's file fails its checksum twice, is not of the benchmark's
            layout, or the folder holds another file of its name.
        LieganError: if there is no network, or no room: see `Resuming`.
        MissingExtraError: if the extra `jets` is not installed.
    """
    split = {"val": "validation"}.get(split, split)
    if split not in files:
        raise InputError(f"unknown split {split!r}; there are: {', '.join(files)}")
    pooch, public = needed("pooch", "downloading"), files[split]
    source = url.format(public.name)
    target, part = folder / public.name, folder / f".{public.name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not _there(pooch, target, public):
            _room(folder, part, public)
            _download(pooch, source, target, public, Resuming(part, tries, wait, progress))
    except OSError as error:
        raise cannot_write(target, error) from None
    top_tagging.check(target)
    return target

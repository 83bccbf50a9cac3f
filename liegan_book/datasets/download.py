"""Fetching the public top-tagging files, over a network that may fail half-way."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from liegan_book.datasets import resuming, top_tagging
from liegan_book.extras import needed
from liegan_min.base.errors import DamagedFileError, InputError, LieganError
from liegan_min.base.files import writing

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


def fetch(split: str, folder: Path, progress: bool = True) -> Path:
    """Download a split of the public benchmark, check it, and return its file.

    What is already there is kept; what was broken off is continued.

    Args:
        split: train, validation (or val), or test.
        folder: where the file goes; it is made if it is missing.
        progress: show a bar.

    Raises:
        InputError: if there is no such split.
        DamagedFileError: if the server's file fails its checksum twice, is not of the benchmark's
            layout, or the folder holds another file of its name.
        LieganError: if there is no network (see `resuming.download`), or no room.
        MissingExtraError: if the extra `jets` is not installed.
    """
    split = {"val": "validation"}.get(split, split)
    if split not in FILES:
        raise InputError(f"unknown split {split!r}; there are: {', '.join(FILES)}")
    for package in ("requests", "h5py", "blosc2"):  # before 1 GB has come
        needed(package, "fetching the benchmark")
    public = FILES[split]
    target, part = folder / public.name, folder / f".{public.name}.part"
    with writing(target):
        folder.mkdir(parents=True, exist_ok=True)
        if not _there(target, public):
            _room(folder, part, public)
            _download(part, public, progress)
            os.replace(part, target)
    top_tagging.check(target)
    return target


def _md5(path: Path) -> str:
    with path.open("rb") as f:
        return hashlib.file_digest(f, "md5").hexdigest()


def _there(target: Path, public: Public) -> bool:
    """Whether the file is there; another file of its name is never written over."""
    if not target.exists():
        return False
    if (found := _md5(target)) != public.md5:
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


def _download(part: Path, public: Public, progress: bool) -> None:
    source = URL.format(public.name)
    for _ in range(2):  # what an earlier run left may be what is damaged
        resuming.download(source, part, progress)
        if _md5(part) == public.md5:
            return
        part.unlink()
    raise DamagedFileError(
        f"{source} fails its checksum (md5 {public.md5}) twice; try again later, or download it "
        f"by hand to {part.with_name(public.name)}"
    )

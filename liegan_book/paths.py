"""Where things are: found from the package, never from the current folder."""

import os
from pathlib import Path


def root() -> Path:
    """Return the book's folder: LIEGAN_ROOT, the checkout that holds this package, or the cwd."""
    if chosen := os.environ.get("LIEGAN_ROOT"):
        return Path(chosen)
    checkout = Path(__file__).resolve().parents[1]
    return checkout if (checkout / "book").is_dir() else Path.cwd()


def data() -> Path:
    """Return the folder of the small committed data sets."""
    return root() / "data"


def results() -> Path:
    """Return the folder of the committed run records."""
    return data() / "results"


def cache() -> Path:
    """Return the folder of large data sets, made or downloaded; git ignores it."""
    return data() / "cache"


def checkpoints() -> Path:
    """Return the folder that interrupted runs resume from; git ignores it."""
    return root() / ".checkpoints"


def checkpoint(experiment: str, method: str, profile: str, seed: int) -> Path:
    """Return the file that an interrupted run of a table cell resumes from."""
    return checkpoints() / experiment / method / f"{profile}-s{seed}.ckpt"

"""What the authors of LieGAN publish beside their code: fetched, and checked by checksum.

The files stand in their repository (Rose-STL-Lab/LieGAN on GitHub). They are not ours, so none is
committed here: `data/cache`, which git ignores, keeps a copy.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from liegan_book import paths
from liegan_book.extras import needed
from liegan_min.base import files
from liegan_min.base.errors import DamagedFileError, InputError, LieganError

#: Their repository at one commit, so that an address always leads to the same bytes.
URL = (
    "https://raw.githubusercontent.com/Rose-STL-Lab/LieGAN/0a528f8c7fad715b0b050145f680e0f61af85bfd"
)


@dataclass(frozen=True)
class Published:
    """A file of theirs: where it stands in the repository, its checksum, and the verb for it."""

    path: str
    sha256: str
    verb: str = "released"

    @property
    def name(self) -> str:
        """Its name without folders."""
        return self.path.rpartition("/")[2]


#: The two-body orbits, and the matrices that were saved with the code.
FILES = {
    "two-body": Published(
        "data/hnn/2body-orbits-dataset.pkl",
        "57508cecc23d546d11767315c66830f320cbb6a782a6d0e7dec4fb77869c2680",
        "two-body-published",
    ),
    "liegan": Published(
        "saved_model/results/generator-2body-liegan.pt",
        "768554f8ee957e4cab9ae16505c4fc9df9354887d3743960bab2719c9163e7e2",
    ),
    "liegan-es": Published(
        "saved_model/results/generator-2body-liegan-es.pt",
        "418dadb63691fcfca2d4e7e665201873628d2a030c8d92146b987f2f0526de2d",
    ),
    "augerino-plus": Published(
        "saved_model/results/augerino-2body.pt",
        "43f6f9fcf0b17a8dc70cf870be1aabf6dc7dc885a6b22fda1c98be70035a5bca",
    ),
    "symmetrygan": Published(
        "saved_model/results/sgan-2body.pt",
        "28f13d4bf4e8064f8d71baffb09cc87440fd6eaa359d502fb343beffa205143f",
    ),
    "metric": Published(
        "LorentzNet/saved_metric/metric_liegan.pt",
        "645994de9748ab6f341639aa38931105b31ea90fd572f2861e9b2d49d6dbffae",
    ),
}


def target(name: str) -> Path:
    """Return where the cache keeps a file of theirs."""
    return paths.cache() / "authors" / FILES[name].name


def check(path: Path, name: str) -> Path:
    """Return a file, once it is found to be the one that the authors publish.

    Raises:
        InputError: if it is missing.
        DamagedFileError: if it is another, or damaged.
    """
    theirs = FILES[name]
    if not path.is_file():
        raise InputError(f"there is no {path}; download it with: liegan data {theirs.verb}")
    if (found := files.sha256(path)) != theirs.sha256:
        raise DamagedFileError(
            f"{path} is not the published {theirs.name} (its SHA-256 is {found[:12]}…, not "
            f"{theirs.sha256[:12]}…); download it with: liegan data {theirs.verb}"
        )
    return path


def cached(name: str) -> Path:
    """Return a file of theirs from the cache, checked.

    Raises:
        InputError, DamagedFileError: see `check`.
    """
    return check(target(name), name)


def fetch(name: str, local: Path | None = None, progress: bool = True) -> Path:
    """Return a file of theirs: a copy that is already here, or downloaded to the cache.

    Args:
        name: of `FILES`.
        local: the file, or a folder that holds it; default: the cache, then the network.
        progress: show a bar.

    Raises:
        InputError, DamagedFileError: see `check`.
        LieganError: if it cannot be downloaded, or there is no room.
        MissingExtraError: if the extra `book` is not installed.
    """
    theirs = FILES[name]
    if local is not None:
        path = local / theirs.name if local.is_dir() else local
        if not path.is_file():
            raise InputError(f"there is no {path}; leave the path away to download it")
        return check(path, name)
    kept = target(name)
    if kept.is_file() and files.sha256(kept) == theirs.sha256:
        return kept
    files.check_writable(kept)
    url = f"{URL}/{theirs.path}"
    pooch = needed("pooch", "downloading the authors' files", "book")
    pooch.get_logger().setLevel(logging.ERROR)
    try:
        pooch.retrieve(
            url,
            known_hash=f"sha256:{theirs.sha256}",
            path=kept.parent,
            fname=theirs.name,
            progressbar=progress,
        )
    except ValueError as error:  # the checksum
        raise DamagedFileError(f"{url} fails its checksum ({error}); try again later") from None
    except OSError as error:  # of the network, too: those of requests are OSErrors
        raise LieganError(
            f"cannot download {url} ({type(error).__name__}); get it some other way and give its "
            f"path: liegan data {theirs.verb} --local PATH"
        ) from None
    return kept

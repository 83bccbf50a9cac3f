"""Files that are whole or absent: atomic writes, checksums, tensors without pickle."""

from __future__ import annotations

import hashlib
import os
import tempfile
import tokenize
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from liegan_min.base.errors import DamagedFileError, LieganError

#: What reading a damaged file of arrays raises, depending on where it is damaged.
UNREADABLE = (
    tokenize.TokenError,  # from numpy, over a header
    zipfile.BadZipFile,
    zlib.error,
    AttributeError,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
)


def cannot_write(path: Path, error: Exception) -> LieganError:
    """Return the error for a file that cannot be written."""
    reason = getattr(error, "strerror", None) or error
    return LieganError(f"cannot write {path}: {reason}; free or choose another place and run again")


@contextmanager
def writing(path: Path, *errors: type[Exception]) -> Iterator[None]:
    """Turn an OSError in the block, or one of these errors, into that of `cannot_write`."""
    kinds: tuple[type[Exception], ...] = (OSError, *errors)
    try:
        yield
    except kinds as error:
        raise cannot_write(path, error) from None


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give an empty file to fill, which takes the name `path` if the block ends well.

    A reader, or a kill at any moment, sees the old content or the new; nothing else is left behind.

    Raises:
        LieganError: if the disk is full or the folder cannot be written.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        os.close(handle)
    part = Path(name)
    try:
        yield part
        with writing(path):
            with part.open("r+b") as f:
                os.fsync(f.fileno())
            umask = os.umask(0)
            os.umask(umask)
            part.chmod(0o666 & ~umask)
            os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a kill at any moment, sees the old content or the new.

    Raises:
        LieganError: if the disk is full or the folder cannot be written; nothing is left behind.
    """
    with atomic(path) as part, writing(path):
        part.write_bytes(content)


def sha256(path: Path) -> str:
    """Return the checksum of a file's bytes."""
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def digest(tensors: Mapping[str, Tensor], notes: Mapping[str, str] | None = None) -> str:
    """Return a checksum of names, dtypes, shapes and values, and of the notes beside them."""
    h = hashlib.sha256(repr(sorted((notes or {}).items())).encode())
    for name, t in sorted(tensors.items()):
        h.update(f"{name} {t.dtype} {tuple(t.shape)}".encode())
        h.update(t.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return h.hexdigest()


def save_tensors(path: Path, tensors: Mapping[str, Tensor], notes: Mapping[str, str]) -> None:
    """Write tensors and text notes as one safetensors file, atomically, with a checksum."""
    whole = {k: v.detach().cpu().contiguous().clone() for k, v in tensors.items()}
    write_atomic(path, save(whole, {**notes, "sha256": digest(whole, notes)}))


def load_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read what `save_tensors` wrote.

    Raises:
        DamagedFileError: if the file is cut short, not safetensors, or fails its checksum.
    """
    try:
        with safe_open(path, framework="pt") as f:
            notes = dict(f.metadata() or {})
            tensors = {k: f.get_tensor(k) for k in f.keys()}  # noqa: SIM118 - not a mapping
    except (SafetensorError, OSError) as error:
        raise DamagedFileError(
            f"{path} cannot be read ({error}); delete it and run again"
        ) from None
    if notes.pop("sha256", None) != digest(tensors, notes):
        raise DamagedFileError(f"{path} fails its checksum; delete it and run again")
    return tensors, notes

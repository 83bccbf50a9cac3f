"""Files that are whole or absent: atomic writes, checksums, states read without pickled code."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import tokenize
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from liegan_min.base.errors import DamagedFileError, LieganError

#: What numpy and zipfile raise over an .npz that is damaged, by where it is: found by damaging some
#: at each byte.
UNREADABLE = (
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    SyntaxError,
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


def check_writable(path: Path) -> None:
    """Make sure that a file can be written, before the work for it is done; nothing is made.

    Raises:
        LieganError: if its folder cannot be written, or it is a folder itself.
    """
    if path.is_dir():
        raise cannot_write(path, IsADirectoryError("it is a folder"))
    there = next(folder for folder in path.absolute().parents if folder.exists())
    with writing(path), tempfile.TemporaryFile(dir=there):
        pass


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a kill at any moment, sees the old content or the new.

    Raises:
        LieganError: if the disk is full or the folder cannot be written; nothing is left behind.
    """
    with atomic(path) as part, writing(path):
        part.write_bytes(content)


def load_arrays(path: Path, *names: str) -> dict[str, NDArray[Any]]:
    """Read arrays of an .npz, those of these names that are there or all; no pickled objects.

    Raises:
        DamagedFileError: if it is not an .npz file, cut short, or fails its zip checksums.
    """
    try:
        # Opened here: numpy leaves the file open where it fails to read it.
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as f:
            return {name: f[name] for name in f.files if not names or name in names}
    except UNREADABLE as error:
        raise DamagedFileError(
            f"{path} is no .npz of plain arrays ({error}); write it anew with numpy.savez"
        ) from None


def load_array(path: Path) -> NDArray[Any]:
    """Read the array of an .npy; no pickled objects.

    Raises:
        DamagedFileError: if it is not an .npy file, or cut short.
    """
    try:
        with path.open("rb") as raw:
            return np.asarray(np.lib.format.read_array(raw, allow_pickle=False))
    except UNREADABLE as error:
        raise DamagedFileError(
            f"{path} is no .npy of a plain array ({error}); write it anew with numpy.save"
        ) from None


def sha256(path: Path) -> str:
    """Return the checksum of a file's bytes."""
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def digest(tensors: Mapping[str, Tensor]) -> str:
    """Return a checksum of names, dtypes, shapes and values."""
    h = hashlib.sha256(b"[]")  # of notes that there once were: records hold such checksums
    for name, t in sorted(tensors.items()):
        h.update(f"{name} {t.dtype} {tuple(t.shape)}".encode())
        h.update(t.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return h.hexdigest()


def save_state(path: Path, state: Mapping[str, Any]) -> None:
    """Write nested dictionaries of tensors and plain values, atomically and behind a checksum."""
    buffer = io.BytesIO()
    torch.save(dict(state), buffer)
    content = buffer.getvalue()
    write_atomic(path, hashlib.sha256(content).hexdigest().encode() + content)


def load_state(path: Path) -> dict[str, Any]:
    """Read what `save_state` wrote, onto the CPU; objects of any other kind are refused unbuilt.

    Raises:
        DamagedFileError: if the file cannot be read, fails its checksum or holds something else.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DamagedFileError(
            f"{path} cannot be read ({error}); delete it and run again"
        ) from None
    seal, content = raw[:64], raw[64:]
    if seal != hashlib.sha256(content).hexdigest().encode():
        raise DamagedFileError(f"{path} fails its checksum; delete it and run again")
    try:
        return dict(torch.load(io.BytesIO(content), map_location="cpu", weights_only=True))
    except MemoryError:
        raise
    except Exception as error:  # of any other kind: what is sealed is here, and is no state
        raise DamagedFileError(
            f"{path} holds no plain tensors ({type(error).__name__}); delete it and run again"
        ) from None

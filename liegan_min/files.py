"""Files that are whole or absent: atomic writes, checksums, tensors without pickle."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from liegan_min.errors import DamagedFileError, LieganError


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a kill at any moment, sees the old content or the new.

    Raises:
        LieganError: if the disk is full or the folder cannot be written; nothing is left behind.
    """
    part: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        with os.fdopen(handle, "wb") as f:
            f.write(content)
            f.flush()
            os.fsync(f.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(part, 0o666 & ~umask)
        os.replace(part, path)
    except OSError as error:
        raise LieganError(
            f"cannot write {path}: {error.strerror}; free or choose another place and run again"
        ) from None
    finally:
        if part is not None:
            Path(part).unlink(missing_ok=True)


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

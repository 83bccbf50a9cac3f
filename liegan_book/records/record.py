"""Run records: one JSON file a run, written once, checked on reading, never edited by hand."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from liegan_book import paths
from liegan_book.records.machine import Machine, Sources
from liegan_min.base import files
from liegan_min.base.errors import DamagedFileError, InputError

Profile = Literal["quick", "cpu", "paper", "gpu"]

#: Nested lists of numbers: a learned basis, a curve over the epochs.
Nested = list[Any]


class DataSource(BaseModel):
    """The data set that a run used."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Record(BaseModel):
    """One run of one method on one experiment."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    schema_version: Literal[2] = 2
    experiment: str
    method: str
    profile: Profile
    seed: int = Field(ge=0)
    config: dict[str, Any]
    config_hash: str = Field(pattern="^[0-9a-f]{64}$")
    data: DataSource
    inputs: dict[str, str] = Field(
        default_factory=dict, description="sha256 of the records that the run built on"
    )
    sources: Sources
    machine: Machine
    wall_seconds: float = Field(gt=0)
    cpu_seconds: float = Field(gt=0)
    peak_memory_mb: float = Field(gt=0)
    metrics: dict[str, float | int | bool | None]
    arrays: dict[str, Nested] = Field(default_factory=dict)

    @property
    def path(self) -> Path:
        """Where the record stands among the committed results."""
        return where(self.experiment, self.method, self.profile, self.seed)


def where(experiment: str, method: str, profile: str, seed: int) -> Path:
    """Return the file of a run's record."""
    return paths.results() / experiment / method / f"{profile}-s{seed}.json"


def _canonical(content: dict[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)


def save(record: Record, path: Path | None = None) -> Path:
    """Write a record atomically, sealed with a checksum of its content. Returns the file.

    Raises:
        LieganError: if the file cannot be written.
        InputError: if a number in it is not finite.
    """
    content = record.model_dump(mode="json")
    try:
        seal = hashlib.sha256(_canonical(content).encode()).hexdigest()
    except ValueError:
        raise InputError(
            f"record {record.path.name}: a metric is not finite; the run failed"
        ) from None
    text = json.dumps(content | {"seal": seal}, indent=1, allow_nan=False)
    target = path or record.path
    files.write_atomic(target, (text + "\n").encode())
    return target


def load(path: Path) -> Record:
    """Read a record and check it: syntax, schema, seal.

    Raises:
        DamagedFileError: naming the file and the field.
    """
    again = "restore it from git, or delete it and run again"
    try:
        content = dict(json.loads(path.read_text()))
        seal = content.pop("seal", None)
    except (OSError, ValueError, TypeError) as error:
        raise DamagedFileError(f"record {path} cannot be read ({error}); {again}") from None
    try:
        record = Record.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise DamagedFileError(f"record {path}: field {field}: {first['msg']}; {again}") from None
    if seal != hashlib.sha256(_canonical(content).encode()).hexdigest():
        raise DamagedFileError(f"record {path}: field seal: it was changed after its run; {again}")
    return record


def load_all(experiment: str = "*", method: str = "*", profile: str = "*") -> list[Record]:
    """Read the committed records that match, ordered by experiment, method, profile and seed."""
    found = [load(p) for p in paths.results().glob(f"{experiment}/{method}/{profile}-s*.json")]
    return sorted(found, key=lambda r: (r.experiment, r.method, r.profile, r.seed))

"""Run records: what a run was, where it stands, how it is read."""

from liegan_book.records.frame import frame
from liegan_book.records.record import (
    DataSource,
    Machine,
    Profile,
    Record,
    Sources,
    load,
    load_all,
    peak_memory_mb,
    save,
    where,
)

__all__ = [
    "DataSource",
    "Machine",
    "Profile",
    "Record",
    "Sources",
    "frame",
    "load",
    "load_all",
    "peak_memory_mb",
    "save",
    "where",
]

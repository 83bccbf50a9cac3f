"""Run records: what a run was, where it stands, how it is read."""

from liegan_book.records.frame import frame
from liegan_book.records.machine import Card, Machine, Sources, peak_memory_mb
from liegan_book.records.record import (
    DataSource,
    Profile,
    Record,
    load,
    load_all,
    save,
    where,
)

__all__ = [
    "Card",
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

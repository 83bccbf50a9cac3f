"""Records as a table of pandas: a row for each run, a column for each thing that it measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from liegan_book.records.record import load_all

if TYPE_CHECKING:
    import pandas as pd


def frame(experiment: str, profile: str) -> pd.DataFrame:
    """Return the committed records of an experiment, indexed by method and seed, in order.

    Columns are the metrics and the arrays (nested lists) under their own names, and `config`,
    `wall_seconds` and `cpu_seconds`. `frame("cyclic", "paper").loc["liegan"]` are the runs of one
    method by seed. What a record does not hold is missing (NaN).

    Raises:
        DamagedFileError: if a record is damaged.
    """
    import pandas as pd  # records are made where it is not, too

    runs = load_all(experiment, profile=profile)
    rows = [
        {"config": r.config, "wall_seconds": r.wall_seconds, "cpu_seconds": r.cpu_seconds}
        | r.arrays
        | r.metrics
        for r in runs
    ]
    index = pd.MultiIndex.from_tuples([(r.method, r.seed) for r in runs], names=["method", "seed"])
    return pd.DataFrame(rows, index=index if runs else None)

"""Verify: make a random sample of recorded runs again, and compare their metrics.

A run is compared where it can be: the settings, the data and the records that it built on must be
those of the record. Settings that came later count as the same if they stand at their default. Then
whole numbers and truth values must be equal. Other numbers *repeat* up to rounding on the machine
of the record, and elsewhere *agree* to a relative tolerance or to the standard deviation over the
seeds of the cell (`liegan_book/tolerances.py`). Which of the two to ask for cannot be told
beforehand: processors of one name may round differently. Times are not compared. Nothing is
written: neither a record nor a checkpoint, and no checkpoint of another run is resumed.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from math import inf
from statistics import stdev
from typing import Any, Literal

from liegan_book import experiments, paths, records
from liegan_book.datasets import published
from liegan_book.records import Record
from liegan_book.tolerances import AGREES, NOISE, REPEATED, SPREAD
from liegan_min.base import files
from liegan_min.base.errors import InputError, LieganError
from liegan_min.base.options import RunOptions, pick_device
from liegan_min.base.settings import Settings

Verdict = Literal["repeats", "agrees", "differs", "cannot be compared"]

#: Words that a metric has in its name if it is a time or a rate.
TIMES = ("seconds", "per_second")


@dataclass(frozen=True)
class Outcome:
    """What a new run says of a record.

    Attributes:
        record: file of the record, relative to data/results.
        lines: a mismatch each, or why there is no comparison.
        compared: number of metrics that were compared.
        gone: metrics of the record that a run no longer reports.
        largest: largest relative difference of a number that is not whole.
        seconds: the new run took.
    """

    record: str
    verdict: Verdict
    lines: tuple[str, ...] = ()
    compared: int = 0
    gone: tuple[str, ...] = ()
    largest: float = 0.0
    seconds: float = 0.0


def sample(
    size: int,
    seed: int | None = None,
    budget: float = 60.0,
    experiment: str | None = None,
    method: str | None = None,
) -> tuple[list[Record], int]:
    """Draw records of quick cells, different cells first, and return them and the seed.

    A run that was cut off and resumed knows only the time of its last part, so a cell costs what
    its dearest record does. Those of the profile `gpu` wait for a card, and are not drawn; nor are
    those on the published orbits where these were not downloaded, unless their experiment is named.

    Raises:
        InputError: if the experiment or method is unknown, or nothing fits the budget.
        DamagedFileError: if a record is damaged.
    """
    if experiment is not None and method is not None:
        experiments.method_of(experiment, method)
    known = {m for e in experiments.EXPERIMENTS.values() for m in e.methods}
    for kind, name, there in (
        ("experiment", experiment, experiments.EXPERIMENTS),
        ("method", method, known),
    ):
        if name is not None and name not in there:
            raise InputError(f"unknown {kind} {name!r}; there are: {', '.join(sorted(there))}")
    cells = defaultdict[tuple[str, str, str], list[Record]](list)
    away = {published.NAME} if experiment is None and not published.path_of().is_file() else set()
    for r in records.load_all(experiment or "*", method or "*"):
        if r.profile != "gpu" and r.data.name not in away:
            cells[r.experiment, r.method, r.profile].append(r)
    cost = {cell: max(r.cpu_seconds for r in runs) for cell, runs in cells.items()}
    quick = [cell for cell, seconds in cost.items() if seconds <= budget]
    if not quick:
        least = f"; the quickest there are take {min(cost.values()):.3g}" if cost else ""
        raise InputError(f"budget: no record of a run within {budget:g} CPU seconds{least}")
    drawn = random.SystemRandom().randrange(10**6) if seed is None else seed
    rng = random.Random(drawn)  # noqa: S311 - a sample, not a secret
    # Shuffle each cell, then the cells, and take the first of every cell before a second.
    stacks = [rng.sample(cells[cell], len(cells[cell])) for cell in sorted(quick)]
    rng.shuffle(stacks)
    turns = sorted((turn, i) for i, s in enumerate(stacks) for turn in range(len(s)))
    return [stacks[i][turn] for turn, i in turns[:size]], drawn


def obstacle(record: Record) -> str | None:
    """Return why a new run could not be compared with a record, or None."""
    e, m, profile = record.experiment, record.method, record.profile
    try:
        now: Settings = experiments.settings(e, m, profile)
        source = experiments.method_of(e, m).source(profile, record.seed)
        pick_device(record.machine.device)
    except LieganError as error:
        return str(error)
    if record.config_hash != now.digest() and not _grown(record.config, now):
        return "the settings have changed since"
    if source != record.data:
        return f"the data set {record.data.name} is not the one of the record"
    for name, digest in record.inputs.items():
        path = paths.results() / name
        if not path.exists() or files.sha256(path) != digest:
            return f"the record {name} that it built on has changed since"
    return None


def _grown(config: dict[str, Any], now: Settings) -> bool:
    """Tell whether settings are those of a record, but for new ones at their defaults."""
    try:
        return type(now).of(**config) == now
    except InputError:
        return False


def again(record: Record) -> Outcome:
    """Make a recorded run again and compare its metrics.

    Raises:
        LieganError: if the run itself fails.
    """
    name = record.path.relative_to(paths.results()).as_posix()
    if reason := obstacle(record):
        return Outcome(name, "cannot be compared", (reason,))
    options = RunOptions(seed=record.seed, device=record.machine.device, progress=False)
    new = experiments.run(record.experiment, record.method, record.profile, options).record
    return compare(record, new.metrics, deviations(record), new.wall_seconds)


def deviations(record: Record) -> dict[str, float]:
    """Return the standard deviation of each metric over the seeds of a record's cell."""
    cell = records.load_all(record.experiment, record.method, record.profile)
    runs = [{k: v for k, v in r.metrics.items() if isinstance(v, float)} for r in cell]
    columns = {k: [r[k] for r in runs if k in r] for k in record.metrics}
    return {k: stdev(values) for k, values in columns.items() if len(values) > 1}


def compare(
    record: Record, now: dict[str, Any], deviations: dict[str, float], seconds: float = 0.0
) -> Outcome:
    """Compare the metrics of a new run with a record's, given the deviations over its seeds."""
    name = record.path.relative_to(paths.results()).as_posix()
    kept = {k: v for k, v in record.metrics.items() if not any(word in k for word in TIMES)}
    shared = [k for k in kept if k in now]
    gone = tuple(k for k in kept if k not in now)
    if not shared:
        return Outcome(name, "cannot be compared", ("no metric is reported any more",), gone=gone)
    lines, largest = [], 0.0
    for k in shared:
        was, got = kept[k], now[k]
        if isinstance(was, float) and isinstance(got, float):
            off, size = abs(got - was), max(abs(was), abs(got), NOISE)
            largest = max(largest, off / size)
            limit = max(AGREES * size, SPREAD * deviations.get(k, 0.0))
            if not (off <= limit < inf or off < NOISE):
                lines.append(f"{k} was {was}, is {got} (allowed difference {limit:.2g})")
        elif was != got:
            lines.append(f"{k} was {was}, is {got}")
    verdict: Verdict = "differs" if lines else "repeats" if largest <= REPEATED else "agrees"
    return Outcome(name, verdict, tuple(lines), len(shared), gone, largest, seconds)


def text(outcome: Outcome) -> str:
    """Return an outcome as text: a line for each mismatch, or one that says how well it agrees."""
    if outcome.lines:
        return "\n".join(f"{outcome.record}: {outcome.verdict}: {o}" for o in outcome.lines)
    gone = f"; no longer reported: {', '.join(outcome.gone)}" if outcome.gone else ""
    return (
        f"{outcome.record}: {outcome.verdict} in {outcome.compared} metrics, largest relative "
        f"difference {outcome.largest:.1e}, {outcome.seconds:.1f} s{gone}"
    )


def summary(outcomes: list[Outcome]) -> str:
    """Return how many runs repeat, agree, differ and cannot be compared."""
    n = Counter(o.verdict for o in outcomes)
    none = n["cannot be compared"]
    first = f"{n['repeats']} repeat, {n['agrees']} agree, {n['differs']} differ"
    return f"{first}, {none} cannot be compared"


def status(outcomes: list[Outcome]) -> int:
    """Return the exit status: 1 if a run differs, or if none could be compared."""
    verdicts = {o.verdict for o in outcomes}
    return int("differs" in verdicts or verdicts <= {"cannot be compared"})

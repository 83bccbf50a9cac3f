"""Ask data for their symmetry: read them, make them white, put the questions, report."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Literal, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from liegan_min.algebra.linalg import Array
from liegan_min.base.errors import InputError
from liegan_min.discover.answer import QUESTIONS, Answer, Question
from liegan_min.discover.fitted import Task
from liegan_min.discover.frame import Frame, frame
from liegan_min.discover.given import Given, Kind
from liegan_min.discover.law import counts, law
from liegan_min.discover.observables import Samples
from liegan_min.discover.played import played
from liegan_min.discover.reading import read
from liegan_min.discover.report import Report
from liegan_min.discover.support import support
from liegan_min.discover.task import task

T = TypeVar("T")

Method = Literal["auto", "game"]
#: What asks about the law.
_LAW: dict[Method, Callable[[Samples, Frame, int], Answer]] = {"auto": law, "game": played}

#: Rows that are used at most, and columns that can be asked about: L has their square of entries.
ROWS, COLUMNS = 65_536, 16
#: Samples times test functions that a law is asked with at most: a third of a gigabyte each array.
CELLS = 40_000_000
#: The mean is off the origin if its square, white, is so many times what chance makes of it.
FAR = 9.0


def discover(
    data: Any,
    y: Any = None,
    *,
    ask: Question | Sequence[Question] = QUESTIONS,
    method: Method = "auto",
    y_kind: Kind | Literal["auto"] = "auto",
    affine: bool = False,
    x_columns: Sequence[str] = (),
    y_columns: Sequence[str] = (),
    trajectory: str = "",
    seed: int = 0,
) -> Report:
    """Ask data whether they have a symmetry, which, and how sure that is.

    Three questions are told apart: which exp(tL) keep the set that x lies on (its support), which
    leave the joint law of x and y as it is, and which leave y given x as it is (the task).

    Args:
        data: samples x, (n, k), or (n, t, k) for t vectors that one g moves together: an array, a
            tensor, a DataFrame, `Pairs`, or the path of an .npz, .npy, .csv or .parquet.
        y: what goes with each x: a vector that g moves, numbers, or a label.
        ask: which of "support", "law" and "task".
        method: how the law is asked about; "auto" solves the weak form, "game" plays LieGAN. Both
            are judged alike.
        y_kind: "vector", "scalar" or "label"; default: found out where only one of them fits.
        affine: look for symmetries about any point, not about the origin alone. That of a law is
            its mean; those of the support and the task are found with them.
        x_columns: of a table, that are x; default: all others.
        y_columns: of a table, that are y.
        trajectory: the column of a table that says which rows follow one another.
        seed: of every draw.

    Raises:
        InputError: if data or a value cannot be used, naming which and the remedy.
        DamagedFileError: if a file is not what its name says.
    """
    start = time.perf_counter()
    ask = (ask,) if isinstance(ask, str) else ask
    unknown = [q for q in ask if q not in QUESTIONS]
    if unknown or not ask:
        raise InputError(f"ask must be some of {', '.join(QUESTIONS)}, not {', '.join(unknown)}")
    if method not in _LAW:
        raise InputError(f"method must be auto or game, not {method!r}")
    if seed < 0:
        raise InputError(f"seed must be at least 0, not {seed}")
    given = read(
        data,
        y,
        y_kind=y_kind,
        x_columns=tuple(x_columns),
        y_columns=tuple(y_columns),
        trajectory=trajectory,
    )
    middle = given.x.mean(axis=(0, 1)) if affine else np.zeros(given.x.shape[-1])
    x, moved = _moved(given, seed, middle)
    coordinates = frame(moved)
    if coordinates.rank > COLUMNS:
        raise InputError(
            f"x fills {coordinates.rank} dimensions, more than {COLUMNS}; choose the columns that "
            "a symmetry may mix (--x)"
        )
    answers: dict[Question, Answer] = {q: Answer("not asked") for q in QUESTIONS}
    if "support" in ask:
        answers["support"] = _timed(
            partial(support, affine=affine), coordinates.white(x.x), coordinates, seed
        )
    if "law" in ask:
        samples = _samples(x, coordinates.white(moved), seed)
        answers["law"] = _timed(_LAW[method], samples, coordinates, seed)
        if not affine and _off_centre(samples.z):
            answers["law"] = _beside_the_mean(answers["law"], given, seed)
    if "task" in ask and x.y is not None and x.kind is not None:
        told = _task(x, x.y, x.kind, coordinates)
        answers["task"] = _timed(partial(task, affine=affine), told, coordinates, seed)
    elif "task" in ask:
        answers["task"] = Answer("not asked", "there is no y")
    n, t, k = given.x.shape
    if affine:  # what was found is about the mean, or about a point beside it
        answers = {
            q: replace(a, centre=middle + a.centre) if len(a.centre) else replace(a, centre=middle)
            for q, a in answers.items()
        }
    return Report(
        n=n,
        t=t,
        k=k,
        columns=given.columns,
        unit=coordinates.unit,
        method=method,
        y=given.how,
        y_kind=given.kind,
        support_rank=coordinates.rank,
        seed=seed,
        seconds=time.perf_counter() - start,
        answers=answers,
    )


def _timed(ask: Callable[[T, Frame, int], Answer], of: T, coordinates: Frame, seed: int) -> Answer:
    start = time.perf_counter()
    answer = ask(of, coordinates, seed)
    return replace(answer, seconds=time.perf_counter() - start)


def _moved(given: Given, seed: int, middle: Array) -> tuple[Given, Array]:
    """Return the data that are used, about a point, and all vectors that g moves, (n, t + s, k)."""
    n = len(given.x)
    if n > ROWS:
        rows = np.sort(np.random.default_rng(seed).permutation(n)[:ROWS])
        given = replace(
            given,
            x=given.x[rows],
            y=None if given.y is None else given.y[rows],
            trajectories=np.unique(given.trajectories[rows], return_inverse=True)[1].reshape(-1),
        )
    x, y = given.x - middle, given.y
    if given.kind != "vector" or y is None:
        return replace(given, x=x), x
    return replace(given, x=x, y=y - middle), np.concatenate([x, y - middle], axis=1)


def _off_centre(z: Array) -> bool:
    """Say whether the mean of white samples, (n, t, r), is further from 0 than chance puts it."""
    mean = z.mean(axis=(0, 1))
    return len(z) * float(mean @ mean) > FAR * len(mean)


def _beside_the_mean(answer: Answer, given: Given, seed: int) -> Answer:
    """Return an answer that says so where the law has more symmetry about its mean."""
    x, moved = _moved(given, seed, given.x.mean(axis=(0, 1)))
    coordinates = frame(moved)
    centred = law(_samples(x, coordinates.white(moved), seed), coordinates, seed)
    if centred.verdict != "found" or centred.dimension <= answer.dimension:
        return answer
    step = f"center the data (affine=True, --affine): about the mean {centred.name} is found"
    return replace(answer, next_step="; ".join(text for text in (step, answer.next_step) if text))


def _samples(given: Given, z: Array, seed: int) -> Samples:
    """Return the joint law's samples, as many as there is room for, from all that g moves."""
    n = len(z)
    numbers = np.zeros((n, 0))
    labels = np.zeros(n, dtype=np.int64)
    if given.kind == "scalar" and given.y is not None:
        numbers = (given.y - given.y.mean(axis=0)) / given.y.std(axis=0)
    elif given.kind == "label" and given.y is not None:
        labels = given.y
    room = CELLS // counts(z.shape[-1] ** 2)[0]
    return Samples(z, numbers, labels, given.trajectories).thinned(room, seed)


def _task(given: Given, y: NDArray[Any], kind: Kind, coordinates: Frame) -> Task:
    """Return x and y as a fit takes them."""
    x = torch.from_numpy(coordinates.white(given.x)).float()
    if kind == "label":
        target = torch.from_numpy(y)
    elif kind == "vector":
        target = torch.from_numpy(coordinates.white(y)).float()
    else:
        target = torch.from_numpy((y - y.mean(axis=0)) / y.std(axis=0)).float()
    return Task(x, target, kind, torch.from_numpy(given.trajectories))

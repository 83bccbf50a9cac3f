"""How fast is a training step on a GPU, and how far from what the GPU can do?

A round of steps is timed by the device's own events, after a warm-up; the median of the rounds
counts. The floor is the larger of two times: the step's matrix products at the rate of one large
product, and its bytes at the rate of one large copy, both measured here. Bytes are those of the
program as it is written (`_counting`), so that a compiled step, which joins calls, can be below it,
and so can a small one, which stays in the GPU's cache.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import torch
from _counting import Counts, count
from _gpu_equal import tf32
from _gpu_work import WAYS, Work, tasks

#: Steps in a round, and the fewest and most rounds of a work; few after so many seconds.
STEPS, ROUNDS, SECONDS = 20, (3, 5), 1.0
#: The same at toy size.
TOY = 3

#: What is compiled at toy size: a game and the tagger.
COMPILED_TOYS = ("two-body-8", "lorentznet-4")

#: Numbers of a line of the result, by name.
Numbers = dict[str, float | None]


def clocked(play: Callable[[], Any], device: str) -> float:
    """Return the milliseconds of a piece of work, by the device's events where it has them."""
    if torch.device(device).type != "cuda":
        start = time.perf_counter()
        play()
        return 1e3 * (time.perf_counter() - start)
    before, after = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    before.record()
    play()
    after.record()
    after.synchronize()
    return float(before.elapsed_time(after))


def timed(play: Callable[[], Any], device: str) -> float:
    """Return the median milliseconds of a piece of work, over rounds after a warm-up."""
    play()
    times: list[float] = []
    few, most = ROUNDS if torch.device(device).type == "cuda" else (1, 1)  # a toy's say nothing
    while len(times) < few or (len(times) < most and sum(times) < 1e3 * SECONDS):
        times.append(clocked(play, device))
    return median(times)


def ceilings(device: str, small: bool) -> dict[str, float]:
    """Return what the card does at best: products by way, in operations a second; bytes copied."""
    n, size = (256, 2**20) if small else (8192, 2**30)
    found: dict[str, float] = {}
    for way in WAYS:
        dtype = torch.bfloat16 if way == "bfloat16" else torch.float32
        A, B = torch.randn(2, n, n, device=device, dtype=dtype)
        with tf32(way == "tf32"):
            found[way] = 2e3 * n**3 / timed(lambda A=A, B=B: A @ B, device)
    x = torch.randn(size // 4, device=device)
    y = torch.empty_like(x)
    found["copy"] = 2e3 * size / timed(lambda: y.copy_(x), device)
    return found


def _memory(device: str) -> float | None:
    """Return the peak of the card's memory since it was last asked for, in GB."""
    if torch.device(device).type != "cuda":
        return None
    peak = torch.cuda.max_memory_allocated(device) / 1e9
    torch.cuda.reset_peak_memory_stats(device)
    return float(peak)


def _ours(work: Work, device: str, way: str) -> tuple[Numbers, Counts | None]:
    """Time our steps, and count one: with TF32 it asks for what it asks for without."""
    _memory(device)
    with tf32(way == "tf32"):
        ms = timed(work.play, device) / work.steps
    numbers = {
        "ms": ms,
        "samples a second": 1e3 * work.samples / ms,
        "peak GB": _memory(device),
    }
    return numbers, None if way == "tf32" else count(work.first)


def _beside(ms: float, asked: Counts, top: dict[str, float], way: str) -> Numbers:
    """Return what a step asks for, and how many times its floor it takes."""
    floor = asked.floor(top[way], top["copy"])
    return {
        "floor": floor,
        "times the floor": ms / floor,
        "GFLOP": asked.flop / 1e9,
        "GB moved": asked.moved / 1e9,
        "calls": asked.calls,
    }


def _compiled(work: Work, device: str, way: str, backend: str) -> Numbers:
    begun = time.perf_counter()
    torch.compiler.reset()
    work.compile(backend)
    with tf32(way == "tf32"):
        work.play()
        seconds = time.perf_counter() - begun
        return {"compiled ms": timed(work.play, device) / work.steps, "to compile": seconds}


def _published(work: Work, device: str, ours: float) -> Numbers:
    ms = timed(work.play, device) / work.steps
    return {"published ms": ms, "published / ours": ms / ours}


def _tried(
    what: str, numbers: Callable[..., Numbers], work: Callable[[], Work], *given: Any
) -> Numbers:
    """Return the numbers of a work, or mark it as failed: a compiler may, or others' program."""
    try:
        return numbers(work(), *given)
    except Exception as error:
        print(f"{what} failed: {error}", file=sys.stderr)
        return {"failed": 1.0}


def measure(device: str, small: bool, reference: Path | None) -> Iterator[tuple[str, Numbers]]:
    """Time everything, and yield each line as it is known: ours, the published ones, compiled ones.

    Args:
        device: cuda, or cpu where it is small.
        small: at toy size.
        reference: folder of the checkouts of the published programs; None: they are not timed.
    """
    top = ceilings(device, small)
    yield (
        "card",
        {f"{way}, TFLOP/s": top[way] / 1e12 for way in WAYS} | {"copy, GB/s": top["copy"] / 1e9},
    )
    every, steps = tasks(small), TOY if small else STEPS
    for name, task in every.items():
        asked, plain = Counts(0, 0, 0, 0), 0.0
        for way in task.ways:  # float32 comes first
            numbers, counted = _ours(task.ours(device, way, steps), device, way)
            asked, ms = counted or asked, numbers["ms"] or 0.0
            plain = plain or ms
            yield f"{name}.{way}", numbers | _beside(ms, asked, top, way)
        if reference is not None and (make := task.published) is not None:
            work = partial(make, device, reference, steps)
            numbers = _tried(f"published {name}", _published, work, device, plain)
            yield f"{name}.float32", numbers
    backend = "aot_eager" if small else "inductor"
    for way in WAYS[:1] if small else WAYS:
        for name in (n for n, task in every.items() if way in task.ways):
            if small and name not in COMPILED_TOYS:
                continue
            work = partial(every[name].ours, device, way, 1 if small else steps)
            numbers = _tried(f"compiled {name}", _compiled, work, device, way, backend)
            yield f"{name}.{way}", numbers

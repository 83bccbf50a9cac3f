"""What the benchmarks share: the clock, the ratio of two columns of times, and the printing.

The standard library alone, because one benchmark runs a part of itself in another environment.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from statistics import median
from typing import Any


def cpu(work: Callable[[], Any], calls: int = 1) -> float:
    """Return the CPU seconds that one of `calls` calls of a piece of work takes."""
    start = time.process_time()
    for _ in range(calls):
        work()
    return (time.process_time() - start) / calls


def ratio(times: dict[str, list[float]], top: str, bottom: str) -> float:
    """Return the median over the rounds of the ratio of two columns."""
    return median(a / b for a, b in zip(times[top], times[bottom], strict=True))


def show(result: dict[str, Any], as_json: bool, digits: int) -> None:
    """Print names and numbers, one a line or as one JSON object."""
    width = max(map(len, result)) + 1
    lines = [f"{name:{width}} {value:8.{digits}f}" for name, value in result.items()]
    print(json.dumps(result, indent=1) if as_json else "\n".join(lines))

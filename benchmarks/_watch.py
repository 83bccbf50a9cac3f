"""The clock of a training: CPU time until its answer is good, and stays so.

The standard library alone: it knows nothing of what is trained.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

#: Looks after the first good one that have to be good as well.
STAYS = 5


class SettledError(Exception):
    """Raised between two steps, once the answer has settled: not every loop can be asked to end."""


class Watch:
    """Counts steps, looks at the answer from time to time, and takes the time; looking is free.

    Args:
        score: of an answer: what is good, and how good, depends on the task.
        good: least score of a good answer.
        every: steps between two looks.
    """

    def __init__(self, score: Callable[[Any], float], good: float, every: int) -> None:
        self.score, self.good, self.every = score, good, every
        self.steps, self.looking = 0, 0.0
        self.curve: list[tuple[float, float]] = []
        self.start = time.process_time()

    def step(self, answer: Callable[[], Any]) -> None:
        """Note that a step was made; `answer` is called where it is time to look.

        Raises:
            SettledError: if this look and the STAYS before it were good.
        """
        self.steps += 1
        if self.steps % self.every:
            return
        now, spent = time.process_time(), self.spent()
        self.curve.append((spent, self.score(answer())))
        settled = self.settled() is not None
        self.looking += time.process_time() - now
        if settled:
            raise SettledError

    def spent(self) -> float:
        """Return the CPU seconds so far, without those of looking."""
        return time.process_time() - self.start - self.looking

    def settled(self) -> float | None:
        """Return the CPU seconds until the first of the last good looks; None if they are few."""
        last = self.curve[-1 - STAYS :]
        if len(last) <= STAYS or not all(score >= self.good for _, score in last):
            return None
        return last[0][0]

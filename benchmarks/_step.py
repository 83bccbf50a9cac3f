"""A step at equal work: ours, the published one, and the bare matrix products of both, in turn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import torch
from _tasks import Task
from _timing import cpu, ratio

from liegan_min.game.game import Game


def products(passes: tuple[tuple[int, bool], ...], inputs: int) -> Callable[[], None]:
    """Return the matrix products of a discriminator inputs-512-512-1.

    Args:
        passes: (rows, weights) of each forward and backward pass; weights: with their gradients.
        inputs: numbers that its first layer sees.
    """
    W1, W2, W3 = torch.randn(512, inputs), torch.randn(512, 512), torch.randn(1, 512)
    data = [
        (torch.randn(n, inputs), torch.randn(n, 512), torch.randn(n, 1), weights)
        for n, weights in passes
    ]

    def work() -> None:
        for z, h, s, weights in data:
            z @ W1.T, h @ W2.T, h @ W3.T
            s @ W3, h @ W2, h @ W1
            if weights:
                h.T @ z, h.T @ h, s.T @ h

    return work


def per_step(task: Task, folder: Path | None, rounds: int, steps: int) -> dict[str, Any]:
    """Time steps of equal work, in turn; return milliseconds a step and the ratios."""
    config, pairs = task.published, task.reader(None)()
    rows = config.batch
    steps = max(1, min(steps, len(pairs.x) // rows))
    pairs = pairs.take(torch.arange(len(pairs.x))[: rows * steps])
    game = task.game(pairs, config, 0, Game)
    work: dict[str, Callable[[], Any]] = {"ours": lambda: game.epoch(pairs.x, pairs.y)}
    if folder is not None:
        from _reference import Published

        published = Published(folder, pairs, config, task.start, 0)
        work["published"] = lambda: published.play(1)
    inputs = pairs.inputs + (32 if pairs.classes else 0)  # what a label is embedded in
    both = products(((2 * rows, True),), inputs)
    each = products(((rows, False), (2 * rows, True)), inputs)
    work["products of our step"] = lambda: [both() for _ in range(steps)]
    work["products of a published step"] = lambda: [each() for _ in range(steps)]
    for f in work.values():
        f()
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, f in work.items():
            times[name].append(cpu(f) / steps * 1e3)
    result: dict[str, Any] = {f"{name}, ms": median(t) for name, t in times.items()}
    for name in list(work)[1:]:
        top, bottom = (name, "ours") if name == "published" else ("ours", name)
        result[f"{top} / {bottom}"] = ratio(times, top, bottom)
    return result

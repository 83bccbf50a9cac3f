"""Time to quality: both sides play until their basis is good and stays so, in turn."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

import torch
from _tasks import Task
from _timing import cpu, ratio
from _watch import SettledError, Watch
from torch import Tensor

from liegan_book.records import peak_memory_mb
from liegan_min.game.game import Game, Played
from liegan_min.game.pairs import Pairs

SIDES = ("ours", "published")


class Watched(Game):
    """Our game, with a watch that is told of each step."""

    watch: Watch | None = None

    def step(self, x: Tensor, y: Tensor | None) -> Played:
        """Play one step, and let the watch look at the averaged basis."""
        played = super().step(x, y)
        if self.watch is not None:
            self.watch.step(lambda: self.L)
        return played


def play_ours(task: Task, pairs: Pairs, seed: int) -> Watch:
    """Play our settings until they settle or end; building the game counts."""
    config = task.ours
    watch = Watch(task.score, task.good, task.looks(config, pairs))
    game = task.game(pairs, config, seed, Watched)
    game.watch = watch
    with contextlib.suppress(SettledError):
        for _ in range(config.epochs):
            game.epoch(pairs.x, pairs.y)
    return watch


def play_published(task: Task, pairs: Pairs, seed: int, folder: Path) -> Watch:
    """Play the published recipe until it settles or ends; building the players does not count."""
    from _reference import Published

    config = task.published
    published = Published(folder, pairs, config, task.start, seed)
    watch = Watch(task.score, task.good, task.looks(config, pairs))
    with contextlib.suppress(SettledError):
        published.play(config.epochs, lambda: watch.step(published.generator.getLi))
    return watch


def play_part(task: Task, seed: int, folder: Path | None) -> dict[str, Any]:
    """Be one side, the published one if there is a checkout: read, play, and say what it took."""
    # The first optimiser of a process imports a part of torch, in more than a second.
    torch.optim.Adam([torch.zeros(1, requires_grad=True)])
    read = task.reader(folder)
    found: list[Pairs] = []
    reading = cpu(lambda: found.append(read()))
    pairs = found[0]
    watch = play_published(task, pairs, seed, folder) if folder else play_ours(task, pairs, seed)
    return {
        "seconds": watch.settled(),
        "total": watch.spent(),
        "reading": reading,
        "mb": peak_memory_mb(),
    }


def _alone(arguments: list[str]) -> dict[str, Any]:
    """Run a part of this benchmark in a process of its own, so that its memory is its own."""
    command = [sys.executable, *sys.argv, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"a part of the benchmark failed, see above: {' '.join(arguments)}")
    return dict(json.loads(done.stdout))


def to_quality(task: Task, data: Path | None, rounds: int) -> dict[str, Any]:
    """Time both recipes to quality, in turn, a new seed each round.

    Each part is this command again, on the file of data if the task has one.
    """
    given = [] if data is None else ["--data", str(data)]
    times: dict[str, list[float]] = {side: [] for side in SIDES}
    reading: dict[str, list[float]] = {side: [] for side in SIDES}
    memory = dict.fromkeys(SIDES, 0.0)
    never = 0
    for seed in range(rounds):
        for side in SIDES:
            played = _alone(["--part", side, "--seed", str(seed), *given])
            if played["seconds"] is None and side == "ours":
                sys.exit(f"seed {seed}: our quick recipe never settles at {task.good}")
            never += played["seconds"] is None
            # Where the published recipe never settles, all its time is a lower bound.
            settled = played["total"] if played["seconds"] is None else played["seconds"]
            times[side].append(settled)
            reading[side].append(played["reading"])
            memory[side] = max(memory[side], played["mb"])
        ours, theirs = (times[side][-1] for side in SIDES)
        print(f"  seed {seed}: ours {ours:.1f} s, published {theirs:.1f} s", file=sys.stderr)
    result: dict[str, Any] = {f"{side} to quality, s": median(times[side]) for side in SIDES}
    result["published / ours to quality"] = ratio(times, "published", "ours")
    result["published runs that never settled"] = never
    result |= {f"{side}, peak MB": memory[side] for side in SIDES}
    if task.from_file:
        result |= {f"{side} reading, s": median(reading[side]) for side in SIDES}
        result["published / ours reading"] = ratio(reading, "published", "ours")
    return result

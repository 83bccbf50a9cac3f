"""What each part of the benchmark on a GPU will ask for, estimated on a CPU: time, memory, bytes.

A step is counted as it is written (`_counting`), with a few of the rows where all would take long.
Its time is the largest of three: that of its calls, one after another, of its products, and of its
bytes, at the rates below, which are about those of an H100. What the GPU really does is measured by
the benchmark itself.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from _counting import Counts, count
from _gpu_parts import MARGIN
from _gpu_speed import ROUNDS, STEPS
from _gpu_work import FULL, TAGGER_STEPS, Work, rows, tagger, tasks
from torch import Tensor

from liegan_book.datasets.jets import storage
from liegan_book.experiments import settings
from liegan_book.experiments.gpu import GPU, JETS
from liegan_book.experiments.many_seeds import ManySeeds
from liegan_min.base.options import RunOptions
from liegan_min.equivariant.jet_graph import CUDA_EDGES, JetGraphs
from liegan_min.game.discovery import set_up

#: Operations a second of float32 products, bytes a second of a copy, seconds of a call.
FLOPS, BANDWIDTH, CALL = 5e13, 2.9e12, 8e-6

#: Seconds in which a process imports what it needs, and meets the card.
START = 6.0

#: Seconds to compile a network the first time.
COMPILE = 15.0


@dataclass(frozen=True)
class Line:
    """What a part asks for: seconds, bytes of the card's memory, bytes moved, and a remark."""

    seconds: float
    memory: float
    moved: float
    remark: str


def seconds(asked: Counts) -> float:
    """Return how long a step should take on the card."""
    return max(asked.calls * CALL, asked.flop / FLOPS, asked.moved / BANDWIDTH)


def _weights(parameters: Iterable[Tensor]) -> float:
    """Return the bytes of weights, gradients, and what Adam keeps of them."""
    return 16.0 * sum(p.numel() for p in parameters)


def _step(work: Work) -> Counts:
    work.first()  # the first makes what the optimiser keeps
    return count(work.first)


@cache
def _law() -> tuple[Counts, float, float]:
    """Return what the tagger asks for an edge, calls apart; calls of a block, and of each more."""
    few = 4
    wide = _step(tagger("cpu", "float32", 1, batch=few, edges=CUDA_EDGES))
    edges, _ = _blocks(few, CUDA_EDGES)
    one, each = (
        _step(tagger("cpu", "float32", 1, batch=few, size=(1, FULL[1]), edges=most)).calls
        for most in (CUDA_EDGES, 1)
    )
    return wide.times(1 / edges), one, (each - one) / (few - 1)


def _blocks(batch: int, most: int) -> tuple[int, int]:
    """Return the edges of a batch with their padding, and the blocks that they come in."""
    graphs, _ = JetGraphs(storage.load("train"), edges=most).batch(rows(batch, 1)[0])
    return sum(block.edges.numel() for block in graphs.blocks), len(graphs.blocks)


def tagger_step(batch: int, most: int = CUDA_EDGES) -> Counts:
    """Return what a step of the tagger asks for, with at most so many edges in a block."""
    of_an_edge, first, more = _law()
    edges, blocks = _blocks(batch, most)
    return replace(of_an_edge.times(edges), calls=first + (blocks - 1) * more)


def steps() -> dict[str, Counts]:
    """Return what a training step of each task asks for."""
    found = {}
    for name, task in tasks().items():
        numbers = [int(word) for word in name.split("-") if word.isdigit()]
        tagged = name.startswith("lorentznet")
        found[name] = tagger_step(*numbers) if tagged else _step(task.ours("cpu", "float32", 1))
    return found


def seeds(method: str, some: int = 2) -> Line:
    """Plan the seeds of a game at once, from a step of some of them."""
    config = settings("gpu", method, "gpu")
    play: Any = GPU.methods[method].play
    space = {k: v for k, v in play.keywords.items() if k != "source"}
    starts = [
        set_up(play.keywords["source"](s), config.game, options=RunOptions(s, "cpu"), **space)
        for s in range(some)
    ]
    game, pairs, batch = ManySeeds(starts, RunOptions(device="cpu").where), starts[0].train, 64
    order, w = game.dealer.deal()
    rows = (order + game.first)[:batch].flatten()

    def step() -> None:
        game.generator.coefficients.batches = iter([w[:batch]])
        game.step(game.x[rows], None if game.y is None else game.y[rows])

    step()
    asked = count(step)
    each = config.seeds / some
    every = len(game.dealer.sizes) * config.game.epochs
    asked = asked.times(each)
    data = 4.0 * each * (game.x.numel() + (0 if game.y is None else game.y.numel()))
    weights = each * _weights([*game.discriminator_params, *game.generator_params])
    return Line(
        START + 10 + every * seconds(asked),
        weights + data + asked.saved,
        every * asked.moved,
        f"{config.seeds} seeds, {every} steps of {1e3 * seconds(asked):.2f} ms, "
        f"{len(pairs.x)} samples each",
    )


def recipe(limit: float) -> Line:
    """Plan a tagger's training, which ends with its time."""
    config = settings("gpu", "lorentznet", "gpu")
    asked = tagger_step(config.batch)
    epoch = JETS // config.batch * seconds(asked)
    trains = min(limit - START - MARGIN, config.epochs * epoch)
    return Line(
        START + MARGIN + trains,
        asked.saved + 2e8,
        trains / seconds(asked) * asked.moved,
        f"about {trains / epoch:.0f} of {config.epochs} epochs of {epoch:.0f} s",
    )


def speed(asked: dict[str, Counts]) -> Line:
    """Plan the timings, from a step of each task."""
    rounds = {
        name: (ROUNDS[1] + 1)
        * len(task.ways)
        * (TAGGER_STEPS if name.startswith("lorentznet") else STEPS)
        for name, task in tasks().items()
    }
    return Line(
        START + sum(n * seconds(asked[name]) for name, n in rounds.items()),
        max(c.saved for c in asked.values()),
        sum(n * asked[name].moved for name, n in rounds.items()),
        f"and about {COMPILE:.0f} s more for each step that is compiled, as many as fit",
    )


def plan(limits: dict[str, float]) -> dict[str, Line]:
    """Return what each part asks for, given the seconds that it may take."""
    few = tagger_step(16)
    lines: dict[str, Callable[[], Line]] = {
        "equal": lambda: Line(START + 10, few.saved, 20 * few.moved, "a guess: most is on the CPU"),
        "speed": lambda: speed(steps()),
        "two-body-seeds": lambda: seeds("two-body-seeds"),
        "cyclic-seeds": lambda: seeds("cyclic-seeds"),
        "lorentznet": lambda: recipe(limits["lorentznet"]),
        "liegnn": lambda: recipe(limits["liegnn"]),
    }
    return {name: lines[name]() for name in limits}


def show(limits: dict[str, float]) -> None:
    """Print the plan of some parts."""
    lines = plan(limits)
    print(
        f"estimated at {FLOPS / 1e12:.0f} TFLOP/s, {BANDWIDTH / 1e12:.1f} TB/s, "
        f"{1e6 * CALL:.0f} µs a call"
    )
    print(f"{'part':16}{'limit':>7}{'expected':>10}{'memory':>10}{'moved':>11}")
    for name, line in lines.items():
        print(
            f"{name:16}{limits[name]:5.0f} s{line.seconds:8.0f} s{line.memory / 1e9:7.1f} GB"
            f"{line.moved / 1e12:8.1f} TB  {line.remark}"
        )
    total = sum(min(limits[name], line.seconds) for name, line in lines.items())
    print(f"{'together':16}{sum(limits.values()):5.0f} s{total:8.0f} s")


if __name__ == "__main__":
    show(json.loads(sys.argv[1]))

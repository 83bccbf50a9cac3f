"""The training steps that are timed on a GPU: games and a tagger, ours and the published ones.

A `Work` is made for a device and a way to multiply. Ours and the published one of a task see the
same samples, in batches of the same size.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from _lorentznet import DROPOUT, Ours, Published, Side
from torch import nn

from liegan_book.datasets import cyclic
from liegan_book.datasets.jets import storage
from liegan_book.experiments import BLOCKS, jet_pairs, settings, two_body_pairs
from liegan_min.base.options import RunOptions
from liegan_min.equivariant.jet_graph import CUDA_EDGES
from liegan_min.game.config import GameConfig
from liegan_min.game.discovery import set_up
from liegan_min.game.game import Game
from liegan_min.game.pairs import Pairs
from liegan_min.game.stack import StackedGame

#: How float32 products are made: exactly, with inputs rounded to TF32, or in bfloat16.
WAYS = ("float32", "tf32", "bfloat16")

#: Channels and layers of the tagger: as published.
Size = tuple[int, int]
FULL: Size = (72, 6)

#: Most steps of a tagger in a round: they are long.
TAGGER_STEPS = 5


@dataclass
class Work:
    """Some training steps in a row.

    Attributes:
        play: takes them.
        first: takes the first of them alone.
        steps: how many.
        samples: in each.
        parts: of the network: what is compiled; layers that are alike share what comes of it.
    """

    play: Callable[[], Any]
    first: Callable[[], Any]
    steps: int
    samples: int
    parts: Sequence[nn.Module] = ()

    def compile(self, backend: str) -> None:
        """Let torch compile the parts, when they are next called."""
        for part in self.parts:
            part.compile(backend=backend, dynamic=True)


@dataclass(frozen=True)
class Task:
    """A step worth timing.

    Attributes:
        ours: makes the work, given a device, a way, and how many steps at most.
        published: the same of the published program, given a device, its checkouts, and how many
            steps at most; None if it has no such step.
        ways: that are timed.
    """

    ours: Callable[[str, str, int], Work]
    published: Callable[[str, Path, int], Work] | None = None
    ways: Sequence[str] = WAYS


def _game(
    device: str,
    way: str,
    most: int,
    *,
    pairs: Callable[[], Pairs],
    config: GameConfig,
    rules: type[Game] = Game,
    **space: Any,
) -> Work:
    config = config.changed(amp=way == "bfloat16")
    start = set_up(pairs(), config, rules=rules, options=RunOptions(0, device), **space)
    game, batch = start.game, config.batch
    steps = min(most, len(start.train.x) // batch)
    rows = torch.arange(steps * batch, device=device)
    samples, one = start.train.take(rows), start.train.take(rows[:batch])
    return Work(
        lambda: game.epoch(samples.x, samples.y),
        lambda: game.epoch(one.x, one.y),
        steps,
        batch,
        [game.discriminator],
    )


def _published_game(
    device: str, reference: Path, most: int, *, pairs: Any, config: GameConfig, start: str
) -> Work:
    import _reference

    samples = pairs()
    steps = min(most, len(samples.x) // config.batch)
    samples = samples.take(torch.arange(steps * config.batch))
    game = _reference.Published(
        reference / "LieGAN", samples, config, start, 0, torch.device(device)
    )
    return Work(lambda: game.play(1), lambda: game.play(1), steps, config.batch)


@cache
def _jets() -> Any:
    return storage.load("train")


def _tagger_arguments(device: str, batch: int, size: Size, reference: Path | None) -> Any:
    hidden, layers = size
    return argparse.Namespace(
        hidden=hidden, layers=layers, batch=batch, device=device, reference=reference
    )


def rows(batch: int, steps: int) -> list[Any]:
    """Return jets of all sizes, others in each batch."""
    order = np.random.default_rng(0).permutation(len(_jets()))
    return list(order[: steps * batch].reshape(steps, batch))


def _steps(side: Side, order: list[Any]) -> Callable[[], Any]:
    return lambda: [side.step(rows) for rows in order]


def tagger(
    device: str, way: str, most: int, *, batch: int, size: Size = FULL, edges: int | None = None
) -> Work:
    """Return steps of our tagger; `edges`: the most of a block, by default as suits the device."""
    side = Ours(_tagger_arguments(device, batch, size, None), _jets(), DROPOUT)
    side.amp, side.jets.edges = way == "bfloat16", edges or side.jets.edges
    steps = min(most, TAGGER_STEPS)
    order = rows(batch, steps)
    # Where almost all the time goes, and what has the same shape in each block and layer.
    parts = [layer.edge for layer in side.net.layers]
    return Work(_steps(side, order), _steps(side, order[:1]), steps, batch, parts)


def _published_tagger(device: str, reference: Path, most: int, *, batch: int, size: Size) -> Work:
    given = _tagger_arguments(device, batch, size, reference / "LorentzNet")
    side, steps = Published(given, _jets(), DROPOUT), min(most, TAGGER_STEPS)
    order = rows(batch, steps)
    return Work(_steps(side, order), _steps(side, order[:1]), steps, batch)


def tasks(small: bool = False) -> dict[str, Task]:
    """Return the tasks by name; small: at toy size, to see that they run."""
    hidden = (16, 16) if small else (512, 512)
    orbits = GameConfig(hidden=hidden)
    jets = settings("top-tagging-discovery", "liegan", "paper").changed(
        hidden=hidden, epoch_size=None, stop_ratio=None
    )
    search = settings("cyclic", "liegan-restarts", "paper").search
    restarts = 4 if small else 256
    found: dict[str, Task] = {}
    for batch in (8, 32) if small else (64, 4096):
        for name, pairs, config, start, mask in (
            ("two-body", two_body_pairs, orbits, "2*2_factorization", BLOCKS),
            ("jets", jet_pairs, jets, "random", None),
        ):
            sized = config.changed(batch=batch)
            found[f"{name}-{batch}"] = Task(
                partial(_game, pairs=pairs, config=sized, mask=mask),
                partial(_published_game, pairs=pairs, config=sized, start=start),
            )
    stack = search.changed(channels=restarts)
    found[f"cyclic-{restarts}-restarts"] = Task(
        partial(_game, pairs=cyclic.pairs, config=stack, rules=StackedGame)
    )
    size = (8, 2) if small else FULL
    for batch in (4, 8) if small else (32, 256):
        found[f"lorentznet-{batch}"] = Task(
            partial(tagger, batch=batch, size=size),
            partial(_published_tagger, batch=batch, size=size),
        )
    # How large should a block of edges be?
    for edges in () if small else (100_000, CUDA_EDGES, 1_000_000):
        found[f"lorentznet-128-blocks-of-{edges}"] = Task(
            partial(tagger, batch=128, size=size, edges=edges), ways=WAYS[:1]
        )
    return found

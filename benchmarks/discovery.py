"""Time a discovery on two-body orbits: ours beside the published code, in one run.

    liegan bench discovery --reference DIR     # DIR: a checkout of Rose-STL-Lab/LieGAN

All times are CPU time of one thread. Ours, the published code, and the bare matrix products take
turns, so that a change of the machine's speed meets all three; ratios are medians over the rounds.

Per step, at equal work: the poster's recipe, batch 64, critic 512-512, float32. The bare products
are those without which no step can be made. A published step needs a critic's forward and
backward pass for each player; ours serves both from one (`losses.judge`), so it needs fewer.

To quality: CPU time until the support cosine reaches 0.999 and stays there for the next five
epochs: the published recipe (at most 100 epochs) against our `quick` profile. What a recipe does
after that does not count, for either side.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import torch
from _timing import cpu, ratio, show

from liegan_min import linalg
from liegan_min.algebra import LieAlgebra
from liegan_min.config import GameConfig
from liegan_min.experiments import BLOCKS, SO2, settings, two_body_pairs
from liegan_min.game import Game
from liegan_min.records import peak_memory_mb

GOOD, STAYS, BATCH = 0.999, 5, 64


class SettledError(Exception):
    """Raised from inside the published loop: it has no other way to end early."""


def products(passes: tuple[tuple[int, bool], ...]) -> Callable[[], None]:
    """Return the matrix products of a 16-512-512-1 critic.

    Args:
        passes: (rows, weights) of each forward and backward pass; weights: with their gradients.
    """
    W1, W2, W3 = torch.randn(512, 16), torch.randn(512, 512), torch.randn(1, 512)
    data = [
        (torch.randn(n, 16), torch.randn(n, 512), torch.randn(n, 1), weights)
        for n, weights in passes
    ]

    def work() -> None:
        for z, h, s, weights in data:
            z @ W1.T, h @ W2.T, h @ W3.T
            s @ W3, h @ W2, h @ W1
            if weights:
                h.T @ z, h.T @ h, s.T @ h

    return work


def settled(curve: list[tuple[float, float]]) -> float | None:
    """Return the time from which the cosine is good for STAYS more epochs; None if never."""
    good = [cosine >= GOOD for _, cosine in curve]
    for i in range(len(curve) - STAYS):
        if all(good[i : i + STAYS + 1]):
            return curve[i][0]
    return None


def ours_to_quality(seed: int) -> list[tuple[float, float]]:
    """Play the quick profile; return (CPU seconds, support cosine) after each epoch."""
    pairs, config = two_body_pairs(), settings("two-body-discovery", "liegan", "quick")
    start = time.process_time()
    P, scale = linalg.support(pairs.x), pairs.spread() if config.standardise else None
    game = Game(config, 8, 16, mask=BLOCKS, scale=scale, seed=seed)
    curve, judging = [], 0.0
    for _ in range(config.epochs):
        game.epoch(pairs.x, pairs.y)
        now = time.process_time()
        curve.append((now - start - judging, LieAlgebra(game.L).cosine(SO2, P)))
        judging += time.process_time() - now
    return curve


def published_to_quality(folder: Path, seed: int) -> list[tuple[float, float]]:
    """Play the published recipe; return (CPU seconds, support cosine) after each epoch."""
    from _reference import Published

    pairs = two_body_pairs()
    assert pairs.y is not None
    P = linalg.support(pairs.x)
    published = Published(folder, pairs.x, pairs.y, seed)
    curve: list[tuple[float, float]] = []
    state = {"start": time.process_time(), "judging": 0.0}

    def report(L: torch.Tensor) -> None:
        now = time.process_time()
        curve.append((now - state["start"] - state["judging"], LieAlgebra(L).cosine(SO2, P)))
        state["judging"] += time.process_time() - now
        if settled(curve) is not None:
            raise SettledError

    with contextlib.suppress(SettledError):
        published.play(len(pairs.x), 100, report)
    return curve


def per_step(folder: Path | None, rounds: int, steps: int) -> dict[str, Any]:
    """Time steps of equal work, in turn; return milliseconds a step and the ratios."""
    pairs = two_body_pairs()
    x, y = pairs.x[: BATCH * steps], pairs.y[: BATCH * steps]  # type: ignore[index]
    game = Game(GameConfig(), 8, 16, mask=BLOCKS, seed=0)
    work: dict[str, Callable[[], Any]] = {"ours": lambda: game.epoch(x, y)}
    if folder is not None:
        from _reference import Published

        published = Published(folder, pairs.x, pairs.y, 0)  # type: ignore[arg-type]
        work["published"] = lambda: published.play(len(x))
    both = products(((2 * BATCH, True),))
    each = products(((BATCH, False), (2 * BATCH, True)))
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


def _alone(arguments: list[str]) -> dict[str, Any]:
    """Run a part of this benchmark in a process of its own, so that its memory is its own."""
    command = [sys.executable, __file__, *arguments]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return dict(json.loads(out))


def to_quality(folder: Path, rounds: int) -> dict[str, Any]:
    """Time both recipes to quality, in turn, a new seed each round."""
    ours, theirs, ratios, memory = [], [], [], {"ours": 0.0, "published": 0.0}
    never = 0
    for seed in range(rounds):
        a = _alone(["--part", "ours", "--seed", str(seed)])
        b = _alone(["--part", "published", "--seed", str(seed), "--reference", str(folder)])
        memory = {
            "ours": max(memory["ours"], a["mb"]),
            "published": max(memory["published"], b["mb"]),
        }
        if a["seconds"] is None:
            sys.exit(f"seed {seed}: our quick recipe never settles at {GOOD}")
        never += b["seconds"] is None
        # Where the published recipe never settles, all its time is a lower bound.
        theirs.append(b["seconds"] if b["seconds"] is not None else b["total"])
        ours.append(a["seconds"])
        ratios.append(theirs[-1] / ours[-1])
        print(
            f"  seed {seed}: ours {ours[-1]:.1f} s, published {theirs[-1]:.1f} s", file=sys.stderr
        )
    return {
        "ours to quality, s": median(ours),
        "published to quality, s": median(theirs),
        "published / ours to quality": median(ratios),
        "published runs that never settled": never,
        "ours, peak MB": memory["ours"],
        "published, peak MB": memory["published"],
    }


def main() -> None:
    """Parse the command line and print the ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--reference", type=Path, help="checkout of Rose-STL-Lab/LieGAN")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of the timing of a step")
    parser.add_argument("--steps", type=int, default=100, help="steps in a round")
    parser.add_argument("--quality-rounds", type=int, default=7, help="seeds to quality; 0: none")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--part", choices=["ours", "published"], help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    a = parser.parse_args()
    torch.set_num_threads(1)
    if a.part:
        mine = a.part == "ours"
        curve = ours_to_quality(a.seed) if mine else published_to_quality(a.reference, a.seed)
        peak = peak_memory_mb()
        print(json.dumps({"seconds": settled(curve), "total": curve[-1][0], "mb": peak}))
        return
    result = per_step(a.reference, a.rounds, a.steps)
    if a.reference is not None and a.quality_rounds:
        result |= to_quality(a.reference, a.quality_rounds)
    show(result, a.json, digits=2)


if __name__ == "__main__":
    main()

"""Time a discovery: ours beside the published code, in one run.

    liegan bench discovery --reference DIR     # DIR: a checkout of Rose-STL-Lab/LieGAN
    liegan bench discovery --reference DIR --task top-tagging [--data FILE.h5]

Tasks: so(2) in two-body orbits, the default; or the Lorentz algebra in the two leading constituents
of jets, from a file of the public benchmark's layout (default: the committed 20,000 jets, written
to a temporary one). The second needs the extra `jets`.

All times are CPU time of one thread. Ours, the published code, and the bare matrix products take
turns, so that a change of the machine's speed meets all three; ratios are medians over the rounds.

Per step, at equal work: the published recipe, batch 64, discriminator 512-512, float32; on jets,
seven channels, λ = 1, η = 0.1, and the label embedded in 32 numbers. The bare products are those of
the discriminator without which no step can be made. A published step needs a discriminator's
forward and backward pass for each player; ours serves both from one (`losses.judge`), so it needs
fewer.

To quality, each on its own settings: the published recipe (at most 100 epochs) against our `quick`
profile. On orbits, CPU time until the support cosine reaches 0.999, looked at after every pass
through the data. On jets, until cos(J, η) reaches 0.99, looked at every 25 steps. It has to stay
there for the next five looks; looking is not counted. Of the published code its own basis is looked
at, of ours the averaged one that it reports. What a recipe does after that does not count, for
either side. A side's peak memory is that of a process that reads the data and plays.

Reading the jets: CPU time of the published code's own reader, which takes the whole table, and of
ours, each once in its process. It is part of no other time, and importing packages is part of none.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch
from _quality import SIDES, play_part, to_quality
from _step import per_step
from _tasks import TASKS, write_sample
from _timing import show

from liegan_min.base.errors import LieganError


def arguments() -> argparse.Namespace:
    """Parse and check the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--reference", type=Path, help="checkout of Rose-STL-Lab/LieGAN")
    parser.add_argument("--task", choices=list(TASKS), default="two-body")
    parser.add_argument("--data", type=Path, help="jets in the public benchmark's layout")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of the timing of a step")
    parser.add_argument("--steps", type=int, default=100, help="steps in a round")
    parser.add_argument("--quality-rounds", type=int, default=7, help="seeds to quality; 0: none")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--part", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    a = parser.parse_args()
    if a.data is not None and a.task != "top-tagging":
        parser.error(f"--data is for --task top-tagging; {a.task} has its own data")
    return a


def measure(a: argparse.Namespace) -> dict[str, Any]:
    """Do what the command line asks for; return names and numbers."""
    task = TASKS[a.task](a.data)
    if a.part:
        return play_part(task, a.seed, a.reference if a.part == "published" else None)
    result = per_step(task, a.reference, a.rounds, a.steps)
    if a.reference is not None and a.quality_rounds:
        result |= to_quality(task, a.data, a.quality_rounds)
    return result


def main() -> None:
    """Measure, and print the ratios."""
    a = arguments()
    torch.set_num_threads(1)
    try:
        with contextlib.ExitStack() as stack:
            if a.task == "top-tagging" and a.data is None:
                folder = tempfile.TemporaryDirectory(prefix="liegan-jets-")
                a.data = Path(stack.enter_context(folder)) / "jets.h5"
                write_sample(a.data)
            result = measure(a)
    except LieganError as error:
        sys.exit(f"liegan: {error}")
    if a.part:
        print(json.dumps(result))
    else:
        show(result, a.json, digits=2)


if __name__ == "__main__":
    main()

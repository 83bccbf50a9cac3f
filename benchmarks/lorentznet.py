"""Time and weigh a training step of LorentzNet: ours beside the published code, in one run.

    liegan bench lorentznet --reference DIR    # DIR: a checkout of sdogsq/LorentzNet-release

Of the checkout only models.py is run. Both networks start from the same weights, whose names
`_lorentznet.NAMES` translates, and meet the same jets of the committed sample: those with 30 to 60
constituents, all of them, and two beam particles.

Whether they are one function: the largest difference of the log-odds in evaluation, and of the loss
of a training step, in float32 and float64. Dropout is off, both are given the same scalars, and all
these jets have one size. On a padded batch they are not quite one function: the published pooling
divides by the padded number of nodes, and its batch normalisation of nodes counts the padding; ours
leaves padding out of both. Where they differ by more than rounding in float64, the benchmark stops,
for it would compare two things.

A training step: the batch is built, then forward, cross entropy, backward and AdamW, float32, with
dropout as published. The jets of a batch are of all sizes, so the published code pads them to the
largest. Its list of edges is made as its loader does, but in one call and not jet by jet, so that
this costs no more. Times are CPU time of one thread; both take turns on the same batches, after one
step each before the clock starts, and the ratio is the median over the rounds.

Memory: the peak of a process in which one side alone takes the steps of all rounds, above what it
holds before the first: packages, weights, data and the optimiser.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import torch
from _lorentznet import DROPOUT, SIDES, Ours, Published, Rows, renamed
from _timing import cpu, ratio, show
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from liegan_book.datasets.jets import storage
from liegan_book.records import peak_memory_mb
from liegan_min.base.errors import InputError, LieganError
from liegan_min.equivariant.jets import Jets

FEWEST, MOST = 30, 60  # constituents


def agreement(a: argparse.Namespace, jets: Jets) -> dict[str, float]:
    """Compare log-odds and losses on jets of one size, the commonest.

    Raises:
        InputError: if the networks are not one function, or their weights do not fit.
    """
    size = np.bincount(jets.counts).argmax()
    jets = jets.take(np.flatnonzero(jets.counts == size)[: a.batch])
    ours, theirs = Ours(a, jets, dropout=0), Published(a, jets, dropout=0)
    weights = {name: value.clone() for name, value in theirs.net.state_dict().items()}
    rows = np.arange(len(jets))
    (graphs, _), (p, _, edges) = ours.jets.batch(rows), theirs.batch(rows)
    result: dict[str, float] = {}
    for dtype, unit in ((torch.float32, 1e-6), (torch.float64, 1e-15)):
        for name, training in (("log-odds", False), ("loss", True)):
            theirs.net.load_state_dict(weights)
            try:
                ours.net.load_state_dict(renamed(weights) | {"J": ours.net.J})
            except RuntimeError as error:
                file = a.reference / "models.py"
                raise InputError(f"the weights of {file} do not fit: {error}") from None
            for net in (ours.net, theirs.net):
                net.to(dtype).train(training)
            with torch.no_grad():
                s = ours.net.scalars(graphs.to(dtype))
                scores = theirs.scores(p.to(dtype), s, edges)
                x, y = ours.net.decide(s, graphs.to(dtype)), scores[:, 1] - scores[:, 0]
            if training:
                x, y = (cross_entropy(z, ours.jets.label.to(dtype)) for z in (x, y))
            apart, largest = float((x - y).abs().max()), float(y.abs().max())
            if dtype == torch.float64 and not apart < 1e-8 * (1 + largest):
                raise InputError(f"the networks are not one function: {name} differ by {apart:.1e}")
            result[f"{name} apart, {str(dtype)[6:]}, in {unit:.0e}"] = apart / unit
            result[f"largest {name}"] = largest
    return result


def batches(a: argparse.Namespace) -> list[Rows]:
    """Return the jets of each round; they lie in the order in which they are used."""
    return list(np.arange(a.rounds * a.batch).reshape(a.rounds, a.batch))


def timed(a: argparse.Namespace, jets: Jets) -> dict[str, float]:
    """Take steps in turn; return milliseconds, jets a second and the ratio."""
    sides = {name: make(a, jets, DROPOUT) for name, make in SIDES.items()}
    for side in sides.values():
        side.step(batches(a)[0])
    times: dict[str, list[float]] = {name: [] for name in sides}
    for rows in batches(a):
        for name, side in sides.items():
            times[name].append(cpu(partial(side.step, rows)))
    result = {f"{name}, ms a step": 1e3 * median(t) for name, t in times.items()}
    result |= {f"{name}, jets a second": a.batch / median(t) for name, t in times.items()}
    return result | {"published / ours, time": ratio(times, "published", "ours")}


def steps(a: argparse.Namespace, jets: Jets) -> float:
    """Take all steps of one side; return the peak of memory above what was held before, in MB."""
    side = SIDES[a.only_steps](a, jets, DROPOUT)
    before: float = peak_memory_mb()
    for rows in batches(a):
        side.step(rows)
    return peak_memory_mb() - before


def weighed(a: argparse.Namespace, jets: Jets) -> dict[str, float]:
    """Let each side take its steps in a process of its own; return megabytes and the ratio."""
    result: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="liegan-bench-") as folder:
        # These jets only: to read the whole sample leaves a higher peak than some steps do.
        file = Path(folder, "jets.npz")
        np.savez(file, **vars(jets))
        for name in SIDES:
            command = [sys.executable, *sys.argv, "--only-steps", name, "--jets", str(file)]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
            if done.returncode:
                sys.exit(f"the steps of one side alone failed, see above: {name}")
            result[f"{name}, peak MB of a step"] = json.loads(done.stdout)
    ours, published = result.values()
    return result | {"published / ours, memory": published / ours}


def chosen(a: argparse.Namespace) -> tuple[Jets, Jets]:
    """Return the jets of the sample of the right size, and of these as many as the rounds need.

    Raises:
        InputError: if there are too few.
    """
    jets = storage.load("train")
    jets = jets.take((jets.counts >= FEWEST) & (jets.counts <= MOST))
    if a.rounds * a.batch > len(jets):
        raise InputError(
            f"{a.rounds} rounds of {a.batch} jets are more than the {len(jets)} there are"
        )
    rows = np.random.default_rng(0).permutation(len(jets))[: a.rounds * a.batch]
    return jets, jets.take(rows)


def arguments() -> argparse.Namespace:
    """Parse and check the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--reference", type=Path, required=True, help="checkout of sdogsq/LorentzNet-release"
    )
    parser.add_argument("--rounds", type=int, default=5, help="batches, and steps of each side")
    parser.add_argument("--hidden", type=int, default=72, help="channels")
    parser.add_argument("--layers", type=int, default=6, help="rounds of messages")
    parser.add_argument("--batch", type=int, default=32, help="jets of a step")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only-steps", choices=list(SIDES), help=argparse.SUPPRESS)
    parser.add_argument("--jets", type=Path, help=argparse.SUPPRESS)
    a = parser.parse_args()
    a.device = "cpu"
    for name in ("rounds", "hidden", "layers", "batch"):
        if getattr(a, name) < 1:
            parser.error(f"--{name} must be at least 1, not {getattr(a, name)}")
    return a


def main() -> None:
    """Compare, time and weigh, and print what came out."""
    a = arguments()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    try:
        if a.only_steps:
            with np.load(a.jets) as arrays:
                jets = Jets(**arrays)
            print(json.dumps(steps(a, jets)))
            return
        every, some = chosen(a)
        result = agreement(a, every) | timed(a, some) | weighed(a, some)
    except LieganError as error:
        sys.exit(f"liegan: {error}")
    show(result, a.json, digits=2)


if __name__ == "__main__":
    main()

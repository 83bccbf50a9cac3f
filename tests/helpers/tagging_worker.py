"""A small training of a tagger, and what it does in processes of its own.

Run as `tagging_worker.py killed ...` it is killed at a chosen moment; under `accelerate launch`, as
`tagging_worker.py together ...`, it is one of several processes.
"""

import contextlib
import io
import json
import os
import signal
import sys
from functools import cache
from pathlib import Path

import torch

from liegan_book import paths
from liegan_book.cli import main as cli
from liegan_book.datasets.jets import storage
from liegan_book.experiments import top_tagging
from liegan_book.training.tagging import Splits, train
from liegan_book.training.tagging_config import TaggingConfig
from liegan_min.base import checkpoint, files, parallel
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.equivariant.lorentznet import LorentzNet

#: Seven steps an epoch, and three jets that are left over.
CONFIG = TaggingConfig(
    constituents=10,
    hidden=8,
    layers=2,
    dropout=0.3,
    batch=28,
    epochs=2,
    lr=3e-3,
    warmup=0.5,
    restart=1.5,
    tail=0,
)
STEPS = 7
CELL = ("top-tagging", "lorentznet", "quick")


PLAIN, SHORT = CONFIG.changed(dropout=0), CONFIG.changed(epochs=1)


@cache
def few():
    """Return the first jets of the committed training split, as three splits."""
    jets = storage.load("train")
    return Splits(*(jets.take(slice(*ends)) for ends in ((0, 199), (199, 299), (299, 399))))


def network(config, seed=0, **options):
    """Return a network that the seed determines."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return LorentzNet(
            hidden=config.hidden,
            layers=config.layers,
            dropout=config.dropout,
            c=config.c,
            **options,
        )


def without_idle_biases(model):
    """Hold the biases still that a batch normalisation takes away again, and return the network.

    Their gradients are zero but for rounding, of which Adam makes steps of full size; the running
    mean follows late, so that a validation loss shows it.
    """
    for layer in model.layers:
        layer.phi_h.first.bias.requires_grad_(False)
    return model


def trained(config=CONFIG, model=None, splits=None, **options):
    """Train on the CPU, and write a checkpoint after each step where there is a file for it."""
    told = RunOptions(**{"device": "cpu", "checkpoint_seconds": -1} | options)
    return train(model or network(config), splits or few(), config, told)


def state(found):
    """Return all that a training found."""
    scores = {f"scores.{split}": torch.from_numpy(s) for split, s in found.scores.items()}
    return found.model.state_dict() | scores | {"history": found.history}


def same(a, b):
    """Whether two trainings found the very same."""
    a, b = state(a), state(b)
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def killed(path, number, moment):
    """Train, and be killed just before or after the checkpoint is written a number of times."""
    left, replace = [int(number)], os.replace

    def last(*names):
        left[0] -= 1
        if moment == "after" or left[0]:
            replace(*names)
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    os.replace = last
    trained(checkpoint=Path(path))


class Stopped(Exception):  # noqa: N818 - nothing went wrong
    """A training that ends early."""


def stopping(after):
    """End the run at an offer of its state of some number; return the list of files written."""
    offer, save, calls, written = checkpoint.Checkpoint.offer, files.save_state, [], []

    def saved(path, *arguments):
        save(path, *arguments)
        written.append(path.name)

    def offered(self, *arguments, **options):
        offer(self, *arguments, **options)
        calls.append(1)
        if len(calls) == after:
            raise Stopped

    checkpoint.files.save_state = saved
    checkpoint.Checkpoint.offer = offered
    return written


def together(folder):
    """Do, as one of several processes, what the tests compare; write it to files of this one."""
    folder, told = Path(folder), {}
    plain = trained(PLAIN, without_idle_biases(network(PLAIN)), seed=3)
    r = told["rank"] = parallel.rank()
    told["world"] = parallel.world()

    x = torch.tensor([1.0 + r, 3.0], requires_grad=True)
    y = parallel.total(x.square())
    (torch.tensor([1.0, 10.0 + r]) * y).sum().backward()
    told["total"], told["gradient"] = y.tolist(), x.grad.tolist()

    try:
        trained(CONFIG.changed(batch=27))
    except InputError as error:
        told["uneven"] = str(error)

    whole, path = trained(SHORT, seed=3), folder / "stopped.ckpt"
    written = stopping(after=4)
    with contextlib.suppress(Stopped):
        trained(SHORT, seed=3, checkpoint=path)
    told["kept"] = path.exists()
    again = trained(SHORT, seed=3, checkpoint=path)
    told["left"], told["written"] = path.exists(), list(written)

    top_tagging.committed = few
    top_tagging.TOP_TAGGING.methods[CELL[1]].profiles[CELL[2]] = PLAIN
    paths.results, paths.checkpoints = (lambda: folder / f"results-{r}"), (lambda: folder)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        cli.run(CELL[0], CELL[1], seed=3, profile=CELL[2], device="cpu", as_json=True)
    told["printed"] = printed.getvalue()

    runs = {"plain": plain, "whole": whole, "again": again}
    tensors = {f"{run}.{k}": v for run, found in runs.items() for k, v in state(found).items()}
    files.save_state(folder / f"found-{r}.ckpt", tensors)
    (folder / f"told-{r}.json").write_text(json.dumps(told))


if __name__ == "__main__":
    {"killed": killed, "together": together}[sys.argv[1]](*sys.argv[2:])

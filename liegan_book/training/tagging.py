"""Training a jet tagger, on one device or on many, and what comes of it.

Started with `accelerate launch`, each process takes its share of every batch; the losses are those
of one process with the whole batch. What is random is drawn anew for each step from the seed and
the number of the step, so that a run which was killed continues as if nothing had happened.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from liegan_book.training.sharing import shared_out
from liegan_book.training.tagging_config import TaggingConfig
from liegan_min.base import files, parallel, training
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.base.training import Training, check_batch, set_rates
from liegan_min.equivariant.jet_graph import JetGraphs
from liegan_min.equivariant.jets import Jets
from liegan_min.equivariant.lorentznet import LorentzNet

#: Jets scored at a time.
_SCORED = 256


@dataclass(frozen=True)
class Splits:
    """The jets to train on, to choose the epoch with, and to judge with."""

    train: Jets
    validation: Jets
    test: Jets


@dataclass(frozen=True)
class Trained:
    """A tagger after its training, with the weights of the best epoch.

    Attributes:
        history: (epochs, 3): mean training loss, validation loss, validation accuracy.
        best: the epoch, from 1, of highest validation accuracy; its weights are the model's.
        scores: log-odds of a top quark for each jet of the validation and the test split.
        speed: jets that a second of training took in, on all devices together.
        seconds: wall time, over all the sittings of a resumed run.
    """

    model: LorentzNet
    config: TaggingConfig
    splits: Splits
    history: Tensor
    best: int
    scores: dict[str, NDArray[np.float64]]
    speed: float
    seconds: float


def graphs_of(jets: Jets, config: TaggingConfig, device: torch.device | str = "cpu") -> JetGraphs:
    """Return jets as the settings want them given to the network."""
    return JetGraphs(jets, config.constituents, config.beams, device, rest=config.rest)


def scores(model: nn.Module, jets: JetGraphs) -> Tensor:
    """Return the log-odds of a top quark for each jet, (n,), in evaluation mode.

    Each process scores its share, jets of about the same size together.
    """
    was = model.training
    model.eval()
    out = torch.zeros(len(jets), device=jets.device)
    order = np.argsort(jets.counts, kind="stable")
    cuts = np.arange(_SCORED, len(jets), _SCORED)
    with torch.no_grad():
        for rows in np.split(order, cuts)[parallel.rank() :: parallel.world()]:
            graphs, rows = jets.batch(rows)
            out[torch.from_numpy(rows).to(out.device)] = model(graphs).float()
    model.train(was)
    return parallel.total(out)


def _draw(*numbers: int) -> int:
    """Return a seed made of several numbers."""
    return int(np.random.SeedSequence(numbers).generate_state(1)[0])


class _Tagger(Training):
    """A tagger under training, a step at a time, on one device or as one of several processes.

    Attributes:
        history: (epochs, 3), see `Trained`.
        losses: sum of the losses of the epoch that is under way.
        busy: seconds spent in training steps.
        best: weights of the best epoch so far.
    """

    keeps = ("done", "model", "optimiser", "best", "history", "losses", "busy")

    def __init__(
        self,
        model: LorentzNet,
        data: dict[str, JetGraphs],
        config: TaggingConfig,
        accelerator: Any,
        seed: int,
    ) -> None:
        self.model, self.data, self.config, self.seed = model, data, config, seed
        self.optimiser = torch.optim.AdamW(
            model.parameters(), lr=config.lr, weight_decay=config.weight_decay, fused=True
        )
        self.accelerator = accelerator
        self.shared, self.stepper = accelerator.prepare(model, self.optimiser)
        self.history = torch.zeros(0, 3, dtype=torch.float64)
        self.losses, self.busy = torch.zeros(2, dtype=torch.float64)
        self.best = self._weights()
        self.order: NDArray[np.int64] | None = None  # of the jets in the epoch under way
        self.scores: dict[str, NDArray[np.float64]] = {}

    @property
    def steps(self) -> int:
        """Steps in an epoch."""
        return len(self.data["train"]) // self.config.batch

    def advance(self) -> bool:
        """Take a step, and after the last one of an epoch look at the validation split.

        Raises:
            InputError: if the losses of the epoch are not finite.
        """
        start, jets, config = time.perf_counter(), self.data["train"], self.config
        epoch, step = divmod(self.done, self.steps)
        set_rates(self.optimiser, [config.rate(epoch + (step + 1) / self.steps)])
        if self.order is None or not step:
            self.order = np.random.default_rng([self.seed, epoch]).permutation(len(jets))
        rows = self.order[step * config.batch :][parallel.rank() : config.batch : parallel.world()]
        torch.manual_seed(_draw(self.seed, self.done, parallel.rank()))
        graphs, rows = jets.batch(rows)
        with torch.autocast(jets.device.type, torch.bfloat16, enabled=config.amp):
            answers = self.shared(graphs)
        y = jets.label[torch.from_numpy(rows).to(jets.device)]
        loss = F.binary_cross_entropy_with_logits(answers.float(), y)
        self.stepper.zero_grad()
        self.accelerator.backward(loss)
        self.stepper.step()
        self.losses += parallel.total(loss.detach()).double().cpu() / parallel.world()
        self.busy += time.perf_counter() - start
        self.done += 1
        if step + 1 < self.steps:
            return False
        self._end_epoch(epoch + 1)
        return True

    def _end_epoch(self, epoch: int) -> None:
        """Note an epoch; keep its weights if it called more jets of the validation split right."""
        if not self.losses.isfinite():
            raise InputError(f"the loss is not finite in epoch {epoch}; lower lr")
        validation = self.data["validation"]
        answers, label = scores(self.model, validation), validation.label
        error = float(F.binary_cross_entropy_with_logits(answers, label))
        right = float(((answers > 0) == (label == 1)).double().mean())
        if not len(self.history) or right > float(self.history[:, 2].max()):
            self.best = self._weights()
        loss = float(self.losses) / self.steps
        row = torch.tensor([[loss, error, right]], dtype=torch.float64)
        self.history = torch.cat([self.history, row])
        self.losses = torch.zeros_like(self.losses)

    def finish(self) -> None:
        """Take the weights of the best epoch, and score the splits that decide.

        Raises:
            InputError: if the time limit was over before there was one.
        """
        if not len(self.history):
            raise InputError("the time limit is shorter than the first epoch; give it more")
        self.model.load_state_dict(self.best)
        for split in ("validation", "test"):
            self.scores[split] = scores(self.model, self.data[split]).double().cpu().numpy()

    def _weights(self) -> dict[str, Tensor]:
        return {k: v.clone() for k, v in self.model.state_dict().items()}


def _check(splits: Splits, config: TaggingConfig) -> None:
    for name, jets in vars(splits).items():
        if not 0 < int(jets.label.sum()) < len(jets):
            raise InputError(f"the {name} split needs jets of both labels, 0 and 1")
    check_batch(len(splits.train), config.batch, "training jets")
    if config.batch % parallel.world():
        raise InputError(
            f"a batch of {config.batch} jets cannot be shared out to {parallel.world()} "
            "processes; choose a multiple"
        )


def train(
    model: LorentzNet,
    splits: Splits,
    config: TaggingConfig,
    options: RunOptions | None = None,
) -> Trained:
    """Train a tagger with AdamW on the cross entropy, and keep the best epoch.

    Args:
        model: the network; its weights are changed.
        splits: the jets.
        config: the settings; `jets` is for who makes the splits.
        options: seed (of the order of the jets, and of dropout), device (with several processes
            each takes its own GPU), checkpoint (one is also written after each epoch), progress,
            and the time limit, which ends it with the best epoch so far.

    Raises:
        InputError: if a split has no jets of both labels, there is less than a batch, the batch
            cannot be shared out evenly, the loss is not finite, or the checkpoint is another run's.
        DamagedFileError: if the checkpoint is damaged.
        MissingExtraError: if there are several processes, and accelerate is not installed.
    """
    options = options or RunOptions()
    where, seed = options.where, options.seed
    accelerator = shared_out(cpu=where.type == "cpu")
    where = where if parallel.world() == 1 else accelerator.device
    _check(splits, config)
    data = {name: graphs_of(jets, config, where) for name, jets in vars(splits).items()}
    given = {f"{name} {k}": t for name, d in data.items() for k, t in d.tensors().items()}
    key = f"{config.digest()} {seed} {files.digest(model.state_dict() | given)}"
    model.to(where).train()
    tagger = _Tagger(model, data, config, accelerator, seed)
    with torch.random.fork_rng():
        seconds = training.run(tagger, config.epochs * tagger.steps, key, options)
    return Trained(
        model=model,
        config=config,
        splits=splits,
        history=tagger.history,
        best=int(tagger.history[:, 2].argmax()) + 1,
        scores=tagger.scores,
        speed=tagger.done * config.batch / float(tagger.busy),
        seconds=seconds,
    )

"""Training a jet tagger, on one device or on many, and what comes of it.

Started with `accelerate launch`, each process takes its share of every batch; the losses are those
of one process with the whole batch. What is random is drawn anew for each step from the seed and
the number of the step, so that a run which was killed continues as if nothing had happened.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from liegan_book.training.tagging_config import TaggingConfig
from liegan_min.base import files, parallel
from liegan_min.base.checkpoint import Checkpoint, fit_tensors, part, restore_fit, with_prefix
from liegan_min.base.errors import InputError
from liegan_min.base.extras import needed
from liegan_min.base.progress import quiet, tqdm
from liegan_min.base.settings import pick_device
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


class _Run:
    """What a killed run resumes: the network, what the optimiser remembers, the best epoch so far.

    Attributes:
        losses: sum of the losses of the epoch that is under way.
        busy: seconds spent in training steps.
    """

    def __init__(self, model: nn.Module, optimiser: torch.optim.Optimizer) -> None:
        self.model, self.optimiser = model, optimiser
        self.steps, self.history = 0, torch.zeros(0, 3, dtype=torch.float64)
        self.losses, self.busy = torch.zeros(2, dtype=torch.float64)
        self.best = self.weights()

    def weights(self) -> dict[str, Tensor]:
        return {k: v.clone() for k, v in self.model.state_dict().items()}

    def tensors(self) -> dict[str, Tensor]:
        return (
            {"history": self.history, "losses": self.losses, "busy": self.busy}
            | fit_tensors(self.model, self.optimiser)
            | with_prefix("best", self.best)
        )

    def restore(self, tensors: dict[str, Tensor], steps: int) -> None:
        restore_fit(self.model, self.optimiser, tensors)
        self.history, self.losses = tensors["history"], tensors["losses"]
        self.busy, self.best, self.steps = tensors["busy"], part(tensors, "best"), steps

    def end_epoch(self, loss: float, answers: Tensor, label: Tensor) -> None:
        """Note an epoch; keep its weights if it called more jets of the validation split right."""
        error = float(F.binary_cross_entropy_with_logits(answers, label))
        right = float(((answers > 0) == (label == 1)).double().mean())
        if not len(self.history) or right > float(self.history[:, 2].max()):
            self.best = self.weights()
        row = torch.tensor([[loss, error, right]], dtype=torch.float64)
        self.history = torch.cat([self.history, row])
        self.losses = torch.zeros_like(self.losses)


def _check(splits: Splits, config: TaggingConfig) -> None:
    for name, jets in vars(splits).items():
        if not 0 < int(jets.label.sum()) < len(jets):
            raise InputError(f"the {name} split needs jets of both labels, 0 and 1")
    if len(splits.train) < config.batch:
        raise InputError(
            f"{len(splits.train)} training jets are fewer than a batch of {config.batch}; lower "
            "batch"
        )
    if config.batch % parallel.world():
        raise InputError(
            f"a batch of {config.batch} jets cannot be shared out to {parallel.world()} "
            "processes; choose a multiple"
        )


def train(
    model: LorentzNet,
    splits: Splits,
    config: TaggingConfig,
    *,
    seed: int = 0,
    device: str | torch.device = "auto",
    checkpoint: Path | None = None,
    checkpoint_seconds: float = 60.0,
    progress: bool | None = None,
) -> Trained:
    """Train a tagger with AdamW on the cross entropy, and keep the best epoch.

    Args:
        model: the network; its weights are changed.
        splits: the jets.
        config: the settings; `jets` is for who makes the splits.
        seed: of the order of the jets, and of dropout.
        device: "auto", or a torch device; with several processes each takes its own GPU.
        checkpoint: file that a killed run resumes from; removed when the run ends.
        checkpoint_seconds: least time between two writes of it; one is written after each epoch.
        progress: show a bar; default: in a terminal, and not under CI.

    Raises:
        InputError: if a split has no jets of both labels, there is less than a batch, the batch
            cannot be shared out evenly, the loss is not finite, or the checkpoint is another run's.
        DamagedFileError: if the checkpoint is damaged.
        MissingExtraError: if accelerate, of the extra `scale`, is not installed.
    """
    where = pick_device(device)
    accelerate = needed("accelerate", "training a tagger", extra="scale")
    accelerator = accelerate.Accelerator(cpu=where.type == "cpu", device_placement=False)
    where = where if parallel.world() == 1 else accelerator.device
    _check(splits, config)
    data = {name: graphs_of(jets, config, where) for name, jets in vars(splits).items()}
    jets = data["train"]
    given = {f"{name} {k}": t for name, d in data.items() for k, t in d.tensors().items()}
    begun = files.digest(model.state_dict() | given)
    model.to(where).train()
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=config.lr, weight_decay=config.weight_decay, fused=True
    )
    shared, stepper = accelerator.prepare(model, optimiser)
    run = _Run(model, optimiser)
    kept = Checkpoint(checkpoint, f"{config.digest()} {seed} {begun}", checkpoint_seconds)
    with kept.resume() as last:
        if last is not None:
            run.restore(last[0], int(last[1]["steps"]))

    a_pass = len(jets) // config.batch
    bar = tqdm(total=config.epochs * a_pass, initial=run.steps, disable=quiet(progress))
    with bar, torch.random.fork_rng():
        while run.steps < config.epochs * a_pass:
            epoch, place = divmod(run.steps, a_pass)
            order = np.random.default_rng([seed, epoch]).permutation(len(jets))
            for step in range(place, a_pass):
                start = time.perf_counter()
                for group in optimiser.param_groups:
                    group["lr"] = config.rate(epoch + (step + 1) / a_pass)
                rows = order[step * config.batch :][
                    parallel.rank() : config.batch : parallel.world()
                ]
                torch.manual_seed(_draw(seed, run.steps, parallel.rank()))
                graphs, rows = jets.batch(rows)
                with torch.autocast(where.type, torch.bfloat16, enabled=config.amp):
                    answers = shared(graphs)
                y = jets.label[torch.from_numpy(rows).to(where)]
                loss = F.binary_cross_entropy_with_logits(answers.float(), y)
                stepper.zero_grad()
                accelerator.backward(loss)
                stepper.step()
                run.losses += parallel.total(loss.detach()).double().cpu() / parallel.world()
                run.busy += time.perf_counter() - start
                run.steps += 1
                bar.update()
                if step + 1 < a_pass:
                    kept.offer(run.tensors, steps=run.steps)
            if not run.losses.isfinite():
                raise InputError(f"the loss is not finite in epoch {epoch + 1}; lower lr")
            answers = scores(model, data["validation"])
            run.end_epoch(float(run.losses) / a_pass, answers, data["validation"].label)
            kept.offer(run.tensors, now=True, steps=run.steps)
    model.load_state_dict(run.best)
    judged = {k: scores(model, data[k]).double().cpu().numpy() for k in ("validation", "test")}
    kept.remove()
    return Trained(
        model=model,
        config=config,
        splits=splits,
        history=run.history,
        best=int(run.history[:, 2].argmax()) + 1,
        scores=judged,
        speed=run.steps * config.batch / float(run.busy),
        seconds=kept.seconds,
    )

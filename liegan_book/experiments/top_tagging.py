"""Top tagging: which jets did a top quark make? One network, four systems, one protocol.

The four differ in the form J that makes invariants of four-momenta, and in what an edge sees of
them. LieGNN takes, for seed s, the J that LieGAN found with seed s. Beside them stand networks with
a wrong J, and boosted trees on what physicists measure of a jet.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache, partial

import torch
from torch import Tensor

from liegan_book.datasets import top_tagging
from liegan_book.datasets.jets import storage
from liegan_book.datasets.jets.observables import features
from liegan_book.experiments.forms import Form, identity, minkowski, random, saved
from liegan_book.experiments.method import (
    Experiment,
    Method,
    learned,
    public_files,
    public_source,
)
from liegan_book.experiments.metrics.discovery import Judged
from liegan_book.experiments.metrics.lorentz import quadric
from liegan_book.experiments.metrics.tagging import judged, tagging_metrics
from liegan_book.training import roc
from liegan_book.training.jet_trees import INPUTS, Columns, TreesConfig, boosted_trees
from liegan_book.training.tagging import Splits, Trained, train
from liegan_book.training.tagging_config import TaggingConfig
from liegan_min.base.options import RunOptions
from liegan_min.base.seeding import seeded
from liegan_min.equivariant.lorentznet import LorentzNet
from liegan_min.equivariant.message_layer import Sees

#: Cosine to a found form above which the form of the data counts as the one that was found.
POLISHED = 0.95


def found(method: str, seed: int) -> Tensor:
    """Return the form that a method of discovery found with a seed, made exactly symmetric."""
    J = learned("top-tagging-discovery", method, "J", seed)
    return (J + J.T) / 2


def polished(method: str, seed: int) -> Tensor:
    """Return the form that constituents lie on, if a discovery found that one, else what it found.

    Constituents are those of the committed training jets.

    A found J is a few per cent off, and a small angle between two constituents is lost in that. But
    where xᵀJx is nearly zero on all data, the J for which it is smallest is known to many digits.
    """
    J = found(method, seed)
    sharp, _ = quadric(torch.from_numpy(committed().train.constituents[:200_000]))
    cosine = float((J * sharp).sum() / torch.linalg.matrix_norm(J))
    return sharp * cosine if abs(cosine) > POLISHED else J


@cache
def committed() -> Splits:
    """Return the jets of the committed sample."""
    return Splits(*(storage.load(split) for split in ("train", "validation", "test")))


def public(constituents: int | None) -> Splits:
    """Return the jets of the public benchmark, from the files that were downloaded."""
    n = constituents or top_tagging.CONSTITUENTS
    return Splits(
        **{
            split: top_tagging.as_jets(*top_tagging.read(path, n))
            for split, path in public_files().items()
        }
    )


def tagger(config: TaggingConfig, form: Form, sees: Sees, seed: int) -> LorentzNet:
    """Return the network that the settings describe, with the form and the start of a seed."""
    with seeded(seed):
        return LorentzNet(
            form(seed),
            sees,
            hidden=config.hidden,
            layers=config.layers,
            dropout=config.dropout,
            c=config.c,
        )


def _play(config: TaggingConfig, options: RunOptions, *, form: Form, sees: Sees) -> Trained:
    splits = public(None if config.rest else config.constituents) if config.public else committed()
    first = Splits(splits.train.take(slice(config.jets)), splits.validation, splits.test)
    return train(tagger(config, form, sees, options.seed), first, config, options)


@dataclass(frozen=True)
class Grown:
    """Boosted trees on the committed sample: their scores on two splits, and the time it took."""

    splits: Splits
    scores: dict[str, roc.F64]
    seconds: float


class GrownConfig(TreesConfig):
    """Settings of the boosted trees, and of how many jets they are grown on.

    Each split chooses from a random half of the observables: that decorrelates the trees, and lets
    their score have a spread over seeds, as that of a network has.
    """

    jets: int | None = None
    features: float = 0.5


@cache
def _columns() -> dict[str, Columns]:
    return {name: features(jets) for name, jets in vars(committed()).items()}


def _grow(config: GrownConfig, options: RunOptions) -> Grown:
    start = time.monotonic()
    splits, columns = committed(), _columns()
    few = slice(config.jets)
    settings = TreesConfig(**config.model_dump(exclude={"jets", "seed"}), seed=options.seed)
    grown = boosted_trees(
        {name: column[few] for name, column in columns["train"].items()},
        splits.train.label[few],
        INPUTS["all"],
        settings,
    )
    scores = {split: grown(columns[split]) for split in ("validation", "test")}
    first = Splits(splits.train.take(few), splits.validation, splits.test)
    return Grown(first, scores, time.monotonic() - start)


def _judge_grown(grown: Grown) -> Judged:
    return judged(grown.scores, grown.splits)


#: The published training, on the public set.
PAPER = TaggingConfig(public=True)
#: What one core does in eight minutes: the same network, smaller, on the committed jets.
CPU = TaggingConfig(
    constituents=24,
    rest=True,
    hidden=32,
    layers=4,
    dropout=0,
    batch=64,
    epochs=8,
    lr=2e-3,
    warmup=1,
    restart=7,
    tail=0,
)


def _few(jets: int, epochs: int, batch: int) -> TaggingConfig:
    """Return the settings for fewer jets: more epochs of them, and smaller batches."""
    share = epochs / CPU.epochs
    return CPU.changed(
        jets=jets,
        batch=batch,
        epochs=epochs,
        warmup=share * CPU.warmup,
        restart=share * CPU.restart,
    )


QUICK = _few(2000, 6, 32)

#: The runs that show how much data a system needs: jets, and the epochs and the batch they get.
SIZES = {600: (16, 16), 2000: (10, 32), 6000: (8, 32)}

#: The settings of the runs with a wrong form.
WRONG = _few(6000, *SIZES[6000])


def _method(form: Form, sees: Sees = "invariants", *needs: str, cpu: TaggingConfig = CPU) -> Method:
    return Method(
        profiles={"paper": PAPER, "cpu": cpu, "quick": QUICK},
        play=partial(_play, form=form, sees=sees),
        judge=tagging_metrics,
        data="jets",
        needs=tuple(("top-tagging-discovery", name) for name in needs),
        elsewhere={"paper": public_source},
    )


def _systems(cpu: TaggingConfig) -> dict[str, Method]:
    """Return the poster's four systems, with the settings of their `cpu` profile."""
    return {
        "lorentznet": _method(minkowski, cpu=cpu),
        "liegnn": _method(partial(found, "liegan"), "invariants", "liegan", cpu=cpu),
        "lorentznet-wo": _method(minkowski, "components", cpu=cpu),
        "egnn": _method(identity, "distance", cpu=cpu),
    }


def _trees(jets: int | None = None) -> Method:
    return Method({"cpu": GrownConfig(jets=jets)}, _grow, _judge_grown, "jets")


TOP_TAGGING = Experiment(
    {
        **_systems(CPU),
        "boosted-trees": _trees(),
        # A better J of LieGAN's own, the one saved with the published code, and the cone's.
        "liegnn-held-strong": _method(partial(found, "held-strong"), "invariants", "held-strong"),
        "liegnn-held-long": _method(partial(found, "held-long"), "invariants", "held-long"),
        "liegnn-released": _method(saved),
        "liegnn-polished": _method(partial(polished, "liegan"), "invariants", "liegan"),
        # What a wrong one costs, with fewer jets.
        "liegnn-augerino-plus": _method(
            partial(found, "augerino-plus"), "invariants", "augerino-plus", cpu=WRONG
        ),
        "liegnn-identity": _method(identity, cpu=WRONG),
        "liegnn-random": _method(random, cpu=WRONG),
        # Fewer jets: where does a symmetry pay?
        **{
            f"{name}-{jets}": method
            for jets, (epochs, batch) in SIZES.items()
            for name, method in (
                _systems(_few(jets, epochs, batch)) | {"boosted-trees": _trees(jets)}
            ).items()
            if name != "egnn"  # far behind, as with all jets
        },
    }
)

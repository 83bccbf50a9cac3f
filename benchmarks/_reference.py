"""The published code, made to run: a checkout that the reader provides, copied and mended.

On NumPy 2 its utils.py shadows Python's own `max`, by `from numpy import *`, and its dataset.py
imports torchvision, for images that no task here has. These lines are dropped from the copy. The
copy goes when it is imported.
"""

from __future__ import annotations

import argparse
import importlib
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader, TensorDataset

from liegan_min.base.errors import InputError
from liegan_min.game.config import GameConfig
from liegan_min.game.pairs import Pairs

FILES = ("gan.py", "train.py", "utils.py", "dataset.py")
CPU = torch.device("cpu")
_DROPPED = re.compile(r"(?m)^(from numpy import \*|from torchvision .*|import torchvision.*)$")


def load(folder: Path, *names: str) -> list[Any]:
    """Import modules of a mended copy of the checkout.

    Raises:
        InputError: if the folder is not such a checkout.
    """
    if missing := [name for name in FILES if not (folder / name).is_file()]:
        lacking = ", ".join(missing)
        raise InputError(f"{folder} is not a checkout of Rose-STL-Lab/LieGAN: it lacks {lacking}")
    with tempfile.TemporaryDirectory(prefix="liegan-reference-") as copy:
        for name in FILES:
            shutil.copy(folder / name, copy)
            mended = Path(copy, name)
            mended.write_text(_DROPPED.sub("", mended.read_text()))
        sys.path.insert(0, copy)
        try:
            return [importlib.import_module(name) for name in names]
        finally:
            sys.path.remove(copy)


def jet_reader(folder: Path, data: Path) -> Callable[[], Pairs]:
    """Return what reads two constituents of each jet of a file, the published way."""
    import pandas as pd

    (dataset,) = load(folder, "dataset")
    pd.read_hdf(data, key="table", stop=10)  # imports what reading needs

    def read() -> Pairs:
        jets = dataset.TopTagging(str(data), n_component=2)
        return Pairs(jets.X, jets.y, "label")

    return read


class Published:
    """The published generator, discriminator and loop on our data.

    Args:
        folder: the checkout.
        pairs: vectors x, (n, t, k), and y: vectors, (n, s, k), or labels, (n,).
        config: the published recipe; of it, channels, scale, rates, batch and weights count.
        start: the published name of how L starts, and of its search space.
        seed: of the start and of the batches.
        device: where it plays.

    Raises:
        InputError: if the folder is not such a checkout.
    """

    def __init__(
        self,
        folder: Path,
        pairs: Pairs,
        config: GameConfig,
        start: str,
        seed: int,
        device: torch.device = CPU,
    ) -> None:
        gan, self.train = load(folder, "gan", "train")
        assert pairs.y is not None
        torch.manual_seed(seed)
        self.config, self.data = config, TensorDataset(pairs.x, pairs.y)
        options = argparse.Namespace(
            sigma_init=config.scale,
            uniform_max=1,
            g_init=start,
            task="traj_pred",
            normalize_Li=False,
            x_type="vector",
            y_type="scalar" if pairs.classes else "vector",
            coef_dist="normal",
        )
        self.generator = gan.LieGenerator(pairs.x.shape[-1], config.channels, options)
        self.generator.mu.requires_grad = False
        self.generator.sigma.requires_grad = False
        if pairs.classes:
            self.discriminator = gan.LieDiscriminatorEmb(pairs.inputs, pairs.classes, 32)
        else:
            self.discriminator = gan.LieDiscriminator(pairs.inputs)
        self.device = device
        self.generator.to(device)
        self.discriminator.to(device)

    def play(self, epochs: int, after: Callable[[], None] | None = None) -> None:
        """Run the published loop; `after` is called after each step.

        The loop has no place for such a call, but it asks for the next batch when a step is done.
        """
        loader = DataLoader(self.data, batch_size=self.config.batch, shuffle=True)
        self.train.trange = range
        self.train.train_lie_gan(
            self.generator,
            self.discriminator,
            _Batches(loader, after) if after else loader,
            num_epochs=epochs,
            lr_d=self.config.lr_discriminator,
            lr_g=self.config.lr_generator,
            reg_type="cosine",
            lamda=self.config.cosine,
            p_norm=2,
            mu=0.0,
            eta=self.config.correlation,
            device=self.device,
            task="traj_pred",
            print_every=epochs + 1,
        )


class _Batches:
    """The batches of a loader, and a call after each of them is used."""

    def __init__(
        self, loader: DataLoader[tuple[torch.Tensor, ...]], after: Callable[[], None]
    ) -> None:
        self.loader, self.after = loader, after

    def __iter__(self) -> Iterator[tuple[torch.Tensor, ...]]:
        for batch in self.loader:
            yield batch
            self.after()

"""The published code, made to run: a checkout that the reader provides, copied and mended.

On NumPy 2 its utils.py shadows Python's own `max`, by `from numpy import *`; the line is dropped
from the copy. Nothing of it is kept.
"""

from __future__ import annotations

import argparse
import importlib
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import torch
from torch.utils.data import DataLoader, TensorDataset


class Published:
    """The published generator, critic and loop on our data.

    Args:
        folder: the checkout.
        x: (n, 1, 8).
        y: (n, 1, 8).
        seed: of the start and of the batches.

    Raises:
        SystemExit: if the folder is not such a checkout.
    """

    def __init__(self, folder: Path, x: torch.Tensor, y: torch.Tensor, seed: int) -> None:
        self.gan, self.train = _load(folder)
        torch.manual_seed(seed)
        self.x, self.y = x, y
        options = argparse.Namespace(
            sigma_init=1,
            uniform_max=1,
            g_init="2*2_factorization",
            task="traj_pred",
            normalize_Li=False,
            x_type="vector",
            y_type="vector",
            coef_dist="normal",
        )
        self.generator = self.gan.LieGenerator(8, 1, options)
        self.generator.mu.requires_grad = False
        self.generator.sigma.requires_grad = False
        self.critic = self.gan.LieDiscriminator(16)

    def play(
        self, samples: int, epochs: int = 1, report: Callable[[torch.Tensor], None] | None = None
    ) -> None:
        """Run the published loop over the first samples.

        `report` gets the basis, (1, 8, 8), after each epoch: the loop prints it, and its `print` is
        the only hook that it has.
        """

        def listen(shown: object) -> None:
            if report is not None and isinstance(shown, torch.Tensor):
                report(shown.detach().clone())

        self.train.print, self.train.trange = listen, range
        data = TensorDataset(self.x[:samples], self.y[:samples])
        self.train.train_lie_gan(
            self.generator,
            self.critic,
            DataLoader(data, batch_size=64, shuffle=True),
            num_epochs=epochs,
            lr_d=2e-4,
            lr_g=1e-3,
            reg_type="cosine",
            lamda=1.0,
            p_norm=2,
            mu=0.0,
            eta=1.0,
            device=torch.device("cpu"),
            task="traj_pred",
            print_every=1 if report else epochs + 1,
        )


def _load(folder: Path) -> tuple[ModuleType, ModuleType]:
    wanted = ("gan.py", "train.py", "utils.py")
    if not all((folder / name).is_file() for name in wanted):
        sys.exit(f"{folder} is not a checkout of Rose-STL-Lab/LieGAN: it lacks {', '.join(wanted)}")
    copy = Path(tempfile.mkdtemp(prefix="liegan-reference-"))
    for name in wanted:
        shutil.copy(folder / name, copy)
    utils = copy / "utils.py"
    utils.write_text(re.sub(r"(?m)^from numpy import \*$", "", utils.read_text()))
    sys.path.insert(0, str(copy))
    return importlib.import_module("gan"), importlib.import_module("train")

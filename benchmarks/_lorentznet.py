"""Both sides of the comparison of LorentzNet: ours, and the published one from a checkout."""

from __future__ import annotations

import argparse
import re
import runpy
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from liegan_min.base.errors import InputError
from liegan_min.equivariant.jet_graph import BEAMS, JetGraphs
from liegan_min.equivariant.jets import Jets
from liegan_min.equivariant.lorentznet import LorentzNet
from liegan_min.equivariant.message_layer import psi

C, DROPOUT, RATE, DECAY = 5e-3, 0.2, 1e-3, 1e-2  # as published
REPOSITORY = "sdogsq/LorentzNet-release"

#: Numbers of the jets of a batch.
Rows = NDArray[np.intp]

#: Parts of the names of the published weights, and what they are called here; the rest is the same.
NAMES = {
    "LGEBs": "layers",
    "phi_e.0": "edge.phi_e_first",
    "phi_e.1": "edge.norm",
    "phi_e.3": "edge.phi_e_second",
    "phi_m.0": "edge.phi_m",
    "phi_x.0": "edge.phi_x_first",
    "phi_x.2": "edge.phi_x_second",
    "phi_h.0": "phi_h.first",
    "phi_h.1": "phi_h.norm",
    "phi_h.3": "phi_h.second",
    "graph_dec": "decoder",
}


def renamed(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return published weights under our names; counters of batches have no counterpart."""
    parts = re.compile("|".join(map(re.escape, NAMES)))
    return {
        parts.sub(lambda part: NAMES[part[0]], name): value
        for name, value in weights.items()
        if not name.endswith("num_batches_tracked")
    }


class Side:
    """A network, its data and its optimiser."""

    net: nn.Module

    def __init__(self, a: argparse.Namespace, net: nn.Module, fused: bool) -> None:
        self.net = net.to(a.device)
        self.adam = torch.optim.AdamW(net.parameters(), RATE, weight_decay=DECAY, fused=fused)

    def loss(self, rows: Rows) -> Tensor:
        """Return the cross entropy of a batch, ()."""
        raise NotImplementedError

    def step(self, rows: Rows) -> None:
        """Take one training step."""
        self.adam.zero_grad()
        self.loss(rows).backward()  # type: ignore[no-untyped-call]
        self.adam.step()


class Ours(Side):
    """Our network; with `amp`, products in bfloat16 where `tagging` has them so."""

    net: LorentzNet
    amp = False

    def __init__(self, a: argparse.Namespace, jets: Jets, dropout: float) -> None:
        self.jets = JetGraphs(jets, device=a.device)
        net = LorentzNet(hidden=a.hidden, layers=a.layers, dropout=dropout, c=C)
        super().__init__(a, net, fused=True)  # as `tagging` has it

    def loss(self, rows: Rows) -> Tensor:
        """Return the cross entropy of a batch, ()."""
        graphs, rows = self.jets.batch(rows)
        with torch.autocast(self.jets.device.type, torch.bfloat16, enabled=self.amp):
            log_odds = self.net(graphs)
        label = self.jets.label[rows]
        return functional.binary_cross_entropy_with_logits(log_odds.float(), label)


class Published(Side):
    """The published network, and batches as its loader makes them.

    Raises:
        InputError: if the folder is not such a checkout.
    """

    def __init__(self, a: argparse.Namespace, jets: Jets, dropout: float) -> None:
        self.counts = jets.counts
        self.p = torch.from_numpy(jets.leading(int(jets.counts.max()))).to(a.device)
        self.label = torch.from_numpy(jets.label).long().to(a.device)
        shape = {"n_scalar": 2, "n_hidden": a.hidden, "n_class": 2, "n_layers": a.layers}
        try:
            net = self.load(a.reference)(**shape, c_weight=C, dropout=dropout)
        except TypeError as error:
            file = a.reference / "models.py"
            raise InputError(f"{file} is not that of {REPOSITORY}: {error}") from None
        super().__init__(a, net, fused=False)

    @staticmethod
    def load(folder: Path) -> Callable[..., nn.Module]:
        """Return the class of the network, from the checkout's models.py."""
        file = folder / "models.py"
        if not file.is_file():
            raise InputError(f"{folder} is not a checkout of {REPOSITORY}: it lacks models.py")
        try:
            # Unlike an import, this leaves no bytecode in the checkout.
            return runpy.run_path(str(file))["LorentzNet"]  # type: ignore[no-any-return]
        except KeyError:
            raise InputError(f"{file} is not that of {REPOSITORY}: no LorentzNet in it") from None

    def batch(self, rows: Rows) -> tuple[Tensor, Tensor, tuple[Tensor, Tensor]]:
        """Return padded p, (b, n, 4), scalars, (b, n, 2), and both ends of all edges."""
        x = self.p[rows, : int(self.counts[rows].max())]
        p = torch.cat([BEAMS.to(x).expand(len(x), 2, 4), x], 1)
        mass = (2 * p[..., 0] ** 2 - p.square().sum(-1)).abs().sqrt()
        s = torch.stack([mass, mass], -1)
        s[:, :2, 0], s[:, 2:, 1] = 0, 0
        real = p[..., 0] != 0
        edges = (
            real[:, :, None]
            & real[:, None]
            & ~torch.eye(p.shape[1], dtype=torch.bool, device=p.device)
        )
        jet, i, j = edges.nonzero(as_tuple=True)
        return p, psi(s), (jet * p.shape[1] + i, jet * p.shape[1] + j)

    def scores(self, p: Tensor, s: Tensor, edges: tuple[Tensor, Tensor]) -> Tensor:
        """Return the scores of both classes, (b, 2)."""
        real = (p[..., 0] != 0).view(-1, 1)
        out: Tensor = self.net(s.view(-1, 2), p.view(-1, 4), edges, real, None, p.shape[1])
        return out

    def loss(self, rows: Rows) -> Tensor:
        """Return the cross entropy of a batch, ()."""
        return functional.cross_entropy(self.scores(*self.batch(rows)), self.label[rows])


SIDES: dict[str, Callable[..., Side]] = {"ours": Ours, "published": Published}

"""Jets as graphs: every two constituents are joined, and nothing that is padded counts.

A node is a constituent, or one of two beam particles. A batch is sorted by size and cut into blocks
of jets of about the same size, whose edges fit into a processor's cache; each jet is padded to the
largest of its block only. So there is no bias between batches, as there would be if each held jets
of one size, and little is padding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from liegan_min.base.errors import InputError
from liegan_min.equivariant.jets import I64, Jets

#: Two particles of mass 1 along the beam axis, as published: they tell the network what no Lorentz
#: invariant of the jet alone can, where the beam is and how fast the jet moves.
BEAMS = torch.tensor([[2**0.5, 0, 0, 1], [2**0.5, 0, 0, -1]])

#: Most edges of a block. A CPU is fastest when its caches hold them, with all their channels. On a
#: GPU every block costs calls and large ones padding: at 72 channels and batches of 128 both cost
#: about the same here, by the count of calls and bytes (`liegan bench gpu --plan`).
CPU_EDGES = 10_000
CUDA_EDGES = 300_000


@dataclass(frozen=True)
class Block:
    """Jets of about the same size, as dense squares of edges.

    Attributes:
        edges: (b, n, n), 1 where two different nodes are joined; 0 on the diagonal and for padding.
        others: (b, n, 1), how many nodes each is joined to; 1 where it is none, to divide by.
    """

    edges: Tensor
    others: Tensor

    @property
    def shape(self) -> tuple[int, int]:
        """Jets and places of each, (b, n)."""
        return self.edges.shape[0], self.edges.shape[1]


@dataclass(frozen=True)
class Graphs:
    """A batch of jets, by rising size. Places hold nodes or padding, m = Σ b·n over the blocks.

    Attributes:
        p: (m, 4), four-momenta (E, px, py, pz) in GeV; zeros for padding.
        beam: (m,), which places hold beam particles.
        real: (m, 1), 1 for a node, 0 for padding.
        counts: (b,), nodes of each jet.
        owner: (m,), number of the jet that each place belongs to.
        blocks: the same places, block after block.
    """

    p: Tensor
    beam: Tensor
    real: Tensor
    counts: Tensor
    owner: Tensor
    blocks: tuple[Block, ...]

    def moved(self, g: Tensor, beams: bool = True) -> Graphs:
        """Return the jets with four-momenta gp; without `beams`, the beam particles stay.

        Args:
            g: (4, 4), or (b, 4, 4) with one for each jet.
            beams: whether they move with the jet.
        """
        g = g.to(self.p)
        p = self.p @ g.T if g.ndim == 2 else torch.einsum("mij,mj->mi", g[self.owner], self.p)
        return replace(self, p=p if beams else torch.where(self.beam[:, None], self.p, p))

    def to(self, dtype: torch.dtype) -> Graphs:
        """Return the jets in another floating-point type."""
        blocks = tuple(Block(b.edges.to(dtype), b.others.to(dtype)) for b in self.blocks)
        return replace(self, p=self.p.to(dtype), real=self.real.to(dtype), blocks=blocks)

    def split(self, x: Tensor) -> list[Tensor]:
        """Cut features of the places, (m, f), into blocks, each (b, n, f)."""
        shapes = [block.shape for block in self.blocks]
        parts = torch.split(x, [b * n for b, n in shapes])
        return [part.view(b, n, -1) for part, (b, n) in zip(parts, shapes, strict=True)]

    def sum(self, x: Tensor) -> Tensor:
        """Sum features of the nodes, (m, f), over each jet, (b, f)."""
        x = x * self.real
        zero = x.new_zeros(len(self.counts), x.shape[1])
        return zero.index_add(0, self.owner, x)


class JetGraphs:
    """A set of jets on a device, from which batches are taken.

    Args:
        jets: with all their constituents.
        constituents: how many of each to keep, the leading ones; default: all.
        rest: keep the sum of the others too, as one more.
        beams: add two beam particles to each jet.
        device: where the four-momenta are kept.
        edges: most edges of a block, unless one jet has more; default: what suits the device.

    Raises:
        InputError: if there are no jets, or a four-momentum is not finite or all zero.
    """

    def __init__(
        self,
        jets: Jets,
        constituents: int | None = None,
        beams: bool = True,
        device: torch.device | str = "cpu",
        *,
        rest: bool = False,
        edges: int | None = None,
    ) -> None:
        if not len(jets):
            raise InputError("there are no jets; give at least one")
        if constituents is not None and constituents < 1:
            raise InputError(f"constituents must be at least 1, not {constituents}")
        shorten = Jets.condense if rest else Jets.keep
        kept = jets if constituents is None else shorten(jets, constituents)
        fine = np.isfinite(kept.constituents).all(1) & (kept.constituents != 0).any(1)
        if not fine.all():
            jet = int(kept.owner[fine.argmin()])
            raise InputError(
                f"jet {jet} has a four-momentum that is zero or not finite; drop the constituent, "
                "or the jet"
            )
        self.device = torch.device(device)
        self.beams = beams
        self.edges = edges or (CUDA_EDGES if self.device.type == "cuda" else CPU_EDGES)
        self.counts, self.starts = kept.counts, kept.starts
        # One row of zeros in the end is what padding points to.
        p = np.concatenate([kept.constituents, np.zeros((1, 4), np.float32)])
        self.p = torch.from_numpy(p).to(self.device)
        self.label = torch.from_numpy(jets.label.astype(np.float32)).to(self.device)

    def __len__(self) -> int:
        """Number of jets."""
        return len(self.counts)

    def tensors(self) -> dict[str, Tensor]:
        """Return all that the jets are: what a checksum is taken of."""
        return {"p": self.p, "counts": torch.from_numpy(self.counts), "label": self.label}

    def batch(self, rows: NDArray[np.intp]) -> tuple[Graphs, NDArray[np.intp]]:
        """Return some of the jets by rising size, and their numbers in that order.

        Raises:
            InputError: if there are none.
        """
        if not len(rows):
            raise InputError("a batch needs at least one jet")
        rows = rows[np.argsort(self.counts[rows], kind="stable")]
        extra = 2 if self.beams else 0
        counts = self.counts[rows] + extra
        parts = _parts(counts, self.edges)
        width = np.concatenate([np.full(p.stop - p.start, counts[p.stop - 1]) for p in parts])
        rank = np.arange(width.sum()) - np.repeat(np.cumsum(width) - width, width)
        owner = np.repeat(np.arange(len(rows)), width)
        real = rank < counts[owner]
        beam = rank < extra
        source = np.where(real & ~beam, self.starts[rows][owner] + rank - extra, len(self.p) - 1)
        p = self.p[torch.from_numpy(source).to(self.device)]
        if self.beams:
            p[torch.from_numpy(beam).to(self.device)] = BEAMS.to(p).repeat(len(rows), 1)
        graphs = Graphs(
            p=p,
            beam=torch.from_numpy(beam).to(self.device),
            real=torch.from_numpy(real[:, None]).to(p),
            counts=torch.from_numpy(counts).to(self.device),
            owner=torch.from_numpy(owner).to(self.device),
            blocks=tuple(self._block(counts[part]) for part in parts),
        )
        return graphs, rows

    def _block(self, counts: I64) -> Block:
        size = torch.from_numpy(counts).to(self.device)
        real = torch.arange(int(counts[-1]), device=self.device) < size[:, None]
        edges = (real[:, :, None] & real[:, None]).float()
        edges.diagonal(dim1=1, dim2=2).zero_()
        return Block(edges, edges.sum(2, keepdim=True).clamp(min=1))


def _parts(counts: I64, most: int) -> list[slice]:
    """Cut ascending sizes into runs whose squares, padded to the largest, hold at most `most`."""
    parts, start = [], 0
    while start < len(counts):
        areas = np.arange(1, len(counts) - start + 1) * counts[start:] ** 2
        stop = start + max(1, int(np.searchsorted(areas, most, side="right")))
        parts.append(slice(start, stop))
        start = stop
    return parts

"""One layer of LorentzNet (Gong et al., 2022): messages along all edges of a jet.

A node has scalars h and a four-vector x. With ⟨u, v⟩ = uᵀJv and ψ(z) = sgn(z) log(1 + |z|), for the
nodes i, j of a jet,

    m_ij = φ_e(h_i, h_j, ψ(‖x_i − x_j‖²), ψ(⟨x_i, x_j⟩)),    w_ij = φ_m(m_ij) in (0, 1)
    x_i ← x_i + c · mean_j (x_i − x_j) φ_x(w_ij m_ij)
    h_i ← h_i + φ_h(h_i, Σ_j w_ij m_ij, s_i)

The scalars are invariant, and x is equivariant, under every L with LᵀJ + JL = 0: the Proposition.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from liegan_min.equivariant.batch_norm import BatchNorm
from liegan_min.equivariant.edge_messages import messages
from liegan_min.equivariant.exact import exact
from liegan_min.equivariant.jet_graph import Block, Graphs

#: What an edge is told of its two four-vectors: both invariants of the form (LorentzNet, LieGNN);
#: them and the components themselves (LorentzNet without its symmetry); the distance alone (EGNN,
#: Satorras et al., 2021, whose group has translations, which keep distances and not products).
Sees = Literal["invariants", "components", "distance"]


def psi(z: Tensor) -> Tensor:
    """Return sgn(z) log(1 + |z|): squares of momenta span ten decades."""
    return z.sign() * z.abs().log1p()


class NodeUpdate(nn.Module):
    """φ_h: linear, batch normalisation over the nodes, rectifier, linear."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.first, self.norm = nn.Linear(inputs, hidden), BatchNorm(hidden)
        self.second = nn.Linear(hidden, hidden)

    def forward(self, u: Tensor, real: Tensor) -> Tensor:
        """Return φ_h(u), (m, hidden); only what is `real`, (m, 1), enters the statistics."""
        out: Tensor = self.second(self.norm(self.first(u), real).relu())
        return out


class Edge(nn.Module):
    """The networks on the edges, φ_e, φ_m and φ_x: their weights; `messages` does the work."""

    def __init__(self, node: int, pair: int, hidden: int, last: bool) -> None:
        super().__init__()
        self.phi_e_first = nn.Linear(2 * node + pair, hidden, bias=False)
        self.norm = BatchNorm(hidden)
        self.phi_e_second = nn.Linear(hidden, hidden)
        self.phi_m = nn.Linear(hidden, 1)
        self.phi_x_first = None if last else nn.Linear(hidden, hidden)
        self.phi_x_second = None if last else nn.Linear(hidden, 1, bias=False)
        if self.phi_x_second:
            nn.init.xavier_uniform_(self.phi_x_second.weight, gain=1e-3)

    def forward(
        self, a: Tensor, b: Tensor, F: Tensor, edges: Tensor, W: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return Σ_j w_ij m_ij and φ_x(w_ij m_ij) of a block: see `messages`."""
        e, m, x, y = self.phi_e_second, self.phi_m, self.phi_x_first, self.phi_x_second
        phi_x = (x.weight, x.bias, y.weight) if x and y else None
        return messages(a, b, F, edges, W, (e.weight, e.bias), (m.weight, m.bias), phi_x)


class Layer(nn.Module):
    """One round of messages: m_ij, then x and h.

    Args:
        hidden: channels of h.
        scalars: input scalars s of a node.
        sees: what φ_e is told.
        c: weight of the step in x.
        last: whether x is no longer needed.
    """

    def __init__(
        self, hidden: int, scalars: int, sees: Sees, c: float = 5e-3, last: bool = False
    ) -> None:
        super().__init__()
        self.sees, self.c, self.last = sees, c, last
        self.pair = 1 if sees == "distance" else 2
        node = hidden + (4 if sees == "components" else 0)
        self.edge = Edge(node, self.pair, hidden, last)
        self.phi_h = NodeUpdate(2 * hidden + scalars, hidden)

    def forward(
        self, h: Tensor, x: Tensor, s: Tensor, J: Tensor, graphs: Graphs
    ) -> tuple[Tensor, Tensor]:
        """Return the new h, (m, hidden), and x, (m, 4)."""
        u = torch.cat([h, x], 1) if self.sees == "components" else h
        weight, width = self.edge.phi_e_first.weight, u.shape[1]
        W_i, W_j, W = torch.split(weight, [width, width, self.pair], 1)
        squares = graphs.split(x)
        with exact(x.device):
            F = [self._features(q, J, k) for q, k in zip(squares, graphs.blocks, strict=True)]
        a, b, W = self._normalised(u @ W_i.T, u @ W_j.T, W, F, graphs)
        sums, moved = [], []
        parts = zip(graphs.split(a), graphs.split(b), F, squares, graphs.blocks, strict=True)
        for a_i, b_j, f, q, k in parts:
            total, t = self.edge(a_i, b_j, f, k.edges, W)
            sums.append(total.flatten(0, 1))
            if not self.last:
                # mean_j (x_i − x_j) t_ij, from sums over j
                with exact(x.device):
                    t = t.to(q)
                    step = (t.sum(2, keepdim=True) * q - t @ q) / k.others
                moved.append((q + self.c * step).flatten(0, 1))
        h = h + self.phi_h(torch.cat([h, torch.cat(sums), s], 1), graphs.real)
        return h, torch.cat(moved) if moved else x

    def _features(self, x: Tensor, J: Tensor, block: Block) -> Tensor:
        """Return ψ(‖x_i − x_j‖²) and ψ(⟨x_i, x_j⟩) of a block's edges, (b, n, n, 1 or 2)."""
        product = x @ J @ x.mT
        square = product.diagonal(dim1=1, dim2=2)
        distance = square[:, :, None] + square[:, None] - 2 * product
        both = [distance, product][: self.pair]
        return psi(torch.stack(both, -1)) * block.edges[..., None]

    def _normalised(
        self, a: Tensor, b: Tensor, W: Tensor, F: list[Tensor], graphs: Graphs
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Normalise z_ij = a_i + b_j + W F_ij over all edges, without a z: see `batch_norm`."""
        degree = (graphs.counts[graphs.owner] - 1)[:, None] * graphs.real
        count = degree.sum()
        rows = torch.cat([f.sum(2).flatten(0, 1) for f in F])  # Σ_j F_ij, (m, pair)
        first = (degree * (a + b)).sum(0) + rows.sum(0) @ W.T
        middle = (degree * b).sum(0) / count.clamp(min=1)
        centre = rows.sum(0) / count.clamp(min=1)

        def second(mean: Tensor) -> Tensor:
            # With b and F about their own means, and a about what is left, nothing cancels.
            p = (a + (middle + centre @ W.T - mean)) * graphs.real
            q = (b - middle) * graphs.real
            r = rows - degree * centre
            FF = torch.zeros_like(W.T @ W)
            for f, k in zip(F, graphs.blocks, strict=True):
                y = ((f - centre) * k.edges[..., None]).flatten(0, 2)
                FF = FF + y.T @ y
            return (
                (degree * (p.square() + q.square())).sum(0)
                + 2 * ((graphs.sum(p) * graphs.sum(q)).sum(0) - (p * q).sum(0))
                + 2 * ((p + q) * (r @ W.T)).sum(0)
                + torch.einsum("hk,kl,hl->h", W, FF, W)
            )

        scale, shift = self.edge.norm.affine(count, first, second)
        return a * scale + shift, b * scale, (W * scale[:, None]).T

"""LorentzNet, and what becomes of it with another form than Minkowski's (Gong et al., 2022).

One network, four systems of the poster's table. They differ in the form J, and in what an edge is
told of its two four-momenta (`Sees`):

    LorentzNet          η of Minkowski, both invariants
    LieGNN              a J that was learned, both invariants
    LorentzNet (w/o)    η, both invariants and the components: no symmetry is left
    EGNN                the identity, the distance alone
"""

from __future__ import annotations

from typing import get_args

import torch
from torch import Tensor, nn

from liegan_min.algebra.groups import ETA
from liegan_min.base.errors import InputError
from liegan_min.equivariant.exact import exact
from liegan_min.equivariant.jet_graph import Graphs
from liegan_min.equivariant.message_layer import Layer, Sees, psi


def checked_form(J: Tensor) -> Tensor:
    """Return a form as float32, scaled to the size of η: its scale is nobody's to learn.

    Raises:
        InputError: if it is not a finite symmetric (4, 4), or singular: then some direction of
            momentum would be invisible.
    """
    if J.shape != (4, 4):
        raise InputError(f"the form J must be a (4, 4) matrix, not {tuple(J.shape)}")
    if not J.isfinite().all():
        raise InputError("the form J has an entry that is not finite")
    J = 2 * J.double() / torch.linalg.matrix_norm(J.double()).clamp(min=1e-300)
    if (J - J.T).abs().max() > 1e-3:
        raise InputError("the form J must be symmetric; use (J + Jᵀ)/2 if it is meant to be")
    if torch.linalg.svdvals(J)[-1] < 1e-3:
        raise InputError("the form J is singular: it does not see some direction of momentum")
    return ((J + J.T) / 2).float()


class LorentzNet(nn.Module):
    """The jet tagger: from the nodes of each jet to one number, the log-odds of a top quark.

    Args:
        J: the form, (4, 4); default: Minkowski's η.
        sees: what messages are told of the four-momenta.
        hidden: channels of h.
        layers: rounds of messages.
        dropout: before the last layer.
        c: weight of the step in x.

    Raises:
        InputError: if J is no form (`checked_form`), or `sees` is unknown.
    """

    J: Tensor

    def __init__(
        self,
        J: Tensor = ETA,
        sees: Sees = "invariants",
        *,
        hidden: int = 72,
        layers: int = 6,
        dropout: float = 0.2,
        c: float = 5e-3,
    ) -> None:
        super().__init__()
        if sees not in get_args(Sees):
            raise InputError(f"unknown {sees!r}; an edge sees one of {', '.join(get_args(Sees))}")
        self.register_buffer("J", checked_form(J))
        self.embedding = nn.Linear(2, hidden)
        self.layers = nn.ModuleList(
            Layer(hidden, 2, sees, c, last=k == layers - 1) for k in range(layers)
        )
        self.decoder = nn.Sequential(
            nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden, 2)
        )

    def scalars(self, graphs: Graphs) -> Tensor:
        """Return s, (m, 2): ψ of a node's mass, in the first place for a constituent, else second.

        A mass below rounding is none: E² − p² of a massless float32 momentum would tell its energy.
        """
        p = graphs.p
        square = torch.einsum("mi,ij,mj->m", p, self.J, p)
        size = torch.einsum("mi,ij,mj->m", p.abs(), self.J.abs(), p.abs())
        mass = square.abs().where(square.abs() > 1e-6 * size, 0).sqrt()
        return psi(torch.stack([mass * ~graphs.beam, mass * graphs.beam], 1))

    def forward(self, graphs: Graphs) -> Tensor:
        """Return the log-odds of a top quark, (b,)."""
        with exact(graphs.p.device):
            s = self.scalars(graphs)
        return self.decide(s, graphs)

    def decide(self, s: Tensor, graphs: Graphs) -> Tensor:
        """Return the log-odds, (b,), from given scalars (m, 2)."""
        h, x = self.embedding(s), graphs.p
        for layer in self.layers:
            h, x = layer(h, x, s, self.J, graphs)
        scores: Tensor = self.decoder(graphs.sum(h) / graphs.counts[:, None])
        return scores[:, 1] - scores[:, 0]

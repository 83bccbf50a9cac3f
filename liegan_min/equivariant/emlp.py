"""EMLP: a multilayer perceptron that is equivariant under any matrix group (arXiv:2104.09459).

Each block is an equivariant linear map, plus products of its outputs that are equivariant too, and
a gate for each vector. Weights are coefficients in the bases of `reps.Spaces`, so a network is
equivariant as exactly as its generators are solved for.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from liegan_min.algebra import linalg
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.errors import InputError
from liegan_min.equivariant.reps import LOOSE, SCALAR, Rep, Spaces, V

#: The blocks of W: from scalars or vectors, to scalars or vectors.
_BLOCKS = (("v", "v"), ("v", "s"), ("s", "v"), ("s", "s"))

#: Angle, in radians, up to which two spaces of maps are the same: float32, and a gap to divide by.
_SAME = 1e-3


class Expanded(nn.Module):
    """A module whose weights are coefficients in bases.

    Which basis of a null space comes out of a decomposition is up to rounding, and in another basis
    the weights are another function. So bases are buffers that a state dict holds: with the weights
    come the bases that they belong to, and those of another space are refused.
    """

    def __init__(self) -> None:
        super().__init__()
        self.register_load_state_dict_pre_hook(_of_the_same_spaces)  # type: ignore[no-untyped-call]


def _of_the_same_spaces(module: nn.Module, state: dict[str, Tensor], prefix: str, *_: Any) -> None:
    """Refuse a state with bases of other spaces than the module's.

    Raises:
        InputError: naming the basis.
    """
    for name, own in module.named_buffers(recurse=False):
        saved = state.get(prefix + name)
        if saved is None:
            continue  # that it is missing, torch says
        if saved.shape == own.shape and not len(own):
            continue  # neither has any map
        rows = [linalg.as_float64(B.flatten(1)) for B in (saved, own)]
        if saved.shape != own.shape or linalg.angles_between(*rows)[-1] > _SAME:
            raise InputError(
                f"the weights belong to another algebra: {prefix}{name} spans another space of "
                "maps; build the network from the generators that they were trained with"
            )


class EquivariantLinear(Expanded):
    """z ↦ W z + b with ρ_out(g) W = W ρ_in(g) and ρ_out(g) b = b.

    What passes between layers is a pair: scalars s, (scalars, b), and vectors v, (vectors · k, b),
    one after another. The batch comes last: a gate then meets whole rows of its vector, which
    costs less than pieces of k numbers do. W consists of the four blocks of `Spaces`; a block
    without maps, or between parts that are not there, has no weights. Bases are scaled so that a
    coefficient weighs as much as the same multiple of the identity: a learning rate then means
    what it means in a perceptron.

    Raises:
        InputError: if no map but 0 exists.
    """

    def __init__(self, rep_in: Rep, rep_out: Rep, spaces: Spaces) -> None:
        super().__init__()
        if not spaces.dimension(rep_in, rep_out):
            raise InputError(
                f"no equivariant map leads from {rep_in} to {rep_out} at tolerance "
                f"{spaces.vv.tolerance:g}; raise it, or give the layer other representations"
            )
        self.rep_out, self.k = rep_out, spaces.k
        size = {"s": rep_in.scalars, "v": rep_in.vectors}
        out = {"s": rep_out.scalars, "v": rep_out.vectors}
        fan = rep_in.scalars + rep_in.vectors
        self.w = nn.ParameterDict()
        for i, o in _BLOCKS:
            block = i + o
            long = self.k**0.5 if o == "v" else 1.0
            B = long * spaces.block(block).basis.float()  # (m, rows, columns)
            if size[i] and out[o] and len(B):
                self.register_buffer(f"basis_{block}", B)
                start = torch.randn(out[o], size[i], len(B)) / (fan * len(B)) ** 0.5
                self.w[block] = nn.Parameter(start)
        self.b_s = nn.Parameter(torch.zeros(rep_out.scalars))
        if len(spaces.sv.basis) and rep_out.vectors:
            fixed = spaces.sv.basis[..., 0].float()
            self.register_buffer("basis_b", fixed)
            self.b_v = nn.Parameter(torch.zeros(rep_out.vectors, len(fixed)))

    def matrix(self, block: str) -> Tensor:
        """Return the block of W, (outputs, inputs)."""
        w, B = self.w[block], self.get_buffer(f"basis_{block}")
        (o, i, m), (_, rows, columns) = w.shape, B.shape
        mixed = (w.view(-1, m) @ B.view(m, -1)).view(o, i, rows, columns)
        W: Tensor = mixed.transpose(1, 2).reshape(o * rows, i * columns)
        return W

    def forward(self, s: Tensor | None, v: Tensor) -> tuple[Tensor, Tensor]:
        """Map a pair to a pair; where no scalar depends on the data, they have one column."""
        parts = {"v": v} if s is None else {"s": s, "v": v}
        to: dict[str, Tensor] = {"s": self.b_s[:, None]}
        if hasattr(self, "b_v"):
            to["v"] = (self.b_v @ self.get_buffer("basis_b")).view(-1, 1)
        for i, o in _BLOCKS:
            if i + o in self.w:
                moved = self.matrix(i + o) @ parts[i]
                to[o] = to[o] + moved if o in to else moved
        vectors = to.get("v", v.new_zeros(self.rep_out.vectors * self.k, 1))
        return to["s"], vectors.expand(-1, v.shape[1])


class Nonlinearity(Expanded):
    """Products of components, then gates: what no equivariant linear map can make.

    Every component is multiplied by 1 + a learned combination of the scalars; every vector v adds
    its invariant quadratic form vᵀ Q v, with Q learned in the space of forms, to the scalars; and a
    vector passes by σ of a scalar of its own. The linear map before mixes the vectors, so their
    forms reach the products of different ones too. The published bilinear layer takes a random
    sparse choice among all products; this one is smaller, and the same for every seed.

    Args:
        rep: what comes out; in comes one more scalar for each vector, its gate, before the rest.
        spaces: the forms.
        size: of the products at the start, beside the terms that they join.
    """

    form: Tensor

    def __init__(self, rep: Rep, spaces: Spaces, size: float = 0.1) -> None:
        super().__init__()
        self.rep, self.k = rep, spaces.k
        v, m = rep.vectors, len(spaces.form.basis)
        s = rep.scalars + v
        self.register_buffer("form", spaces.form.basis.float())
        self.factor = nn.Parameter(size * torch.randn(s + v, s) / max(1, s) ** 0.5)
        self.q = nn.Parameter(torch.randn(v, m) / max(1, m) ** 0.5)
        self.mix = nn.Parameter(size * torch.randn(s, v) / max(1, v) ** 0.5)

    def forward(self, s: Tensor, v: Tensor) -> tuple[Tensor | None, Tensor]:
        """Map a pair, with a gate for each vector before the other scalars, to one without."""
        n, rest, k, b = self.rep.vectors, self.rep.scalars, self.k, v.shape[1]
        Q = (self.q @ self.form.flatten(1)).view(n, k, k)
        z = v.reshape(n, k, b)
        squares = (z * (Q @ z)).sum(1)
        on_s, on_v = torch.split(1 + self.factor @ s, [n + rest, n])
        gates, others = torch.split(s * on_s + self.mix @ squares, [n, rest])
        z = z * (on_v * gates.sigmoid())[:, None]
        return F.silu(others) if rest else None, z.view(n * k, b)


class EMLP(nn.Module):
    """The equivariant perceptron: blocks of (linear, nonlinear), and a last linear map.

    Args:
        algebra: generators of the group, (c, k, k).
        inputs: vectors in x; the t of (b, t, k).
        outputs: vectors in y.
        channels: the representation of the hidden layers; the poster's is 5 V.
        layers: number of blocks.
        tolerance: see `reps.Spaces`; learned generators are inexact.

    Raises:
        InputError: if the generators are not fit (see `reps.checked`), or a layer has no map.
    """

    def __init__(
        self,
        algebra: LieAlgebra | Tensor,
        inputs: int,
        outputs: int,
        channels: Rep = 5 * V,
        layers: int = 3,
        tolerance: float = LOOSE,
    ) -> None:
        super().__init__()
        self.spaces = Spaces(algebra, tolerance)
        gated = channels + channels.vectors * SCALAR
        reps = [inputs * V, *[channels] * layers]
        self.linears = nn.ModuleList(EquivariantLinear(r, gated, self.spaces) for r in reps[:-1])
        self.bends = nn.ModuleList(Nonlinearity(channels, self.spaces) for _ in reps[1:])
        self.last = EquivariantLinear(channels, outputs * V, self.spaces)

    def forward(self, x: Tensor) -> Tensor:
        """Map x, (b, t, k), to y, (b, s, k)."""
        s, v = None, x.flatten(1).T
        for linear, activation in zip(self.linears, self.bends, strict=True):
            s, v = activation(*linear(s, v))
        y: Tensor = self.last(s, v)[1].T.reshape(len(x), -1, x.shape[-1])
        return y

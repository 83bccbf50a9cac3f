"""Augmentation for equivariance: a plain network, trained to undo what a symmetry did to x.

In training the network sees gx, and g⁻¹ takes its answer back,

    ŷ = g⁻¹ f(gx)                                             (poster, "Data augmentation").

It is compared with y itself, which no group element has touched: a g that is not quite a symmetry
blurs f, but never the target. A network for which ŷ does not depend on g is equivariant.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from liegan_min.algebra import expm
from liegan_min.algebra.lie_algebra import LieAlgebra, act
from liegan_min.algebra.one_parameter import one_parameter
from liegan_min.base.errors import InputError

#: Condition number of the eigenvectors above which a spectral sum loses too many digits.
_PARALLEL = 1e3


class Moves(nn.Module):
    """A source of group elements together with their inverses; nothing in it is trained.

    What g is made of are buffers: they follow the network to its device, and a checkpoint knows by
    them which moves it was trained under.
    """

    def draw(self, n: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Draw g and g⁻¹, each (n, k, k)."""
        raise NotImplementedError


class FromAlgebra(Moves):
    """g = exp(Σ w_i L_i) with w_i ~ N(0, scale²); g⁻¹ = exp(-Σ w_i L_i).

    L is taken as long as it is: a generator that was learned short turns less, here as in the game.

    Raises:
        InputError: if scale is not positive.
    """

    basis: Tensor
    rates: Tensor
    projectors: Tensor

    def __init__(self, algebra: LieAlgebra, scale: float = 3.0) -> None:
        super().__init__()
        if not 0 < scale < float("inf"):
            raise InputError(f"scale must be a positive number, not {scale}")
        self.scale = scale
        self.register_buffer("basis", algebra.basis.float(), persistent=False)
        self.spectral = False
        if algebra.dim > 1:
            return
        # Without gradients to keep, exp(wL) = Σ_j exp(w λ_j) Π_j with the spectral projectors Π_j
        # of L is one product. They are sound where the eigenvectors are far from parallel.
        values, V = np.linalg.eig(algebra.basis[0].numpy())
        self.spectral = np.linalg.cond(V) < _PARALLEL
        if self.spectral:
            projectors = np.einsum("ij,jl->jil", V, np.linalg.inv(V)).reshape(len(V), -1)
            both = np.concatenate([projectors.real, -projectors.imag])
            rates = torch.from_numpy(values.astype(complex))
            self.register_buffer("rates", rates, persistent=False)
            self.register_buffer("projectors", torch.from_numpy(both).float(), persistent=False)

    def exp(self, w: Tensor) -> Tensor:
        """Return exp(Σ w_i L_i), (n, k, k), for w, (n, c)."""
        if len(self.basis) > 1:
            return expm.exp(torch.einsum("nc,cij->nij", w, self.basis))
        if not self.spectral:
            return one_parameter(w[:, 0], self.basis[0])
        e = torch.exp(w.double() * self.rates)
        g = torch.cat([e.real, e.imag], dim=1).float() @ self.projectors
        return g.view(-1, *self.basis.shape[1:])

    def draw(self, n: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Draw g and g⁻¹, each (n, k, k)."""
        w = self.scale * torch.randn(n, len(self.basis), generator=rng).to(self.basis)
        both = self.exp(torch.cat([w, -w]))
        return both[:n], both[n:]


class Augmented(nn.Module):
    """A predictor, and the moves that it is trained under.

    Args:
        model: maps x, (b, t, k), to y, (b, s, k).
        moves: where g comes from.
    """

    def __init__(self, model: nn.Module, moves: Moves) -> None:
        super().__init__()
        self.model, self.moves = model, moves

    def forward(self, x: Tensor) -> Tensor:
        """Return f(x): in use, the network stands alone."""
        y: Tensor = self.model(x)
        return y

    def moved(self, x: Tensor, rng: torch.Generator) -> Tensor:
        """Return g⁻¹ f(gx), a g of its own for each sample: what training compares with y."""
        g, inverse = self.moves.draw(len(x), rng)
        return act(inverse, self.model(act(g, x)))

    def averaged(self, x: Tensor, copies: int, rng: torch.Generator) -> Tensor:
        """Return the mean of g⁻¹ f(gx) over a few g: the more, the closer to equivariant.

        Raises:
            InputError: if copies < 1.
        """
        if copies < 1:
            raise InputError(f"copies must be at least 1, not {copies}")
        return torch.stack([self.moved(x, rng) for _ in range(copies)]).mean(0)

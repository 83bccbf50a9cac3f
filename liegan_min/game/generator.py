"""The generator of LieGAN: it moves data by g = exp(Σ_i w_i L_i), with w ~ γ_β."""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from liegan_min.algebra import expm
from liegan_min.algebra.lie_algebra import LieAlgebra, act
from liegan_min.algebra.one_parameter import one_parameter
from liegan_min.base.errors import InputError
from liegan_min.game.coefficients import Coefficients, Normal

#: How y answers to g: moved by it, left alone as a number, or left alone as a class.
YKind = Literal["vector", "scalar", "label"]


def join(x: Tensor, y: Tensor | None, y_kind: YKind) -> tuple[Tensor, Tensor | None]:
    """Put what g moves into one tensor: (x, y) -> vectors z, (b, t + s, k), and the y left."""
    return (x, y) if y is None or y_kind != "vector" else (torch.cat([x, y], 1), None)


class LieGenerator(nn.Module):
    """A learnable basis `L`, (c, k, k), and a coefficient distribution.

    Args:
        k: dimension of the vectors that g acts on.
        coefficients: γ_β; its channels are the c of the basis. Default: one channel, N(0, 1).
        mask: (k, k), the search space: entries of L where it is 0 stay 0.
        init_scale: standard deviation of the entries of L at the start; 0 starts at the identity.
        strength: Frobenius norm that each L_i is held at, so that only its direction is learned;
            None leaves it free.
        y_kind: how y answers to g.
        rng: source of the initial basis; default: seed 0.
        within: an algebra whose span L_i is looked for in; default: all of gl(k). With a strength
            a span of one direction leaves nothing but the coefficients to learn.

    Raises:
        InputError: if the mask has the wrong shape or leaves nothing to learn, a strength is asked
            of a start at 0, or the algebra is 0, acts on another space, or comes with a mask.
    """

    mask: Tensor

    def __init__(
        self,
        k: int,
        coefficients: Coefficients | None = None,
        *,
        mask: Tensor | None = None,
        init_scale: float = 1.0,
        strength: float | None = None,
        y_kind: YKind = "vector",
        rng: torch.Generator | None = None,
        within: LieAlgebra | None = None,
    ) -> None:
        super().__init__()
        if y_kind not in get_args(YKind):
            raise InputError(f"y_kind must be one of {', '.join(get_args(YKind))}, not {y_kind!r}")
        self.coefficients = coefficients or Normal()
        self.y_kind = y_kind
        mask = torch.ones(k, k) if mask is None else torch.as_tensor(mask, dtype=torch.float32)
        if mask.shape != (k, k) or not mask.any():
            raise InputError(f"mask must be ({k}, {k}) with at least one 1, not {mask.shape}")
        if strength is not None and not (0 < strength < float("inf") and init_scale > 0):
            raise InputError(
                f"strength, and init_scale with it, must be positive, not {strength}, {init_scale}"
            )
        self.strength = strength
        self.register_buffer("mask", mask)
        rng = rng or torch.Generator().manual_seed(0)
        start = torch.randn(self.coefficients.channels, k, k, generator=rng)
        self.free = nn.Parameter(init_scale * start)
        if within is not None and within.k != k:
            raise InputError(f"within must act on R^{k}, not on R^{within.k}")
        if within is not None and not mask.all():
            raise InputError("give a mask or within, not both: they are two search spaces")
        self.span = None if within is None else within.orthonormal().basis.float().flatten(1)

    @property
    def L(self) -> Tensor:  # noqa: N802 - the paper's symbol
        """The basis inside the search space, (c, k, k)."""
        return self.basis(self.free)

    def basis(self, free: Tensor) -> Tensor:
        """Return the basis that free parameters, (c, k, k), stand for."""
        L = free * self.mask
        if self.span is not None:
            span = self.span.to(L)
            L = (L.flatten(1) @ span.T @ span).view_as(L)
        if self.strength is None:
            return L
        held: Tensor = self.strength * F.normalize(L.flatten(1), dim=1)
        return held.view_as(L)

    @property
    def algebra(self) -> LieAlgebra:
        """The basis as a value: float64, on the CPU, detached."""
        return LieAlgebra(self.L)

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """Draw group elements g, (n, k, k)."""
        w = self.coefficients.sample(n, rng)
        if self.coefficients.channels == 1:
            return one_parameter(w[:, 0], self.L[0])
        return expm.exp((w @ self.L.flatten(1)).view(-1, *self.mask.shape))

    def join(self, x: Tensor, y: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Join a batch by the generator's kind of y; see the function `join`."""
        return join(x, y, self.y_kind)

    def move(self, z: Tensor, rng: torch.Generator) -> Tensor:
        """Move joined vectors, (b, t, k): all of a sample by the same g."""
        return act(self.sample(len(z), rng), z)

    def forward(
        self, x: Tensor, y: Tensor | None, rng: torch.Generator
    ) -> tuple[Tensor, Tensor | None]:
        """Move a batch: x, (b, t, k), and y by the same g if it is a vector, (b, s, k)."""
        z, left = self.join(x, y)
        gx = self.move(z, rng)
        return (gx, y) if left is y else (gx[:, : x.shape[1]], gx[:, x.shape[1] :])

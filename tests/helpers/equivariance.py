"""Equivariance as an assertion, for the tests of any network: f(g x) = g f(x), for g of any size.

An error means nothing by itself. A boost of rapidity 10 makes numbers of 10⁴ out of numbers of 1,
and an invariant mass is then the difference of two numbers of 10⁸: it cannot come out to more than
eight digits fewer than it went in. So the error of sample b is divided by what f could be off if
every vector in the comparison were off by its own size:

    error_b = ‖f(ρ_in(g) x) - ρ_out(g) f(x)‖ / (‖ρ_out(g)‖ S(x, ‖x‖) + S(ρ_in(g) x, ‖ρ_in(g)‖ ‖x‖)),
    S(z, d) = ‖f(z)‖ + max_u ‖f(z + δ d u) - f(z)‖ / δ,

with u a few random directions of length 1, δ the square root of the rounding, and ‖ρ‖ the largest
singular value. A function that is equivariant up to rounding scores a few units of rounding,
however far g goes; one that is not at all scores near 1. Multiplying f by a number changes nothing.
Where g is so large that no digit of f survives, nothing can be judged: choose a smaller `size`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from liegan_min.algebra.lie_algebra import LieAlgebra, act
from liegan_min.base import tolerances
from liegan_min.base.errors import InputError

#: Takes group elements g, (b, k, k), to the matrices that act on inputs or outputs, (b, d, d).
Representation = Callable[[Tensor], Tensor]
Function = Callable[[Tensor], Tensor]

#: Random directions in which the slope of f is felt.
_DIRECTIONS = 4


def vector(g: Tensor) -> Tensor:
    """ρ(g) = g: the numbers are a vector of R^k."""
    return g


def invariant(g: Tensor) -> Tensor:
    """ρ(g) = 1: a single number that g leaves alone, (b, 1, 1)."""
    return torch.ones_like(g[:, :1, :1])


def copies(rho: Representation, n: int) -> Representation:
    """ρ(g) ⊕ … ⊕ ρ(g): n quantities, one after the other, each moved by ρ."""
    return lambda g: torch.stack([torch.kron(torch.eye(n).to(r), r) for r in rho(g)])


def equivariance_error(
    f: Function,
    rho_in: Representation,
    rho_out: Representation,
    algebra: LieAlgebra,
    *,
    x: Tensor | None = None,
    w: Tensor | None = None,
    size: float = 3.0,
    samples: int = 32,
    dtype: torch.dtype = torch.float64,
    seed: int = 0,
) -> Tensor:
    """Return the relative error, (b,), of f at each sample, as the module defines it.

    Args:
        f: takes (b, d_in) to (b, d_out), or (b, t, d_in) to (b, s, d_out), row by row.
        rho_in: how g acts on the input; `vector`, `invariant`, `copies`, or your own.
        rho_out: how g acts on the output.
        algebra: what generates the g.
        x: inputs, (b, d_in) or (b, t, d_in); default: `samples` rows of N(0, 1).
        w: coefficients of g, (b, c); default: random directions, of lengths spread evenly up to
            `size`, because a fault that does not grow with g only shows while g is small.
        size: largest ‖w‖ of the default; for one boost, the rapidity.
        samples: number of rows of the default x and w.
        dtype: in which f is tried.
        seed: of the random x, w, and u.

    Raises:
        InputError: if shapes do not fit; the message names what returned them.
    """
    rng = torch.Generator().manual_seed(seed)
    d_in = rho_in(torch.eye(algebra.k, dtype=torch.float64)[None]).shape[-1]
    if x is None:
        rows = samples if w is None else len(w)
        x = torch.randn(rows, d_in, generator=rng, dtype=torch.float64)
    if x.ndim < 2 or x.shape[-1] != d_in:
        raise InputError(f"x must end in the {d_in} numbers that rho_in acts on, not {x.shape}")
    if w is None:
        w = torch.randn(len(x), algebra.dim, generator=rng, dtype=torch.float64)
        w = w / w.norm(dim=1, keepdim=True) * torch.linspace(0, size, len(x) + 1)[1:, None]
    if len(w) != len(x):
        raise InputError(f"w has {len(w)} rows and x has {len(x)}; give each x its g")
    g = algebra.exp(w)
    g_in, g_out, x = rho_in(g), rho_out(g), x.to(dtype)

    def call(z: Tensor) -> Tensor:
        out = f(z)
        if out.ndim < 2 or len(out) != len(z) or out.shape[-1] != g_out.shape[-1]:
            raise InputError(
                f"f returned shape {tuple(out.shape)}, but rho_out acts on "
                f"({len(z)}, ..., {g_out.shape[-1]}); choose another rho_out or keep the last axis"
            )
        return out.detach().double()

    def length(z: Tensor) -> Tensor:
        size: Tensor = torch.linalg.vector_norm(z.double().flatten(1), dim=1)
        return size

    def could_be_off(z: Tensor, out: Tensor, distance: Tensor) -> Tensor:
        delta = torch.finfo(dtype).eps ** 0.5
        slope = torch.zeros(len(z), dtype=torch.float64)
        for _ in range(_DIRECTIONS):
            u = torch.randn(z.shape, generator=rng, dtype=torch.float64)
            u *= (delta * distance / length(u)).view(-1, *[1] * (z.ndim - 1))
            slope = slope.maximum(length(call(z + u.to(dtype)) - out) / delta)
        return length(out) + slope

    norm_in, norm_out = (torch.linalg.matrix_norm(m, 2) for m in (g_in, g_out))
    gx = act(g_in, x.double()).to(dtype)
    fx, fgx = call(x), call(gx)
    scale = norm_out * could_be_off(x, fx, length(x))
    scale = scale + could_be_off(gx, fgx, norm_in * length(x))
    error = length(fgx - act(g_out, fx))
    return torch.where(error == 0, error, error / scale)


def assert_equivariant(
    f: Function,
    rho_in: Representation,
    rho_out: Representation,
    algebra: LieAlgebra,
    *,
    tolerance: float | None = None,
    dtype: torch.dtype = torch.float64,
    **options: Any,
) -> None:
    """Assert that f(ρ_in(g) x) = ρ_out(g) f(x), up to a tolerance relative to the size of g.

    Args:
        f: the function, as for `equivariance_error`.
        rho_in: how g acts on the input.
        rho_out: how g acts on the output.
        algebra: what generates the g.
        tolerance: largest error that passes; default: `tolerances.EQUIVARIANCE` of the dtype.
        dtype: in which f is tried.
        **options: the other arguments of `equivariance_error`: x, w, size, samples, seed.

    Raises:
        AssertionError: if the error is larger at some sample, or not a number; it says where.
        InputError: if shapes do not fit.
    """
    error = equivariance_error(f, rho_in, rho_out, algebra, dtype=dtype, **options)
    tolerance = tolerances.EQUIVARIANCE[dtype] if tolerance is None else tolerance
    bad = ~(error <= tolerance)  # also where the error is not a number
    if bad.any():
        worst = int(error.nan_to_num(nan=torch.inf).argmax())
        raise AssertionError(
            f"f is not equivariant under {algebra.name or 'the algebra'}: at sample {worst} the "
            f"error is {float(error[worst]):.2g} of the size of the transformation, above "
            f"{tolerance:.2g} ({int(bad.sum())} of {len(error)} samples are)"
        )

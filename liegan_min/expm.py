"""The matrix exponential of a batch of small matrices, differentiable and quick on one thread.

`torch.matrix_exp` differentiates by exponentiating a matrix of twice the size. For the 64 matrices
of 8 x 8 that a step of the game needs, a Taylor polynomial and repeated squaring that autograd
walks through cost less than that; `tests/test_expm.py` holds it to SciPy's float64.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

#: Norm to which a matrix is scaled before the polynomial. The first term left out of the degree-8
#: polynomial is then 0.8⁹/9! < 4e-7 of the matrix: below the rounding of float32 after squaring.
_THETA = 0.8


def exp(A: Tensor) -> Tensor:
    """Return exp(A) for A, (..., k, k), by scaling, Taylor (degree 8) and squaring.

    Args:
        A: float32 or float64; float64 goes to `torch.matrix_exp`, which is exact there.
    """
    if A.dtype == torch.float64:
        # A lone matrix torch 2.13 holds to float32's thresholds (off by 2e-10); two it does not.
        lone = A.numel() == A.shape[-1] ** 2
        return torch.matrix_exp(A.expand(2, *A.shape))[0] if lone else torch.matrix_exp(A)
    size = float(torch.linalg.matrix_norm(A.detach(), 1).max()) if A.numel() else 0.0
    squarings = max(0, math.ceil(math.log2(size / _THETA))) if 0 < size < math.inf else 0
    A = A * 2.0**-squarings
    eye = torch.eye(A.shape[-1], dtype=A.dtype, device=A.device)
    A2 = A @ A
    A4 = A2 @ A2
    # Paterson-Stockmeyer: (1 + A + A²/2 + A³/6) + A⁴ (1/24 + A/120 + A²/720 + A³/5040 + A⁴/40320)
    low = eye + A + A2 @ (eye / 2 + A / 6)
    high = eye / 24 + A / 120 + A2 @ (eye / 720 + A / 5040) + A4 / 40320
    g = low + A4 @ high
    for _ in range(squarings):
        g = g @ g
    return g

"""Give a learned algebra its textbook name, or say why it has none."""

from __future__ import annotations

import torch

from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base import tolerances

#: A part smaller than this fraction of the whole is noise of learning.
_NOISE = 0.1

#: Names by dimension and signature (positive, negative) of a nondegenerate Killing form. Dimension
#: and signature do not always decide: (6, 3, 3) is so(1,3) on R^4, where `invariant_form` confirms
#: it through the metric that is kept.
_SIMPLE = {
    (3, 0, 3): "so(3)",
    (3, 2, 1): "so(1,2)",
    (6, 0, 6): "so(4)",
    (6, 3, 3): "so(1,3)",
    (10, 0, 10): "so(5)",
    (8, 0, 8): "su(3)",
}


def _one_parameter(L: torch.Tensor) -> str:
    """Name the algebra spanned by one matrix, (k, k), from its eigenvalues.

    Every such algebra is R as far as its bracket tells. So the name is that of the action: so(2) if
    planes turn at one rate, so(1,1) if pairs of axes are boosted at one rate, and nothing else
    moves. L is then conjugate to a sum of such blocks, which is to say that L³ = ∓ L up to scale.
    """
    L = L / L.norm()
    values = torch.linalg.eigvals(L)
    size = values.abs().max()
    if float(size) < _NOISE:
        return "nilpotent (shear)"
    trace = torch.trace(L) / len(L)
    if float((L - trace * torch.eye(len(L), dtype=L.dtype)).norm()) < _NOISE:
        return "dilation"
    L, values = L / size, values / size
    turns = float(values.real.abs().max()) < _NOISE
    if not turns and float(values.imag.abs().max()) >= _NOISE:
        return "spiral (rotation with scaling)"
    rates = values.imag if turns else values.real
    if float((rates - rates.round()).abs().max()) >= _NOISE or float(rates.round().sum()) != 0:
        return "rotations at different rates" if turns else "scaling"
    cube = L @ L @ L
    if float((cube + L if turns else cube - L).norm()) >= _NOISE * float(L.norm()) ** 3:
        return "rotation with shear" if turns else "boost with shear"
    return "so(2)" if turns else "so(1,1)"


def identify(algebra: LieAlgebra) -> str:
    """Return a name such as "so(2)" or "so(1,3)" for the span, as far as the span alone tells.

    One dimension is named by its eigenvalues; more by the closure of the bracket, the signature of
    the Killing form, and the dimension. A span that does not close is no algebra: it is called so.
    """
    a = algebra.orthonormal()
    if a.dim == 1:
        return _one_parameter(a.basis[0])
    if a.dim == a.k**2:
        return f"gl({a.k})"
    defect = a.closure_defect()
    if defect > tolerances.CLOSURE:
        return f"not closed (defect {defect:.2f})"
    if float(a.brackets().norm()) < _NOISE * a.dim:
        return f"abelian, dimension {a.dim}"
    values = torch.linalg.eigvalsh(a.killing_form())
    cut = _NOISE * values.abs().max()
    positive, negative = int((values > cut).sum()), int((values < -cut).sum())
    name = _SIMPLE.get((a.dim, positive, negative))
    return name or f"dimension {a.dim}, Killing signature ({positive}, {negative})"

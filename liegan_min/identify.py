"""Give a learned algebra its textbook name, or say why it has none."""

from __future__ import annotations

import torch

from liegan_min import tolerances
from liegan_min.algebra import LieAlgebra

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
    """Name the algebra spanned by one matrix, (k, k), from its eigenvalues."""
    L = L / L.norm()
    size = torch.linalg.eigvals(L).abs().max()
    if float(size) < _NOISE:
        return "nilpotent (shear)"
    trace = torch.trace(L) / len(L)
    if float((L - trace * torch.eye(len(L), dtype=L.dtype)).norm()) < _NOISE:
        return "dilation"
    values = torch.linalg.eigvals(L) / size
    if float(values.real.abs().max()) < _NOISE:
        return "so(2)"
    if float(values.imag.abs().max()) < _NOISE:
        return "so(1,1)" if float(values.real.sum().abs()) < _NOISE else "scaling"
    return "spiral (rotation with scaling)"


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

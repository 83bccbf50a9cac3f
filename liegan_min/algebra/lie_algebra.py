"""Matrix Lie algebras as values: the exponential, the bracket, and what follows from them.

No learning happens here. A `LieAlgebra` is a basis `L`, (c, k, k), in float64; a group element is
`g = exp(Σ_i w_i L_i)`, (k, k).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from liegan_min.algebra import expm, linalg
from liegan_min.algebra.linalg import Array
from liegan_min.base import tolerances
from liegan_min.base.errors import InputError


def bracket(a: Tensor, b: Tensor) -> Tensor:
    """Return the commutator [a, b] = ab - ba of matrices, (..., k, k)."""
    return a @ b - b @ a


def act(g: Tensor, x: Tensor) -> Tensor:
    """Apply matrices g, (..., k, k), to one vector each, (..., k), or to t each, (..., t, k)."""
    g = g.to(x)
    if x.ndim >= g.ndim:
        return x @ g.mT
    return (g @ x.unsqueeze(-1)).squeeze(-1)


@dataclass(frozen=True)
class InvariantForm:
    """The symmetric form that an algebra preserves best, and how sure we are of it.

    Attributes:
        J: (k, k), symmetric, Frobenius norm 1, first large entry positive.
        singular_values: (k(k+1)/2,), ascending; of the map J -> (L_iᵀJ + J L_i)_i.
    """

    J: Tensor
    singular_values: Tensor

    @property
    def gap(self) -> float:
        """Relative gap 1 - s_0/s_1 in [0, 1]: near 1 the form is unique, near 0 one of many."""
        s = self.singular_values
        if len(s) < 2 or float(s[1]) <= tolerances.RANK * float(s[-1].clamp(min=1e-300)):
            return 0.0
        return 1.0 - float(s[0] / s[1])

    def cosine(self, other: Tensor) -> float:
        """Return |cos| of the Frobenius angle between J and another form, (k, k)."""
        other = other.double()
        return float((self.J * other).sum().abs() / (self.J.norm() * other.norm()))


@dataclass(frozen=True, eq=False)
class LieAlgebra:
    """A basis of matrices, (c, k, k), and the algebra it spans (if it closes).

    A learned basis rarely closes exactly: `closure_defect` says by how much.

    Args:
        basis: (c, k, k); copied to float64 on the CPU.
        name: what to call it in tables and figures.

    Raises:
        InputError: if the basis is not (c, k, k) with c, k >= 1, or not finite.
    """

    basis: Tensor
    name: str = ""

    def __post_init__(self) -> None:
        """Check and convert the basis once, so that no method has to."""
        basis = torch.as_tensor(self.basis).detach().to("cpu", torch.float64, copy=True)
        if basis.ndim != 3 or basis.shape[1] != basis.shape[2] or 0 in basis.shape:
            raise InputError(
                f"basis must have shape (c, k, k) with c, k >= 1, not {tuple(basis.shape)}; "
                "stack square matrices along a first axis"
            )
        if not torch.isfinite(basis).all():
            raise InputError("basis holds NaN or infinity; drop the run that produced it")
        object.__setattr__(self, "basis", basis)

    def __repr__(self) -> str:
        """Name and sizes, without the matrices."""
        return f"LieAlgebra({self.name or 'unnamed'}, dim={self.dim}, acting on R^{self.k})"

    @property
    def dim(self) -> int:
        """Number of basis matrices c."""
        return int(self.basis.shape[0])

    @property
    def k(self) -> int:
        """Dimension of the vectors that the matrices act on."""
        return int(self.basis.shape[1])

    def element(self, w: Tensor) -> Tensor:
        """Return Σ_i w_i L_i, (..., k, k), for coefficients w, (..., c).

        Raises:
            InputError: if the last axis of w is not c long.
        """
        w = torch.as_tensor(w, dtype=torch.float64)
        if w.ndim == 0 or w.shape[-1] != self.dim:
            raise InputError(f"w must end in an axis of {self.dim} coefficients, not {w.shape}")
        return torch.einsum("...c,cij->...ij", w, self.basis)

    def exp(self, w: Tensor) -> Tensor:
        """Return the group elements g, (..., k, k), that coefficients w, (..., c), lead to."""
        return expm.exp(self.element(w))

    def brackets(self) -> Tensor:
        """Return all commutators [L_i, L_j], (c, c, k, k)."""
        return bracket(self.basis[:, None], self.basis[None, :])

    def structure_constants(self) -> Tensor:
        """Return f, (c, c, c), with [L_i, L_j] = Σ_k f_ijk L_k in the least-squares sense."""
        flat = self.basis.reshape(self.dim, -1)
        f: Tensor = self.brackets().reshape(-1, flat.shape[1]) @ torch.linalg.pinv(flat)
        return f.reshape(self.dim, self.dim, self.dim)

    def killing_form(self) -> Tensor:
        """Return B_ij = tr(ad L_i ad L_j) = Σ_kl f_ikl f_jlk, (c, c)."""
        f = self.structure_constants()
        return torch.einsum("ikl,jlk->ij", f, f)

    def closure_defect(self) -> float:
        """Return the part of the brackets that leaves the span, relative to them, in [0, 1].

        Taken in an orthonormal basis, so that it depends on the span alone. An abelian algebra,
        whose brackets vanish, closes: 0.
        """
        b = self.orthonormal()
        brackets = b.brackets().reshape(-1, b.k * b.k)
        total = float(brackets.norm())
        if total < tolerances.RANK:
            return 0.0
        flat = b.basis.reshape(b.dim, -1)
        return float((brackets - brackets @ flat.T @ flat).norm()) / total

    def orthonormal(self) -> LieAlgebra:
        """Return an orthonormal basis (Frobenius) that depends on the span alone, signs included.

        Raises:
            InputError: if the basis is zero.
        """
        columns = linalg.canonical(linalg.as_float64(self.basis.mT).reshape(self.dim, -1))
        if len(columns) == 0:
            raise InputError("the basis is zero: it spans nothing; train longer or restart")
        matrices = torch.from_numpy(columns).reshape(-1, self.k, self.k).mT
        return LieAlgebra(matrices, self.name).oriented()

    def oriented(self) -> LieAlgebra:
        """Return the basis with signs fixed: so that a rotation turns the first axis to the second.

        The first large entry in column-major order is made positive (L[1, 0] > 0 for so(2)).
        """
        columns = linalg.as_float64(self.basis.mT).reshape(self.dim, -1)
        flipped = linalg.first_large_positive(columns).reshape(self.dim, self.k, self.k)
        return LieAlgebra(torch.from_numpy(flipped).mT, self.name)

    def canonical(self, like: LieAlgebra) -> LieAlgebra:
        """Return, for each matrix of `like`, the element of this span that is nearest to it.

        A learned basis is any basis of its span. This one can be read: next to so(1,3), its first
        three matrices are the learned boosts. The result is as long as `like`, and so need not be
        a basis; a matrix outside the span comes out short.

        Raises:
            InputError: if the spaces differ, or this basis is zero.
        """
        if like.k != self.k:
            raise InputError(f"cannot compare an algebra on R^{self.k} with one on R^{like.k}")
        flat = self.orthonormal().basis.flatten(1)
        nearest = like.basis.flatten(1) @ flat.T @ flat
        return LieAlgebra(nearest.reshape(-1, self.k, self.k), like.name)

    def invariant_form(self) -> InvariantForm:
        """Return the symmetric J that best solves L_iᵀJ + J L_i = 0 for all i (the Proposition).

        Each L_i is scaled to norm 1, so that no channel outweighs another. Then its trace part is
        taken out: a multiple of the identity lifts the small singular value, and hides J. Not the
        other way round: what is left of a pure dilation is rounding, and must stay small.
        """
        norm = torch.linalg.matrix_norm(self.basis)
        L = self.basis[norm > 0] / norm[norm > 0][:, None, None]
        trace = torch.einsum("cii->c", L)[:, None, None] / self.k
        L = L - trace * torch.eye(self.k, dtype=torch.float64)
        S = linalg.symmetric_basis(self.k)
        images = L.mT[:, None] @ S + S @ L[:, None]
        _, s, vt = torch.linalg.svd(images.movedim(1, -1).reshape(-1, len(S)), full_matrices=True)
        s = torch.cat([s, s.new_zeros(len(S) - len(s))]).flip(0)
        J = torch.einsum("s,sij->ij", vt[-1], S).reshape(1, -1)
        J = torch.from_numpy(linalg.first_large_positive(linalg.as_float64(J)))
        return InvariantForm(J.reshape(self.k, self.k), s)

    def restricted(self, P: Array | None) -> Array:
        """Return the rows L_i P, (c, k r): what the basis does to data on the support P."""
        L = linalg.as_float64(self.basis)
        return (L if P is None else L @ P).reshape(self.dim, -1)

    def principal_angles(self, other: LieAlgebra, support: Array | None = None) -> Array:
        """Return the principal angles, ascending, in radians, between the two spans.

        Args:
            other: an algebra acting on the same space.
            support: orthonormal columns P, (k, r); then L_i P are compared, which is all that data
                living on the support can tell about L_i.

        Raises:
            InputError: if the spaces differ, or one span vanishes (on the support).
        """
        if other.k != self.k:
            raise InputError(f"cannot compare an algebra on R^{self.k} with one on R^{other.k}")
        return linalg.angles_between(self.restricted(support), other.restricted(support))

    def cosine(self, other: LieAlgebra, support: Array | None = None) -> float:
        """Return the cosine of the largest angle: 1 if the smaller span lies in the other."""
        return float(np.cos(self.principal_angles(other, support).max()))

    def grassmann(self, other: LieAlgebra, support: Array | None = None) -> float:
        """Return the Grassmann distance √Σθ², in radians.

        Where the dimensions differ, each missing direction counts as a right angle (Ye and Lim,
        2016), so that a subspace is not at distance 0 from the space that holds it.
        """
        theta = self.principal_angles(other, support)
        ranks = [linalg.span(a.restricted(support)).shape[1] for a in (self, other)]
        missing = abs(ranks[0] - ranks[1])
        return float(np.sqrt((theta**2).sum() + missing * (np.pi / 2) ** 2))

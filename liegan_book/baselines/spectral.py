"""Discovery without a game: the matrices that keep the second moments of the data.

If the joint law of (x, y) is invariant under exp(tL), so is each of its moments. For a second
moment M = E abᵀ, with a and b among the vectors of a sample, that is a linear condition on L,

    L M + M Lᵀ = 0.

The L that solve all of them best come from one singular value decomposition. The converse fails:
matrices that keep the second moments need not keep the law, and where more than one does, the
search space has to tell them apart. It is the honest competitor of a game on linear symmetries.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from liegan_min.algebra import linalg
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base import tolerances
from liegan_min.base.errors import InputError
from liegan_min.base.settings import Settings
from liegan_min.game.pairs import Pairs


class SpectralConfig(Settings):
    """Settings of the spectral baseline."""

    channels: int = Field(1, ge=1, description="number of basis matrices c")
    subsample: float = Field(
        1.0, gt=0, le=1, description="share of the samples, drawn with the seed: less shows spread"
    )


@dataclass(frozen=True)
class Moments:
    """What the moments allow.

    Attributes:
        algebra: the c best directions, orthonormal in what they do on the support.
        singular_values: (d,), ascending, of the moment conditions over the d directions that the
            search space has on the support: 0 means kept exactly.
        support: (k, r), the directions in which x is not zero.
    """

    algebra: LieAlgebra
    singular_values: linalg.Array
    support: linalg.Array
    seconds: float

    @property
    def gap(self) -> float:
        """Relative gap 1 - s_c/s_(c+1): near 1 the moments decide, near 0 they do not."""
        c, s = self.algebra.dim, self.singular_values
        if len(s) <= c or s[c] <= tolerances.RANK * s[-1]:
            return 0.0
        return float(1 - s[c - 1] / s[c])


def spectral(
    pairs: Pairs,
    config: SpectralConfig | None = None,
    *,
    mask: Tensor | None = None,
    seed: int = 0,
) -> Moments:
    """Find the directions that keep the second moments of x, and of x with y where y is a vector.

    Args:
        pairs: the samples.
        config: the settings.
        mask: (k, k), the search space of L; default: all of gl(k).
        seed: of the subsample.

    Raises:
        InputError: if the search space has fewer directions on the support than are asked for.
    """
    config, started = config or SpectralConfig(), time.monotonic()
    n = max(2, round(config.subsample * len(pairs.x)))
    rows = torch.randperm(len(pairs.x), generator=torch.Generator().manual_seed(seed))[:n]
    x = linalg.as_float64(pairs.x[rows])
    vectors = [x[:, t] for t in range(x.shape[1])]
    if pairs.y is not None and pairs.y_kind == "vector":
        y = linalg.as_float64(pairs.y[rows])
        vectors += [y[:, s] for s in range(y.shape[1])]
    P = linalg.support(pairs.x)
    k = len(P)
    # Directions E of the search space, (m, k, k), in coordinates that are orthonormal on the
    # support: a direction that does nothing to data would solve every condition.
    where = np.argwhere(np.ones((k, k)) if mask is None else linalg.as_float64(mask))
    E = np.zeros((len(where), k, k))
    E[np.arange(len(where)), where[:, 0], where[:, 1]] = 1
    acts = (E @ P).reshape(len(E), -1)
    u, s, _ = np.linalg.svd(acts, full_matrices=False)
    seen = s > 1e-9 * s[0]
    E = np.einsum("md,mij->dij", u[:, seen] / s[seen], E)
    if len(E) < config.channels:
        raise InputError(
            f"the search space has {len(E)} directions on the support, fewer than "
            f"{config.channels} channels; widen the mask or ask for fewer"
        )
    # Whitening puts every direction of the support on the same footing.
    C = P.T @ np.mean([v.T @ v / n for v in vectors], axis=0) @ P
    size, axes = np.linalg.eigh(C)
    W = P @ (axes / np.sqrt(size)) @ axes.T  # (k, r): Wᵀ v has unit second moment
    back = P @ (axes * np.sqrt(size)) @ axes.T
    white = W.T @ E @ back
    # A symmetry also keeps the support: what leaves it breaks the law, whatever the moments say.
    conditions = [((np.eye(k) - P @ P.T) @ E @ back).reshape(len(E), -1)]
    for i, a in enumerate(vectors):
        for b in vectors[i:]:
            M = W.T @ (a.T @ b / n) @ W
            conditions.append((white @ M + M @ white.swapaxes(1, 2)).reshape(len(E), -1))
    _, s, vt = np.linalg.svd(np.concatenate(conditions, axis=1).T, full_matrices=False)
    best = np.einsum("cd,dij->cij", vt[::-1][: config.channels], E)
    return Moments(
        algebra=LieAlgebra(torch.from_numpy(best)).oriented(),
        singular_values=s[::-1].copy(),
        support=P,
        seconds=time.monotonic() - started,
    )

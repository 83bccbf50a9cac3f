"""MSR: the ties between a layer's weights, learned from many tasks (Zhou, Knowles and Finn 2021).

"Meta-learning symmetries by reparameterization" (arXiv:2007.02933) writes the weights of a linear
layer, y = W x, as

    vec(W) = U v,

with a sharing matrix U for all tasks and a filter v for each. The inner loop fits v alone, by a few
gradient steps on a few samples of a task. The outer loop moves U, and the v that every task starts
from, so that the fitted layer is right on other samples of the task: U learns the ties.

A layer that commutes with permutations of its coordinates has such ties (a circulant W is the
convolution on a ring). The permutations that keep the ties are what MSR says about symmetry in its
own terms. Its weights allow another read-out: all turns that commute with every W that the layer
reaches. That one sees continuous groups, and takes a discrete one for the continuous group that
holds it, since maps that commute with a few turns about an axis commute with all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike
from pydantic import Field
from torch import Tensor, nn

from liegan_book.baselines.permutations import commuting
from liegan_min.algebra.lie_algebra import LieAlgebra, bracket
from liegan_min.base import files
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.base.settings import Settings
from liegan_min.base.training import descend
from liegan_min.game.pairs import as_pairs

#: How often each task is fitted anew, to see which weights the layer reaches.
FITS = 64

#: Size of U's entries at the start, as published. A direction that no task asks for stays so small.
START = 0.01

#: Directions of weight space along which the fitted layers are shorter than this share of the
#: longest count as not reached: so weak a one is too roughly known to show a tie.
USED = 0.1

#: A permutation keeps the ties if it moves no reached direction of unit length by more than this.
#: One that breaks a tie moves some by about 1 to 2, one that keeps all by the error of U.
KEPT = 0.1


class MSRConfig(Settings):
    """Settings of MSR."""

    support: int = Field(64, ge=1, description="samples of a task that the inner loop fits v to")
    query: int = Field(32, ge=1, description="samples of a task that the outer loop judges by")
    inner_steps: int = Field(3, ge=1, description="gradient steps of the inner loop")
    inner_lr: float = Field(0.1, gt=0, description="their length; U can learn to make up for it")
    steps: int = Field(3000, ge=1, description="steps of the outer loop")
    lr: float = Field(1e-2, gt=0, description="learning rate of U and of the first v")


@dataclass(frozen=True)
class Sharing:
    """What MSR learned.

    Attributes:
        U: (k², k²), the sharing matrix, float64.
        weights: (FITS·T, k, k), the layers that the inner loop makes of a few samples, float64.
        history: (steps,), the tasks' mean squared error on query samples, at each outer step.
        seconds: wall time, over all the sittings of a resumed run.
    """

    U: Tensor
    weights: Tensor
    history: Tensor
    seconds: float
    seed: int
    config: MSRConfig

    def directions(self, used: float = USED) -> Tensor:
        """Return an orthonormal basis, (d, k, k), of the weights that the inner loop reaches.

        They span what the filters use of U: a column may be short and matter, if v is long on it.
        """
        _, s, vt = torch.linalg.svd(self.weights.flatten(1), full_matrices=False)
        W: Tensor = vt[s >= used * s[0]].view(-1, *self.weights.shape[1:])
        return W

    def permutations(self, kept: float = KEPT, used: float = USED) -> Tensor:
        """Return the permutations P of the coordinates, (p, k, k), that keep the ties.

        They commute with all W that the layer reaches; see `permutations.commuting`.

        Raises:
            InputError: if k is above 7.
        """
        return commuting(self.directions(used), kept)

    def commutant(self, algebra: LieAlgebra, kept: float = KEPT, used: float = USED) -> LieAlgebra:
        """Return the part of a given algebra that commutes with all W that the layer reaches.

        Args:
            algebra: where to look, such as so(3); its basis is taken as orthogonal.
            kept: largest |[L, W]| of an L whose largest turn is by 1, and a W of unit length.
            used: see `directions`.

        Returns:
            A basis, (d, k, k), of the same norm as the given; (1, k, k) of zeros if there is none.
        """
        W, L = self.directions(used), algebra.basis
        change = bracket(L[:, None], W).flatten(1)  # (c, d·k²), linear in the coefficients
        u, s, _ = torch.linalg.svd(change, full_matrices=False)
        found = u.T[s <= kept]
        return LieAlgebra(
            algebra.element(found) if len(found) else torch.zeros_like(L[:1]), "commutant"
        )


class _Layer(nn.Module):
    """The layer of all tasks: U, (k², k²), and the filter that they start from, `start`, (k²,)."""

    def __init__(self, k: int, config: MSRConfig, rng: torch.Generator) -> None:
        super().__init__()
        self.config = config
        self.U = nn.Parameter(START * torch.randn(k * k, k * k, generator=rng))
        self.start = nn.Parameter(torch.zeros(k * k))

    def fitted(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the layers, (T, k, k), after the inner loop on each task's x and y, (T, n, k)."""
        (T, n, k), v = x.shape, self.start.expand(len(x), -1)
        W = (v @ self.U.T).view(T, k, k)
        for _ in range(self.config.inner_steps):
            # The gradient of |error|²/2n with respect to W is errorᵀ x / n; Uᵀ takes it to v.
            slope = (x @ W.mT - y).mT @ x / n
            v = v - self.config.inner_lr * slope.flatten(1) @ self.U
            W = (v @ self.U.T).view(T, k, k)
        return W


def msr(
    x: ArrayLike,
    y: ArrayLike,
    config: MSRConfig | None = None,
    *,
    options: RunOptions | None = None,
) -> Sharing:
    """Learn how the weights of a linear layer are tied, from tasks that share the ties.

    Args:
        x: (n, k), samples; best of unit variance, as the inner loop's steps are of fixed length.
        y: (n, T, k), what each of the T tasks makes of them: y[:, t] = W_t x, and noise.
        config: the settings.
        options: seed, device, checkpoint and progress.

    Raises:
        InputError: if the samples do not fit the shapes or are too few, if y is 0, if the descent
            diverges, or the checkpoint is another run's.
        DamagedFileError: if the checkpoint is damaged.
    """
    config, options = config or MSRConfig(), options or RunOptions()
    seed, where = options.seed, options.where
    pairs, shape_x, shape_y = as_pairs(x, y, "scalar"), np.shape(x), np.shape(y)
    fits = len(shape_x) == 2 and len(shape_y) == 3 and shape_x == (shape_y[0], shape_y[2])
    if not fits or shape_y[1] < 2:
        raise InputError(
            f"x must be (n, k) and y (n, T, k) with T >= 2, not {shape_x} and {shape_y}; "
            "stack what the T tasks make of each x along the middle axis of y"
        )
    (n, T, k), few = shape_y, config.support
    assert pairs.y is not None  # noqa: S101 - `as_pairs` returns the y that it was given
    if not pairs.y.any():
        raise InputError("y is 0 in every sample, so no weight is used; give tasks that use some")
    if n < few + config.query:
        raise InputError(
            f"x has {n} samples, fewer than the {few} of support and {config.query} of query; "
            "bring more data or lower these"
        )
    ys = pairs.y.view(n, T, k).movedim(1, 0).to(where)
    xs = pairs.x.movedim(1, 0).to(where).expand_as(ys)  # (T, n, k) as well
    rng, tasks = torch.Generator().manual_seed(seed), torch.arange(T)[:, None]
    layer = _Layer(k, config, rng).to(where)

    def some(count: int) -> tuple[Tensor, Tensor]:
        # Of each task a stretch of one random order, so that no sample comes twice.
        first = torch.randint(n, (T, 1), generator=rng)
        rows = torch.randperm(n, generator=rng)[(first + torch.arange(count)) % n]
        return xs[tasks, rows], ys[tasks, rows]

    def look() -> tuple[Tensor, Tensor]:
        x, y = some(few + config.query)
        W = layer.fitted(x[:, :few], y[:, :few])
        loss = (x[:, few:] @ W.mT - y[:, few:]).square().mean()
        return loss, loss

    optimiser = torch.optim.Adam([{"params": [layer.U]}, {"params": [layer.start]}], lr=config.lr)
    told = files.digest({"x": pairs.x, "y": pairs.y})
    key = f"MSR {config.digest()} {seed} {told}"
    history, seconds = descend(optimiser, look, config.steps, key, rng=rng, options=options)
    with torch.no_grad():
        W = torch.cat([layer.fitted(*some(few)) for _ in range(FITS)]).double().cpu()
        return Sharing(layer.U.double().cpu(), W, history, seconds, seed, config)

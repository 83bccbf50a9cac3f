"""Which exp(tL) leave y given x as it is? f(gx) = f(x), or f(gx) = g f(x) for vectors.

Here x need not be symmetric: a function can be invariant under SO(1,3) on data that are not. The
answer rests on fits to disjoint halves of the data, twice, and asks three things of a direction L.

- How much does a fit violate it? The fit's own error is in that number, so it bounds from above.
- Do fits from disjoint halves violate it alike? Their errors are independent. A violation that
  both share is the function's; one that they do not is the fits'.
- Does it cost to average a fit over exp(wL), on the half that it has not seen? Over a symmetry
  that is free, or pays. Here y itself decides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from liegan_min.algebra.linalg import Array
from liegan_min.base.progress import quiet, tqdm
from liegan_min.discover.affine import fixed_point
from liegan_min.discover.answer import Answer, Certificate, Verdict, named
from liegan_min.discover.fitted import LADDER, About, Fit, Task, fit, residuals
from liegan_min.discover.frame import Frame

#: A found direction violates at most `DELTA` of what a random matrix does; and of what it violates,
#: disjoint halves share less than `SHARED`.
DELTA, SHARED, ALPHA = 0.15, 2 / 3, 0.05
#: A direction stands out if its violation is so many times that of the one before it.
GAP = 4.0
#: A direction is broken if averaging over it costs at this level.
LEVEL = 0.001
#: Splits into halves; samples on which residuals are taken, and numbers in them.
SPLITS, ROWS, NUMBERS = 2, 3000, 30_000_000
#: Spread of the moves, in radians for a turn: small ones and large ones; moves for each sample, of
#: at most so many; and samples that tell where the data are.
SIZES, COPIES, MOVED, PLACES = (0.3, 1.0), 6, 4000, 2000
#: A moved sample is where data are if one of those is as near as for so many of the data.
WITHIN = 0.95
#: A fit that leaves more than this share of y unexplained has nothing to say.
UNEXPLAINED = 0.95


@dataclass(frozen=True)
class Fitted:
    """Two fits from disjoint halves of a task, each with the half that it has not seen."""

    fits: tuple[nn.Module, nn.Module]
    unseen: tuple[Task, Task]

    def unexplained(self, mean: Tensor) -> float:
        """Return the share of y's variance that the fits leave on what they have not seen."""
        lost = [float((f(t.x) - t.target).square().mean()) for f, t in self.pairs()]
        total = [float((mean - t.target).square().mean()) for t in self.unseen]
        return sum(lost) / max(sum(total), 1e-300)

    def pairs(self) -> list[tuple[nn.Module, Task]]:
        """Return each fit with what it has not seen."""
        return list(zip(self.fits, self.unseen, strict=True))

    def about(self, c: Tensor) -> Fitted:
        """Return the same as seen from a point, (r,)."""
        (f, one), (h, other) = self.pairs()
        vectors = one.kind == "vector"
        return Fitted((About(f, c, vectors), About(h, c, vectors)), (one.about(c), other.about(c)))


def split(task: Task, seed: int) -> list[Fitted]:
    """Fit halves; the first fit settles how long to train."""
    rng = np.random.default_rng(seed)
    halves = [half for _ in range(SPLITS) for half in task.halves(rng)]
    seeds = rng.integers(1 << 30, size=len(halves)).tolist()
    with tqdm(total=len(LADDER) + len(halves) - 1, disable=quiet(None), unit="fit") as bar:

        def fitted(half: Task, steps: int, seed: int) -> Fit:
            f = fit(half, steps, seed)
            bar.update()
            return f

        tried = {steps: fitted(halves[0], steps, seeds[0]) for steps in LADDER}
        steps = min(tried, key=lambda s: float(tried[s].loss(halves[1])))
        rest = zip(halves[1:], seeds[1:], strict=True)
        fits = [tried[steps], *(fitted(half, steps, s) for half, s in rest)]
    return [
        Fitted((fits[i], fits[i + 1]), (halves[i + 1], halves[i])) for i in range(0, len(fits), 2)
    ]


@dataclass(frozen=True)
class Directions:
    """All matrices by how much the fits violate them, least first.

    Attributes:
        basis: (r², r, r), orthonormal.
        alone: (r²,), root mean square of a fit's violation, relative to that of a random matrix.
        shared: (r²,), the share of its square that fits from disjoint halves agree on.
        halves: the r² directions of each fit alone, (fits, r², r²).
    """

    basis: Array
    alone: Array
    shared: Array
    halves: Array

    def passes(self) -> int:
        """Number of first directions that are small and not shared."""
        good = (self.alone <= DELTA) & (self.shared < SHARED)
        return int(np.argmin(np.append(good, False)))


def directions(fitted: list[Fitted], task: Task, seed: int, affine: bool = False) -> Directions:
    """Return the singular directions of the mean residual of all fits; of (L | b) if `affine`."""
    r = task.x.shape[-1]
    rows = min(ROWS, max(100, NUMBERS // (task.outputs * r * r)), len(task.x))
    picked = np.random.default_rng(seed).permutation(len(task.x))[:rows]
    some = task.take(torch.from_numpy(picked))
    R = [[residuals(f, some, affine) for f in pair.fits] for pair in fitted]
    flat = torch.stack([one for pair in R for one in pair])
    grams = torch.einsum("fnop,fnoq->fpq", flat, flat) / rows
    mean = flat.mean(0)
    V = torch.linalg.eigh(torch.einsum("nop,noq->pq", mean, mean))[1]
    size = grams.diagonal(dim1=1, dim2=2).mean()
    alone = torch.einsum("pi,fpq,qi->i", V, grams, V) / len(grams)
    both = torch.stack([((a @ V) * (b @ V)).sum(1).mean(0) for a, b in R]).mean(0)
    return Directions(
        V.T.reshape(len(V), r, -1).numpy(),
        (alone / size).clamp(min=0).sqrt().numpy(),
        (both / alone.clamp(min=1e-300)).numpy(),
        torch.linalg.eigh(grams)[1].mT.numpy(),
    )


def cost(fitted: Fitted, basis: Array, size: float, seed: int) -> Tensor:
    """Return what averaging over exp(Σ w_i L_i), w ~ N(0, size² / c), adds to the squared error.

    Moves that take a sample to where no data are, are not made: there no fit knows anything. There
    is a number for each sample of both halves.
    """
    rng = torch.Generator().manual_seed(seed)
    L = torch.from_numpy(basis * np.sqrt(2)).float()
    added = []
    for f, task in fitted.pairs():
        task = task.take(torch.arange(min(MOVED, len(task.x))))
        n, _, r = task.x.shape
        places = task.x[:PLACES].flatten(1)
        among = torch.cdist(places, places).fill_diagonal_(torch.inf).amin(1)
        near = among.quantile(WITHIN)
        total = torch.zeros_like(task.target)
        for _ in range(COPIES):
            w = torch.randn(n, len(L), generator=rng) * size / len(L) ** 0.5
            generator = torch.einsum("nc,cab->nab", w, L)
            for sign in (1.0, -1.0):
                g = torch.matrix_exp(sign * generator)
                gx = task.x @ g.mT
                out = torch.cdist(gx.flatten(1), places).amin(1) > near
                gx[out], g[out] = task.x[out], torch.eye(r)
                y = f(gx)
                if task.kind == "vector":
                    y = torch.linalg.solve(g, y.reshape(n, -1, r).mT).mT.flatten(1)
                total += y
        error = (f(task.x) - task.target).square().sum(1)
        added.append((total / (2 * COPIES) - task.target).square().sum(1) - error)
    return torch.cat(added).double()


def costs(fitted: list[Fitted], basis: Array, seed: int) -> float:
    """Return the p-value of "averaging over these directions costs nothing" at any size."""
    from scipy import stats  # as long to import as torch

    p = []
    for k, size in enumerate(SIZES):
        z = []
        for pair in fitted:
            d = cost(pair, basis, size, seed + k)
            z.append(float(d.mean() / (d.std() / len(d) ** 0.5).clamp(min=1e-300)))
        p.append(float(stats.norm.sf(np.mean(z))))
    return min(1.0, len(SIZES) * min(p))


def task(given: Task, frame: Frame, seed: int, affine: bool = False) -> Answer:
    """Answer for a task in white coordinates; if `affine`, about the point that all flows fix."""
    r = given.x.shape[-1]
    fitted = split(given, seed)
    left = fitted[0].unexplained(given.target.mean(0))
    if left > UNEXPLAINED:
        return Answer(
            "undecided",
            f"a fit leaves {min(left, 1):.0%} of y unexplained on rows that it has not seen",
            next_step="more rows, or columns that say more about y",
        )
    centre = np.zeros(0)
    if affine:
        flows = directions(fitted, given, seed, affine=True)
        point = fixed_point(flows.basis[: flows.passes()], DELTA)
        shift = torch.from_numpy(point).float()
        fitted, given = [pair.about(shift) for pair in fitted], given.about(shift)
        centre = frame.back @ point
    found = directions(fitted, given, seed)
    small = found.passes()
    c, p = small, costs(fitted, found.basis[: max(small, 1)], seed)
    if c and p < LEVEL:  # one of them costs: which?
        each = [costs(fitted, found.basis[j : j + 1], seed) for j in range(c)]
        c = next((j for j, value in enumerate(each) if value < LEVEL), 0)
        p = costs(fitted, found.basis[: max(c, 1)], seed)
    ended = c < small or c == r * r or broken(found, fitted, c, seed)
    verdict: Verdict = "undecided" if not ended else "found" if c else "none"
    basis, mix = frame.readable(found.basis[: max(c, 1)])
    errors = spread(found, frame, mix)
    if not c:
        basis, errors = basis[:0], errors[:0]
    bound = float(np.sqrt(np.square(found.alone[: max(c, 1)]).mean()))
    truth = found.shared * np.square(found.alone)
    return Answer(
        verdict,
        name=named(found.basis[:c]),
        basis=basis,
        centre=centre,
        standard_errors=errors,
        p_value=p,
        violation=float(np.sqrt(max(truth[: max(c, 1)].mean(), 0.0))),
        certificate=Certificate(bound, ALPHA),
        spectrum=found.alone,
    )


def broken(found: Directions, fitted: list[Fitted], j: int, seed: int) -> bool:
    """Say whether it is shown that direction j is no symmetry: by the halves' accord, or by y.

    What disjoint halves share may be small and still stand out from the directions before it.
    """
    small = DELTA if j == 0 else min(DELTA, GAP * float(found.alone[j - 1]))
    if found.alone[j] > small and found.shared[j] >= SHARED:
        return True
    return costs(fitted, found.basis[j : j + 1], seed) < LEVEL


def spread(found: Directions, frame: Frame, mix: Array) -> Array:
    """Return standard errors of the basis, from the scatter of what each fit alone finds."""
    c, r = len(mix), found.basis.shape[-1]
    whole = mix @ found.basis[:c].reshape(c, -1)
    each = []
    for rows in found.halves:
        near = whole @ rows[:c].T @ rows[:c]
        near *= np.square(whole).sum(1, keepdims=True) / (near * whole).sum(1, keepdims=True)
        each.append((near - whole).reshape(c, r, r))
    scatter = np.square(frame.returned(np.array(each))).mean(axis=0)
    return np.asarray(np.sqrt(scatter / len(found.halves)))

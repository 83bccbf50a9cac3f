"""A smooth function fitted to y given x, and how it answers to the flow of a matrix.

f is equivariant under exp(tL) if and only if L_y f(x) - Df(x) L x = 0, where L_y is L for a vector
and 0 for numbers and labels. This residual is linear in L: a row for each sample, a column for each
entry of L. Of f there is a fit only, which is symmetric up to its own error. So f is fitted on
halves of the data: what two fits from disjoint halves say alike is of f, what each says alone is
its error.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

YKind = Literal["vector", "scalar", "label"]

#: Steps of training that are tried, to fit noise no longer than it pays, and what they share.
LADDER, WIDTH, BATCH, RATE = (300, 1000, 4000), 128, 256, 7e-3


@dataclass(frozen=True)
class Task:
    """x and y in white coordinates.

    Attributes:
        x: (n, t, r), float32.
        y: vectors (n, s, r), numbers (n, o), or labels (n,).
        trajectories: (n,), from 0: which samples are not independent.
    """

    x: Tensor
    y: Tensor
    kind: YKind
    trajectories: Tensor

    @property
    def outputs(self) -> int:
        """Numbers that a fit of y gives: those in y, or a probability for each label."""
        return int(self.y.max()) + 1 if self.kind == "label" else self.y[0].numel()

    @property
    def target(self) -> Tensor:
        """What a fit should give, (n, o)."""
        if self.kind == "label":
            return F.one_hot(self.y, self.outputs).to(self.x)
        return self.y.flatten(1)

    def halves(self, rng: np.random.Generator) -> tuple[Task, Task]:
        """Split the trajectories at random; the samples of each half in random order."""
        trajectories = int(self.trajectories.max()) + 1
        first = torch.from_numpy(rng.permutation(trajectories)[: trajectories // 2])
        order = torch.from_numpy(rng.permutation(len(self.x)))
        inside = torch.isin(self.trajectories[order], first)
        return self.take(order[inside]), self.take(order[~inside])

    def about(self, c: Tensor) -> Task:
        """Return the samples as seen from a point, (r,)."""
        y = self.y - c if self.kind == "vector" else self.y
        return Task(self.x - c, y, self.kind, self.trajectories)

    def take(self, rows: Tensor) -> Task:
        """Return some of the samples."""
        return Task(self.x[rows], self.y[rows], self.kind, self.trajectories[rows])


class Fit(nn.Module):
    """The best affine map from x, (n, t, r), to (n, o), and a perceptron for what it leaves.

    Labels have probabilities, of a perceptron alone.
    """

    affine: Tensor
    left: Tensor

    def __init__(self, task: Task, rng: torch.Generator) -> None:
        super().__init__()
        sizes = [task.x[0].numel(), WIDTH, WIDTH, task.outputs]
        # Empty: their own start would come from the generator that all the process shares.
        empty = [nn.Linear(i, o, device="meta") for i, o in itertools.pairwise(sizes)]
        layers = [layer.to_empty(device="cpu") for layer in empty]
        for layer in layers:
            bound = layer.in_features**-0.5
            nn.init.uniform_(layer.weight, -bound, bound, generator=rng)
            nn.init.uniform_(layer.bias, -bound, bound, generator=rng)
        self.hidden, self.last = nn.ModuleList(layers[:-1]), layers[-1]
        self.label = task.kind == "label"
        affine, left = torch.zeros(sizes[0] + 1, task.outputs), torch.ones(())
        if not self.label:
            inputs = F.pad(task.x.flatten(1), (0, 1), value=1.0).double()
            affine = torch.linalg.lstsq(inputs, task.target.double()).solution.float()
            left = (task.target - inputs.float() @ affine).square().mean().sqrt().clamp(min=1e-9)
        self.register_buffer("affine", affine)
        self.register_buffer("left", left)

    def logits(self, x: Tensor) -> Tensor:
        """Return what the loss sees."""
        h = x.flatten(1)
        straight = h @ self.affine[:-1] + self.affine[-1]
        for layer in self.hidden:
            h = F.silu(layer(h))
        out: Tensor = straight + self.left * self.last(h)
        return out

    def forward(self, x: Tensor) -> Tensor:
        """Return f(x), (n, o)."""
        out = self.logits(x)
        return out.softmax(1) if self.label else out

    def loss(self, task: Task) -> Tensor:
        """Return the mean loss on samples."""
        out = self.logits(task.x)
        if self.label:
            return F.cross_entropy(out, task.y)
        return F.mse_loss(out / self.left, task.target / self.left)


def fit(task: Task, steps: int, seed: int) -> Fit:
    """Train by Adam under one cycle of the learning rate."""
    rng = torch.Generator().manual_seed(seed)
    f = Fit(task, rng)
    optimiser = torch.optim.AdamW(
        f.parameters(), lr=RATE, weight_decay=1e-4, betas=(0.9, 0.99), fused=True
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    n, batch = len(task.x), min(BATCH, max(1, len(task.x) // 2))
    order = torch.empty(0, dtype=torch.long)
    for _ in range(steps):
        if len(order) < batch:
            order = torch.randperm(n, generator=rng)
        rows, order = order[:batch], order[batch:]
        optimiser.zero_grad()
        torch.autograd.backward(f.loss(task.take(rows)))
        optimiser.step()
        schedule.step()
    return f.requires_grad_(False).eval()


class About(nn.Module):
    """A fit as a function of x - c, and for vectors of y - c."""

    def __init__(self, f: nn.Module, c: Tensor, vectors: bool) -> None:
        super().__init__()
        self.f, self.c, self.vectors = f, c, vectors

    def forward(self, x: Tensor) -> Tensor:
        """Return f(x + c), (n, o), less c for vectors."""
        y: Tensor = self.f(x + self.c)
        return (y.reshape(len(x), -1, len(self.c)) - self.c).flatten(1) if self.vectors else y


def residuals(f: nn.Module, task: Task, affine: bool = False) -> Tensor:
    """Return how samples see L break the task, L_y f(x) - Df(x) L x, as a map of vec(L).

    Returns:
        (n, o, r²), float64; if `affine`, of vec(L | b) for the flow Lx + b, (n, o, r (r + 1)).
    """
    n, t, r = task.x.shape

    def one(x: Tensor) -> Tensor:
        y: Tensor = f(x[None])[0]
        return y

    slope = torch.func.vmap(torch.func.jacrev(one))(task.x).reshape(n, -1, t, r)
    R = -torch.einsum("nota,ntb->noab", slope, task.x)
    if task.kind == "vector":
        values = f(task.x).reshape(n, -1, r)
        eye = torch.eye(r)
        R = R + torch.einsum("ca,nsb->nscab", eye, values).reshape(R.shape)
    if affine:
        pushed = -slope.sum(2)  # all t vectors are moved by one b, and those of y too
        if task.kind == "vector":
            pushed = pushed + eye.repeat(pushed.shape[1] // r, 1)
        R = torch.cat([R, pushed[..., None]], dim=3)
    return R.flatten(2).double()

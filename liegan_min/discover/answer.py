"""What was found, in one shape for every question."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch

from liegan_min.algebra.identify import identify
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.algebra.linalg import Array

Question = Literal["support", "law", "task"]
Verdict = Literal["found", "none", "undecided", "not asked"]

QUESTIONS: tuple[Question, ...] = ("support", "law", "task")


def named(L: Array) -> str | None:
    """Return the name of the algebra that matrices, (c, k, k), span; None if there are none."""
    return identify(LieAlgebra(torch.from_numpy(L.copy()))) if len(L) else None


@dataclass(frozen=True)
class Certificate:
    """With confidence 1 - alpha, the violation of what was found is at most delta."""

    delta: float
    alpha: float


@dataclass(frozen=True)
class Answer:
    """The answer to one question.

    Attributes:
        verdict: "found", "none", "undecided" or "not asked".
        why: one sentence that says what the verdict rests on.
        name: of the algebra that was found.
        basis: (c, k, k), in the data's coordinates; empty unless something was found.
        centre: (k,), the point that the flows fix; empty for the origin.
        standard_errors: (c, k, k), of its entries; NaN where there is no theory for them.
        p_value: of "there are at least c generators", or, where none is, at least one.
        violation: estimate of how much the basis violates the symmetry; 0 is not at all.
        certificate: a bound on the violation.
        spectrum: how much each direction of all matrices violates it, ascending.
        noise: what such a number would be by chance.
        next_step: what would decide or sharpen the answer; empty if nothing would.
        seconds: of computing it.
    """

    verdict: Verdict
    why: str = ""
    name: str | None = None
    basis: Array = field(default_factory=lambda: np.zeros((0, 0, 0)))
    centre: Array = field(default_factory=lambda: np.zeros(0))
    standard_errors: Array = field(default_factory=lambda: np.zeros((0, 0, 0)))
    p_value: float | None = None
    violation: float | None = None
    certificate: Certificate | None = None
    spectrum: Array = field(default_factory=lambda: np.zeros(0))
    noise: float | None = None
    next_step: str = ""
    seconds: float = 0.0

    @property
    def dimension(self) -> int:
        """Number of generators."""
        return len(self.basis)

    @property
    def algebra(self) -> LieAlgebra | None:
        """The basis as an algebra; None where it is empty."""
        return LieAlgebra(torch.from_numpy(self.basis)) if self.dimension else None

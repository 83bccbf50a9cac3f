"""Profiles of hypothesis, and what several test files share."""

import os

import numpy as np
import pytest
import torch
from hypothesis import settings

from liegan_min.algebra.groups import so13
from liegan_min.algebra.lie_algebra import LieAlgebra

settings.register_profile("dev", deadline=None, max_examples=50)
settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture
def rng():
    """A NumPy generator, the same for every test that asks for one."""
    return np.random.default_rng(0)


@pytest.fixture
def torch_rng():
    """A torch generator, the same for every test that asks for one."""
    return torch.Generator().manual_seed(0)


@pytest.fixture
def eta():
    """The metric of special relativity, signature (+, -, -, -)."""
    return torch.diag(torch.tensor([1.0, -1.0, -1.0, -1.0], dtype=torch.float64))


@pytest.fixture
def mix():
    """Return a function that gives an algebra another basis of the same span."""

    def other_basis(algebra: LieAlgebra, seed: int = 0) -> LieAlgebra:
        draw = np.random.default_rng(seed).normal(size=(algebra.dim, algebra.dim))
        mixing = torch.from_numpy(draw + 3 * np.eye(algebra.dim))
        return LieAlgebra(torch.einsum("ab,bij->aij", mixing, algebra.basis), algebra.name)

    return other_basis


@pytest.fixture
def noisy():
    """Return a function that adds noise to so(1,3): a basis as training leaves it."""

    def basis(size: float, seed: int = 0) -> LieAlgebra:
        draw = np.random.default_rng(seed).normal(size=(6, 4, 4))
        return LieAlgebra(so13().basis + size * torch.from_numpy(draw), "learned")

    return basis

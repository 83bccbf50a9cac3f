"""The form that data lie on: against quadrics that are known, and where there is none."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from liegan_book.experiments import top_tagging
from liegan_book.experiments.metrics.lorentz import quadric
from liegan_min.algebra.groups import ETA


def cone(J, m=400, seed=0):
    """Return vectors with xᵀJx = 0 for a J of signature (1, k - 1)."""
    k = len(J)
    rng = torch.Generator().manual_seed(seed)
    p = torch.randn(m, k - 1, generator=rng, dtype=torch.float64)
    x = torch.cat([p.norm(dim=1, keepdim=True), p], 1)
    # J = AᵀηA, and ηx = 0 on the light cone: the vectors A⁻¹x lie on J's.
    values, U = torch.linalg.eigh(J)
    A = (values.abs().sqrt() * U).T.flip(0)
    return torch.linalg.solve(A, x.T).T


@given(seed=st.integers(0, 50), k=st.integers(2, 5))
def test_the_form_of_a_cone_is_found(seed, k):
    rng = torch.Generator().manual_seed(seed)
    U, _ = torch.linalg.qr(torch.randn(k, k, generator=rng, dtype=torch.float64))
    sizes = 0.5 + torch.rand(k, generator=rng, dtype=torch.float64)
    sizes[:-1] *= -1  # ascending: one above zero, the others below
    J = (U * sizes.sort().values) @ U.T
    J = J / torch.linalg.matrix_norm(J)
    found, gap = quadric(cone(J, seed=seed))
    torch.testing.assert_close(found * (found * J).sum().sign(), J, rtol=0, atol=1e-7)
    assert gap > 0.99


def test_the_length_of_a_vector_does_not_matter():
    x = cone(ETA)
    longer = x * torch.logspace(-3, 3, len(x), dtype=torch.float64)[:, None]
    torch.testing.assert_close(quadric(longer)[0], quadric(x)[0])


def test_without_a_quadric_the_gap_is_small():
    x = torch.randn(20_000, 4, generator=torch.Generator().manual_seed(0))
    assert quadric(x)[1] < 0.1


def test_constituents_lie_on_the_light_cone():
    x = torch.from_numpy(top_tagging.committed().train.constituents[:20_000])
    J, gap = quadric(x)
    torch.testing.assert_close(2 * J * J[0, 0].sign(), ETA, rtol=0, atol=1e-6)
    assert gap > 0.999


@pytest.mark.parametrize("seed", [0, 3])
def test_polishing_keeps_what_was_found_and_sharpens_it(seed):
    J, sharp = top_tagging.found("liegan", seed), top_tagging.polished("liegan", seed)
    assert float((J * sharp).sum()) > top_tagging.POLISHED * float(torch.linalg.matrix_norm(J)) ** 2
    off = (2 * sharp / torch.linalg.matrix_norm(sharp) * sharp[0, 0].sign() - ETA).abs().max()
    assert off < 1e-6 < (2 * J / torch.linalg.matrix_norm(J) * J[0, 0].sign() - ETA).abs().max()


def test_a_form_that_is_another_is_not_polished():
    J = top_tagging.found("augerino-plus", 0)
    torch.testing.assert_close(top_tagging.polished("augerino-plus", 0), J, rtol=0, atol=0)

"""Names of algebras, also after a change of coordinates and with the noise of learning."""

import pytest
import torch

from liegan_min import groups
from liegan_min.algebra import LieAlgebra
from liegan_min.identify import identify

SHEAR = LieAlgebra(torch.tensor([[[0.0, 1.0], [0.0, 0.0]]]))
BOOST = LieAlgebra(torch.tensor([[[0.0, 1.0], [1.0, 0.0]]]))
SPIRAL = LieAlgebra(torch.tensor([[[0.5, -1.0], [1.0, 0.5]]]))
SQUEEZE = LieAlgebra(torch.tensor([[[1.0, 0.0], [0.0, 3.0]]]))
PLANES = LieAlgebra(groups.so(4).basis[[0, 5]])


@pytest.mark.parametrize(
    ("algebra", "name"),
    [
        (groups.so(2), "so(2)"),
        (groups.diagonal(groups.so(2), 4), "so(2)"),
        (groups.so(3), "so(3)"),
        (groups.so(4), "so(4)"),
        (groups.so13(), "so(1,3)"),
        (groups.gl(3), "gl(3)"),
        (groups.dilation(3), "dilation"),
        (SHEAR, "nilpotent (shear)"),
        (BOOST, "so(1,1)"),
        (SPIRAL, "spiral (rotation with scaling)"),
        (SQUEEZE, "scaling"),
        (PLANES, "abelian, dimension 2"),
        (LieAlgebra(groups.so13().basis[:3]), "not closed (defect 1.00)"),
    ],
)
def test_a_known_algebra_gets_its_name(algebra, name):
    assert identify(algebra) == name


@pytest.mark.parametrize("algebra", [groups.so(2), groups.so(3), groups.so13()])
def test_noise_and_another_basis_do_not_change_the_name(algebra, torch_rng):
    mix = torch.randn(algebra.dim, algebra.dim, generator=torch_rng).double()
    noise = 0.01 * torch.randn(algebra.basis.shape, generator=torch_rng).double()
    learned = torch.einsum("ij,jkl->ikl", torch.linalg.qr(mix).Q, algebra.basis) + noise
    assert identify(LieAlgebra(learned)) == algebra.name

"""Names of algebras, also after a change of coordinates and with the noise of learning."""

import numpy as np
import pytest
import scipy.linalg
import torch

from liegan_min.algebra import groups
from liegan_min.algebra.identify import identify
from liegan_min.algebra.lie_algebra import LieAlgebra

SHEAR = LieAlgebra(torch.tensor([[[0.0, 1.0], [0.0, 0.0]]]))
BOOST = LieAlgebra(torch.tensor([[[0.0, 1.0], [1.0, 0.0]]]))
SPIRAL = LieAlgebra(torch.tensor([[[0.5, -1.0], [1.0, 0.5]]]))
SQUEEZE = LieAlgebra(torch.tensor([[[1.0, 0.0], [0.0, 3.0]]]))
PLANES = LieAlgebra(groups.so(4).basis[[0, 5]])


def blocks(*parts):
    """One matrix made of blocks along the diagonal."""
    return LieAlgebra(
        torch.block_diag(*[torch.tensor(p, dtype=torch.float64) for p in parts])[None]
    )


def turn(rate):
    return [[0, -rate], [rate, 0]]


def boost(rate):
    return [[0, rate], [rate, 0]]


#: i and -i, each in a Jordan block of size 2: its flow grows with time, so it is no rotation.
DEFECTIVE = LieAlgebra(torch.tensor([[[0.0, -1, 1, 0], [1, 0, 0, 1], [0, 0, 0, -1], [0, 0, 1, 0]]]))


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


@pytest.mark.parametrize(
    ("algebra", "name"),
    [
        (blocks(turn(1), turn(1)), "so(2)"),
        (blocks(turn(1), turn(-1)), "so(2)"),
        (blocks(turn(1), [[0]]), "so(2)"),
        (blocks(turn(1), turn(2)), "rotations at different rates"),
        (blocks(turn(1), turn(2**0.5)), "rotations at different rates"),
        (DEFECTIVE, "rotation with shear"),
        (blocks(boost(1), boost(1)), "so(1,1)"),
        (blocks([[1]], [[-1]], [[0]]), "so(1,1)"),
        (blocks(boost(1), [[0, 1], [0, 0]]), "boost with shear"),
        (blocks(boost(1), boost(2)), "scaling"),
        (blocks([[2]], [[-1]], [[-1]]), "scaling"),
        (blocks([[1]], [[0]]), "scaling"),
        (blocks([[1]], [[1]], [[-1]]), "scaling"),
        (blocks(turn(1), boost(1)), "spiral (rotation with scaling)"),
    ],
)
@pytest.mark.parametrize("size", [1e-3, 1e3])
def test_one_matrix_is_named_after_what_it_does_in_any_coordinates(algebra, name, size, torch_rng):
    P = torch.linalg.qr(torch.randn(algebra.k, algebra.k, generator=torch_rng).double()).Q
    P = P @ torch.diag(torch.linspace(0.7, 1.4, algebra.k).double())
    seen = groups.conjugate(algebra, P)
    assert identify(algebra) == name
    assert identify(LieAlgebra(-size * seen.basis)) == name


@pytest.mark.parametrize(
    "algebra",
    [
        blocks(turn(1), turn(1)),
        blocks(turn(1), turn(2)),
        blocks(turn(1), [[0]]),
        blocks(boost(1), boost(1)),
        blocks([[2]], [[-1]], [[-1]]),
    ],
)
def test_so2_keeps_a_length_and_so11_keeps_a_form_that_changes_sign(algebra):
    """The oracle is the space of forms S with LᵀS + SL = 0, by brute force over all S."""
    L = algebra.basis[0].numpy()
    eye = np.eye(len(L))
    forms = scipy.linalg.null_space(np.kron(L.T, eye) + np.kron(eye, L.T)).T.reshape(-1, *L.shape)
    forms = forms + forms.swapaxes(1, 2)
    draws = np.random.default_rng(0).normal(size=(500, len(forms)))
    values = np.linalg.eigvalsh(np.einsum("nf,fij->nij", draws, forms))
    definite = bool((values.min(axis=1) > 1e-9).any())
    signs = np.sign(values)
    split = bool((signs.all(axis=1) & (signs.sum(axis=1) == 0)).any())
    name = identify(algebra)
    assert definite == (name in {"so(2)", "rotations at different rates"})
    assert (split and not definite) == (name == "so(1,1)")


@pytest.mark.parametrize("algebra", [groups.so(2), groups.so(3), groups.so13()])
def test_noise_and_another_basis_do_not_change_the_name(algebra, torch_rng):
    mix = torch.randn(algebra.dim, algebra.dim, generator=torch_rng).double()
    noise = 0.01 * torch.randn(algebra.basis.shape, generator=torch_rng).double()
    learned = torch.einsum("ij,jkl->ikl", torch.linalg.qr(mix).Q, algebra.basis) + noise
    assert identify(LieAlgebra(learned)) == algebra.name

"""Names of algebras, also after a change of coordinates and with the noise of learning."""

import numpy as np
import pytest
import scipy.linalg
import torch

from liegan_min.algebra import groups
from liegan_min.algebra.identify import identify
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.errors import InputError

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
        (PLANES, "so(2) + so(2)"),
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


def unit(k, i, j):
    """The matrix with a single 1."""
    E = torch.zeros(k, k, dtype=torch.float64)
    E[i, j] = 1
    return E


def side_by_side(*algebras):
    """Each algebra on vectors of its own."""
    sizes = [a.k for a in algebras]
    zeros = [torch.zeros(k, k, dtype=torch.float64) for k in sizes]
    return LieAlgebra(
        torch.stack(
            [
                torch.block_diag(*zeros[:i], L, *zeros[i + 1 :])
                for i, a in enumerate(algebras)
                for L in a.basis
            ]
        )
    )


def sl(n):
    """Matrices without a trace."""
    off = [unit(n, i, j) for i in range(n) for j in range(n) if i != j]
    return LieAlgebra(
        torch.stack(off + [unit(n, i, i) - unit(n, i + 1, i + 1) for i in range(n - 1)])
    )


def keeping(J, symmetric):
    """All L with LᵀJ + JL = 0: L = J⁻¹K for the K of the other symmetry than J's."""
    n, sign = len(J), -1 if symmetric else 1
    pairs = [(i, j) for i in range(n) for j in range(i + (1 if symmetric else 0), n)]
    K = torch.stack([unit(n, i, j) + sign * unit(n, j, i) for i, j in pairs])
    return LieAlgebra(torch.linalg.inv(J) @ K)


def so(p, q):
    return keeping(torch.diag(torch.tensor([1.0] * p + [-1.0] * q).double()), symmetric=True)


def sp(k):
    return keeping(torch.kron(torch.tensor([[0.0, 1], [-1, 0]]), torch.eye(k // 2)).double(), False)


def unitary(n, *, special):
    """Antihermitian matrices, seen as real ones of twice the size."""
    i = torch.tensor([[0.0, -1], [1, 0]]).double()
    real = [unit(n, a, b) - unit(n, b, a) for a in range(n) for b in range(a)]
    phase = [unit(n, a, b) + unit(n, b, a) for a in range(n) for b in range(a)]
    phase += [unit(n, a, a) - unit(n, a + 1, a + 1) for a in range(n - 1)]
    phase += [] if special else [torch.eye(n).double()]
    one = torch.eye(2).double()
    return LieAlgebra(
        torch.stack([torch.kron(one, r) for r in real] + [torch.kron(i, s) for s in phase])
    )


HEISENBERG = LieAlgebra(torch.stack([unit(3, 0, 1), unit(3, 1, 2), unit(3, 0, 2)]))
AFFINE = LieAlgebra(torch.stack([unit(2, 0, 0), unit(2, 0, 1)]))

NAMED = {
    "so(3) twice": (groups.diagonal(groups.so(3), 2), "so(3)"),
    "so(5)": (groups.so(5), "so(5)"),
    "so(1,2)": (so(1, 2), "so(1,2)"),
    "so(2,2)": (so(2, 2), "so(2,2)"),
    "so(3,2)": (so(3, 2), "so(2,3)"),
    "so(4,1)": (so(4, 1), "so(1,4)"),
    "the cone": (groups.span_of(groups.so13(), groups.dilation(4)), "so(1,3) + dilation"),
    "so(3), stretched": (groups.span_of(groups.so(3), groups.dilation(3)), "so(3) + dilation"),
    "sl(2)": (sl(2), "sl(2)"),
    "sl(3)": (sl(3), "sl(3)"),
    "sl(2) twice": (groups.diagonal(sl(2), 2), "sl(2)"),
    "gl(2)": (groups.gl(2), "gl(2)"),
    "sp(4)": (sp(4), "sp(4)"),
    "su(2)": (unitary(2, special=True), "su(2)"),
    "su(3)": (unitary(3, special=True), "su(3)"),
    "u(2)": (unitary(2, special=False), "u(2)"),
    "two planes": (side_by_side(groups.so(2), groups.so(2)), "so(2) + so(2)"),
    "three planes": (side_by_side(*[groups.so(2)] * 3), "so(2) + so(2) + so(2)"),
    "space and plane": (side_by_side(groups.so(3), groups.so(2)), "so(3) + so(2)"),
    "two spaces": (side_by_side(groups.so(3), groups.so(3)), "so(3) + so(3)"),
    "two axes": (LieAlgebra(torch.stack([unit(2, 0, 0), unit(2, 1, 1)])), "scaling + scaling"),
    "Heisenberg": (HEISENBERG, "nilpotent, dimension 3"),
    "affine": (AFFINE, "dimension 2, derived 1, Killing signature (1, 0)"),
}


@pytest.mark.parametrize(("algebra", "name"), NAMED.values(), ids=NAMED)
def test_a_name_depends_neither_on_the_basis_nor_on_units_or_mixtures(algebra, name, torch_rng):
    assert identify(algebra) == name
    k, c = algebra.k, algebra.dim
    units = torch.diag(10.0 ** torch.linspace(-3, 3, k).double())
    turn_ = torch.linalg.qr(torch.randn(k, k, generator=torch_rng).double()).Q
    skew = turn_ @ torch.diag(torch.linspace(0.3, 3, k).double()) @ turn_.mT
    light = torch.diag(torch.tensor([3e8] + [1.0] * (k - 1)).double())  # seconds and metres
    for P in (units, skew, light):
        mixed = torch.einsum(
            "ij,jkl->ikl",
            torch.linalg.qr(torch.randn(c, c, generator=torch_rng).double()).Q,
            groups.conjugate(algebra, P).basis,
        )
        assert identify(LieAlgebra(mixed)) == name


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
def test_a_matrix_that_adds_nothing_does_not_change_the_name(algebra):
    twice = torch.cat([algebra.basis, 2 * algebra.basis[:1], 0 * algebra.basis[:1]])
    assert identify(LieAlgebra(twice)) == algebra.name


def test_a_basis_of_zeros_is_refused():
    with pytest.raises(InputError, match=r"^the basis is zero: it spans nothing; train longer or"):
        identify(LieAlgebra(torch.zeros(2, 3, 3)))


@pytest.mark.parametrize("algebra", [groups.so(2), groups.so(3), groups.so13()])
def test_noise_and_another_basis_do_not_change_the_name(algebra, torch_rng):
    mix = torch.randn(algebra.dim, algebra.dim, generator=torch_rng).double()
    noise = 0.01 * torch.randn(algebra.basis.shape, generator=torch_rng).double()
    learned = torch.einsum("ij,jkl->ikl", torch.linalg.qr(mix).Q, algebra.basis) + noise
    assert identify(LieAlgebra(learned)) == algebra.name

"""Augmentation for equivariance: what is compared with y, and where g comes from."""

import numpy as np
import pytest
import scipy.linalg
import torch
from torch import nn

from liegan_book import experiments
from liegan_book.baselines.mlp import MLP
from liegan_book.baselines.symmetrygan import FromElement
from liegan_min.algebra import groups
from liegan_min.algebra.lie_algebra import LieAlgebra, act
from liegan_min.base.errors import InputError
from liegan_min.equivariant.augmentation import Augmented, FromAlgebra


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


BOOST = LieAlgebra(torch.tensor([[[0.0, 1.0], [1.0, 0.0]]]))
SHEAR = LieAlgebra(torch.tensor([[[0.0, 1.0], [0.0, 0.0]]]))
SPIRAL = LieAlgebra(torch.tensor([[[0.2, -1.0], [2.0, 0.1]]]))


@pytest.mark.parametrize("algebra", [groups.so(2), experiments.SO2, BOOST, SHEAR, SPIRAL])
def test_elements_are_exponentials_and_come_with_their_inverses(algebra):
    moves = FromAlgebra(algebra, scale=0.7)
    g, inverse = moves.draw(50, rng())
    w = 0.7 * torch.randn(50, generator=rng())
    exact = [scipy.linalg.expm(v * algebra.basis[0].numpy()) for v in w.double().numpy()]
    size = np.abs(exact).max()
    assert np.abs(g.numpy() - exact).max() < 1e-5 * size
    assert np.abs((g @ inverse).numpy() - np.eye(algebra.k)).max() < 1e-5 * size**2


@pytest.mark.parametrize("algebra", [groups.so(3), groups.so13()], ids=["so(3)", "so(1,3)"])
def test_several_directions_are_exponentiated_together(algebra):
    """exp of a sum, which is no product of exponentials where they do not commute."""
    g, inverse = FromAlgebra(algebra, scale=0.7).draw(50, rng())
    w = 0.7 * torch.randn(50, algebra.dim, generator=rng())
    L = np.einsum("nc,cij->nij", w.double().numpy(), algebra.basis.numpy())
    exact = np.array([scipy.linalg.expm(M) for M in L])
    size = np.abs(exact).max()
    assert np.abs(g.numpy() - exact).max() < 1e-5 * size
    assert np.abs((g @ inverse).numpy() - np.eye(algebra.k)).max() < 1e-5 * size**2


def test_a_defective_direction_is_not_left_to_its_eigenvectors():
    assert not FromAlgebra(SHEAR).spectral
    assert FromAlgebra(experiments.SO2).spectral


def test_an_element_and_the_identity_come_with_their_inverses():
    skewed = torch.tensor([[0.0, -1.0], [2.0, 0.5]])
    g, inverse = FromElement(skewed).draw(400, rng())
    torch.testing.assert_close(g @ inverse, torch.eye(2).expand(400, 2, 2))
    assert {tuple(a.flatten().tolist()) for a in g} == {(1, 0, 0, 1), (0, -1, 2, 0.5)}


def test_as_published_an_element_comes_with_the_identity_alone():
    quarter = torch.tensor([[0.0, -1.0], [1.0, 0.0]])
    g, _ = FromElement(quarter).draw(1000, rng())
    share = float((g[:, 0, 0] == 1).float().mean())
    assert 0.4 < share < 0.6
    assert bool(((g[:, 0, 0] == 1) | (g[:, 1, 0] == 1)).all())


def test_training_compares_the_answer_taken_back():
    net = Augmented(MLP(2, 3, 8), FromAlgebra(experiments.SO2))
    x = torch.randn(5, 2, 8, generator=rng(1))
    g, inverse = net.moves.draw(5, rng(2))
    slow = torch.stack([(net.model((x[b] @ g[b].T)[None])[0]) @ inverse[b].T for b in range(5)])
    torch.testing.assert_close(net.moved(x, rng(2)), slow)


class Rotating(nn.Module):
    """Exactly equivariant: each vector turned by 90°."""

    def forward(self, x):
        return act(experiments.SO2.basis[0].float(), x)


def test_moves_do_not_show_on_an_equivariant_function():
    net = Augmented(Rotating(), FromAlgebra(experiments.SO2))
    x = torch.randn(20, 5, 8, generator=rng())
    torch.testing.assert_close(net.moved(x, rng(1)), net(x), rtol=1e-4, atol=1e-5)


def test_averaging_brings_a_plain_network_closer_to_equivariance():
    torch.manual_seed(0)
    net = Augmented(MLP(1, 1, 8), FromAlgebra(experiments.SO2))
    x = torch.randn(64, 1, 8, generator=rng())
    g = experiments.SO2.exp(torch.tensor([1.0])).float()
    errors = []
    for copies in (1, 8, 64):
        there, here = net.averaged(x @ g.T, copies, rng(1)), net.averaged(x, copies, rng(2))
        errors.append((there - here @ g.T).detach().square().mean().item())
    assert errors[2] < errors[1] < errors[0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FromAlgebra(groups.so(2), scale=0), "scale must be a positive number"),
        (lambda: FromElement(torch.ones(2, 3)), "finite square matrix"),
        (lambda: FromElement(torch.full((2, 2), torch.nan)), "finite square matrix"),
        (lambda: FromElement(torch.ones(2, 2)), "no inverse"),
    ],
)
def test_moves_that_cannot_be_are_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_no_copies_have_no_mean():
    net = Augmented(Rotating(), FromAlgebra(experiments.SO2))
    with pytest.raises(InputError, match="copies must be at least 1"):
        net.averaged(torch.ones(1, 1, 8), 0, rng())

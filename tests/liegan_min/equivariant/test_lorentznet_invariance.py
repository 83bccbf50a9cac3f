"""Which groups the networks cannot tell apart, and which they can."""

import dataclasses

import numpy as np
import pytest
import torch

from tests.helpers import lorentznet_reference as reference
from tests.helpers.tagger_cases import everything, network, random_jets

DOUBLE = 1e-13  # times the square of the size of g: what rounding leaves of an invariant
NOTICED = 1e-2
SIZES = [5, 3, 1, 8, 2, 4]
RAPIDITIES = [0.5, 1.0, 2.0, 3.0]

TRAINING = pytest.mark.parametrize("training", [False, True], ids=["eval", "train"])
GROWING = pytest.mark.parametrize("rapidity", RAPIDITIES)


def rotations(rng, n, k=3):
    """Return n orthogonal matrices of determinant 1, (n, k, k)."""
    q, r = np.linalg.qr(rng.normal(size=(n, k, k)))
    q = q * np.sign(np.einsum("nii->ni", r))[:, None]
    q[:, 0] *= np.linalg.det(q)[:, None]
    return q


def lorentz(n, rapidity, seed=0):
    """Return boosts of some rapidity between random rotations, (n, 4, 4)."""
    rng = np.random.default_rng(seed)
    before, after, g = (np.tile(np.eye(4), (n, 1, 1)) for _ in range(3))
    before[:, 1:, 1:], after[:, 1:, 1:] = rotations(rng, n), rotations(rng, n)
    g[:, 0, 0] = g[:, 3, 3] = np.cosh(rapidity)
    g[:, 0, 3] = g[:, 3, 0] = np.sinh(rapidity)
    return torch.from_numpy(after @ g @ before)


def exact(graphs):
    """Return the jets with masses that are right in float64: rounding to float32 breaks E = |p|."""
    p = graphs.p.clone()
    size = p[:, 1:].norm(dim=1)
    p[:, 0] = torch.where((p[:, 0] / size - 1).abs() < 1e-6, size, p[:, 0])
    return dataclasses.replace(graphs, p=p)


def jets(beams=True):
    return exact(everything(random_jets(SIZES), beams)[0])


def change(net, graphs, moved):
    """Return the greatest difference between the outputs of the same jet."""
    before, after = net(graphs).detach(), net(moved).detach()
    assert before.std() > 10 * NOTICED  # or there would be nothing to see
    return float((after - before).abs().max())


def allowed(g):
    return DOUBLE * float(g.abs().max()) ** 2


def group_of(J, rapidity):
    """Return what keeps J = Aᵀ η A, of its signature: A⁻¹ Λ A with Λ of the Lorentz group."""
    size, axes = torch.linalg.eigh(J)
    size, axes = size.flip(0), axes.flip(1)  # the positive direction first, as in η
    assert (size.sign() == torch.tensor([1, -1, -1, -1])).all()
    A = size.abs().sqrt()[:, None] * axes.T
    g = torch.linalg.inv(A) @ lorentz(len(SIZES), rapidity) @ A
    torch.testing.assert_close(g.mT @ J @ g, J.expand_as(g), rtol=0, atol=allowed(g))
    return g


def conjugate_form(seed):
    A = np.random.default_rng(seed).normal(size=(4, 4)) + 2 * np.eye(4)
    return A.T @ reference.ETA @ A


@GROWING
@TRAINING
@pytest.mark.parametrize("beams", [True, False], ids=["beams move too", "no beams"])
def test_lorentznet_does_not_notice_lorentz_transformations(rapidity, training, beams):
    net, graphs, g = network(training=training), jets(beams), lorentz(len(SIZES), rapidity)
    assert change(net, graphs, graphs.moved(g)) < allowed(g)


@GROWING
@TRAINING
@pytest.mark.parametrize("seed", [0, 1])
def test_another_form_has_the_group_that_is_conjugate(rapidity, training, seed):
    net, graphs = network(J=conjugate_form(seed), training=training), jets()
    g = group_of(net.J, rapidity)
    assert change(net, graphs, graphs.moved(g)) < allowed(g)
    assert change(net, graphs, graphs.moved(lorentz(len(SIZES), 1.0))) > NOTICED


def test_a_form_of_another_group_is_told_apart():
    net, graphs = network(), jets()
    g = group_of(network(J=conjugate_form(0)).J, 1.0)
    assert change(net, graphs, graphs.moved(g)) > NOTICED


def test_beams_that_stay_show_where_a_jet_is():
    net, graphs, g = network(), jets(), lorentz(len(SIZES), 1.0)
    moved = graphs.moved(g, beams=False)
    assert torch.equal(moved.p[graphs.beam], graphs.p[graphs.beam])
    assert change(net, graphs, moved) > NOTICED


def test_beams_that_stay_leave_rotations_about_them():
    net, graphs = network(), jets()
    g = np.tile(np.eye(4), (len(SIZES), 1, 1))
    g[:, 1:3, 1:3] = rotations(np.random.default_rng(0), len(SIZES), 2)
    g = torch.from_numpy(g)
    assert change(net, graphs, graphs.moved(g, beams=False)) < allowed(g)


@pytest.mark.parametrize("beams", [True, False])
def test_components_leave_no_symmetry(beams):
    net, graphs = network("components"), jets(beams)
    assert change(net, graphs, graphs.moved(lorentz(len(SIZES), 1.0))) > NOTICED
    assert change(net, graphs, graphs.moved(lorentz(len(SIZES), 0.0))) > NOTICED  # rotations


def orthogonal():
    """Return elements of O(4), every second with a reflection."""
    g = rotations(np.random.default_rng(0), len(SIZES), 4)
    g[::2, 0] *= -1
    return torch.from_numpy(g)


@TRAINING
@pytest.mark.parametrize("sees", ["distance", "invariants"])
def test_with_the_identity_the_group_is_o4(sees, training):
    net, graphs, g = network(sees, np.eye(4), training=training), jets(), orthogonal()
    assert change(net, graphs, graphs.moved(g)) < 10 * allowed(g)
    assert change(net, graphs, graphs.moved(lorentz(len(SIZES), 1.0))) > NOTICED


def translated(graphs):
    """Return the nodes of each jet, beams too, moved by a vector of some GeV."""
    rng = torch.Generator().manual_seed(0)
    t = 5 * torch.randn(len(SIZES), 4, generator=rng, dtype=torch.float64)
    return dataclasses.replace(graphs, p=graphs.p + t[graphs.owner] * graphs.real)


@TRAINING
def test_distances_alone_do_not_notice_translations(training):
    """With the scalars of before: a mass is no property of a point."""
    net, graphs = network("distance", np.eye(4), training=training), jets()
    s, moved = net.scalars(graphs), translated(graphs).moved(orthogonal())
    assert (net.decide(s, moved) - net.decide(s, graphs)).abs().max() < 1e-11
    assert change(net, graphs, moved) > NOTICED


def test_products_notice_translations():
    net, graphs = network("invariants", np.eye(4)), jets()
    s = net.scalars(graphs)
    assert (net.decide(s, translated(graphs)) - net.decide(s, graphs)).abs().max() > NOTICED


@TRAINING
@pytest.mark.parametrize("sees", ["invariants", "distance"])
def test_a_layer_moves_x_with_the_group_and_leaves_h(sees, training):
    net, graphs, g = network(sees, training=training), jets(), lorentz(len(SIZES), 2.0)
    s = net.scalars(graphs)
    moved, layer = graphs.moved(g), net.layers[0]
    h, x = layer(net.embedding(s), graphs.p, s, net.J, graphs)
    h_g, x_g = layer(net.embedding(s), moved.p, s, net.J, moved)
    assert (x - graphs.p).abs().max() > NOTICED  # there is a step to speak of
    real = graphs.real.bool()[:, 0]
    torch.testing.assert_close(h_g[real], h[real], rtol=0, atol=allowed(g))
    expected = torch.einsum("mij,mj->mi", g[graphs.owner], x)
    torch.testing.assert_close(x_g[real], expected[real], rtol=1e-10, atol=10 * allowed(g))

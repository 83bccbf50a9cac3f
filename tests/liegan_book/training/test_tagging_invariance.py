"""How invariant a tagger is: the moves, and networks that notice some of them and not others."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from liegan_book.experiments.metrics.tagging import RAPIDITIES, invariance_error, lorentz_moves
from liegan_book.training.tagging_config import TaggingConfig
from liegan_min.equivariant.jets import Jets
from liegan_min.equivariant.lorentznet import LorentzNet

EXACT = 1e-12  # times the square of the size of g: what rounding leaves of an invariant
ROUNDING = 1e-9  # of an answer, after moves of rapidity 3
NOTICED = 1e-2
CONFIG = TaggingConfig(constituents=5, hidden=8, layers=2, dropout=0.5)
ALONE = CONFIG.model_copy(update={"beams": False})


def made_up(n=60, size=6, seed=0):
    """Return jets of `size` massless constituents around a common direction, of both labels."""
    rng = np.random.default_rng(seed)
    p = rng.normal(size=(n, 1, 3)) + 0.3 * rng.normal(size=(n, size, 3))
    p = 10 * np.concatenate([np.linalg.norm(p, axis=2, keepdims=True), p], 2)
    label = (np.arange(n) % 2).astype(np.int8)
    constituents = p.reshape(-1, 4).astype(np.float32)
    return Jets(constituents, np.full(n, size), label, np.zeros((n, 4), np.float32))


def network(sees="invariants", J=None):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return LorentzNet(
            torch.diag(torch.tensor([1.0, -1, -1, -1])) if J is None else J,
            sees,
            hidden=8,
            layers=2,
            dropout=0.5,
        )


@given(st.floats(0, 4), st.integers(0, 2**31))
def test_moves_keep_the_metric_and_neither_mirror_nor_turn_time(rapidity, seed):
    g = lorentz_moves(5, rapidity, seed)
    eta = torch.diag(torch.tensor([1.0, -1, -1, -1], dtype=torch.float64))
    allowed = EXACT * float(g.abs().max()) ** 2
    assert (g.shape, g.dtype) == ((5, 4, 4), torch.float64)
    torch.testing.assert_close(g.mT @ eta @ g, eta.expand_as(g), rtol=0, atol=allowed)
    torch.testing.assert_close(torch.linalg.det(g), torch.ones_like(g[:, 0, 0]), rtol=0, atol=1e-9)
    assert (g[:, 0, 0] >= 1 - EXACT).all()


@given(st.floats(0, 4), st.integers(0, 2**31))
def test_the_boost_is_of_the_rapidity(rapidity, seed):
    """A particle at rest gets the energy cosh η and the momentum sinh η, whatever the rotation."""
    at_rest = lorentz_moves(5, rapidity, seed)[:, :, 0].numpy()
    np.testing.assert_allclose(at_rest[:, 0], math.cosh(rapidity), rtol=1e-10)
    size = np.linalg.norm(at_rest[:, 1:], axis=1)
    np.testing.assert_allclose(size, math.sinh(rapidity), rtol=1e-7, atol=1e-9)


def test_boosts_favour_no_direction():
    """Over many: each component of a direction has mean 0 and mean square 1/3."""
    n = 4000
    v = lorentz_moves(n, 1.0)[:, 1:, 0].numpy() / math.sinh(1.0)
    assert abs(v.mean(0)).max() < 5 / math.sqrt(3 * n)
    np.testing.assert_allclose((v**2).mean(0), 1 / 3, atol=5 * 0.3 / math.sqrt(n))


def test_moves_are_those_of_the_seed():
    assert torch.equal(lorentz_moves(3, 1.0), lorentz_moves(3, 1.0, seed=0))
    assert not torch.equal(lorentz_moves(3, 1.0), lorentz_moves(3, 1.0, seed=1))


# How invariant


@pytest.mark.parametrize("rapidity", RAPIDITIES)
@pytest.mark.parametrize("config", [CONFIG, ALONE], ids=["beams move too", "no beams"])
def test_lorentznet_is_invariant(rapidity, config):
    assert invariance_error(network(), made_up(), config, rapidity) < ROUNDING


@pytest.mark.parametrize("rapidity", RAPIDITIES)
def test_with_beams_that_stay_it_is_not(rapidity):
    assert invariance_error(network(), made_up(), CONFIG, rapidity, beams=False) > NOTICED
    # without them there is nothing that could stay
    assert invariance_error(network(), made_up(), ALONE, rapidity, beams=False) < ROUNDING


def test_the_sum_of_what_was_left_out_moves_with_a_jet():
    config = CONFIG.model_copy(update={"constituents": 2, "rest": True})
    assert invariance_error(network(), made_up(), config, 2.0) < ROUNDING


@pytest.mark.parametrize("rapidity", [0.0, 1.0])
def test_components_leave_no_invariance(rapidity):
    assert invariance_error(network("components"), made_up(), CONFIG, rapidity) > NOTICED


def test_with_euclids_form_rotations_are_left_and_boosts_are_not():
    net = network("distance", torch.eye(4))
    still, *growing = (invariance_error(net, made_up(), CONFIG, r) for r in RAPIDITIES)
    assert still < ROUNDING
    assert all(error > NOTICED for error in growing[1:])
    assert growing[-1] > growing[0]


class Energy(nn.Module):
    """Knows a jet by its energy."""

    def forward(self, graphs):
        return graphs.sum(graphs.p)[:, 0]


def test_the_error_is_the_change_over_the_spread():
    """For a tagger that returns the energy, from the momenta of whole jets."""
    jets = made_up()
    P = jets.momentum()
    g = lorentz_moves(len(jets), 0.7).numpy()
    after = np.einsum("nj,nj->n", g[:, 0], P)
    expected = np.sqrt(np.mean((after - P[:, 0]) ** 2)) / P[:, 0].std(ddof=1)
    config = ALONE.model_copy(update={"constituents": None})
    assert invariance_error(Energy(), jets, config, 0.7) == pytest.approx(expected, rel=1e-5)
    assert invariance_error(Energy(), jets, config, 0.0) < ROUNDING


@pytest.mark.parametrize("training", [True, False])
def test_judging_changes_nothing_about_the_tagger(training):
    net = network().train(training)
    before = {k: v.clone() for k, v in net.state_dict().items()}
    a, b = (invariance_error(net, made_up(), CONFIG, 1.0, beams=False) for _ in range(2))
    assert a == b  # in evaluation: dropout would draw anew
    assert net.training is training
    assert all(
        v.dtype == before[k].dtype and torch.equal(v, before[k])
        for k, v in net.state_dict().items()
    )

"""What a tagger says of a jet depends on nothing but that jet: padding, company, order."""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from liegan_min.equivariant.jets import Jets
from tests.helpers.tagger_cases import (
    SEES,
    as_jets,
    everything,
    in_order,
    network,
    random_jets,
    within,
)

DOUBLE = 1e-10

BEAMS = st.booleans()
VIEWS = pytest.mark.parametrize("sees", SEES)
TRAINING = pytest.mark.parametrize("training", [False, True], ids=["eval", "train"])


@given(
    counts=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    sees=st.sampled_from(SEES),
    beams=BEAMS,
    seed=st.integers(0, 2**16),
)
@settings(max_examples=20)
def test_in_evaluation_the_company_of_a_jet_is_nothing_to_it(counts, sees, beams, seed):
    """Alone, with others, and padded to the size of much larger ones."""
    jets, net = random_jets(counts, seed), network(sees)
    each = [jets.take(np.array([row])) for row in range(len(counts))]
    alone = [net(everything(jet, beams)[0]) for jet in each]
    crowd = Jets.join([jets, random_jets([60, 25], seed + 1)])
    for together, most in [(jets, 10_000), (crowd, 10_000), (crowd, 10**7)]:
        graphs, rows = within(most, together, beams)
        found = in_order(net(graphs), rows)[: len(counts)]
        torch.testing.assert_close(found, torch.cat(alone), rtol=DOUBLE, atol=DOUBLE)


@given(
    counts=st.lists(st.integers(1, 9), min_size=2, max_size=5),
    sees=st.sampled_from(SEES),
    training=st.booleans(),
    data=st.data(),
)
@settings(max_examples=20)
def test_the_order_of_jets_and_of_constituents_is_nothing_to_them(counts, sees, training, data):
    jets, net = random_jets(counts), network(sees, training=training)
    graphs, rows = everything(jets)
    expected = in_order(net(graphs), rows)
    order = np.array(data.draw(st.permutations(range(len(counts)))))
    parts = np.split(jets.constituents, np.cumsum(counts)[:-1])
    mixed = [part[data.draw(st.permutations(range(len(part))))] for part in parts]
    graphs, rows = everything(as_jets([mixed[k] for k in order]))
    found = in_order(net(graphs), rows)
    torch.testing.assert_close(found, expected[order], rtol=1e-8, atol=1e-8)


def outcome(net, jets, most):
    """Return the outputs of a batch, and the gradients of a function of them."""
    graphs, rows = within(most, jets)
    out = in_order(net(graphs), rows)
    loss = (out * torch.arange(1, len(jets) + 1)).sum()
    return out, torch.autograd.grad(loss, list(net.parameters())), len(graphs.blocks)


@VIEWS
@TRAINING
def test_padding_changes_neither_outputs_nor_gradients_nor_statistics(sees, training):
    jets = random_jets([3, 9, 1, 4, 14, 2])
    tight, loose = network(sees, training=training), network(sees, training=training)
    found, gradients, blocks = outcome(tight, jets, 1)
    expected, others, one = outcome(loose, jets, 10**7)
    assert (blocks, one) == (6, 1)
    torch.testing.assert_close(found, expected, rtol=DOUBLE, atol=DOUBLE)
    for (name, _), a, b in zip(tight.named_parameters(), gradients, others, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-8, atol=1e-8, msg=name)
    for (name, a), b in zip(tight.named_buffers(), loose.buffers(), strict=True):
        torch.testing.assert_close(a, b, rtol=DOUBLE, atol=DOUBLE, msg=name)


@VIEWS
@TRAINING
def test_what_stands_in_padding_is_not_seen(sees, training):
    """Its gradient is zero, and any number may stand there."""
    graphs, _ = within(10**7, random_jets([3, 9, 1]))
    real = graphs.real.bool()[:, 0]
    assert not real.all()
    p = graphs.p.clone().requires_grad_()
    net = network(sees, training=training)
    out = net(dataclasses.replace(graphs, p=p))
    (gradient,) = torch.autograd.grad(out.sum(), p)
    assert gradient.isfinite().all()
    assert gradient[real].abs().sum(1).all()
    assert not gradient[~real].any()
    full = torch.where(real[:, None], graphs.p, 7.0)
    found = net(dataclasses.replace(graphs, p=full))
    torch.testing.assert_close(found, out, rtol=DOUBLE, atol=DOUBLE)


@VIEWS
def test_jets_of_one_constituent_without_beams_have_no_edges_and_do_no_harm(sees):
    net, (graphs, _) = network(sees, training=True), everything(random_jets([1, 1]), beams=False)
    out = net(graphs)
    assert out.isfinite().all()
    assert all(value.isfinite().all() for value in net.state_dict().values())
    assert all(g.isfinite().all() for g in torch.autograd.grad(out.sum(), list(net.parameters())))

"""Statistics from sums, against batch normalisation of samples that are there."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from liegan_min.equivariant import jet_graph
from liegan_min.equivariant.batch_norm import BatchNorm
from liegan_min.equivariant.message_layer import Layer
from tests.helpers import lorentznet_reference as reference
from tests.helpers.tagger_cases import SEES, random_jets, within

DOUBLE = 1e-10
H = 5


def pair(seed=0, training=True):
    """Return ours and torch's, with the same weights and statistics, none of them trivial."""
    rng = torch.Generator().manual_seed(seed)
    ours, torchs = BatchNorm(H).double(), nn.BatchNorm1d(H).double()
    state = {
        name: torch.rand(H, generator=rng, dtype=torch.float64) + 0.5
        for name in ("weight", "bias", "running_mean", "running_var")
    }
    ours.load_state_dict(state)
    torchs.load_state_dict(state | {"num_batches_tracked": torch.tensor(0)})
    return ours.train(training), torchs.train(training)


def same_state(ours, torchs):
    expected = torchs.state_dict()
    for name, value in ours.state_dict().items():
        torch.testing.assert_close(value, expected[name], rtol=0, atol=DOUBLE, msg=name)


def same_gradients(ours, torchs):
    for name, p in ours.named_parameters():
        expected = torchs.get_parameter(name).grad
        torch.testing.assert_close(p.grad, expected, rtol=0, atol=DOUBLE, msg=name)


@given(
    real=st.lists(st.booleans(), min_size=2, max_size=20).filter(lambda r: sum(r) > 1),
    training=st.booleans(),
    seed=st.integers(0, 2**16),
)
@settings(max_examples=20)
def test_it_is_torchs_of_what_is_real(real, training, seed):
    ours, torchs = pair(seed, training)
    rng = torch.Generator().manual_seed(seed)
    mask = torch.tensor(real)
    for _ in range(2):
        x = torch.randn(len(real), H, generator=rng, dtype=torch.float64) * 3 + 1
        w = torch.randn(len(real), H, generator=rng, dtype=torch.float64)
        x, y = x.clone().requires_grad_(), x[mask].clone().requires_grad_()
        found, expected = ours(x, mask.double()[:, None])[mask], torchs(y)
        torch.testing.assert_close(found, expected, rtol=0, atol=DOUBLE)
        (found * w[mask]).sum().backward()
        (expected * w[mask]).sum().backward()
        torch.testing.assert_close(x.grad[mask], y.grad, rtol=0, atol=DOUBLE)
        assert not x.grad[~mask].any()
    same_state(ours, torchs)
    same_gradients(ours, torchs)


def test_evaluation_changes_nothing_that_is_kept():
    ours, _ = pair(training=False)
    before = copy.deepcopy(ours.state_dict())
    ours(torch.randn(7, H, dtype=torch.float64), torch.ones(7, 1, dtype=torch.float64))
    assert all(torch.equal(value, before[name]) for name, value in ours.state_dict().items())


def test_one_sample_is_its_own_mean():
    ours, _ = pair()
    x = torch.randn(3, H, dtype=torch.float64)
    out = ours(x, torch.tensor([[0.0], [1], [0]], dtype=torch.float64))
    torch.testing.assert_close(out[1], ours.bias)
    assert all(value.isfinite().all() for value in ours.state_dict().values())


def test_no_sample_leaves_the_statistics_as_they_were():
    ours, _ = pair()
    before = copy.deepcopy(ours.state_dict())
    out = ours(torch.randn(3, H, dtype=torch.float64), torch.zeros(3, 1, dtype=torch.float64))
    assert out.isfinite().all()
    for name, value in ours.state_dict().items():
        assert value.isfinite().all(), name
    torch.testing.assert_close(ours.running_mean, before["running_mean"])


@pytest.mark.parametrize("mean", [1e2, 1e4])
def test_a_far_mean_costs_no_more_digits_than_the_samples_have_lost(mean):
    x = torch.randn(1000, H, generator=torch.Generator().manual_seed(0)) + mean
    found = BatchNorm(H)(x, torch.ones(1000, 1))
    expected = nn.BatchNorm1d(H).double()(x.double())
    rounding = 2.0**-23 * mean
    assert (found - expected).abs().max() < 4 * rounding


def edges_of(graphs, a, b, W, F):
    """Return z_ij = a_i + b_j + W F_ij of every edge, one after the other."""
    parts = zip(graphs.split(a), graphs.split(b), F, graphs.blocks, strict=True)
    return torch.stack(
        [
            a_k[jet, i] + b_k[jet, j] + W @ f[jet, i, j]
            for a_k, b_k, f, block in parts
            for jet, i, j in block.edges.nonzero().tolist()
        ]
    )


def scene(sees, counts, beams, seed=0, most=jet_graph.CPU_EDGES):
    """Return a layer, a batch, and a, b, W and the four-momenta to differentiate by."""
    rng = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return torch.randn(*shape, generator=rng, dtype=torch.float64)

    graphs, _ = within(most, random_jets(counts, seed), beams)
    layer = Layer(H, 2, sees).double()
    m = len(graphs.p)
    return layer, graphs, [draw(m, H) + 2, draw(m, H) - 1, draw(H, layer.pair), graphs.p.clone()]


@given(
    counts=st.lists(st.integers(1, 6), min_size=1, max_size=5).filter(lambda c: max(c) > 1),
    sees=st.sampled_from(SEES),
    most=st.sampled_from([1, 60, 10_000]),
    beams=st.booleans(),
    training=st.booleans(),
    seed=st.integers(0, 2**16),
)
@settings(max_examples=20)
def test_statistics_of_edges_are_those_of_their_list(counts, sees, most, beams, training, seed):
    """With the gradients: of a, b, W, the four-momenta behind F, and γ and β."""
    layer, graphs, leaves = scene(sees, counts, beams, seed, most)
    J = torch.from_numpy(reference.TILTED)
    ours, torchs = pair(seed, training)
    layer.edge.norm = ours
    outputs, gradients, weight = [], [], None
    for normalise_by_sums in (True, False):
        a, b, W, x = inputs = [leaf.clone().requires_grad_() for leaf in leaves]
        parts = zip(graphs.split(x), graphs.blocks, strict=True)
        F = [layer._features(q, J, block) for q, block in parts]
        if normalise_by_sums:
            a, b, scaled = layer._normalised(a, b, W, F, graphs)
            out = edges_of(graphs, a, b, scaled.T, F)
        else:
            out = torchs(edges_of(graphs, a, b, W, F))
        if weight is None:
            weight = torch.randn(out.shape, generator=torch.Generator().manual_seed(seed)).double()
        (out * weight).sum().backward()
        outputs.append(out.detach())
        gradients.append([leaf.grad for leaf in inputs])
    torch.testing.assert_close(*outputs, rtol=DOUBLE, atol=DOUBLE)
    for found, expected in zip(*gradients, strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-8, atol=DOUBLE)
    same_state(ours, torchs)
    same_gradients(ours, torchs)


@pytest.mark.parametrize("far", ["a", "b", "F"])
def test_in_float32_no_far_mean_cancels(far):
    """Where one part of z is far from 0, and varies little, the variance keeps its digits."""
    layer, graphs, (a, b, W, x) = scene("invariants", [4, 6, 9], True)
    parts = zip(graphs.split(x), graphs.blocks, strict=True)
    F = [layer._features(q, torch.from_numpy(reference.ETA), block) for q, block in parts]
    mean = 1e3
    if far == "a":
        a = a + mean
    elif far == "b":
        b = b + mean
    else:
        F = [f + mean * k.edges[..., None] for f, k in zip(F, graphs.blocks, strict=True)]
    a, b, W, F = a.float(), b.float(), W.float(), [f.float() for f in F]
    z = edges_of(graphs, a.double(), b.double(), W.double(), [f.double() for f in F])
    layer.edge.norm = BatchNorm(H)
    _, _, scaled = layer._normalised(a, b, W, F, graphs.to(torch.float32))
    found = 1 / (scaled.T / W)[:, 0].square()
    expected = z.var(0, correction=0)
    assert (found / expected - 1).abs().max() < 1e-3


def test_edges_that_are_none_leave_the_statistics_as_they_were():
    layer, graphs, (a, b, W, x) = scene("invariants", [1, 1], beams=False)
    F = [layer._features(q, torch.eye(4).double(), graphs.blocks[0]) for q in graphs.split(x)]
    found = layer._normalised(a, b, W, F, graphs)
    assert all(part.isfinite().all() for part in found)
    assert not layer.edge.norm.running_mean.any()
    assert layer.edge.norm.running_var.isfinite().all()

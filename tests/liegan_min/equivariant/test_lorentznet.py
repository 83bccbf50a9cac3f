"""LorentzNet against a reference in NumPy, written from the equations, and what it refuses."""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from liegan_min.base.errors import InputError
from liegan_min.equivariant.lorentznet import LorentzNet, checked_form
from tests.helpers import lorentznet_reference as reference
from tests.helpers.tagger_cases import (
    SEES,
    as_jets,
    everything,
    in_order,
    loaded,
    network,
    random_jets,
    within,
)

SINGLE, DOUBLE = 1e-5, 1e-10
BF16 = 0.05  # of the spread of the outputs: bfloat16 has 8 bits

SYSTEMS = pytest.mark.parametrize("system", reference.SYSTEMS)
TRAINING = pytest.mark.parametrize("training", [False, True], ids=["eval", "train"])


@pytest.fixture(scope="module")
def frozen():
    with np.load(reference.FIXTURE) as file:
        return dict(file)


def weights_of(frozen, system):
    parts = (name.split("/") for name in frozen if name.startswith(f"{system}/"))
    return {name: frozen[f"{system}/{name}"] for _, name in parts if "." in name}


def jets_of(frozen):
    return np.split(frozen["constituents"], np.cumsum(frozen["counts"])[:-1])


def test_the_fixture_is_what_the_reference_makes(frozen):
    again = reference.make()
    assert frozen.keys() == again.keys()
    for name, value in again.items():
        assert frozen[name].dtype == value.dtype
        np.testing.assert_allclose(frozen[name], value, rtol=0, atol=1e-12, err_msg=name)


@SYSTEMS
@TRAINING
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float32, SINGLE), (torch.float64, DOUBLE)], ids=["f32", "f64"]
)
def test_the_network_is_the_reference(frozen, system, training, dtype, tolerance):
    w, (_, sees) = weights_of(frozen, system), reference.SYSTEMS[system]
    net = loaded(w, frozen[f"{system}/J"], sees, dtype, training)
    graphs, rows = everything(as_jets(jets_of(frozen)), dtype=dtype)
    with torch.no_grad():
        found = in_order(net(graphs), rows).numpy()
    expected = frozen[f"{system}/{'train' if training else 'eval'}"]
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)


@SYSTEMS
def test_training_keeps_the_statistics_that_the_reference_has_seen(frozen, system):
    w, (J, sees) = weights_of(frozen, system), reference.SYSTEMS[system]
    _, seen = reference.log_odds(w, jets_of(frozen), J, sees, training=True)
    net = loaded(w, J, sees, training=True)
    net(everything(as_jets(jets_of(frozen)))[0])
    after = loaded(w | seen, J, sees).state_dict()
    assert len(seen) == 4 * reference.LAYERS
    for name, value in net.state_dict().items():
        torch.testing.assert_close(value, after[name], rtol=0, atol=DOUBLE, msg=name)


@SYSTEMS
def test_the_fixture_notices_a_step_in_x_that_is_left_out(frozen, system):
    w, (J, sees) = weights_of(frozen, system), reference.SYSTEMS[system]
    still, _ = reference.log_odds(w, jets_of(frozen), J, sees, c=0)
    assert abs(still - frozen[f"{system}/eval"]).max() > 50 * SINGLE


@given(
    counts=st.lists(st.integers(1, 9), min_size=2, max_size=4),
    sees=st.sampled_from(SEES),
    training=st.booleans(),
    beams=st.booleans(),
    most=st.sampled_from([1, 50, 10_000]),
    seed=st.integers(0, 2**16),
)
@settings(max_examples=20)
def test_the_network_is_the_reference_for_any_jets(counts, sees, training, beams, most, seed):
    counts[0] = max(counts[0], 3)  # with fewer edges than two a variance over them means nothing
    jets = random_jets(counts, seed)
    w = reference.weights(np.random.default_rng(seed), sees)
    parts = np.split(jets.constituents, np.cumsum(jets.counts)[:-1])
    expected, _ = reference.log_odds(w, parts, reference.TILTED, sees, training, beams)
    graphs, rows = within(most, jets, beams)
    found = in_order(loaded(w, reference.TILTED, sees, training=training)(graphs), rows)
    np.testing.assert_allclose(found.detach().numpy(), expected, rtol=DOUBLE, atol=DOUBLE)


@TRAINING
@pytest.mark.parametrize("sees", SEES)
def test_gradients_are_those_of_the_output(sees, training):
    """Along a random direction of all weights, against central differences."""
    net, (graphs, _) = network(sees, training=training), everything(random_jets([3, 1, 6, 4]))
    rng = torch.Generator().manual_seed(0)
    w = torch.randn(4, generator=rng, dtype=torch.float64)
    p = list(net.parameters())
    direction = [torch.randn(q.shape, generator=rng, dtype=torch.float64) for q in p]
    grads = torch.autograd.grad(net(graphs) @ w, p)
    expected = sum(float((g * d).sum()) for g, d in zip(grads, direction, strict=True))
    eps, ends = 1e-6, []
    with torch.no_grad():
        for sign in (1, -2):
            for q, d in zip(p, direction, strict=True):
                q.add_(sign * eps * d)
            ends.append(float(net(graphs) @ w))
    assert expected == pytest.approx((ends[0] - ends[1]) / (2 * eps), rel=1e-5, abs=1e-6)


def test_by_default_it_has_the_published_size():
    assert sum(p.numel() for p in LorentzNet().parameters()) // 1000 == 224  # Gong et al., table 2


def test_dropout_acts_in_training_only():
    net, (graphs, _) = LorentzNet(hidden=64, layers=1, dropout=0.5), everything(random_jets([4, 5]))
    graphs = graphs.to(torch.float32)
    assert not torch.equal(net(graphs), net(graphs))
    assert torch.equal(net.eval()(graphs), net(graphs))


def test_decide_takes_the_scalars_from_outside():
    net, (graphs, _) = network(), everything(random_jets([3, 5]))
    s = net.scalars(graphs)
    assert torch.equal(net.decide(s, graphs), net(graphs))
    assert (net.decide(s + 1, graphs) - net(graphs)).abs().max() > 1e-3


def collimated(counts, width=0.03):
    """Return jets as they are: of up to 200 GeV a constituent, and some degrees wide."""
    rng, parts = np.random.default_rng(0), []
    for n in counts:
        axis = reference.unit(np.array([1, 0.5, 0.3]) + width * rng.uniform(-1, 1, (n, 3)))
        energy = rng.uniform(5, 200, (n, 1))
        parts.append((energy * np.column_stack([np.ones(n), axis])).astype(np.float32))
    return as_jets(parts)


@SYSTEMS
def test_in_bfloat16_the_network_is_near_that_in_float32(system):
    """Products of four-momenta keep no digit of an invariant there: they must stay in float32."""
    J, sees = reference.SYSTEMS[system]
    net = network(sees, J, torch.float32, hidden=32)
    graphs, _ = everything(collimated([4, 1, 9, 7, 20, 2, 2, 13]), dtype=torch.float32)
    full = net(graphs)
    with torch.autocast("cpu", torch.bfloat16):
        low = net(graphs)
    assert (low - full).norm() < BF16 * (full - full.mean()).norm()


@given(
    direction=st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: max(map(abs, v)) > 1e-3),
    energy=st.floats(-3, 5).map(lambda e: 10**e),
)
def test_a_massless_momentum_in_float32_has_no_mass_at_all(direction, energy):
    p = energy * reference.unit(np.array(direction))
    constituent = np.array([[np.linalg.norm(p), *p]]).astype(np.float32)
    graphs, _ = everything(as_jets([constituent]), dtype=torch.float32)
    s = LorentzNet(hidden=8).scalars(graphs)
    assert torch.equal(s[2], torch.zeros(2))
    torch.testing.assert_close(s[:2], torch.tensor([[0, 1.0]] * 2).log1p())


def test_scalars_are_masses_each_in_its_place():
    graphs, _ = everything(random_jets([2]))
    s = network().scalars(graphs)
    expected = [[0, np.log(2)], [0, np.log(2)], [0, 0], [np.log(3), 0]]  # the second weighs 2 GeV
    np.testing.assert_allclose(s.numpy(), expected, atol=1e-5)
    s = network(J=np.eye(4)).scalars(dataclasses.replace(graphs, p=2 * graphs.p))
    energy = np.log1p(2 * np.linalg.norm(graphs.p[2]))
    np.testing.assert_allclose(s[2].numpy(), [energy, 0], atol=1e-12)


ETA = torch.from_numpy(reference.ETA)


@pytest.mark.parametrize("scale", [1e-30, 0.3, 7.0, 1e30])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_scale_of_a_form_is_nobodys_to_learn(scale, sign):
    J = sign * torch.from_numpy(reference.TILTED)
    found = checked_form(scale * J)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, J.float())


def test_a_form_is_made_exactly_symmetric():
    J = ETA.clone()
    J[0, 1] += 1e-4
    found = checked_form(J)
    assert torch.equal(found, found.T)
    assert found[0, 1] == pytest.approx(5e-5, rel=1e-3)


def changed(i, j, value):
    J = ETA.clone()
    J[i, j] = value
    return J


@pytest.mark.parametrize(
    ("J", "match"),
    [
        (torch.eye(3), r"must be a \(4, 4\) matrix, not \(3, 3\)"),
        (torch.ones(4), r"must be a \(4, 4\) matrix, not \(4,\)"),
        (torch.ones(1, 4, 4), r"must be a \(4, 4\) matrix, not \(1, 4, 4\)"),
        (changed(2, 2, float("nan")), r"has an entry that is not finite"),
        (changed(0, 0, float("inf")), r"has an entry that is not finite"),
        (changed(0, 1, 0.1), r"must be symmetric; use \(J \+ Jᵀ\)/2"),
        (changed(3, 3, 0.0), "is singular: it does not see some direction"),
        (torch.ones(4, 4), "is singular"),
        (torch.zeros(4, 4), "is singular"),
    ],
)
def test_what_is_no_form_is_refused(J, match):
    with pytest.raises(InputError, match=f"the form J {match}"):
        LorentzNet(J, hidden=8)


def test_an_unknown_view_is_refused():
    match = "unknown 'angles'; an edge sees one of invariants, components, distance"
    with pytest.raises(InputError, match=match):
        LorentzNet(sees="angles")

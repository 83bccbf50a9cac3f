"""Top-tagging discovery: the samples that each method is given."""

import math
from hashlib import sha256

import numpy as np
import pytest
import torch

from liegan_book.datasets import four_momenta, store
from liegan_book.datasets.jets import storage
from liegan_book.datasets.jets.packing import pack
from liegan_book.datasets.kinematics import massless
from liegan_book.experiments import top_tagging_discovery as task
from liegan_min.equivariant.jets import Jets

LARGER = "jets-leading"
METHODS = task.TOP_TAGGING_DISCOVERY.methods
ETA = np.diag([1.0, -1, -1, -1])


def named(end):
    """The methods whose names end so; there is one at least."""
    found = [name for name in METHODS if name.endswith(end)]
    assert found, f"no method is called …{end}"
    return found


def made_up(n=300, seed=0):
    """Jets of 1 to 6 massless constituents by falling pt, half of them top."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 7, n)
    pt = np.concatenate([np.sort(rng.uniform(1, 300, c))[::-1] for c in counts])
    eta, phi = rng.uniform(-1, 1, (2, counts.sum()))
    label = rng.permutation(np.arange(n) % 2).astype(np.int8)
    p = massless(pt, eta, phi).astype(np.float32)
    return Jets(p, counts, label, np.zeros((n, 4), np.float32))


@pytest.fixture
def jets(monkeypatch):
    """Put jets of ours in the place of the committed ones, whichever are asked for."""
    ours = made_up()
    monkeypatch.setattr(task, "jets_of", lambda data: ours)
    return ours


@pytest.fixture
def few(monkeypatch):
    """Make a thousand four-momenta where a run makes a hundred thousand."""
    for name in ("massless", "events"):
        make = getattr(four_momenta, name)
        monkeypatch.setattr(four_momenta, name, lambda n, seed, make=make: make(1000, seed))


def source_of(method):
    """The samples that a method's run with a seed sees."""
    return METHODS[method].play.keywords["source"]


def listed(jets, constituents):
    """Jets with enough constituents, as a loop over plain lists."""
    rows, row = [], 0
    for count, label in zip(jets.counts, jets.label, strict=True):
        if count >= constituents:
            rows.append((jets.constituents[row : row + constituents], int(label)))
        row += count
    return rows


def split(pairs):
    return pairs.x.numpy().astype(np.float64), pairs.y.numpy()


@pytest.mark.parametrize("constituents", [1, 2, 4])
def test_a_sample_is_the_leading_constituents_of_a_jet_that_has_so_many(jets, constituents):
    pairs = task.jet_pairs("jets", constituents)
    rows = listed(jets, constituents)
    np.testing.assert_array_equal(pairs.x, [p for p, _ in rows])
    assert pairs.y.tolist() == [label for _, label in rows]
    assert pairs.y_kind == "label"
    assert pairs.classes == 2


def test_so_many_jets_are_the_first_that_have_enough_constituents(jets):
    whole, part = task.jet_pairs("jets", 3), task.jet_pairs("jets", 3, jets=50)
    assert len(whole.x) > 50
    assert torch.equal(part.x, whole.x[:50])
    assert torch.equal(part.y, whole.y[:50])


def test_the_sample_is_the_training_split_of_the_committed_one():
    whole = storage.load("train")
    found = task.jets_of("jets")
    np.testing.assert_array_equal(found.counts, whole.counts)
    np.testing.assert_array_equal(found.constituents, whole.constituents)


def test_every_method_on_jets_is_given_the_larger_set(monkeypatch):
    asked = []
    monkeypatch.setattr(task, "jets_of", lambda data: asked.append(data) or made_up())
    for name, method in METHODS.items():
        if method.data in store.NAMES:
            told = method.play.keywords.get("told")  # of those that `discover` answers
            _ = told(np.random.default_rng(0), 3) if told else source_of(name)(0)
            assert asked.pop() == method.data == LARGER


def test_the_larger_set_is_unpacked_from_its_file(monkeypatch):
    ours = made_up(20)
    monkeypatch.setattr(store, "load", {LARGER: pack(ours)}.__getitem__)
    found = task.jets_of(LARGER)
    np.testing.assert_array_equal(found.counts, ours.counts)
    np.testing.assert_array_equal(found.label, ours.label)
    scale = np.abs(ours.constituents).max()
    np.testing.assert_allclose(found.constituents, ours.constituents, atol=2e-4 * scale)


@pytest.mark.parametrize("method", [m for m in named("-shuffled") if METHODS[m].data == LARGER])
def test_shuffled_labels_keep_their_number_and_change_their_place(jets, method):
    plain, shuffled, again, other = (
        source_of(m)(s) for m, s in (("liegan", 1), (method, 1), (method, 1), (method, 2))
    )
    assert torch.equal(shuffled.x, plain.x)
    assert torch.equal(shuffled.y.bincount(), plain.y.bincount())
    # Half of the places change by chance: five standard deviations below is 0.5 - 2.5/√n.
    n = len(plain.y)
    assert abs(float((shuffled.y != plain.y).float().mean()) - 0.5) < 2.5 / math.sqrt(n)
    assert torch.equal(shuffled.y, again.y)
    assert not torch.equal(shuffled.y, other.y)


@pytest.mark.parametrize(
    ("method", "most"),
    [*((m, 1) for m in named("-heavy")), *((m, 4) for m in named("-heavier"))],
)
def test_heavy_constituents_have_masses_up_to_so_many_times_their_momentum(jets, method, most):
    plain, _ = split(source_of("liegan")(0))
    pairs, other = (source_of(method)(s) for s in (0, 1))
    heavy, label = split(pairs)
    np.testing.assert_array_equal(heavy[..., 1:], plain[..., 1:])
    np.testing.assert_array_equal(label, source_of("liegan")(0).y)
    m2 = np.einsum("nti,ij,ntj->nt", heavy, ETA, heavy)
    u = np.sqrt(np.maximum(m2, 0)) / np.linalg.norm(heavy[..., 1:], axis=-1) / most
    # u is uniform: its largest distance from a straight line, as Kolmogorov and Smirnov take it.
    u = np.sort(u.ravel())
    steps = np.arange(len(u) + 1) / len(u)
    assert max((u - steps[:-1]).max(), (steps[1:] - u).max()) < 2 / math.sqrt(len(u))
    assert u.max() < 1 + 1e-6
    assert not torch.equal(pairs.x, other.x)


@pytest.mark.parametrize("method", named("-scaled"))
def test_scaled_jets_are_in_units_of_100_gev(jets, method):
    plain, scaled = source_of("liegan")(0), source_of(method)(0)
    torch.testing.assert_close(100 * scaled.x, plain.x)
    assert torch.equal(scaled.y, plain.y)
    assert scaled.y_kind == "label"


def test_made_momenta_are_those_of_the_seed(few):
    for method, make in (
        ("held-cone", four_momenta.massless),
        ("held-events", four_momenta.events),
    ):
        p, label = split(source_of(method)(4))
        made = make(1000, 4)
        np.testing.assert_array_equal(p, made.p.astype(np.float32))
        np.testing.assert_array_equal(label, made.label)


def test_the_labels_of_made_momenta_are_shuffled_too(few):
    plain, shuffled = (source_of(m)(4) for m in ("held-events", "held-events-shuffled"))
    assert torch.equal(shuffled.x, plain.x)
    assert torch.equal(shuffled.y.bincount(), plain.y.bincount())
    assert not torch.equal(shuffled.y, plain.y)


def test_the_number_of_jets_is_that_of_the_name(monkeypatch):
    ours = made_up(15_000)
    monkeypatch.setattr(task, "jets_of", lambda data: ours)
    shapes = {
        "held-1k": (1000, 2, 4),
        "liegan-held": (int((ours.counts >= 2).sum()), 2, 4),
    }
    for method, shape in shapes.items():
        assert source_of(method)(0).x.shape == shape, method


def test_made_data_have_a_fingerprint_of_their_own_for_each_seed(few):
    made = [m for m in METHODS.values() if m.data not in store.NAMES]
    marks = [m.source("paper", seed).sha256 for m in made for seed in (1, 2)]
    assert len(set(marks)) == len(marks) >= 4
    assert marks == [m.source("paper", seed).sha256 for m in made for seed in (1, 2)]


def test_jets_are_named_by_the_checksum_of_their_file(monkeypatch):
    monkeypatch.setattr(store, "checksum", lambda name: sha256(name.encode()).hexdigest())
    for name, method in METHODS.items():
        if method.data in store.NAMES:
            assert method.source("paper", 3).sha256 == sha256(method.data.encode()).hexdigest(), (
                name
            )
    assert {m.data for m in METHODS.values()} == {LARGER, "massless", "events"}

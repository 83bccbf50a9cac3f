"""The committed jets: as many as promised, none twice, and of the law that the recipe makes."""

from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liegan_book.datasets.jets import storage
from liegan_book.datasets.jets.packing import pack
from liegan_book.datasets.jets.production import make_shard
from liegan_book.datasets.kinematics import cylindrical, massless, wrap
from liegan_min.base.errors import InputError
from liegan_min.equivariant.jets import Jets

needs_extra = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("pythia8mc", "fastjet", "awkward")),
    reason="needs the extra jets",
)

SIZES = {"train": 20_000, "validation": 5_000, "test": 10_000}


def numbered(counts, label=None):
    """Jets that can be told apart: constituents are numbered, and truth is the jet's number."""
    n, m = len(counts), sum(counts)
    label = np.arange(n) % 2 if label is None else np.asarray(label)
    return Jets(
        np.repeat(np.arange(m, dtype=np.float32)[:, None], 4, axis=1),
        np.array(counts, np.int64),
        label.astype(np.int8),
        np.repeat(np.arange(n, dtype=np.float32)[:, None], 4, axis=1),
    )


@pytest.fixture(scope="module")
def splits():
    """All committed jets."""
    return {split: storage.load(split) for split in SIZES}


def test_the_splits_have_the_promised_sizes_half_of_them_top(splits):
    assert {split: len(jets) for split, jets in splits.items()} == SIZES
    assert {split: jets.label.sum() for split, jets in splits.items()} == {
        split: n // 2 for split, n in SIZES.items()
    }


def test_no_jet_is_there_twice(splits):
    hardest = np.concatenate([jets.leading(2).reshape(-1, 8) for jets in splits.values()])
    assert len(np.unique(hardest, axis=0)) == sum(SIZES.values())
    truth = np.concatenate([jets.truth[jets.label == 1] for jets in splits.values()])
    assert len(np.unique(truth, axis=0)) == sum(SIZES.values()) // 2


def test_classes_are_in_random_order(splits):
    for jets in splits.values():
        tops = jets.label[: len(jets) // 2].sum()
        # A hypergeometric count: variance n/16.
        assert abs(tops - len(jets) / 4) < 5 * np.sqrt(len(jets) / 16)


def test_the_jets_are_those_of_the_window(splits):
    for jets in splits.values():
        p = jets.momentum()
        pt, eta, phi = cylindrical(p)
        # Packing moves pt by 1 part in 10,000.
        assert pt.min() > 550 * 0.9999
        assert pt.max() < 650 * 1.0001
        assert np.abs(eta).max() < 2.0001
        assert jets.counts.max() <= 200
        top = jets.label == 1
        assert not jets.truth[~top].any()
        _, eta_t, phi_t = cylindrical(jets.truth[top].astype(np.float64))
        assert np.hypot(eta[top] - eta_t, wrap(phi[top] - phi_t)).max() < 0.8
        mass = np.sqrt(p[:, 0] ** 2 - (p[:, 1:] ** 2).sum(1))
        assert 165 < np.median(mass[top]) < 180  # the top quark, 173 GeV
        assert 50 < np.median(mass[~top]) < 100


def test_the_direction_of_a_jet_is_any(splits):
    phi = np.concatenate([cylindrical(jets.momentum())[2] for jets in splits.values()])
    drift = np.abs(np.exp(1j * np.outer([1, 2, 3], phi)).mean(1))
    assert (drift < 5 / np.sqrt(2 * len(phi))).all()


def test_an_unknown_split_is_refused():
    with pytest.raises(InputError, match="unknown split 'dev'; there are: train, validation, test"):
        storage.load("dev")


@given(st.lists(st.integers(1, 8), max_size=10), st.integers(1, 9))
def test_keep_keeps_the_first_of_each_jet(counts, most):
    jets = numbered(counts)
    kept = jets.keep(most)
    row, expected = 0, []
    for count in counts:
        expected += list(range(row, row + min(most, count)))
        row += count
    assert kept.constituents[:, 0].tolist() == expected
    assert kept.counts.tolist() == [min(c, most) for c in counts]
    np.testing.assert_array_equal(kept.label, jets.label)
    np.testing.assert_array_equal(kept.truth, jets.truth)
    np.testing.assert_array_equal(kept.leading(most), jets.leading(most))


def test_a_split_is_found_by_its_name():
    arrays = {}
    for split, pt in (("train", 5.0), ("test", 50.0)):
        jets = numbered([2, 3])
        jets.constituents[:] = massless(np.full(5, pt), np.zeros(5), np.zeros(5))
        arrays |= {f"{split}_{name}": a for name, a in pack(jets).items()}
    for split, pt in (("train", 5.0), ("test", 50.0)):
        np.testing.assert_allclose(
            storage.of_split(arrays, split).constituents[:, 1], pt, rtol=1e-4
        )


def test_making_takes_as_many_of_each_class_in_an_order_of_the_seed(monkeypatch, tmp_path):
    whole = numbered([1] * 40, np.repeat([1, 0, 1, 0], 10))
    asked = []

    def produce(folder, jets, *, seed, workers):
        asked.append((folder, jets, seed))
        return [(whole.take(slice(k, k + 10)), np.zeros(10)) for k in range(0, 40, 10)]

    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    monkeypatch.setattr(storage, "produce", produce)
    one, two, other = (storage.make(seed, 26) for seed in (1, 1, 2))
    assert asked[0] == (tmp_path / "data" / "cache" / "jets-1", 26, 1)
    # The first 13 of each class: jets 0 to 9 and 20 to 22, and 10 to 19 and 30 to 32.
    expected = [*range(23), *range(30, 33)]
    for jets in (one, other):
        assert sorted(jets.truth[:, 0].tolist()) == expected
        assert jets.truth[:, 0].tolist() != expected
    np.testing.assert_array_equal(one.truth, two.truth)
    assert not np.array_equal(one.truth, other.truth)


def test_shards_of_different_seeds_do_not_meet():
    assert len({storage.shards(seed) for seed, _ in storage.SPLITS.values()}) == len(SIZES)


@pytest.fixture(scope="module")
def fresh():
    """What `difference` simulates: 100 jets of each class."""
    made = {}

    def make(kind, number, config, seed):
        if (kind, number, config, seed) not in made:
            made[kind, number, config, seed] = make_shard(kind, number, config, seed)
        return made[kind, number, config, seed]

    return make


def packed(jets):
    return {f"train_{name}": a for name, a in pack(jets).items()}


@needs_extra
def test_the_committed_jets_have_the_law_of_new_ones(splits, fresh, monkeypatch):
    monkeypatch.setattr(storage, "make_shard", fresh)
    # 1 in 100,000 for each of six distances, if the laws are the same.
    assert storage.difference(packed(splits["train"])) < 0.25


@needs_extra
def test_jets_of_another_law_are_told_from_new_ones(splits, fresh, monkeypatch):
    monkeypatch.setattr(storage, "make_shard", fresh)
    jets = splits["validation"]
    swapped = Jets(jets.constituents, jets.counts, 1 - jets.label, jets.truth)
    assert storage.difference(packed(swapped)) > 0.5
    harder = Jets(jets.constituents * np.float32(1.05), jets.counts, jets.label, jets.truth)
    assert storage.difference(packed(harder)) > 0.25
    assert storage.difference(packed(jets.keep(40))) > 0.25

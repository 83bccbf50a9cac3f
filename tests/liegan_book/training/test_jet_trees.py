"""Simple top taggers, on scores and columns whose best answer is known or found by trying all."""

import sys
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liegan_book.training import roc
from liegan_book.training.jet_trees import INPUTS, TreesConfig, boosted_trees, judge, mass_window
from liegan_min.base.errors import InputError, MissingExtraError

needs_sklearn = pytest.mark.skipif(find_spec("sklearn") is None, reason="needs the extra jets")

labelled = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 1)), min_size=2, max_size=30)


def split(pairs):
    """A column of scores and its labels, both classes present."""
    pairs = [*pairs, (3, 0), (5, 1)]
    return np.array([float(a) for a, _ in pairs]), np.array([b for _, b in pairs], np.int8)


def normal(rng, n, distance=1.0):
    """n jets of each class with normal scores, `distance` apart."""
    label = np.repeat(np.int8([1, 0]), n)
    return rng.normal(size=2 * n) + distance * label, label


def score(columns):
    return columns["s"]


@given(labelled)
def test_the_threshold_has_the_best_accuracy_there_is(pairs):
    s, label = split(pairs)

    def right(t):
        return np.mean((s >= t) == (label == 1))

    candidates = [*s, np.inf, -np.inf]
    assert right(roc.best_threshold(s, label)) == max(right(t) for t in candidates)


@given(labelled)
def test_the_area_is_the_share_of_pairs_in_order(pairs):
    s, label = split(pairs)
    difference = s[label == 1][:, None] - s[label == 0]
    expected = np.mean((difference > 0) + 0.5 * (difference == 0))
    assert roc.auroc(s, label)[0] == pytest.approx(expected)


@pytest.mark.parametrize("distance", [0.0, 1.0, 2.5])
def test_the_error_of_the_area_is_its_spread_over_samples(rng, distance):
    areas, errors = zip(*(roc.auroc(*normal(rng, 150, distance)) for _ in range(600)), strict=True)
    assert np.mean(errors) == pytest.approx(np.std(areas), rel=0.1)


def test_thresholds_come_from_the_validation_split():
    """The test split would like another threshold; it must not get it."""
    validation = {"s": np.array([0.0, 1.0, 2.0, 3.0])}, np.int8([0, 0, 1, 1])
    test = {"s": np.array([0.0, 1.0, 2.0, 3.0])}, np.int8([0, 1, 1, 1])
    assert judge(score, validation, test).accuracy == 0.75
    assert judge(score, test, test).accuracy == 1.0
    late = {"s": np.array([0.0, 1.0, 5.0, 6.0])}, np.int8([0, 0, 1, 1])
    assert judge(score, late, test).rejection[0.5].efficiency == 0  # set at 6, above all here


def test_rejection_counts_the_qcd_jets_that_pass():
    tops, qcd = np.arange(10.0), np.array([2.5, 4.5, 6.5, 7.5] + [0.0] * 36)
    columns = {"s": np.concatenate([tops, qcd])}
    label = np.repeat(np.int8([1, 0]), [10, 40])
    found = judge(score, (columns, label), (columns, label)).rejection
    assert (found[0.5].efficiency, found[0.5].passed, found[0.5].value) == (0.5, 2, 20)
    assert (found[0.3].efficiency, found[0.3].passed, found[0.3].value) == (0.3, 1, 40)
    assert found[0.5].low < 20 < found[0.5].high


def test_a_rejection_without_a_single_pass_has_a_lower_end_only():
    columns = {"s": np.concatenate([np.ones(5), np.zeros(1000)])}
    label = np.repeat(np.int8([1, 0]), [5, 1000])
    found = judge(score, (columns, label), (columns, label)).rejection[0.3]
    assert (found.passed, found.value, found.high) == (0, np.inf, np.inf)
    assert found.low == pytest.approx(1 / (1 - 0.16 ** (1 / 1000)))


def test_the_interval_of_a_rejection_covers_the_truth(rng):
    """One QCD jet in 200 passes: the interval holds 200 in at least 68 % of the samples."""
    held = 0
    for _ in range(400):
        passed = rng.random(2000) < 1 / 200
        s = np.concatenate([np.ones(10), passed])
        r = roc._rejection(s, np.repeat(np.int8([1, 0]), [10, 2000]), 0.5)
        held += r.low <= 200 <= r.high
    assert 0.66 < held / 400 < 0.85


def test_better_scores_are_judged_better(rng):
    weak, strong = (({"s": s}, y) for s, y in (normal(rng, 2000, 1), normal(rng, 2000, 2)))
    a, b = judge(score, weak, weak), judge(score, strong, strong)
    assert a.accuracy == pytest.approx(0.6915, abs=3 * a.accuracy_error)  # Φ(1/2)
    assert b.accuracy == pytest.approx(0.8413, abs=3 * b.accuracy_error)  # Φ(1)
    assert b.auroc == pytest.approx(0.9214, abs=3 * b.auroc_error)  # Φ(√2)
    assert b.rejection[0.5].value > a.rejection[0.5].value > 2


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_a_window_holds_the_middle_share_of_the_tops(rng, share):
    m = np.concatenate([rng.normal(172, 8, 4000), rng.gamma(3, 25, 4000)])
    label = np.repeat(np.int8([1, 0]), 4000)
    s = mass_window({"mass": m}, label)({"mass": m})
    kept = m[s >= roc.threshold_at(share, s, label)]
    ends = np.quantile(m[:4000], [0.5 - share / 2, 0.5 + share / 2])
    assert (kept.min(), kept.max()) == pytest.approx(tuple(ends), abs=0.05)
    inside = (m > ends[0]) & (m < ends[1])
    assert len(kept) == pytest.approx(inside.sum(), abs=5)


def test_the_window_is_deaf_to_qcd_and_to_all_that_is_lighter_or_heavier_than_any_top(rng):
    m = np.concatenate([rng.normal(172, 8, 300), rng.gamma(3, 25, 300)])
    label = np.repeat(np.int8([1, 0]), 300)
    grid = {"mass": np.linspace(0, 1000, 500)}
    before = mass_window({"mass": m}, label)(grid)
    assert np.array_equal(before, mass_window({"mass": m - 50 * (label == 0)}, label)(grid))
    assert before[0] == before[-1] == -0.5
    assert 165 < grid["mass"][np.argmax(before)] < 179


@needs_sklearn
def test_trees_find_a_rule_that_needs_two_columns(rng):
    a, b = rng.normal(size=(2, 3000))
    columns, label = {"a": a, "b": b}, (a * b > 0).astype(np.int8)
    train, held = ({k: v[i] for k, v in columns.items()} for i in (slice(2000), slice(2000, None)))
    right = {}
    for names in (("a",), ("a", "b")):
        s = boosted_trees(train, label[:2000], names)(held)
        right[names] = np.mean((s > 0) == (label[2000:] == 1))
    assert right["a", "b"] > 0.95
    assert right["a",] < 0.6


@needs_sklearn
def test_trees_see_the_named_columns_and_repeat_with_the_seed(rng):
    columns = {"a": rng.normal(size=500), "b": rng.normal(size=500)}
    label = (columns["a"] + rng.normal(size=500) > 0).astype(np.int8)
    first = boosted_trees(columns, label, ("a",), TreesConfig(rounds=20))
    again = boosted_trees(columns | {"b": columns["a"]}, label, ("a",), TreesConfig(rounds=20))
    assert np.array_equal(first(columns), again(columns | {"b": 0 * columns["b"]}))


@needs_sklearn
def test_a_seed_draws_which_observables_a_split_chooses_from(rng):
    columns = {name: rng.normal(size=500) for name in "abcd"}
    label = (sum(columns.values()) + rng.normal(size=500) > 0).astype(np.int8)

    def scores(features, seed):
        config = TreesConfig(rounds=20, features=features, seed=seed)
        return boosted_trees(columns, label, (*"abcd",), config)(columns)

    assert np.array_equal(scores(0.5, 0), scores(0.5, 0))
    assert not np.array_equal(scores(0.5, 0), scores(0.5, 1))
    assert np.array_equal(scores(1.0, 0), scores(1.0, 1))  # all of them: nothing is drawn


@pytest.mark.parametrize("features", [0.0, 1.1])
def test_a_share_of_observables_that_is_none_is_named(features):
    with pytest.raises(InputError, match=rf"^features: .*\(got {features}\)"):
        TreesConfig.of(features=features)


def test_every_input_is_an_observable():
    pytest.importorskip("fastjet")
    from liegan_book.datasets.jets import observables as jet_observables
    from tests.liegan_book.datasets.jets.test_jet_observables import PLACES, SHARES, jet, jets_of

    columns = jet_observables.features(jets_of([jet(SHARES, PLACES)]))
    assert set(INPUTS["all"]) == set(columns)
    assert all(set(names) <= set(INPUTS["all"]) for names in INPUTS.values())


@pytest.mark.parametrize(
    ("columns", "label", "message"),
    [
        ({"a": np.zeros(3)}, [0, 1], "3 jets and 2 labels"),
        ({"a": np.zeros(2)}, [1, 1], "labels must be 0"),
        ({"a": np.zeros(2)}, [0, 2], "labels must be 0"),
        ({"b": np.zeros(2)}, [0, 1], "no column 'a'; there are: b"),
    ],
)
def test_unfit_columns_are_refused(columns, label, message):
    with pytest.raises(InputError, match=message):
        boosted_trees(columns, np.int8(label), ("a",))


def test_without_the_extra_the_error_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    with pytest.raises(MissingExtraError, match=r"sklearn.*liegan-min\[jets\]"):
        boosted_trees({"a": np.zeros(2)}, np.int8([0, 1]), ("a",))

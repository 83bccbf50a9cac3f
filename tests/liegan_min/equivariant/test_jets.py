"""Ragged jets, against loops over plain lists."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liegan_book.datasets.kinematics import cylindrical, massless, wrap
from liegan_book.datasets.top_tagging import as_jets
from liegan_min.base.errors import InputError
from liegan_min.equivariant.jets import Jets

PHI = st.floats(-3.14, 3.14)
SHAPES = st.lists(st.integers(1, 9), max_size=12)


def ragged(counts, seed=0):
    """Return jets of random numbers, and the same jets as a list of (constituents, label, top)."""
    rng = np.random.default_rng(seed)
    parts = [rng.normal(size=(c, 4)).astype(np.float32) for c in counts]
    label = rng.integers(0, 2, len(counts)).astype(np.int8)
    truth = rng.normal(size=(len(counts), 4)).astype(np.float32)
    whole = np.concatenate([np.zeros((0, 4), np.float32), *parts])
    jets = Jets(whole, np.array(counts, np.int64), label, truth)
    return jets, list(zip(parts, label, truth, strict=True))


def same(jets, expected):
    """Whether jets are those of a list."""
    assert len(jets) == len(expected)
    row = 0
    for i, (part, label, truth) in enumerate(expected):
        assert jets.counts[i] == len(part)
        assert jets.starts[i] == row
        np.testing.assert_array_equal(jets.constituents[row : row + len(part)], part)
        assert jets.label[i] == label
        np.testing.assert_array_equal(jets.truth[i], truth)
        row += len(part)
    assert row == len(jets.constituents)


@given(SHAPES, st.integers(1, 12))
def test_leading_is_the_first_of_each_jet_and_then_zeros(counts, n):
    jets, listed = ragged(counts)
    expected = np.zeros((len(counts), n, 4), np.float32)
    for i, (part, _, _) in enumerate(listed):
        for j in range(min(n, len(part))):
            expected[i, j] = part[j]
    found = jets.leading(n)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, expected)


@given(SHAPES)
def test_momentum_is_the_sum_over_a_jet(counts):
    jets, listed = ragged(counts)
    found = jets.momentum()
    assert found.shape == (len(counts), 4)
    assert found.dtype == np.float64
    for row, (part, _, _) in zip(found, listed, strict=True):
        expected = [sum(float(c[k]) for c in part) for k in range(4)]
        np.testing.assert_allclose(row, expected, atol=1e-12)


@given(SHAPES, st.data())
def test_take_picks_jets_by_row_repeats_and_all(counts, data):
    jets, listed = ragged(counts)
    row = st.integers(-len(counts), max(len(counts) - 1, 0))
    rows = data.draw(st.lists(row, max_size=15 * bool(counts)))
    same(jets.take(np.array(rows, np.intp)), [listed[r] for r in rows])


@given(SHAPES, st.data())
def test_take_picks_jets_by_mask_and_by_slice(counts, data):
    jets, listed = ragged(counts)
    mask = data.draw(st.lists(st.booleans(), min_size=len(counts), max_size=len(counts)))
    same(jets.take(np.array(mask, bool)), [x for x, m in zip(listed, mask, strict=True) if m])
    part = data.draw(st.slices(len(counts)))
    same(jets.take(part), listed[part])


@given(st.lists(SHAPES, min_size=1, max_size=4))
def test_join_puts_jets_end_to_end(shapes):
    made = [ragged(counts, seed) for seed, counts in enumerate(shapes)]
    same(Jets.join([jets for jets, _ in made]), [x for _, listed in made for x in listed])


@given(SHAPES, st.integers(1, 12))
def test_condensing_sums_up_all_but_the_leading(counts, most):
    """A jet of one constituent more than that is its own sum."""
    jets, listed = ragged(counts)
    expected = []
    for part, label, truth in listed:
        rest = part[most:].astype(np.float64).sum(0, keepdims=True).astype(np.float32)
        short = part if len(part) <= most else np.concatenate([part[:most], rest])
        expected.append((short, label, truth))
    same(jets.condense(most), expected)


@given(SHAPES, st.integers(1, 12))
def test_condensing_keeps_the_momentum_and_short_jets(counts, most):
    jets, _ = ragged(counts)
    short = jets.condense(most)
    np.testing.assert_allclose(short.momentum(), jets.momentum(), rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(short.leading(most), jets.leading(most))
    assert short.counts.max(initial=0) <= most + 1
    fits = jets.counts <= most + 1
    same_of = (x.take(fits).constituents for x in (short, jets))
    np.testing.assert_array_equal(*same_of)


@given(SHAPES, st.integers(1, 12))
def test_padded_undoes_leading(counts, n):
    """But for the truth, which a padded array does not tell."""
    jets, listed = ragged(counts)
    same(
        as_jets(jets.leading(n), jets.label),
        [(part[:n], label, np.zeros(4)) for part, label, _ in listed],
    )


def test_padding_is_left_out_wherever_it_stands():
    p = np.zeros((2, 3, 4), np.float32)
    p[0, 1], p[1, 0], p[1, 2] = 1, 2, 3
    jets = as_jets(p, np.array([1, 0], np.int8))
    assert jets.counts.tolist() == [1, 2]
    assert jets.constituents[:, 0].tolist() == [1, 2, 3]


def test_padded_arrays_that_are_no_jets_are_refused():
    p, label = ragged([2, 3])[0].leading(3), np.zeros(2, np.int8)
    with pytest.raises(InputError, match=r"must be \(n, most, 4\), not \(2, 12\)"):
        as_jets(p.reshape(2, 12), label)
    with pytest.raises(InputError, match=r"must be \(n, most, 4\), not \(2, 4, 3\)"):
        as_jets(p.transpose(0, 2, 1), label)
    with pytest.raises(InputError, match=r"2 counts need label \(2,\).*not \(1,\)"):
        as_jets(p, label[:1])
    p[1] = 0
    with pytest.raises(InputError, match="jet 1 has no constituent; drop it"):
        as_jets(p, label)


@pytest.mark.parametrize("most", [0, -1])
def test_condensing_to_less_than_one_is_refused(most):
    with pytest.raises(InputError, match=f"at least 1, not {most}"):
        ragged([2])[0].condense(most)


def test_nothing_to_join_and_no_leading_are_refused():
    with pytest.raises(InputError, match="no jets to join"):
        Jets.join([])
    with pytest.raises(InputError, match="at least 1, not 0"):
        ragged([2])[0].leading(0)


def test_arrays_that_do_not_fit_are_refused():
    jets, _ = ragged([2, 3])
    with pytest.raises(InputError, match=r"2 counts need label \(2,\).*not \(1,\)"):
        Jets(jets.constituents, jets.counts, jets.label[:1], jets.truth)
    with pytest.raises(InputError, match=r"truth \(2, 4\), not \(2,\) and \(2, 3\)"):
        Jets(jets.constituents, jets.counts, jets.label, jets.truth[:, :3])
    with pytest.raises(InputError, match=r"add up to 5 constituents, not to the \(4, 4\)"):
        Jets(jets.constituents[:4], jets.counts, jets.label, jets.truth)
    with pytest.raises(InputError, match="jet 1 has no constituent"):
        Jets(jets.constituents, np.array([5, 0]), jets.label, jets.truth)


def test_the_printed_form_says_sizes():
    jets = Jets(np.zeros((6, 4), np.float32), np.array([1, 2, 3]), np.array([1, 0, 0], np.int8),
                np.zeros((3, 4), np.float32))  # fmt: skip
    assert repr(jets) == "Jets(1 top, 2 QCD, 6 constituents)"


@given(st.floats(1e-3, 1e4), st.floats(-6, 6), PHI)
def test_massless_and_cylindrical_undo_each_other(pt, eta, phi):
    p = massless(np.array(pt), np.array(eta), np.array(phi))
    assert p[0] ** 2 == pytest.approx((p[1:] ** 2).sum(), rel=1e-12)
    theta = 2 * np.arctan(np.exp(-eta))  # the definition of pseudorapidity
    assert p[3] == pytest.approx(p[0] * np.cos(theta), rel=1e-9, abs=1e-9 * p[0])
    np.testing.assert_allclose(cylindrical(p), (pt, eta, phi), rtol=1e-9, atol=1e-12)


@given(PHI, st.integers(-3, 3))
def test_wrap_takes_away_whole_turns(phi, turns):
    assert wrap(np.array(phi + turns * 2 * np.pi)) == pytest.approx(phi, abs=1e-9)


def test_wrap_has_its_seam_at_half_a_turn():
    np.testing.assert_allclose(
        wrap(np.array([np.pi, -np.pi, 3.5])), [-np.pi, -np.pi, 3.5 - 2 * np.pi]
    )

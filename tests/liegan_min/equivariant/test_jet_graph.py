"""Jets as graphs: places, blocks and edges, against loops over plain lists."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from liegan_min.base.errors import InputError
from liegan_min.equivariant.jet_graph import JetGraphs
from liegan_min.equivariant.jets import Jets
from tests.helpers import lorentznet_reference as reference
from tests.helpers.tagger_cases import as_jets, everything, random_jets, within

COUNTS = st.lists(st.integers(1, 12), min_size=1, max_size=8)
BUDGET = st.sampled_from([1, 30, 200, 10_000])
BEAMS = st.booleans()


def nodes_of(graphs):
    """Return the four-momenta of each jet of a batch, without its padding."""
    real = graphs.real.bool()[:, 0]
    return [graphs.p[real & (graphs.owner == jet)] for jet in range(len(graphs.counts))]


@given(COUNTS, BUDGET, BEAMS)
def test_a_batch_holds_each_jet_its_beams_first_and_then_zeros(counts, most, beams):
    jets = random_jets(counts)
    graphs, rows = within(most, jets, beams, dtype=torch.float32)
    assert sorted(rows) == list(range(len(counts)))
    parts = np.split(jets.constituents, np.cumsum(counts)[:-1])
    extra = reference.BEAMS if beams else reference.BEAMS[:0]
    for row, found in zip(rows, nodes_of(graphs), strict=True):
        np.testing.assert_array_equal(found.numpy(), np.concatenate([extra, parts[row]]))
    assert graphs.counts.tolist() == sorted(n + len(extra) for n in counts)
    assert int(graphs.real.sum()) == int(graphs.counts.sum())
    assert not graphs.p[graphs.real[:, 0] == 0].any()
    assert int(graphs.beam.sum()) == len(counts) * len(extra)
    if beams:
        expected = np.tile(reference.BEAMS, (len(counts), 1))
        np.testing.assert_array_equal(graphs.p[graphs.beam].numpy(), expected)


@given(COUNTS, BUDGET, BEAMS)
def test_blocks_keep_to_the_budget_and_are_not_cut_without_need(counts, most, beams):
    graphs, _ = within(most, random_jets(counts), beams)
    shapes = [block.shape for block in graphs.blocks]
    sizes = iter(graphs.counts.tolist())
    parts = [[next(sizes) for _ in range(b)] for b, _ in shapes]
    assert sum(b for b, _ in shapes) == len(counts)
    for part, (b, n) in zip(parts, shapes, strict=True):
        assert n == max(part)
        assert b * n * n <= most or b == 1
    for part, following in pairwise(parts):
        assert (len(part) + 1) * following[0] ** 2 > most


@given(COUNTS, BUDGET, BEAMS)
def test_edges_join_every_two_nodes_of_a_jet(counts, most, beams):
    graphs, _ = within(most, random_jets(counts), beams)
    sizes = iter(graphs.counts.tolist())
    for block in graphs.blocks:
        b, n = block.shape
        assert block.edges.shape == (b, n, n)
        assert block.others.shape == (b, n, 1)
        for jet in range(b):
            size = next(sizes)
            for i in range(n):
                joined = [float(j != i and max(i, j) < size) for j in range(n)]
                assert block.edges[jet, i].tolist() == joined
                assert block.others[jet, i].item() == max(sum(joined), 1)


@given(COUNTS, BUDGET)
def test_split_cuts_into_blocks_and_sum_leaves_padding_out(counts, most):
    graphs, _ = within(most, random_jets(counts))
    x = torch.randn(len(graphs.p), 3, generator=torch.Generator().manual_seed(0)).double()
    parts = graphs.split(x)
    assert [part.shape for part in parts] == [(*block.shape, 3) for block in graphs.blocks]
    assert torch.equal(torch.cat([part.flatten(0, 1) for part in parts]), x)
    sums, place, jet = graphs.sum(x), 0, 0
    for b, n in (block.shape for block in graphs.blocks):
        for _ in range(b):
            expected = x[place : place + int(graphs.counts[jet])].sum(0)
            torch.testing.assert_close(sums[jet], expected)
            place, jet = place + n, jet + 1


def test_any_rows_may_be_taken_and_labels_stay_with_them():
    jets = random_jets([3, 1, 2])
    graphs = JetGraphs(jets)
    assert len(graphs) == 3
    batch, rows = graphs.batch(np.array([2, 0, 2]))
    assert rows.tolist() == [2, 2, 0]
    assert batch.counts.tolist() == [4, 4, 5]
    assert torch.equal(nodes_of(batch)[0], nodes_of(batch)[1])
    assert graphs.label[torch.from_numpy(rows)].tolist() == [0, 0, 0]
    assert graphs.label.tolist() == [0, 1, 0]


@pytest.mark.parametrize(("rest", "shorten"), [(False, Jets.keep), (True, Jets.condense)])
def test_of_each_jet_the_leading_constituents_are_kept(rest, shorten):
    jets = random_jets([5, 2, 1, 8])
    found, rows = everything(jets, constituents=3, rest=rest)
    expected, same_rows = everything(shorten(jets, 3))
    assert rows.tolist() == same_rows.tolist()
    assert torch.equal(found.p, expected.p)
    whole, _ = everything(jets)
    assert torch.equal(everything(jets, constituents=8)[0].p, whole.p)
    first = {int(row): nodes for row, nodes in zip(rows, nodes_of(found), strict=True)}
    np.testing.assert_array_equal(first[0][2:5].float().numpy(), jets.constituents[:3])


def test_moved_moves_all_jets_by_one_or_each_by_its_own():
    graphs, _ = within(40, random_jets([3, 1, 6, 2]))
    assert len(graphs.blocks) > 1
    rng = torch.Generator().manual_seed(0)
    g = torch.randn(4, 4, 4, generator=rng, dtype=torch.float64)
    own, one = graphs.moved(g), graphs.moved(g[1])
    for place, (p, jet) in enumerate(zip(graphs.p, graphs.owner, strict=True)):
        torch.testing.assert_close(own.p[place], g[jet] @ p)
        torch.testing.assert_close(one.p[place], g[1] @ p)
    for moved, still in [(own, graphs.moved(g, False)), (one, graphs.moved(g[1], False))]:
        assert torch.equal(still.p[graphs.beam], graphs.p[graphs.beam])
        assert torch.equal(still.p[~graphs.beam], moved.p[~graphs.beam])
        assert still.blocks is graphs.blocks


def test_to_changes_the_type_of_every_number():
    graphs, _ = everything(random_jets([3, 2]), dtype=torch.float32)
    wide = graphs.to(torch.float64)
    numbers = [wide.p, wide.real, wide.blocks[0].edges, wide.blocks[0].others]
    assert {x.dtype for x in numbers} == {torch.float64}
    assert torch.equal(wide.p.float(), graphs.p)
    assert graphs.p.dtype == torch.float32


def damaged(value):
    jets = random_jets([2, 3, 1])
    jets.constituents[3] = value  # the second constituent of jet 1
    return jets


@pytest.mark.parametrize(
    "value", [np.nan, np.inf, (1, 0, 0, np.nan), (np.inf, 1, 0, 0), 0], ids=str
)
def test_a_momentum_that_is_none_is_refused(value):
    match = "jet 1 has a four-momentum that is zero or not finite; drop the constituent, or the jet"
    with pytest.raises(InputError, match=match):
        JetGraphs(damaged(value))
    assert len(JetGraphs(damaged(value), constituents=1)) == 3  # it is not among the leading ones


def test_an_empty_set_an_empty_batch_and_an_empty_jet_are_refused():
    with pytest.raises(InputError, match="there are no jets; give at least one"):
        JetGraphs(as_jets([]))
    with pytest.raises(InputError, match="a batch needs at least one jet"):
        JetGraphs(random_jets([2])).batch(np.array([], np.intp))
    with pytest.raises(InputError, match="jet 1 has no constituent; drop it"):
        random_jets([2, 0, 3])


@pytest.mark.parametrize("constituents", [0, -3])
@pytest.mark.parametrize("rest", [False, True])
def test_jets_without_constituents_are_refused(constituents, rest):
    with pytest.raises(InputError, match=f"constituents must be at least 1, not {constituents}"):
        JetGraphs(random_jets([2]), constituents, rest=rest)

"""Packed jets: what the 16 bits lose, and what cannot be packed or unpacked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liegan_book.datasets.jets.packing import pack, unpack
from liegan_min.base.errors import DamagedFileError, InputError
from liegan_min.equivariant.jets import Jets

#: Coordinates inside a jet of radius 0.8.
INSIDE = st.floats(-0.7, 0.7)
CONSTITUENT = st.tuples(st.floats(0.05, 600), INSIDE, INSIDE)
JET = st.lists(CONSTITUENT, min_size=1, max_size=200)
#: Of the jet: η and φ, to all the way around.
AXIS = st.tuples(st.floats(-2, 2), st.floats(-np.pi, np.pi))


def momenta(pt, eta, phi):
    """Massless four-momenta, by way of the polar angle."""
    theta = 2 * np.arctan(np.exp(-eta))
    e = pt / np.sin(theta)
    return np.stack([e, pt * np.cos(phi), pt * np.sin(phi), e * np.cos(theta)], axis=-1)


def jets_of(parts):
    """Jets of given constituents, (pt, eta, phi) each, labelled in turn."""
    p = [momenta(*np.array(sorted(part, reverse=True), float).T) for part in parts]
    n = len(parts)
    truth = np.arange(4 * n, dtype=np.float32).reshape(n, 4)
    label = (np.arange(n) % 2).astype(np.int8)
    whole = np.concatenate([np.zeros((0, 4)), *p]).astype(np.float32)
    return Jets(whole, np.array([len(x) for x in p], np.int64), label, truth)


def sprays(n, seed=0):
    """Jets as they come: a few hard constituents, many soft ones, a total pt near 600 GeV."""
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(n):
        size = rng.integers(10, 200)
        pt = rng.pareto(1.0, size) + 0.01
        eta, phi = rng.uniform(-2, 2), rng.uniform(-np.pi, np.pi)
        near = rng.normal(0, 0.25, (2, size)).clip(-0.75, 0.75)
        parts.append(np.stack([600 * pt / pt.sum() + 0.05, eta + near[0], phi + near[1]], axis=1))
    return jets_of([part.tolist() for part in parts])


def mass(jets):
    p = np.array([x.astype(float).sum(0) for x in np.split(jets.constituents, jets.starts[1:])])
    return np.sqrt(np.maximum(p[:, 0] ** 2 - (p[:, 1:] ** 2).sum(1), 0))


def assert_close(old, new):
    """Whether jets are the same but for what 16 bits lose."""
    np.testing.assert_array_equal(new.counts, old.counts)
    np.testing.assert_array_equal(new.label, old.label)
    np.testing.assert_array_equal(new.truth, old.truth)
    assert (new.constituents.dtype, new.counts.dtype) == (np.float32, np.int64)
    a, b = old.constituents.astype(float), new.constituents.astype(float)
    pt_a, pt_b = np.hypot(a[:, 1], a[:, 2]), np.hypot(b[:, 1], b[:, 2])
    assert np.abs(pt_b / pt_a - 1).max(initial=0) < 1e-4
    # Of two directions: what lies between the unit vectors, seen across the beam and along it.
    across = (a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1]) / (pt_a * pt_b)
    assert np.abs(across).max(initial=0) < 3e-5
    eta = np.arcsinh(b[:, 3] / pt_b) - np.arcsinh(a[:, 3] / pt_a)
    assert np.abs(eta).max(initial=0) < 3e-5
    np.testing.assert_allclose(b[:, 0], np.sqrt((b[:, 1:] ** 2).sum(1)), rtol=3e-7)
    for part in np.split(pt_b, new.starts[1:]):
        # Equal momenta stay equal but for the last bit of a float32.
        assert (np.diff(part) <= 2e-7 * part[:-1]).all()


@given(st.lists(st.tuples(JET, AXIS), max_size=5))
def test_a_jet_comes_back_but_for_what_the_steps_lose(made):
    parts = [[(pt, eta + e, phi + f) for pt, e, f in jet] for jet, (eta, phi) in made]
    jets = jets_of(parts)
    assert_close(jets, unpack(pack(jets)))


def test_the_mass_of_a_jet_hardly_moves():
    jets = sprays(300)
    back = unpack(pack(jets))
    assert_close(jets, back)
    assert np.abs(mass(back) - mass(jets)).max() < 0.05
    assert np.median(mass(jets)) > 20  # so that there was something to move


def test_a_constituent_takes_six_bytes():
    arrays = pack(sprays(5))
    assert [arrays[k].dtype for k in ("log_pt", "d_eta", "d_phi", "counts")] == ["u2"] * 3 + ["u1"]


def test_the_order_of_falling_pt_survives_ties():
    # 1 part in 100,000 is less than a step: all these fall on two steps or one.
    jets = jets_of([[(100 * (1 - 1e-5 * k), 0.1 * k, 0.0) for k in range(5)]])
    back = unpack(pack(jets)).constituents
    np.testing.assert_allclose(np.arcsinh(back[:, 3] / back[:, 1]), 0.1 * np.arange(5), atol=1e-4)


@pytest.mark.parametrize(
    ("constituent", "message"),
    [
        ((0.005, 0.0, 0.0), "log pt from -5.3 to .* leaves the range -4.61 to 7.6"),
        ((2500.0, 0.0, 0.0), "log pt from .* to 7.82 leaves the range"),
        ((1.0, 1.7, 0.0), "Δη from .* to 1.7 leaves the range -1.6 to 1.6"),
        ((1.0, 0.0, -1.7), "Δφ from -1.7 to .* leaves the range"),
    ],
)
def test_what_leaves_the_range_of_16_bits_is_refused(constituent, message):
    with pytest.raises(InputError, match=message):
        pack(jets_of([[(1500.0, 0.0, 0.0), constituent]]))


@pytest.mark.parametrize("count", [256, 300])
def test_more_constituents_than_a_byte_counts_are_refused(count):
    with pytest.raises(InputError, match=rf"{count}.*255"):
        pack(jets_of([[(5.0, 0.0, 0.0)] * count]))


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_a_constituent_without_a_momentum_is_refused(bad):
    jets = jets_of([[(5.0, 0.0, 0.0), (4.0, 0.1, 0.0)]])
    jets.constituents[1] = bad
    with pytest.raises(InputError, match="log pt"):
        pack(jets)


def test_a_missing_array_is_named():
    arrays = pack(sprays(3))
    del arrays["d_phi"], arrays["truth"]
    with pytest.raises(DamagedFileError, match="packed jets lack the arrays d_phi, truth"):
        unpack(arrays)


@pytest.mark.parametrize("name", ["log_pt", "d_eta", "d_phi", "counts", "axis", "label", "truth"])
def test_arrays_of_unequal_length_are_refused(name):
    arrays = pack(sprays(3))
    with pytest.raises(DamagedFileError, match="do not fit together"):
        unpack({**arrays, name: arrays[name][:-1]})


def test_a_jet_without_constituents_is_damage():
    arrays = pack(sprays(2))
    arrays["counts"] = np.array([0, arrays["counts"].sum()], np.int64)
    with pytest.raises(DamagedFileError, match="do not fit together"):
        unpack(arrays)


def test_no_jets_at_all_survive():
    assert len(unpack(pack(jets_of([])))) == 0

"""Simulated jets, against event records made by hand, and those that Pythia itself shows."""

import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from liegan_book.datasets.jets import simulate
from liegan_book.datasets.jets.events import Events, matched_top
from liegan_book.datasets.jets.simulate import JetConfig, charges
from liegan_book.datasets.kinematics import cylindrical, massless, wrap
from liegan_min.base.errors import InputError, MissingExtraError

EXTRA = ("pythia8mc", "fastjet", "awkward")
needs_extra = pytest.mark.skipif(
    any(find_spec(name) is None for name in EXTRA), reason="needs the extra jets"
)


#: Three events, particle by particle: (code, its first daughter within the event, or 0).
RECORD = [
    # t and its recoil copies; b before W, and W recoils once before it decays. The W of the
    # other one comes first.
    [(90, 0), (6, 3), (-6, 7), (6, 4), (6, 5), (5, 0), (24, 9), (-24, 10), (-5, 0), (24, 12),
     (1, 0), (-2, 0), (4, 0), (-3, 0)],
    # No top at all.
    [(90, 0), (21, 3), (21, 0), (2, 0)],
    # t to W s is not a top that is looked for; the other one is.
    [(90, 0), (6, 3), (-6, 5), (24, 7), (3, 0), (-24, 9), (-5, 0), (2, 0), (-1, 0), (3, 0),
     (-4, 0)],
]  # fmt: skip


def by_hand(momenta=None):
    """The record above, with rows counted over all events."""
    starts = np.cumsum([0] + [len(e) for e in RECORD[:-1]])
    pdg = np.array([code for e in RECORD for code, _ in e])
    own = np.arange(len(pdg))
    first = np.array([d + s if d else 0 for e, s in zip(RECORD, starts, strict=True) for _, d in e])
    daughter = np.where(first > 0, first, own)
    p = np.zeros((len(pdg), 4)) if momenta is None else momenta
    return Events(p, pdg, np.ones(len(pdg), bool), daughter, starts, np.zeros(len(starts)))


def test_tops_are_found_behind_their_copies():
    record = by_hand()
    tops, quarks = record.tops()
    np.testing.assert_array_equal(tops, [2, 4, 18 + 2])
    np.testing.assert_array_equal(quarks, [[8, 10, 11], [5, 12, 13], [18 + 6, 18 + 9, 18 + 10]])
    np.testing.assert_array_equal(record.event_of(np.arange(29)), [0] * 14 + [1] * 4 + [2] * 11)
    np.testing.assert_array_equal(record.last_copy(np.array([1, 3, 6, 7])), [4, 4, 9, 7])


def test_a_top_matches_when_it_and_its_three_quarks_are_inside():
    axis = np.array([[1.0, 1.0, 0.0, 0.0]])
    record = by_hand(np.tile(axis, (29, 1)))  # everything lies along the axis ...

    def turn(row, eta, phi):
        record.p[row] = massless(np.array(50.0), np.array(eta), np.array(phi))

    for row in (4, 5, 12, 13):  # ... but the first event's t and its quarks, which go back
        turn(row, 0.0, 3.1)
    back = massless(np.ones(1), np.zeros(1), np.array([-3.1]))  # near them, across the seam of φ
    axes, events = np.concatenate([axis, back, axis, axis]), np.array([0, 0, 1, 2])
    np.testing.assert_array_equal(matched_top(record, axes, events, 0.8), [2, 4, -1, 20])
    np.testing.assert_array_equal(matched_top(record, axes[1:2], events[3:], 0.8), [-1])
    for row in (2, 8, 10, 11):  # one of the four outside is enough; 0.85 away, by η and φ together
        kept = record.p[row].copy()
        turn(row, 0.6, 0.6)
        found = [matched_top(record, axis, events[:1], radius)[0] for radius in (0.8, 0.9)]
        assert found == [-1, 2]
        record.p[row] = kept


@needs_extra
@pytest.mark.parametrize("kind", ["top", "qcd"])
def test_a_batch_is_what_pythia_says_event_by_event(kind):
    record = Events.of(simulate._pythia(kind, JetConfig(), 7).nextBatch(4))
    pythia = simulate._pythia(kind, JetConfig(), 7)
    start = 0
    tops, quarks = [], []
    for n in range(4):
        assert pythia.next()
        event = pythia.event
        size = event.size()
        rows = slice(start, start + size)
        assert record.starts[n] == start
        assert record.pt_hat[n] == pytest.approx(pythia.infoPython().pTHat())
        assert record.pt_hat[n] >= 400
        shown = [event[i] for i in range(size)]
        p = [(x.e(), x.px(), x.py(), x.pz()) for x in shown]
        np.testing.assert_allclose(record.p[rows], p, rtol=1e-12)
        np.testing.assert_array_equal(record.pdg[rows], [x.id() for x in shown])
        for i, one in enumerate(shown):
            if abs(one.id()) != 6:
                continue
            below = [d for d in one.daughterList() if d]
            if not any(event[d].id() == one.id() for d in below):
                w, b = sorted(below, key=lambda d: -abs(event[d].id()))
                tops.append(start + i)
                while any(event[d].id() == event[w].id() for d in event[w].daughterList()):
                    (w,) = (d for d in event[w].daughterList() if event[d].id() == event[w].id())
                quarks.append([start + d for d in (b, *event[w].daughterList())])
        final = np.array([x.isFinal() for x in shown])
        np.testing.assert_array_equal(record.final[rows], final)
        total = record.p[rows][final].sum(0)
        np.testing.assert_allclose(total, [14_000, 0, 0, 0], atol=0.01)
        assert charges(pythia, record.pdg[rows][final]).sum() == pytest.approx(2)  # of two protons
        start += size
    assert start == len(record.p)
    found = record.tops()
    assert len(tops) == (8 if kind == "top" else 0)
    np.testing.assert_array_equal(found[0], tops)
    np.testing.assert_array_equal(found[1], np.reshape(quarks, (-1, 3)))


def first_batch(kind, seed=3, **settings):
    """The first batch of jets, a small one: some 10 to 20."""
    config, source = JetConfig.of(**settings), np.random.SeedSequence(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulate, "_BATCH", 120)
        return next(simulate.batches(kind, config, source))


@pytest.fixture(scope="module")
def made():
    """A batch of each kind."""
    for name in EXTRA:
        pytest.importorskip(name)
    return {kind: first_batch(kind) for kind in ("top", "qcd")}


def check_jets(jets, pt_hat, kind):
    """Whether jets are as promised."""
    assert len(jets) > 5
    p = jets.momentum()
    pt, eta, phi = cylindrical(p)
    assert ((pt > 550 * (1 - 1e-5)) & (pt < 650 * (1 + 1e-5))).all()
    assert (np.abs(eta) < 2 + 1e-5).all()
    assert (jets.label == (kind == "top")).all()
    assert jets.counts.max() <= 200
    c = jets.constituents.astype(np.float64)
    assert jets.constituents.dtype == np.float32
    np.testing.assert_allclose(c[:, 0], np.linalg.norm(c[:, 1:], axis=1), rtol=3e-7)
    own = np.repeat(np.arange(len(jets)), jets.counts)
    fall = np.diff(cylindrical(c)[0])
    assert (fall[np.diff(own) == 0] <= 1e-4).all()
    assert len(pt_hat) == len(jets)
    assert (pt_hat >= 400).all()
    if kind == "qcd":
        assert not jets.truth.any()
        return
    e, *q = jets.truth.astype(np.float64).T
    mass = np.sqrt(e**2 - np.sum(np.square(q), axis=0))
    assert np.abs(np.median(mass) - 172.5) < 1.5  # GeV; the width is 1.4
    _, eta_t, phi_t = cylindrical(jets.truth.astype(np.float64))
    assert (np.hypot(eta - eta_t, wrap(phi - phi_t)) < 0.8).all()
    jet_mass = np.sqrt(p[:, 0] ** 2 - (p[:, 1:] ** 2).sum(1))
    assert 140 < np.median(jet_mass) < 205


@pytest.mark.parametrize("kind", ["top", "qcd"])
def test_jets_are_those_of_the_window(made, kind):
    check_jets(*made[kind], kind)


def test_the_seed_decides_and_fewer_constituents_are_the_leading_ones(made):
    jets, pt_hat = made["top"]
    again, pt_hat_again = first_batch("top", constituents=20)
    np.testing.assert_array_equal(pt_hat, pt_hat_again)
    np.testing.assert_array_equal(jets.truth, again.truth)
    np.testing.assert_array_equal(again.counts, np.minimum(jets.counts, 20))
    np.testing.assert_array_equal(again.leading(30)[:, :20], jets.leading(20))
    again, _ = first_batch("qcd")
    np.testing.assert_array_equal(again.constituents, made["qcd"][0].constituents)
    np.testing.assert_array_equal(again.counts, made["qcd"][0].counts)
    other, _ = first_batch("qcd", seed=4)
    assert not np.array_equal(other.leading(1)[:5], again.leading(1)[:5])


@pytest.mark.parametrize("name", ["pythia8mc", "fastjet", "awkward"])
def test_without_the_extra_the_error_names_it(monkeypatch, name):
    for other in EXTRA:
        pytest.importorskip(other)
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=rf"{name}; install it with: .*liegan-min\[jets\]"):
        first_batch("qcd")


def test_importing_needs_no_extra():
    block = "".join(f"sys.modules[{name!r}] = None; " for name in EXTRA)
    code = f"import sys; {block}import liegan_book.datasets.jets.storage"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_empty_window_is_refused():
    with pytest.raises(InputError, match="pt_min must be below pt_max"):
        JetConfig.of(pt_min=650, pt_max=550)


@needs_extra
def test_settings_that_pythia_cannot_start_with_are_said():
    with pytest.raises(RuntimeError, match="Pythia could not start"):
        first_batch("qcd", pt_hat_min=8000.0)

"""The detector response, against the numbers of the ATLAS card and on events of a few particles.

Every test with chance in it allows five standard deviations.
"""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import lognorm

from liegan_book.datasets.jets.detector import Particles, energy_flow, impact
from liegan_book.datasets.kinematics import cylindrical, massless, wrap

ELECTRON, MUON, PHOTON, PION, NEUTRON, K_SHORT = 11, 13, 22, 211, 2112, 310
MASS = {ELECTRON: 0.000511, MUON: 0.10566, PHOTON: 0.0, PION: 0.13957, NEUTRON: 0.93957,
        K_SHORT: 0.49761}  # fmt: skip
CHARGE = {ELECTRON: -1.0, MUON: -1.0, PION: 1.0}


def particles(pdg, pt, eta, phi=0.3, event=None):
    """Particles of one kind; by default each in its own event."""
    pt, eta, phi = np.broadcast_arrays(np.atleast_1d(np.asarray(pt, float)), eta, phi)
    p = massless(pt, eta, phi)
    p[:, 0] = np.hypot(p[:, 0], MASS[pdg])
    n = len(p)
    event = np.arange(n) if event is None else np.full(n, event)
    return Particles(p, np.full(n, pdg), np.full(n, CHARGE.get(pdg, 0.0)), event)


def in_direction_of(objects, events, source):
    """Whether each object points exactly where its event's only particle went: it is a track."""
    _, eta, phi = cylindrical(objects)
    _, eta_0, phi_0 = cylindrical(source.p[events])
    return (np.abs(eta - eta_0) < 1e-9) & (np.abs(wrap(phi - phi_0)) < 1e-9)


def within(count, n, chance):
    """Whether a count of n trials is one that this chance gives."""
    return abs(count - n * chance) <= 5 * np.sqrt(n * chance * (1 - chance)) + 1e-9


# Tracks: kind, pt, eta, chance. The card's table, both sides of every edge.
EFFICIENCY = [
    (PION, 0.09, 0.3, 0.0), (PION, 0.5, 1.4, 0.70), (PION, 0.5, 1.6, 0.60),
    (PION, 5.0, -1.4, 0.95), (PION, 500.0, -1.6, 0.85), (PION, 5.0, 2.6, 0.0),
    (ELECTRON, 0.5, 1.4, 0.73), (ELECTRON, 0.5, 1.6, 0.50), (ELECTRON, 50.0, 1.4, 0.95),
    (ELECTRON, 50.0, 1.6, 0.83), (ELECTRON, 200.0, -1.4, 0.99), (ELECTRON, 200.0, -1.6, 0.90),
    (MUON, 0.5, 1.4, 0.75), (MUON, 0.5, 1.6, 0.70), (MUON, 50.0, 1.4, 0.99),
    (MUON, 50.0, 1.6, 0.98), (MUON, 50.0, 2.6, 0.0),
]  # fmt: skip


@pytest.mark.parametrize(("pdg", "pt", "eta", "chance"), EFFICIENCY)
def test_tracks_are_found_as_often_as_the_card_says(pdg, pt, eta, chance, rng):
    n = 4000
    source = particles(pdg, np.full(n, pt), eta)
    objects, events = energy_flow(source, rng)
    assert within(in_direction_of(objects, events, source).sum(), n, chance)


@pytest.mark.parametrize(
    ("pdg", "pt", "eta", "relative"),
    [
        (PION, 10.0, 0.4, np.hypot(0.06, 0.013)),
        (PION, 100.0, 1.0, np.hypot(0.10, 0.17)),
        (PION, 20.0, 2.0, np.hypot(0.25, 0.062)),
        (ELECTRON, 50.0, 0.4, np.hypot(0.03, 0.065)),
        (ELECTRON, 10.0, 2.0, np.hypot(0.15, 0.031)),
        (MUON, 100.0, -0.4, np.hypot(0.01, 0.01)),
        (MUON, 100.0, -1.0, np.hypot(0.015, 0.015)),
        (MUON, 300.0, -2.0, np.hypot(0.025, 0.105)),
    ],
)
def test_a_track_is_as_blurred_as_the_card_says(pdg, pt, eta, relative, rng):
    source = particles(pdg, np.full(20_000, pt), eta)
    objects, events = energy_flow(source, rng)
    tracks = cylindrical(objects[in_direction_of(objects, events, source)])[0] / pt
    assert tracks.mean() == pytest.approx(1, abs=5 * relative / np.sqrt(len(tracks)))
    # 10 % above 5 sigma of a normal law's spread: a log-normal one has longer tails.
    assert tracks.std() == pytest.approx(relative, rel=1.1 * 5 / np.sqrt(2 * len(tracks)))


# Calorimeters


@pytest.mark.parametrize("eta", [0.0, 1.3, -2.4])
def test_a_photon_comes_out_once_with_about_its_energy_and_direction(eta, rng):
    source = particles(PHOTON, np.full(500, 50.0), eta, rng.uniform(-3, 3, 500))
    objects, events = energy_flow(source, rng)
    np.testing.assert_array_equal(events, source.event)
    energy = source.p[0, 0]
    sigma = np.hypot(0.0017 * energy, 0.101 * np.sqrt(energy))
    assert np.abs(objects[:, 0] - energy).max() < 6 * sigma
    assert objects[:, 0].std() == pytest.approx(sigma, rel=5 / np.sqrt(1000))
    assert objects[:, 0].mean() == pytest.approx(energy, abs=5 * sigma / np.sqrt(500))
    _, at_eta, at_phi = cylindrical(objects)
    phi = cylindrical(source.p)[2]
    assert np.abs(at_eta - eta).max() < 0.0175
    assert np.abs(wrap(at_phi - phi)).max() < np.radians(1.0)
    # Spread over the tower, not at its centre.
    assert len(np.unique(at_eta)) == 500


def test_two_photons_merge_in_one_tower_and_not_in_two(rng):
    tower = 0.0174
    for apart, objects in ((0.4 * tower, 1), (1.4 * tower, 2)):
        pair = particles(PHOTON, 20.0, np.array([10.3, 10.3]) * tower + [0, apart], event=0)
        p, _ = energy_flow(pair, rng)
        assert len(p) == objects
        assert p[:, 0].sum() == pytest.approx(pair.p[:, 0].sum(), abs=6 * 0.11 * np.sqrt(45))


@pytest.mark.parametrize(("total", "eta"), [(1.0, 2.3), (1.5, 2.3), (3.0, 0.5), (4.0, 3.7)])
def test_a_neutral_hadron_is_lost_as_often_as_the_threshold_says(total, eta, rng):
    a, b, c = {2.3: (0.05, 0.706, 0.0), 0.5: (0.0302, 0.5205, 1.59), 3.7: (0.0942, 1.0, 0.0)}[eta]

    def sigma(energy):
        return np.sqrt((a * energy) ** 2 + b**2 * energy + c**2)

    n = 8000
    momentum = np.sqrt(total**2 - MASS[NEUTRON] ** 2)
    _, events = energy_flow(particles(NEUTRON, np.full(n, momentum / np.cosh(eta)), eta), rng)
    least = max(1.0, brentq(lambda e: e - 2 * sigma(e), 0.1, 100))
    s = np.sqrt(np.log(1 + (sigma(total) / total) ** 2))
    chance = lognorm.sf(least, s, scale=total * np.exp(-(s**2) / 2))
    assert 0.01 < chance < 0.9
    assert within(len(events), n, chance)


def test_a_soft_photon_is_below_the_threshold(rng):
    # 0.2 GeV, blurred by 0.045: half a GeV is 6 sigma away, and no log-normal gets there.
    objects, _ = energy_flow(particles(PHOTON, np.full(1000, 0.2 / np.cosh(1)), 1.0), rng)
    assert len(objects) == 0


def test_a_charged_hadron_without_a_track_is_still_seen_by_the_calorimeter(rng):
    source = particles(PION, np.full(4000, 40.0), 1.0)
    objects, events = energy_flow(source, rng)
    track = in_direction_of(objects, events, source)
    assert len(np.unique(events)) == len(source.p)  # none is lost
    alone = ~np.isin(events, events[track])
    assert within(alone.sum(), 4000, 0.05)
    energy = source.p[0, 0]
    sigma = np.sqrt((0.0302 * energy) ** 2 + 0.5205**2 * energy + 1.59**2)
    assert np.abs(objects[alone, 0] - energy).max() < 5 * sigma
    # It lies in the tower that the field bent it into, not in that of its first direction.
    at_eta, at_phi = impact(source)
    _, eta, phi = cylindrical(objects[alone])
    assert np.abs(eta - at_eta[0]).max() < 0.1
    assert np.abs(wrap(phi - at_phi[0])).max() < np.radians(10)


def test_a_track_accounts_for_its_tower(rng):
    """Only a tower well above its track gives a second object, and then it is the excess."""
    n = 4000
    source = particles(PION, np.full(n, 40.0), 0.2)
    objects, events = energy_flow(source, rng)
    track = in_direction_of(objects, events, source)
    found = np.zeros(n)
    found[events[track]] = objects[track, 0]
    second = ~track & (found[events] > 0)
    assert within((found > 0).sum(), n, 0.95)
    # An excess of two standard deviations on one side: 2.3 % of a normal law.
    assert 0.01 < second.mean() < 0.05
    tower = objects[second, 0] + found[events[second]]
    sigma = np.sqrt((0.0302 * tower) ** 2 + 0.5205**2 * tower + 1.59**2)
    blur = found[events[second]] * np.hypot(0.06, 1.3e-3 * 40)
    assert (objects[second, 0] > 2 * np.hypot(sigma, 0.9 * blur)).all()


def test_a_long_lived_neutral_shares_its_energy(rng):
    source = particles(K_SHORT, np.full(300, 200.0), 1.0)
    objects, events = energy_flow(source, rng)
    assert (np.bincount(events) == 2).all()
    energy = source.p[0, 0]
    small, large = np.sort(objects[:, 0].reshape(300, 2), axis=1).T
    assert small.mean() == pytest.approx(0.3 * energy, rel=0.01)
    assert large.mean() == pytest.approx(0.7 * energy, rel=0.02)


# Whole events


def spray(rng, n=3000):
    """An event of π, γ, n, e and K_S, of pt from 3 to 50 GeV."""
    kinds = {PION: 0.55, PHOTON: 0.28, NEUTRON: 0.1, ELECTRON: 0.03, K_SHORT: 0.04}
    parts = []
    for kind, share in kinds.items():
        low, high = np.array([3, -2.4, -3.0]), np.array([50, 2.4, 3.0])
        parts.append(particles(kind, *rng.uniform(low, high, (int(n * share), 3)).T))
    whole = (np.concatenate([getattr(x, name) for x in parts]) for name in ("p", "pdg", "charge"))
    return Particles(*whole, np.zeros(sum(len(x.p) for x in parts), np.int64))


def test_energy_is_conserved_on_average(rng):
    source = spray(rng)
    objects, _ = energy_flow(source, rng)
    assert objects[:, 0].sum() == pytest.approx(source.p[:, 0].sum(), rel=0.04)
    pt = [np.hypot(x[:, 1], x[:, 2]).sum() for x in (objects, source.p)]
    assert pt[0] == pytest.approx(pt[1], rel=0.04)


def test_all_objects_are_massless_and_events_ascend(rng):
    source = spray(rng)
    event = np.sort(rng.integers(0, 40, len(source.p)))
    objects, events = energy_flow(
        Particles(source.p, source.pdg, source.charge, event), np.random.default_rng(1)
    )
    assert len(objects) == len(events) > 1000
    assert (np.diff(events) >= 0).all()
    np.testing.assert_allclose(objects[:, 0], np.linalg.norm(objects[:, 1:], axis=1), rtol=1e-12)
    assert (objects[:, 0] > 0).all()


def test_events_do_not_mix(rng):
    """The same direction in two events is two towers."""
    source = particles(PHOTON, np.array([20.0, 30.0]), 0.5)
    objects, events = energy_flow(source, rng)
    np.testing.assert_array_equal(events, [0, 1])
    np.testing.assert_allclose(objects[:, 0], source.p[:, 0], rtol=0.2)


def test_the_same_generator_gives_the_same_answer(rng):
    source = spray(rng, 200)
    one, two, other = (energy_flow(source, np.random.default_rng(s))[0] for s in (5, 5, 6))
    np.testing.assert_array_equal(one, two)
    assert one.shape != other.shape or not np.allclose(one, other)


def test_neutrinos_are_not_seen_and_muons_only_as_tracks(rng):
    n = 2000
    charged = particles(MUON, np.full(n, 50.0), 0.2)
    for neutrino in (12, -14, 16):
        unseen = Particles(charged.p, np.full(n, neutrino), np.zeros(n), charged.event)
        assert len(energy_flow(unseen, rng)[0]) == 0
    objects, events = energy_flow(charged, rng)
    assert in_direction_of(objects, events, charged).all()
    assert len(np.unique(events)) == len(events)


def test_nothing_is_seen_close_to_the_beam(rng):
    side = rng.choice([-1, 1], 1000)
    for kind in (PHOTON, NEUTRON, PION):
        unseen, _ = energy_flow(particles(kind, 30.0, side * rng.uniform(4.9, 7, 1000)), rng)
        assert len(unseen) == 0
        seen, _ = energy_flow(particles(kind, 30.0, side * rng.uniform(0, 4.9, 1000)), rng)
        assert len(seen) > 900
        assert np.abs(cylindrical(seen)[1]).max() < 5.0  # the last tower's edge

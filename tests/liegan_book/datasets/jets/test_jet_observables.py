"""Jet observables, on jets whose prongs, masses and distances are known by hand."""

import subprocess
import sys
from importlib.util import find_spec
from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import minimize

from liegan_book.datasets.jets import observables as obs
from liegan_book.datasets.kinematics import cylindrical, massless
from liegan_min.base.errors import InputError, MissingExtraError
from liegan_min.equivariant.jets import Jets

needs_fastjet = pytest.mark.skipif(find_spec("fastjet") is None, reason="needs the extra jets")

#: Three prongs: share of pt, and place in the (eta, phi) plane. The closest pair is 1 and 2.
SHARES = np.array([0.5, 0.3, 0.2])
PLACES = np.array([[0.0, 0.0], [0.6, 0.1], [0.5, 0.4]])


def jets_of(momenta):
    """Jets from a list of (k, 4) arrays; each jet's constituents are sorted by falling pt."""
    momenta = [p[np.argsort(-np.hypot(p[:, 1], p[:, 2]), kind="stable")] for p in momenta]
    n = len(momenta)
    return Jets(
        np.concatenate(momenta).astype(np.float32),
        np.array([len(p) for p in momenta]),
        np.zeros(n, np.int8),
        np.zeros((n, 4), np.float32),
    )


def jet(pt, places, at=(0.3, 1.0)):
    """One jet of massless constituents at places (k, 2) around `at` in the (eta, phi) plane."""
    places = np.asarray(places) + at
    return massless(np.asarray(pt, dtype=float), *places.T)


def sprays(rng, n=20, constituents=30):
    """Jets of three prongs, each a spray of constituents around it."""
    out = []
    for _ in range(n):
        prong = rng.integers(0, 3, constituents)
        places = rng.normal(0, 0.3, (3, 2))[prong] + rng.normal(0, 0.05, (constituents, 2))
        out.append(jet(20 * rng.pareto(2, constituents) + 1, places, rng.uniform([-1, -3], [1, 3])))
    return jets_of(out)


def moved(jets, matrix):
    p = jets.constituents.astype(np.float64) @ np.asarray(matrix).T
    return Jets(p.astype(np.float32), jets.counts, jets.label, jets.truth)


def rotation(i, j, angle):
    g = np.eye(4)
    g[i, i] = g[j, j] = np.cos(angle)
    g[i, j], g[j, i] = -np.sin(angle), np.sin(angle)
    return g


def boost(axis, rapidity):
    g = np.eye(4)
    g[0, 0] = g[axis, axis] = np.cosh(rapidity)
    g[0, axis] = g[axis, 0] = np.sinh(rapidity)
    return g


def kt_by_hand(p, n):
    """Partition of the rows of p into n exclusive kT subjets, merging pair after pair."""
    groups = [[i] for i in range(len(p))]
    while len(groups) > n:
        total = np.array([p[g].sum(axis=0) for g in groups])
        pt = np.hypot(total[:, 1], total[:, 2])
        y = np.arctanh(total[:, 3] / total[:, 0])
        phi = np.arctan2(total[:, 2], total[:, 1])

        def distance(pair, pt=pt, y=y, phi=phi):
            i, j = pair
            turn = np.angle(np.exp(1j * (phi[i] - phi[j])))
            return min(pt[i], pt[j]) ** 2 * ((y[i] - y[j]) ** 2 + turn**2)

        i, j = min(combinations(range(len(groups)), 2), key=distance)
        groups[i] += groups.pop(j)
    return {frozenset(g) for g in groups}


# --- without FastJet


@pytest.mark.parametrize(("eta", "phi"), [(0.0, np.pi), (0.4, 0.3), (0.0, 0.0), (1.2, 0.0)])
def test_the_mass_of_two_massless_particles(eta, phi):
    jets = jets_of([jet([60.0, 40.0], [[0, 0], [eta, phi]])])
    expected = np.sqrt(2 * 60 * 40 * (np.cosh(eta) - np.cos(phi)))
    assert obs.mass(jets)[0] == pytest.approx(expected, rel=1e-5, abs=0.05)


def test_the_mass_is_the_same_in_every_frame(rng):
    jets = sprays(rng)
    for g in (rotation(1, 3, 0.7), rotation(2, 3, -1.1), boost(1, 0.8), boost(3, -0.5)):
        assert obs.mass(moved(jets, g)) == pytest.approx(obs.mass(jets), rel=1e-3)


def test_constituents_are_counted_and_their_spread_measured():
    one, four = jet([600.0], [[0, 0]]), jet([100.0] * 4, np.zeros((4, 2)))
    jets = jets_of([one, four, jet([3.0, 4.0], [[0, 0], [0.1, 0]])])
    assert obs.multiplicity(jets).tolist() == [1, 4, 2]
    assert obs.pt_dispersion(jets) == pytest.approx([1, 0.5, 5 / 7], rel=1e-6)


def test_the_pairs_of_a_decay_have_the_masses_of_its_particles(rng):
    """t -> b W, W -> q q, in the top's frame and then boosted: 80.4 GeV is among the pairs."""
    top, w = 172.5, 80.4

    def back_to_back(p, rng):
        direction = rng.normal(size=3)
        k = p * direction / np.linalg.norm(direction)
        return np.array([p, *k]), np.array([p, *-k])

    for _ in range(5):
        b, against = back_to_back((top**2 - w**2) / (2 * top), rng)
        # The quarks of a W at rest, boosted along its flight.
        flight = against[1:] / against[0]
        gamma, speed = np.hypot(1, against[0] / w), against[0] / w
        quarks = []
        for q in back_to_back(w / 2, rng):
            along = q[1:] @ flight
            moved_along = (gamma - 1) * along + speed * q[0]
            quarks.append([gamma * q[0] + speed * along, *(q[1:] + moved_along * flight)])
        p = np.array([b, *quarks]) @ boost(1, np.arcsinh(600 / top)).T
        pairs = obs.pair_masses(p[None])
        assert np.min(np.abs(pairs - w)) < 1e-6
        assert np.sum(pairs**2) == pytest.approx(top**2)  # as for any three massless particles
        assert np.all(np.diff(pairs) >= 0)


def test_importing_needs_no_extra():
    block = "import sys; sys.modules.update(dict.fromkeys(['fastjet', 'awkward', 'sklearn']))"
    code = f"{block}; import liegan_book.datasets.jets.observables"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_the_extra_the_error_names_it(monkeypatch):
    jets = jets_of([jet(SHARES, PLACES)])
    monkeypatch.setitem(sys.modules, "fastjet", None)
    for function in (obs.subjets, obs.nsubjettiness):
        with pytest.raises(MissingExtraError, match=r"fastjet.*liegan-min\[jets\]"):
            function(jets, *([2] if function is obs.subjets else [[1]]))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda j: obs.subjets(j, 0), "subjets must be at least 1, not 0"),
        (lambda j: obs.nsubjettiness(j, ()), r"needs axes N >= 1, not \(\)"),
        (lambda j: obs.nsubjettiness(j, (0, 1)), r"needs axes N >= 1, not \(0, 1\)"),
        (lambda j: obs.nsubjettiness(j, beta=0), "beta must be positive, not 0"),
        (lambda j: obs.pair_masses(np.ones((2, 1, 4))), r"need .* not \(2, 1, 4\)"),
        (lambda j: obs.image(j, pixels=0), "needs jets and pixels, not 1 and 0"),
        (lambda j: obs.image(j.take(slice(0))), "needs jets and pixels, not 0 and 41"),
    ],
)
def test_a_wrong_call_says_what_it_needs(call, message):
    with pytest.raises(InputError, match=message):
        call(jets_of([jet(SHARES, PLACES)]))


# --- with FastJet


@needs_fastjet
def test_sprays_around_three_prongs_are_three_subjets(rng):
    prong = np.repeat([0, 1, 2], 10)
    places = np.array([[0, 0], [0.5, 0.1], [-0.1, 0.6]])[prong] + rng.normal(0, 0.02, (30, 2))
    pt = np.array([30.0, 20.0, 10.0])[prong] - np.arange(30) % 10 * 0.1
    found = obs.subjet_of(jets_of([jet(pt, places)]))
    assert found.tolist() == prong.tolist()


@needs_fastjet
def test_subjets_are_those_of_a_clustering_by_hand(rng):
    jets = sprays(rng, n=5, constituents=12)
    for n in (1, 2, 3):
        found = obs.subjet_of(jets, n)
        for start in jets.starts:
            own = slice(start, start + 12)
            partition = {frozenset(np.flatnonzero(found[own] == a).tolist()) for a in range(n)}
            assert partition == kt_by_hand(jets.constituents[own].astype(np.float64), n)


@needs_fastjet
def test_subjets_add_up_to_the_jet_and_fall_in_pt(rng):
    """Also with a soft constituent that lies further out than any radius of a jet."""
    far = jet([1.0, 300.0, 200.0, 100.0], [[2.5, 1.5], [0, 0], [0.3, 0], [0, 0.4]])
    jets = Jets.join([sprays(rng), jets_of([far])])
    p = obs.subjets(jets, 3)
    assert p.sum(axis=1) == pytest.approx(jets.momentum())
    assert np.all(np.diff(cylindrical(p)[0], axis=1) <= 0)


@needs_fastjet
def test_a_jet_of_few_constituents_has_as_many_subjets():
    jets = jets_of(
        [jet([10.0], [[0, 0]]), jet([5.0, 3.0], [[0, 0], [0.2, 0]]), jet(SHARES, PLACES)]
    )
    filled = obs.subjets(jets, 3)[..., 0] > 0
    assert filled.tolist() == [[True, False, False], [True, True, False], [True] * 3]


@needs_fastjet
@pytest.mark.parametrize("share", [0.5, 0.8])
def test_the_nsubjettiness_of_two_prongs(share):
    """Squares have their minimum at the centroid, distances at the harder prong."""
    jets = jets_of([jet([share, 1 - share], [[0, 0], [0.3, 0.4]])])
    one, two = obs.nsubjettiness(jets, (1, 2), beta=2)[0]
    assert one == pytest.approx(share * (1 - share) * 0.25 / 0.64, rel=1e-3)
    assert two == pytest.approx(0, abs=1e-6)
    assert obs.nsubjettiness(jets, (1,))[0, 0] == pytest.approx((1 - share) * 0.5 / 0.8, rel=1e-3)


@needs_fastjet
@pytest.mark.parametrize("beta", [1.0, 2.0])
def test_the_nsubjettiness_of_three_prongs(beta):
    jets = jets_of([jet(SHARES, PLACES)])
    one, two, three, four = obs.nsubjettiness(jets, beta=beta)[0]

    def spread(axis):
        return SHARES @ np.linalg.norm(PLACES - axis, axis=1) ** beta / 0.8**beta

    least = min(minimize(spread, p, method="Nelder-Mead", tol=1e-9).fun for p in PLACES)
    assert one == pytest.approx(least, rel=1e-3)
    a, b = SHARES[1:]  # the close pair shares an axis
    pair = min(a, b) if beta == 1 else a * b / (a + b)
    distance = np.linalg.norm(PLACES[1] - PLACES[2])
    assert two == pytest.approx(pair * (distance / 0.8) ** beta, rel=1e-3)
    assert (three, four) == pytest.approx((0, 0), abs=1e-6)


@needs_fastjet
def test_nsubjettiness_counts_the_prongs(rng):
    """With N prongs, tau falls steeply up to N and slowly from there."""
    tau = np.median(obs.nsubjettiness(sprays(rng, n=40)), axis=0)
    assert tau[2] / tau[1] < 0.6 < tau[3] / tau[2]


@needs_fastjet
@pytest.mark.parametrize("g", [rotation(1, 2, 2.0), rotation(1, 2, np.pi), boost(3, 0.7)])
def test_turning_about_the_beam_and_boosting_along_it_changes_nothing(rng, g):
    jets = sprays(rng)
    before, after = obs.features(jets), obs.features(moved(jets, g))
    assert before.keys() == after.keys()
    for name, value in before.items():
        assert after[name] == pytest.approx(value, rel=5e-3, abs=2e-2), name
    assert obs.image(moved(jets, g), 8) == pytest.approx(obs.image(jets, 8), abs=1e-3)


@needs_fastjet
def test_another_rotation_changes_tau_but_not_the_mass(rng):
    jets = sprays(rng)
    turned = moved(jets, rotation(1, 3, 0.9))
    assert obs.mass(turned) == pytest.approx(obs.mass(jets), rel=1e-3)
    change = obs.nsubjettiness(turned) / obs.nsubjettiness(jets)
    assert np.max(np.abs(change - 1)) > 0.1


@needs_fastjet
def test_an_aligned_jet_has_its_subjets_at_fixed_places():
    for at, turn in ((0.3, 1.0), 0.0), ((-0.5, 3.1), 1.3), ((0.0, -3.1), 2.9):
        g = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        for sign in (1, -1):  # and the jet in a mirror
            x, y, share = obs.aligned(jets_of([jet(SHARES, PLACES * [1, sign] @ g.T, at)])).T
            assert share == pytest.approx(SHARES)
            assert (x[:2], y[0]) == (pytest.approx([0, 0], abs=1e-5), pytest.approx(0, abs=1e-5))
            assert y[1] == pytest.approx(-np.linalg.norm(PLACES[1]), abs=1e-5)
            assert np.hypot(x, y)[2] == pytest.approx(np.linalg.norm(PLACES[2]), abs=1e-5)
            assert x[2] > 0


@needs_fastjet
def test_an_image_holds_the_share_of_each_prong():
    image = obs.image(jets_of([jet(SHARES, PLACES)] * 3), pixels=5)
    assert np.sort(image[image > 0]) == pytest.approx([0.2, 0.3, 0.5])
    assert image[2, 2] == pytest.approx(0.5)
    assert image[0, 2] == pytest.approx(0.3)  # row 0 is lowest: the second lies below
    assert image[:, 3:].sum() == pytest.approx(0.2)  # the third to the right


@needs_fastjet
def test_small_and_empty_sets_of_jets_have_features():
    few = jets_of([jet([10.0], [[0, 0]]), jet([5.0, 3.0], [[0, 0], [0.2, 0]])])
    assert obs.image(few).sum() == pytest.approx(1)
    for name, value in obs.features(few).items():
        assert np.isfinite(value).all(), name
    empty = few.take(slice(0))
    assert {v.shape for v in obs.features(empty).values()} == {(0,)}
    assert obs.aligned(empty).shape == (0, 3)


@needs_fastjet
def test_fastjet_says_nothing():
    """Neither its banner nor its warning may land in a chapter's outputs."""
    code = (
        "import numpy as np; from liegan_book.datasets.jets import observables as o;"
        "from liegan_min.equivariant.jets import Jets;"
        "p = np.float32([[2, 2, 0, 0], [1, 0, 1, 0]]);"
        "o.features(Jets(np.repeat(p, 2, 0), np.array([4]), np.int8([0]), np.zeros((1, 4), 'f4')))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("", "")

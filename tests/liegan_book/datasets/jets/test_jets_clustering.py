"""The leading jet of each event, against a slow clustering in plain NumPy."""

import numpy as np
import pytest

from liegan_book.datasets.jets.simulate import JetConfig, cluster
from liegan_book.datasets.kinematics import cylindrical, massless

pytest.importorskip("fastjet")
pytest.importorskip("awkward")


def anti_kt(p, radius=0.8):
    """Cluster by looking at all pairs after each step: (four-momentum, rows) of each jet."""
    items = [(row.copy(), {i}) for i, row in enumerate(p)]
    jets = []
    while items:
        q = np.array([x for x, _ in items])
        weight = 1 / (q[:, 1] ** 2 + q[:, 2] ** 2)
        rapidity = np.log((q[:, 0] + q[:, 3]) / (q[:, 0] - q[:, 3])) / 2
        phi = np.arctan2(q[:, 2], q[:, 1])
        turned = np.abs(phi[:, None] - phi)
        apart = (rapidity[:, None] - rapidity) ** 2 + np.minimum(turned, 2 * np.pi - turned) ** 2
        d = np.minimum(weight[:, None], weight) * apart / radius**2
        d[np.diag_indices(len(d))] = weight  # with itself: the distance to the beam
        i, j = np.unravel_index(np.argmin(d), d.shape)
        if i == j:
            jets.append(items.pop(i))
        else:
            (a, rows_a), (b, rows_b) = items[i], items[j]
            items = [x for k, x in enumerate(items) if k not in (i, j)] + [(a + b, rows_a | rows_b)]
    return jets


def leading(p, config):
    """The leading jet of one event, if it is in the window."""
    jet, rows = max(anti_kt(p, config.radius), key=lambda x: np.hypot(x[0][1], x[0][2]))
    pt, eta, _ = cylindrical(jet)
    return (jet, rows) if config.pt_min < pt < config.pt_max and abs(eta) < config.eta_max else None


def dijet(rng, pt=600.0):
    """Massless objects: two broad sprays back to back, and soft ones everywhere."""
    phi = rng.uniform(-np.pi, np.pi)
    parts = []
    for share, turn in ((1.0, 0.0), (0.95, np.pi)):
        z = rng.dirichlet(np.full(12, 0.5)) + 1e-4
        at = rng.uniform(-2.2, 2.2) + rng.normal(0, 0.35, 12), phi + turn + rng.normal(0, 0.35, 12)
        parts.append(massless(share * pt * z, *at))
    soft = rng.exponential(3, 10) + 0.1, rng.uniform(-4, 4, 10), rng.uniform(-np.pi, np.pi, 10)
    return rng.permutation(np.concatenate([*parts, massless(*soft)]))


def test_clusters_are_those_of_the_slow_way(rng):
    config = JetConfig()
    parts = [dijet(rng, pt) for pt in rng.uniform(500, 800, 40)]
    names = np.sort(rng.choice(100, 40, replace=False))  # some events are empty
    event = np.repeat(names, [len(p) for p in parts])
    whole = np.concatenate(parts)
    four, events, rows = cluster(whole, event, config)
    found = {int(e): (four[k], rows[k]) for k, e in enumerate(events)}
    assert len(found) == len(events) > 5
    start = 0
    for name, p in zip(names.tolist(), parts, strict=True):
        expected = leading(p, config)
        assert (name in found) == (expected is not None)
        if expected is not None:
            np.testing.assert_allclose(found[name][0], expected[0], rtol=1e-9, atol=1e-9)
            assert {int(r) - start for r in found[name][1]} == expected[1]
            assert len(found[name][1]) == len(expected[1])
        start += len(p)


def test_only_the_leading_jet_counts_and_only_inside_the_window():
    lone = [
        massless(np.array(pt), np.array(eta), np.array([0.0, 3.0]))
        for pt, eta in [
            ([600.0, 590.0], [1.0, 0.0]),  # both in the window: the first is taken
            ([700.0, 600.0], [0.0, 0.0]),  # the leading one is too hard
            ([600.0, 590.0], [2.1, 0.0]),  # or too far forward
            ([549.0, 10.0], [0.0, 0.0]),  # or too soft
        ]
    ]
    four, events, rows = cluster(np.concatenate(lone), np.repeat(np.arange(4), 2), JetConfig())
    np.testing.assert_array_equal(events, [0])
    np.testing.assert_array_equal(rows, [[0]])
    np.testing.assert_allclose(four, lone[0][:1])


@pytest.mark.parametrize("n", [0, 1])
def test_no_jets_is_an_answer(n):
    four, events, rows = cluster(np.tile([5.0, 5, 0, 0], (n, 1)), np.zeros(n, int), JetConfig())
    assert (four.shape, events.shape, rows) == ((0, 4), (0,), [])

"""The symmetry of a law: dimension, direction, errors, verdicts."""

import numpy as np
import pytest

from liegan_book.datasets.laws import LAWS, ring, two_planes
from liegan_min.discover import law as room
from liegan_min.discover.frame import frame
from liegan_min.discover.law import condition, influences, law, p_values
from liegan_min.discover.observables import Samples

SEEDS = range(5)


SYMMETRIC = ["ring", "sphere shell", "plane in three dimensions", "two planes", "two vectors"]
ASYMMETRIC = ["three clusters", "exponential, 2 columns", "uniform square"]


def samples(z):
    """White vectors with nothing beside them."""
    n = len(z)
    return Samples(z, np.zeros((n, 0)), np.zeros(n, dtype=np.int64), np.arange(n))


def answer(x, seed=0):
    f = frame(x)
    return law(samples(f.white(x)), f, seed), f


@pytest.mark.parametrize("name", SYMMETRIC)
def test_a_symmetric_law_has_its_dimension_direction_and_name(name):
    """A level of 0.2 % for each number of generators leaves one seed of five to chance."""
    right = 0
    for seed in SEEDS:
        x, basis = LAWS[name].seen(4000, seed)
        found, f = answer(x, seed)
        assert found.verdict == "found"
        assert found.certificate.delta <= room.DELTA
        if found.dimension == len(basis) and found.name == LAWS[name].algebra:
            right += f.angle(found.basis, basis) < 8
    assert right >= len(SEEDS) - 1


@pytest.mark.parametrize("name", ASYMMETRIC)
@pytest.mark.parametrize("n", [1000, 4000])
def test_an_asymmetric_law_has_none(name, n):
    for seed in SEEDS:
        found, _ = answer(LAWS[name].seen(n, seed)[0], seed)
        assert (found.verdict, found.dimension) == ("none", 0)
        assert found.p_value < room.LEVEL
        assert found.certificate.delta > room.DELTA


@pytest.mark.parametrize("name", ASYMMETRIC)
def test_little_data_are_not_enough_to_find_what_is_not_there(name):
    verdicts = [answer(LAWS[name].seen(300, s)[0], s)[0].verdict for s in range(20)]
    assert verdicts.count("found") <= 1


def test_few_rows_are_told_how_many_would_do(rng):
    found, _ = answer(rng.standard_normal((40, 1, 4)))
    assert found.verdict == "undecided"
    assert found.why == "40 rows are too few to test 16 unknowns by 59 conditions"
    assert found.next_step == "at least 236 rows, or fewer columns"


def test_heavy_tails_are_not_judged(rng):
    found, _ = answer(rng.standard_cauchy((2000, 1, 2)))
    assert found.verdict == "undecided"
    assert found.why.startswith("so few rows lie far out that the second moments rest on about ")


def test_the_test_keeps_its_level():
    """300 rings of 500 points: 9 % is three standard deviations above the level of 5 %."""
    refused = 0
    for seed in range(300):
        x = ring(np.random.default_rng(seed), 500)
        f = frame(x)
        p, _ = p_values(condition(samples(f.white(x)), seed))
        refused += p[0] < 0.05
    assert refused / 300 <= 0.09


def test_standard_errors_are_the_scatter_over_samples():
    found = [answer(two_planes(np.random.default_rng(s), 3000), s)[0] for s in range(30)]
    bases = np.stack([a.basis for a in found if a.dimension == 2])
    told = np.mean([a.standard_errors for a in found if a.dimension == 2], axis=0)
    scatter = bases.std(axis=0, ddof=1)
    large = told > told.max() / 3
    assert len(bases) >= 28
    assert 0.6 < np.median(told[large] / scatter[large]) < 1.6


def test_influences_have_no_part_in_the_span(rng):
    x = ring(rng, 2000)
    f = frame(x)
    found = condition(samples(f.white(x)), 0)
    _, moments = p_values(found)
    pulled = influences(found, moments[:, :1])
    np.testing.assert_allclose(pulled @ found.directions[0].ravel(), 0, atol=1e-12)


def test_units_and_mixtures_conjugate_the_answer(rng):
    x = LAWS["plane in three dimensions"].draw(rng, 2000)
    A = rng.standard_normal((3, 3)) * [[1e-12], [1], [1e9]]
    (plain, _), (mixed, _) = answer(x), answer(x @ A.T)
    assert plain.verdict == mixed.verdict
    assert plain.p_value == pytest.approx(mixed.p_value, rel=1e-5)
    seen = np.linalg.inv(A) @ mixed.basis[0] @ A
    cosine = (seen * plain.basis[0]).sum() / np.linalg.norm(seen) / np.linalg.norm(plain.basis[0])
    assert abs(cosine) == pytest.approx(1, abs=1e-5)
    assert plain.name == mixed.name == "so(2)"


def test_a_label_can_break_a_symmetry(rng):
    x = ring(rng, 3000)
    f = frame(x)
    z, none, rows = f.white(x), np.zeros((3000, 0)), np.arange(3000)
    above, outside = (x[:, 0, 1] > 0).astype(int), (np.linalg.norm(x[:, 0], axis=1) > 1).astype(int)
    assert law(Samples(z, none, above, rows), f, 0).verdict == "none"
    assert law(Samples(z, none, outside, rows), f, 0).verdict == "found"
    assert law(Samples(z, x[:, 0, :1], np.zeros(3000, int), rows), f, 0).verdict == "none"

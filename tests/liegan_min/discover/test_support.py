"""The symmetry of the set that data lie on."""

import numpy as np
import pytest

from liegan_min.algebra import groups
from liegan_min.algebra.linalg import angles_between
from liegan_min.discover.frame import frame
from liegan_min.discover.support import support


def answer(x):
    f = frame(x)
    return support(f.white(x), f, 0)


def cone(rng, n):
    p = rng.standard_normal((n, 2, 3)) * [1, 2, 0.5]
    return np.concatenate([np.linalg.norm(p, axis=2, keepdims=True), p], axis=2)


def test_the_light_cone_has_the_lorentz_group_and_the_dilation(rng):
    found = answer(cone(rng, 1000))
    truth = groups.span_of(groups.so13(), groups.dilation(4)).basis.flatten(1).numpy()
    assert (found.verdict, found.dimension) == ("found", 7)
    assert found.why == "one polynomial of degree 2 vanishes"
    assert angles_between(truth, found.basis.reshape(7, -1))[-1] < 1e-6
    assert found.name == "so(1,3) + dilation"
    assert found.certificate.delta < 1e-12
    assert np.isnan(found.standard_errors).all()


def test_single_precision_is_exact_enough(rng):
    assert answer(cone(rng, 1000).astype(np.float32).astype(float)).dimension == 7


@pytest.mark.parametrize(
    ("curve", "dimension"),
    [
        (lambda u: [np.cos(u), np.sin(u)], 1),  # turns
        (lambda u: [u - 3, (u - 3) ** 2], 1),  # x by e^t, y by e^2t
        (lambda u: [u - 3, (u - 3) ** 3], 1),
    ],
)
def test_a_curve_keeps_what_its_equation_allows(rng, curve, dimension):
    x = np.array(curve(rng.uniform(0, 6, 1000))).T[:, None]
    found = answer(x @ rng.standard_normal((2, 2)))
    assert (found.verdict, found.dimension) == ("found", dimension)


def test_a_curve_without_symmetry_has_none(rng):
    u = rng.uniform(-1, 1, 1000)
    found = answer(np.array([u, u**2 + u**3 - u]).T[:, None])
    assert found.verdict == "none"
    assert found.why.endswith("vanishes, and no matrix keeps what vanishes")


def test_two_circles_turn_apart(rng):
    a, b = rng.uniform(0, 6.3, (2, 1000))
    found = answer(np.array([np.cos(a), np.sin(a), np.cos(b), np.sin(b)]).T[:, None])
    assert found.dimension == 2
    assert found.name == "so(2) + so(2)"


def test_data_that_fill_the_space_say_nothing(rng):
    found = answer(rng.standard_normal((1000, 1, 3)))
    assert found.verdict == "none"
    assert found.why == "no polynomial of degree 4 or less vanishes"


def test_a_subspace_is_said(rng):
    found = answer(rng.standard_normal((1000, 1, 2)) @ rng.standard_normal((2, 5)))
    assert found.why.startswith("in the subspace of dimension 2 that the data fill, no polynomial")


def test_a_little_noise_is_undecided(rng):
    found = answer(cone(rng, 1000) * (1 + 1e-4 * rng.standard_normal((1000, 2, 4))))
    assert found.verdict == "undecided"
    assert found.why == "a polynomial of degree 2 nearly vanishes"


def test_few_rows_are_told_how_many_would_do(rng):
    found = answer(cone(rng, 10))
    assert found.verdict == "undecided"
    assert found.next_step == "about 120 rows"

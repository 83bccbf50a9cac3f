"""Symmetries about a point that is not the origin."""

import numpy as np
import pytest

from liegan_book.datasets.laws import ball, ring
from liegan_min.algebra import groups
from liegan_min.discover import Report, discover
from liegan_min.discover.affine import fixed_point


def flow(L, c):
    """(L | b) of the linear flow about c."""
    return np.column_stack([L, -L @ c])


def test_the_fixed_point_of_turns_is_their_centre(rng):
    c = rng.standard_normal(3)
    flows = np.array([flow(L, c) for L in groups.so(3).basis.numpy()])
    np.testing.assert_allclose(fixed_point(flows, 1e-3), c, atol=1e-12)


def test_of_an_axis_the_point_nearest_to_the_origin_is_taken():
    turn = groups.so(3).basis.numpy()[:1]
    axis = np.linalg.svd(turn[0])[2][-1]
    away = np.linalg.svd(turn[0])[2][0]
    found = fixed_point(np.array([flow(turn[0], away + 5 * axis)]), 1e-3)
    np.testing.assert_allclose(found, away, atol=1e-12)
    assert not fixed_point(np.zeros((0, 3, 4)), 1e-3).any()


def test_a_cap_of_a_sphere_has_the_centre_of_the_sphere(rng):
    """Its mean lies elsewhere. Turns about the line through both centres fix the origin as well."""
    middle = np.array([3.0, -1.0, 2.0])
    x = ball(rng, 4000, 3, np.ones(4000))[:, 0]
    x = 2 * x[x[:, 2] > 0.3] + middle
    assert discover(x, ask="support")["support"].name == "so(2)"
    found = discover(x, ask="support", affine=True)["support"]
    assert (found.verdict, found.name) == ("found", "so(3)")
    np.testing.assert_allclose(found.centre, middle, atol=1e-4)


def test_a_law_turns_about_its_mean(rng):
    x = ring(rng, 1000)[:, 0] + [3, 1]
    report = discover(x, ask="law", affine=True)
    np.testing.assert_array_equal(report["law"].centre, x.mean(axis=0))
    first, second = x.mean(axis=0)
    assert f"  about ({first:.4g}, {second:.4g})" in str(report)
    assert report.as_dict()["answers"]["law"]["centre"] == x.mean(axis=0).tolist()


def test_about_the_origin_there_is_no_centre_to_tell(rng):
    report = discover(ring(rng, 400)[:, 0], ask="law")
    assert report.as_dict()["answers"]["law"]["centre"] is None
    assert "about" not in str(report)


def test_a_centre_is_saved(rng, tmp_path):
    report = discover(ring(rng, 400)[:, 0], ask="law", affine=True)
    report.save(tmp_path / "r")
    np.testing.assert_array_equal(Report.load(tmp_path / "r")["law"].centre, report["law"].centre)


@pytest.mark.parametrize("kind", ["scalar", "vector"])
def test_a_task_is_asked_about_its_own_centre(rng, kind):
    """Where samples are dense says nothing of where a function is symmetric."""
    middle = np.array([1.0, -0.5])
    x = rng.standard_normal((4000, 2))
    away = x - middle
    size = np.square(away).sum(axis=1)
    y = np.tanh(size / 4) if kind == "scalar" else away * np.exp(-size / 6)[:, None] + middle
    plain = discover(x, y, y_kind=kind, ask="task")["task"]
    assert (plain.verdict, plain.dimension) != ("found", 1)
    found = discover(x, y, y_kind=kind, ask="task", affine=True)["task"]
    assert (found.verdict, found.name) == ("found", "so(2)")
    np.testing.assert_allclose(found.centre, middle, atol=0.1)

"""From data to a report."""

import importlib

import numpy as np
import pytest
import torch

from liegan_book.datasets.laws import LAWS, ring, two_planes
from liegan_min.base.errors import InputError
from liegan_min.discover import discover
from liegan_min.discover.frame import frame


def test_an_array_is_enough(rng):
    report = discover(LAWS["sphere shell"].draw(rng, 2000)[:, 0])
    assert (report["law"].verdict, report["law"].dimension) == ("found", 3)
    assert report["support"].verdict == "none"
    assert report["task"].verdict == "not asked"
    assert (report.n, report.t, report.k, report.support_rank) == (2000, 1, 3, 3)
    assert report.seconds >= report["law"].seconds > 0


def test_a_y_is_part_of_the_law(rng):
    x = ring(rng, 3000)[:, 0]
    inside, above = np.linalg.norm(x, axis=1) < 1, x[:, 1] > 0
    assert discover(x, inside, ask=["law"])["law"].verdict == "found"
    assert discover(x, above, ask=["law"])["law"].verdict == "none"
    turned = x @ np.array([[0, 1], [-1, 0]])
    assert discover(x, turned, ask=["law"], y_kind="vector")["law"].verdict == "found"
    assert discover(x, x[:, :1], ask=["law"])["law"].verdict == "none"


def test_data_off_centre_turn_about_their_mean(rng):
    x = ring(rng, 2000)[:, 0] + [3, 1]
    missed = discover(x, ask=["law"])["law"]
    assert missed.verdict == "none"
    assert missed.next_step == (
        "center the data (affine=True, --affine): about the mean so(2) is found"
    )
    found = discover(x, ask=["law"], affine=True)["law"]
    assert (found.verdict, found.dimension) == ("found", 1)


def test_nothing_is_said_of_the_mean_where_it_gives_no_more(rng):
    """A ring at the origin; a plane that turns beside a column with a mean; and no symmetry."""
    beside = np.concatenate([ring(rng, 3000)[:, 0], rng.gamma(2, 1, (3000, 1))], axis=1)
    for x in (ring(rng, 3000)[:, 0], beside, rng.exponential(size=(3000, 2))):
        assert "center" not in discover(x, ask=["law"])["law"].next_step


@pytest.mark.parametrize("name", ["two planes", "two vectors", "exponential, 3 columns"])
def test_units_and_mixtures_of_columns_do_not_matter(rng, name):
    """The answer to A x is that to x, conjugated, for scales, a permutation and a mixture."""
    x = LAWS[name].draw(rng, 1200)
    k = x.shape[-1]
    plain = discover(x, ask="law")["law"]
    scales = np.geomspace(1e-24, 1e21, k)
    for A in (np.diag(scales), np.eye(k)[::-1], rng.standard_normal((k, k)) * scales[:, None]):
        seen = x @ A.T
        found = discover(seen, ask="law")["law"]
        assert (found.verdict, found.dimension, found.name) == (
            plain.verdict, plain.dimension, plain.name
        )  # fmt: skip
        assert found.p_value == pytest.approx(plain.p_value, rel=1e-4, abs=1e-300)
        assert found.violation == pytest.approx(plain.violation, rel=1e-4)
        if plain.dimension:
            undone = np.linalg.solve(A, found.basis @ A)
            assert frame(x).angle(undone, plain.basis) < 1e-3


def test_rows_of_one_trajectory_count_once(rng):
    x = np.repeat(two_planes(rng, 1500)[:, 0], 4, axis=0)
    import pandas as pd

    table = pd.DataFrame(x, columns=list("abcd")).assign(run=np.repeat(range(1500), 4), y=x[:, 0])
    how = {"ask": ["law"], "x_columns": list("abcd")}
    together = discover(table, **how, y_columns=["y"], trajectory="run")["law"]
    alone = discover(x[::4], x[::4, 0], ask=["law"])["law"]
    assert together.p_value == pytest.approx(alone.p_value, rel=1e-6)


def test_a_seed_answers_alike_on_one_thread_and_on_two(rng):
    x = two_planes(rng, 1000)[:, 0]
    threads = torch.get_num_threads()
    reports = []
    for count in (1, 2):
        torch.set_num_threads(count)
        reports.append(discover(x, seed=3)["law"])
    torch.set_num_threads(threads)
    assert reports[0].verdict == reports[1].verdict
    np.testing.assert_allclose(reports[0].basis, reports[1].basis, atol=1e-8)


def test_large_data_are_thinned(rng, monkeypatch):
    # By import_module: the function `discover` hides the package in dotted names.
    monkeypatch.setattr(importlib.import_module("liegan_min.discover.run"), "ROWS", 1000)
    report = discover(ring(rng, 5000)[:, 0], ask=["law"])
    assert report.n == 5000
    assert report["law"].noise == pytest.approx((33 / 1000) ** 0.5, rel=0.1)


def test_a_single_column_and_copies_of_columns(rng):
    x = rng.standard_normal((500, 2))
    assert discover(x[:, :1], ask=["law"])["law"].why.startswith("one column can only be scaled")
    doubled = discover(np.concatenate([x, x[:, :1]], axis=1), ask=["law", "support"])
    assert doubled.support_rank == 2
    assert doubled["support"].why.startswith("in the subspace of dimension 2")
    assert doubled["law"].dimension == 1


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"seed": -1}, r"^seed must be at least 0, not -1$"),
        ({"ask": "laws"}, r"^ask must be some of support, law, task, not laws$"),
        ({"ask": ["laws"]}, r"^ask must be some of support, law, task, not laws$"),
        ({"ask": []}, r"^ask must be some of support, law, task, not $"),
        ({"data": np.random.default_rng(0).standard_normal((50, 20))}, r"^x fills 20 dimensions, "),
    ],
)
def test_what_cannot_be_asked_is_refused(how, message):
    with pytest.raises(InputError, match=message):
        discover(**{"data": np.eye(3)} | how)

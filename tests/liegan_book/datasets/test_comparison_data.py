"""The four tasks: that the truth keeps, or carries, each law, and that nothing else is told."""

import numpy as np
import pytest
import torch
from scipy import stats

from liegan_book.baselines.transformations import angles, shares
from liegan_book.datasets import comparison
from liegan_book.datasets.comparison import TASKS, fingerprint, task
from liegan_min.algebra import groups
from liegan_min.base.errors import InputError

GROUPS, SUBSETS = ("discrete", "continuous"), ("given-subset", "unknown-subset")
ALL = (*GROUPS, *SUBSETS, "continuous-upright")


def maps(t):
    """W_t with y_t = W_t x, (t, 3, 3), and the largest residual."""
    x, y = t.x.double(), t.y.double()
    W = torch.linalg.lstsq(x, y.flatten(1)).solution.T.reshape(-1, 3, 3)
    return W, float((torch.einsum("tij,nj->nti", W, x) - y).abs().max())


def plane(t):
    """Two directions that L turns into each other, and the one that it leaves, (3, 3) columns."""
    n = torch.linalg.svd(t.direction)[2][2]
    u = torch.linalg.svd(n[None])[2][1]
    return torch.stack([u, t.direction @ u, n], dim=1)


def in_plane(t, x):
    """Angle in the plane in degrees, and height, of points (n, 3)."""
    a, b, h = (x.double() @ plane(t)).T
    return torch.rad2deg(torch.atan2(b, a)), h


def same(a, b):
    """That two samples of numbers are of one law, by the test of Kolmogorov and Smirnov."""
    return stats.ks_2samp(a.numpy(), b.numpy()).pvalue > 1e-4


@pytest.mark.parametrize("name", ALL)
def test_the_truth_is_turns_about_the_direction(name):
    t = task(name, 100)
    L = t.direction
    torch.testing.assert_close(L, -L.T)
    assert float(L.norm()) == pytest.approx(2**0.5)
    eye = torch.eye(3, dtype=torch.float64).expand(len(t.truth), 3, 3)
    torch.testing.assert_close(t.truth @ t.truth.mT, eye)
    torch.testing.assert_close(t.truth @ L, L @ t.truth)
    assert (torch.linalg.det(t.truth) > 0).all()


def test_the_truth_has_the_extent_that_is_said():
    assert sorted(angles(task("discrete").truth, task("discrete").direction).round().tolist()) == [
        -120, 0, 120,
    ]  # fmt: skip
    for name in SUBSETS:
        t = task(name, 101)
        turned = angles(t.truth, t.direction)
        torch.testing.assert_close(turned, torch.linspace(-45, 45, 181).double())
    t = task("continuous", 101)
    assert len(t.truth) == 720
    steps = angles(t.truth, t.direction).sort().values.diff()
    torch.testing.assert_close(steps, torch.full_like(steps, 0.5))


@pytest.mark.parametrize("name", GROUPS)
def test_the_maps_of_a_group_commute_with_it_and_fix_it(name):
    t = task(name, 102)
    W, residual = maps(t)
    assert residual < 1e-4
    assert (t.truth[:, None] @ W - W @ t.truth[:, None]).abs().max() < 1e-5
    # No other direction of gl(3) commutes with all of them than those of the group's algebra.
    commutators = torch.stack([(W @ E - E @ W).flatten() for E in groups.gl(3).basis])
    free = int((torch.linalg.svdvals(commutators) < 1e-5).sum())
    assert free == 3  # 1, L and L²


@pytest.mark.parametrize("name", GROUPS)
def test_the_law_of_x_stays_under_the_truth(name):
    t = task(name, 103)
    x = t.x.double()
    look = torch.randn(3, 4, generator=torch.Generator().manual_seed(0)).double()
    for g in t.truth[:: max(1, len(t.truth) // 3)]:
        for v in look.T:
            assert same(x @ v, x @ g.T @ v)


def test_what_also_commutes_with_the_maps_does_not_keep_the_discrete_law():
    """The half-way turn, the axis turned over, and stretches of the axis or the plane."""
    x, axis = task("discrete", 103).x.double(), torch.ones(3, 3) / 3
    half = groups.so(3).exp(torch.ones(3) / 3**0.5 * torch.pi / 3)
    eye = torch.eye(3)
    stretched = 1.1 * axis + (eye - axis), axis + 1.1 * (eye - axis)
    for g in (half, eye - 2 * axis, *stretched):
        moved = x @ g.double().T
        assert not all(same(a, b) for a, b in ((x[:, 0], moved[:, 0]), (x.sum(1), moved.sum(1))))


@pytest.mark.parametrize("name", SUBSETS)
def test_seen_points_are_the_upright_ones_turned_by_angles_in_the_range(name):
    t = task(name, 104)
    upright, h = in_plane(t, t.x)
    seen, h_seen = in_plane(t, t.seen)
    base = upright[t.y == 0][0]
    off = (upright - base - 90 * t.y + 180) % 360 - 180
    turned = (seen - base - 90 * t.y + 180) % 360 - 180
    assert off.abs().max() < 1e-3
    assert turned.abs().max() < 45.001
    assert stats.kstest((turned.numpy() + 45) / 90, "uniform").pvalue > 1e-4
    assert same(h, h_seen)
    assert same(t.x.norm(dim=1), t.seen.norm(dim=1))


@pytest.mark.parametrize("name", SUBSETS)
def test_no_seen_point_is_an_upright_one_moved(name):
    t = task(name, 104)
    matched = (t.x.norm(dim=1) - t.seen.norm(dim=1)).abs() < 1e-3
    assert matched.float().mean() < 0.05
    assert abs(np.corrcoef(t.x.norm(dim=1), t.seen.norm(dim=1))[0, 1]) < 0.05


@pytest.mark.parametrize("name", SUBSETS)
def test_turns_in_the_plane_keep_the_bowl_and_turns_out_of_it_do_not(name):
    t = task(name, 104)

    def thickness(g):
        *across, h = (t.x.double() @ g.T @ plane(t)).T
        return float((h - sum(a**2 for a in across) + 1).std())

    assert thickness(t.truth[0]) == pytest.approx(0.1, rel=0.05)
    for axis in plane(t).T[:2]:
        tilt = torch.linalg.matrix_exp(0.2 * groups.so(3).element(axis))
        assert thickness(tilt) > 0.2


def test_what_may_be_told_is_the_plane_or_all_turns():
    told = task("given-subset", 105)
    torch.testing.assert_close(told.given.basis[0], told.direction)
    for name in set(ALL) - {"given-subset"}:
        assert task(name, 105).given.dim == 3


@pytest.mark.parametrize("name", ["continuous", "unknown-subset"])
def test_an_oblique_direction_is_another_for_each_seed(name):
    a, b = (task(name, seed).direction for seed in (106, 107))
    assert abs(float((a * b).sum())) / 2 < 0.999
    assert not shares(task(name, 106).truth, task(name, 107).truth).success


@pytest.mark.parametrize("name", ALL)
def test_a_seed_is_its_data(name):
    assert list(TASKS) == list(ALL)
    assert task(name, 108, 500).fingerprint() == fingerprint(108, name, 500)
    assert fingerprint(108, name, 500) != fingerprint(109, name, 500)


@pytest.mark.parametrize("name", ALL)
def test_samples_are_as_a_game_takes_them(name):
    t = task(name, 109, 200)
    pairs = t.pairs()
    assert t.carried is (name in SUBSETS)
    if t.carried:
        assert torch.equal(pairs.x, torch.stack([t.x, t.seen], 1))
        assert (pairs.y_kind, pairs.classes) == ("label", 4)
    else:
        assert torch.equal(pairs.x[:, 0], t.x)
        assert (pairs.y_kind, pairs.y.shape) == ("vector", (200, comparison.RELATED, 3))


def test_the_range_is_a_choice():
    t = task("given-subset", 110, span=(-10, 30))
    turned = angles(t.truth, t.direction)
    assert (float(turned.min()), float(turned.max())) == pytest.approx((-10, 30))


@pytest.mark.parametrize("span", [(45, -45), (10, 10), (-200, 0), (0, float("nan"))])
def test_a_range_that_is_none_is_refused(span):
    with pytest.raises(
        InputError, match=r"^span must be \(low, high\) in degrees with -180 <= low"
    ):
        task("given-subset", span=span)


def test_an_unknown_task_and_too_few_samples_are_refused():
    with pytest.raises(InputError, match=r"^unknown task 'x'; there are: discrete, continuous, gi"):
        task("x")
    with pytest.raises(InputError, match=r"^n must be at least 100 samples, not 99: fewer show no"):
        task("discrete", n=99)

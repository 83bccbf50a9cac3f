"""MSR learns the ties of a layer: of a ring, of a set, and none where there are none."""

import numpy as np
import pytest
import torch

from liegan_book.baselines import msr as module
from liegan_book.baselines.msr import MSRConfig, msr
from liegan_min.algebra import groups
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.errors import DamagedFileError, InputError
from liegan_min.base.options import RunOptions
from tests.helpers.interrupting import interrupted_after

SO3 = groups.so(3)
SHORT = MSRConfig(steps=1000)
TINY = MSRConfig(steps=12, support=8, query=8)


def shifts(k):
    """Return the shifts of a ring of k sites."""
    step = np.roll(np.eye(k), 1, axis=0)
    return np.stack([np.linalg.matrix_power(step, i) for i in range(k)])


def tasks(kinds, count, seed=0, n=1000, noise=0.0):
    """Draw x and what random members of the span of some maps make of it."""
    rng = np.random.default_rng(seed)
    W = np.einsum("ta,aij->tij", rng.normal(size=(count, len(kinds))), kinds)
    W *= len(W[0]) ** 0.5 / np.linalg.norm(W, axis=(1, 2), keepdims=True)
    x = rng.normal(size=(n, len(W[0])))
    y = np.einsum("tij,nj->nti", W, x)
    return x, y + noise * rng.normal(size=y.shape)


def dense(k):
    """Return all of weight space."""
    return np.eye(k * k).reshape(-1, k, k)


def same(P, expected):
    found = {tuple(p.argmax(1).tolist()) for p in P}
    return found == {tuple(np.argmax(p, axis=1).tolist()) for p in expected}


@pytest.mark.parametrize(("k", "count"), [(3, 3), (4, 5)])
@pytest.mark.parametrize("seed", [20, 21])
def test_a_ring_is_found_from_a_few_tasks(k, count, seed):
    found = msr(*tasks(shifts(k), count, seed), SHORT, options=RunOptions(seed=seed))
    assert same(found.permutations(), shifts(k))
    # What the layer reaches is circulant: averaging over the shifts leaves it as it is.
    W = found.directions().numpy()
    averaged = np.mean([P @ W @ P.T for P in shifts(k)], axis=0)
    assert np.linalg.norm(W - averaged, axis=(1, 2)).max() < 0.1
    assert found.history[-50:].mean() < 0.1 * found.history[:50].mean()
    assert found.seconds > 0


def test_noise_on_y_does_not_hide_the_ring():
    found = msr(*tasks(shifts(3), 3, 22, noise=0.1), SHORT, options=RunOptions(seed=22))
    assert same(found.permutations(), shifts(3))


def test_what_treats_all_coordinates_alike_is_kept_by_every_permutation():
    found = msr(
        *tasks(np.stack([np.eye(3), np.ones((3, 3))]), 3, 23), SHORT, options=RunOptions(seed=23)
    )
    assert len(found.permutations()) == 6


@pytest.mark.parametrize("seed", [24, 25])
def test_unrelated_tasks_have_no_tie(seed):
    found = msr(*tasks(dense(3), 6, seed), SHORT, options=RunOptions(seed=seed))
    assert torch.equal(found.permutations(), torch.eye(3)[None].double())
    assert len(found.directions()) >= 5


def test_it_is_u_that_learns_the_ties():
    """One step of the outer loop leaves U random, and the same tasks then show nothing."""
    found = msr(*tasks(shifts(3), 3, 20), SHORT.changed(steps=1), options=RunOptions(seed=20))
    assert len(found.permutations()) == 1


def test_u_loses_what_no_task_asks_for():
    s = torch.linalg.svdvals(msr(*tasks(shifts(3), 6, 26), SHORT, options=RunOptions(seed=26)).U)
    assert s[2] > 4 * s[3]


def test_the_inner_loop_descends_each_tasks_error_in_v_alone():
    """Against plain autograd, task by task, in float64."""
    config, rng = MSRConfig(inner_steps=4, inner_lr=0.3), torch.Generator().manual_seed(0)
    layer = module._Layer(3, config, rng).double()
    torch.nn.init.normal_(layer.U, generator=rng)
    torch.nn.init.normal_(layer.start, generator=rng)
    x, y = torch.randn(2, 5, 7, 3, generator=rng).double()
    W = layer.fitted(x, y)
    for t in range(5):
        v = layer.start.detach().requires_grad_()
        for _ in range(4):
            made = x[t] @ (layer.U @ v).view(3, 3).T
            error = (made - y[t]).square().sum(1).mean() / 2
            v = (v - 0.3 * torch.autograd.grad(error, v)[0]).detach().requires_grad_()
        torch.testing.assert_close(W[t], (layer.U @ v).view(3, 3))
    # The outer loop sees through the inner: its gradient is that of finite differences.
    loss = layer.fitted(x, y).square().sum()
    slope = torch.autograd.grad(loss, layer.U)[0][4, 2]
    with torch.no_grad():
        ends = []
        for step in (1e-6, -2e-6):
            layer.U[4, 2] += step
            ends.append(layer.fitted(x, y).square().sum())
    assert slope.item() == pytest.approx(((ends[0] - ends[1]) / 2e-6).item(), rel=1e-5)


def test_a_step_draws_no_sample_twice_and_y_with_its_x(monkeypatch):
    x, y = tasks(shifts(3), 4, 0, n=16)
    fitted, seen = module._Layer.fitted, []

    def spy(self, x, y):
        seen.append((x, y))
        return fitted(self, x, y)

    monkeypatch.setattr(module._Layer, "fitted", spy)
    msr(x, y, TINY.changed(support=15, query=1))
    W = np.linalg.lstsq(x, y[:, 0], rcond=None)[0]
    for xs, ys in seen:
        assert all(len(torch.unique(rows, dim=0)) == 15 for rows in xs)
        torch.testing.assert_close(ys[0], (xs[0].double() @ torch.tensor(W)).float())


def test_the_same_seed_gives_the_same_answer_and_another_does_not():
    a, b, c = (msr(*tasks(shifts(3), 3), TINY, options=RunOptions(seed=s)) for s in (1, 1, 2))
    assert torch.equal(a.U, b.U)
    assert torch.equal(a.weights, b.weights)
    assert not torch.allclose(a.U, c.U)


def test_a_run_that_was_cut_off_resumes_to_the_very_same_sharing(tmp_path):
    data = tasks(shifts(3), 3)
    whole = msr(*data, TINY, options=RunOptions(seed=4))
    path = tmp_path / "c.ckpt"
    with interrupted_after(5):
        msr(*data, TINY, options=RunOptions(seed=4, checkpoint=path, checkpoint_seconds=-1))
    for other in ({"seed": 5}, {"config": TINY.changed(steps=13)}, {"x": 2 * data[0]}):
        given = {"x": data[0], "y": data[1], "config": TINY, "seed": 4} | other
        options = RunOptions(seed=given.pop("seed"), checkpoint=path)
        with pytest.raises(InputError, match="belongs to other settings, data, or another seed"):
            msr(**given, options=options)
    resumed = msr(*data, TINY, options=RunOptions(seed=4, checkpoint=path))
    assert torch.equal(whole.U, resumed.U)
    assert torch.equal(whole.weights, resumed.weights)
    assert torch.equal(whole.history, resumed.history)
    assert not path.exists()


def test_a_damaged_checkpoint_is_refused(tmp_path):
    path = tmp_path / "c.ckpt"
    path.write_bytes(b"not a checkpoint")
    with pytest.raises(DamagedFileError, match=r"c\.ckpt"):
        msr(*tasks(shifts(3), 3), TINY, options=RunOptions(checkpoint=path))


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ((64, 3), (64, 3)),
        ((64, 3), (64, 1, 3)),
        ((64, 3), (64, 2, 4)),
        ((64, 1, 3), (64, 2, 3)),
        ((64, 2, 3), (64, 2, 3)),
    ],
)
def test_other_shapes_are_refused(x, y, rng):
    with pytest.raises(InputError, match=r"x must be \(n, k\) and y \(n, T, k\) with T >= 2, not"):
        msr(rng.normal(size=x), rng.normal(size=y), TINY)


def test_no_y_at_all_is_refused(rng):
    with pytest.raises(InputError, match=r"not \(64, 3\) and \(\); stack what the T tasks make"):
        msr(rng.normal(size=(64, 3)), None, TINY)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda x, y: (x, y[:-1]), "x has 64 samples and y has 63; cut to match"),
        (lambda x, y: (x, 0 * y), "y is 0 in every sample, so no weight is used; give tasks"),
        (lambda x, y: (x * np.nan, y), "x holds NaN or infinity"),
        (lambda x, y: (x, [*y[:-1], [[1.0]]]), "y has rows of unequal length"),
        (lambda x, y: (0 * x, y), "x is constant"),
        (
            lambda x, y: (x[:15], y[:15]),
            "x has 15 samples, fewer than the 8 of support and 8 of query; bring more data",
        ),
    ],
)
def test_samples_that_cannot_be_used_are_refused(spoil, message):
    with pytest.raises(InputError, match=message):
        msr(*spoil(*tasks(shifts(3), 3, n=64)), TINY)


def test_a_descent_that_diverges_is_reported():
    with pytest.raises(InputError, match=r"no longer finite at step \d+; lower the learning rates"):
        msr(*tasks(shifts(3), 3), TINY.changed(lr=1e10))


def test_too_many_coordinates_for_all_permutations_are_refused():
    found = msr(*tasks(shifts(8), 2), TINY)
    with pytest.raises(InputError, match="k = 8 has 8! permutations, too many"):
        found.permutations()


def test_a_setting_that_is_wrong_is_named():
    with pytest.raises(InputError, match=r"support: .*greater than or equal to 1"):
        MSRConfig.of(support=0)


def sharing(W):
    """A sharing that reaches given weights, (m, k, k)."""
    W = torch.as_tensor(W, dtype=torch.float64)
    k = W.shape[-1]
    return module.Sharing(torch.eye(k * k).double(), W, torch.zeros(1), 1.0, 0, MSRConfig())


def about(axis):
    """What commutes with all turns about an axis, and the generator of these turns."""
    n = np.array(axis) / np.linalg.norm(axis)
    cross = groups.so(3).element(torch.from_numpy(n)).numpy()
    along = np.outer(n, n)
    return np.stack([np.eye(3) - along, cross, along]), cross


@pytest.mark.parametrize("axis", [(0, 0, 1.0), (1.0, 2.0, -0.5), (1.0, 1.0, 1.0)])
def test_the_commutant_is_the_turns_about_the_axis(axis):
    W, cross = about(axis)
    found = sharing(W + 0.01 * np.random.default_rng(0).normal(size=W.shape)).commutant(SO3)
    assert found.dim == 1
    assert found.cosine(LieAlgebra(torch.from_numpy(cross)[None])) > 0.999
    assert float(found.basis.norm()) == pytest.approx(2**0.5)


def test_a_ring_is_taken_for_the_circle_that_holds_it():
    found = sharing(shifts(3)).commutant(SO3)
    _, cross = about((1.0, 1.0, 1.0))
    assert found.cosine(LieAlgebra(torch.from_numpy(cross)[None])) == pytest.approx(1)


def test_multiples_of_the_identity_commute_with_all_turns_and_general_weights_with_none(rng):
    assert sharing(np.eye(3)[None]).commutant(SO3).dim == 3
    nothing = sharing(rng.normal(size=(9, 3, 3))).commutant(SO3)
    assert not nothing.basis.any()
    assert torch.equal(nothing.exp(torch.ones(1, 1)), torch.eye(3).double()[None])


def test_learned_ties_hold_the_turns(rng):
    W, cross = about((0.3, -1.0, 0.8))
    found = msr(*tasks(W, 3, 23), SHORT, options=RunOptions(seed=23)).commutant(SO3)
    assert found.cosine(LieAlgebra(torch.from_numpy(cross)[None])) > 0.999

"""Fits of y given x, and how they answer to a flow."""

import pytest
import torch

from liegan_min.discover.fitted import Fit, Task, fit, residuals


def vectors(n=60, t=2, r=3, seed=0):
    return torch.randn(n, t, r, generator=torch.Generator().manual_seed(seed))


def tasks():
    x = vectors()
    return {
        "vector": Task(x, vectors(seed=1), "vector", torch.arange(60)),
        "scalar": Task(x, vectors(seed=1).flatten(1)[:, :2], "scalar", torch.arange(60)),
        "label": Task(x, torch.arange(60) % 3, "label", torch.arange(60)),
    }


@pytest.mark.parametrize("kind", ["vector", "scalar", "label"])
def test_the_residual_is_what_a_step_of_the_flow_changes(kind, torch_rng):
    task = tasks()[kind]
    f = Fit(task, torch_rng).requires_grad_(False)
    L, step = torch.randn(3, 3, generator=torch_rng), 1e-2
    told = (residuals(f, task) @ L.flatten().double()).float()

    def answer(size):
        g = torch.matrix_exp(size * L)
        y = f(task.x @ g.mT)
        if kind == "vector":
            y = (y.reshape(60, -1, 3) @ torch.linalg.inv(g).mT).flatten(1)
        return y

    change = -(answer(step) - answer(-step)) / (2 * step)
    torch.testing.assert_close(told, change, atol=2e-3, rtol=2e-2)


def test_an_affine_map_is_fitted_exactly():
    x = vectors()
    y = x.flatten(1) @ torch.linspace(-1, 1, 6)[:, None] + 3
    assert float(fit(Task(x, y, "scalar", torch.arange(60)), 1, 0).affine[-1]) == pytest.approx(
        3, abs=1e-4
    )


def test_more_steps_fit_better_and_a_seed_fits_alike():
    x = vectors(400, 1, 2)
    task = Task(x, x.square().sum(2), "scalar", torch.arange(400))
    one, same, longer = fit(task, 50, 1), fit(task, 50, 1), fit(task, 800, 1)
    assert torch.equal(one(x), same(x))
    assert float((longer(x) - task.target).square().mean()) < 0.01
    assert float(longer.loss(task)) < 0.1 * float(one.loss(task))


def test_labels_get_probabilities():
    task = tasks()["label"]
    p = fit(task, 20, 0)(task.x)
    assert p.shape == (60, 3)
    torch.testing.assert_close(p.sum(1), torch.ones(60))


def test_no_draw_is_taken_from_the_generator_that_all_share():
    before = torch.get_rng_state()
    fit(tasks()["scalar"], 3, 0)
    assert torch.equal(torch.get_rng_state(), before)

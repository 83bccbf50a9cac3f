"""The symmetry of a task, on functions whose symmetry is known."""

import numpy as np
import pytest
import torch

from liegan_min.algebra import groups
from liegan_min.discover import task as room
from liegan_min.discover.fitted import Task
from liegan_min.discover.frame import frame
from liegan_min.discover.task import Directions, Fitted, cost, task


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Train for a moment: these functions are smooth and have no noise."""
    monkeypatch.setattr(room, "LADDER", (800,))


def answer(x, y, kind, seed=0):
    """Answer for x, (n, t, k), and y as the room wants it, but for the frame."""
    f = frame(x.double().numpy())

    def white(v):
        return torch.from_numpy(f.white(v.double().numpy())).float()

    if kind == "vector":
        y = white(y)
    elif kind == "scalar":
        y = ((y - y.mean(0)) / y.std(0))[:, None].float()
    return task(Task(white(x), y, kind, torch.arange(len(x))), f, seed), f


def drawn(n, k, t=1, seed=0):
    return torch.randn(n, t, k, generator=torch.Generator().manual_seed(seed))


def test_an_invariant_number_on_data_that_are_not_symmetric():
    x = drawn(4000, 3) * torch.tensor([1, 2, 0.5])
    found, f = answer(x, torch.tanh(x.square().sum((1, 2)) / 2), "scalar")
    assert (found.verdict, found.dimension) == ("found", 3)
    assert f.angle(found.basis, groups.so(3).basis.numpy()) < 3
    assert found.name == "so(3)"
    assert found.certificate.delta <= room.DELTA
    assert found.p_value > 0.001


def test_an_equivariant_vector():
    x = drawn(3000, 2)
    found, f = answer(x, x * torch.exp(-x.square().sum(2, keepdim=True) / 2), "vector")
    assert (found.verdict, found.dimension) == ("found", 1)
    assert f.angle(found.basis, groups.so(2).basis.numpy()) < 2


def test_an_invariant_label():
    x = drawn(6000, 2)
    boost = torch.tensor([[[0.0, 1], [1, 0]]], dtype=torch.float64)
    found, f = answer(x, (x[:, 0, 0] ** 2 > x[:, 0, 1] ** 2 + 0.5).long(), "label")
    assert (found.verdict, found.dimension) == ("found", 1)
    assert f.angle(found.basis, boost.numpy()) < 5


def test_a_function_without_symmetry():
    x = drawn(4000, 2)
    a, b = x[:, 0].T
    found, _ = answer(x, torch.tanh(a + 0.5 * b * b) + a * b, "scalar")
    assert (found.verdict, found.dimension) == ("none", 0)
    assert found.p_value < room.LEVEL


def test_noise_says_nothing():
    x = drawn(600, 2)
    found, _ = answer(x, drawn(600, 1, seed=1)[:, 0, 0], "scalar")
    assert found.verdict == "undecided"
    assert found.why.endswith("of y unexplained on rows that it has not seen")


def test_averaging_over_a_symmetry_is_free_and_over_another_direction_is_not():
    class Radius(torch.nn.Module):
        def forward(self, x):
            return x.square().sum((1, 2))[:, None]

    x = drawn(2000, 2)
    half = Task(x, x.square().sum((1, 2))[:, None], "scalar", torch.arange(2000))
    pair = Fitted((Radius(), Radius()), (half, half))
    turn, stretch = groups.so(2).basis.numpy() / 2**0.5, np.array([[[1.0, 0], [0, -1]]]) / 2**0.5
    free = cost(pair, turn, 1.0, 0)
    dear = cost(pair, stretch, 0.3, 0)
    assert float(free.abs().max()) < 1e-6
    assert float(dear.mean()) > 1e-3


def test_directions_pass_until_one_is_large_or_shared():
    made = {"basis": np.zeros((4, 2, 2)), "halves": np.zeros((4, 4, 4))}
    alone, shared = np.array([0.01, 0.1, 0.4, 0.9]), np.array([0.1, 0.3, 0.9, 0.9])
    assert Directions(alone=alone, shared=shared, **made).passes() == 2
    assert Directions(alone=alone, shared=shared[::-1], **made).passes() == 0
    assert Directions(alone=alone / 10, shared=shared / 10, **made).passes() == 4


def test_nothing_is_moved_to_where_no_data_are():
    """On a quadrant of a ring: what a fit says of the rest of it is no one's fault."""

    class Radius(torch.nn.Module):
        def forward(self, x):
            inside = (x[:, 0] > -0.5).all(1)
            return torch.where(inside, x.square().sum((1, 2)), 100.0)[:, None]

    rng = torch.Generator().manual_seed(0)
    angle, size = torch.rand(2000, generator=rng) * torch.pi / 2, torch.rand(2000, generator=rng)
    x = ((1 + size) * torch.stack([angle.cos(), angle.sin()])).T[:, None]
    half = Task(x, x.square().sum((1, 2))[:, None], "scalar", torch.arange(2000))
    pair = Fitted((Radius(), Radius()), (half, half))
    turn, stretch = groups.so(2).basis.numpy() / 2**0.5, np.array([[[1.0, 0], [0, -1]]]) / 2**0.5
    assert float(cost(pair, turn, 1.0, 0).abs().max()) < 1e-5
    assert float(cost(pair, stretch, 1.0, 0).mean()) > 1e-2


def test_a_direction_is_broken_if_it_stands_out_and_the_halves_agree(monkeypatch):
    monkeypatch.setattr(room, "costs", lambda *_: 1.0)
    made = {"basis": np.zeros((4, 2, 2)), "halves": np.zeros((4, 4, 4))}

    def broken(alone, shared):
        d = Directions(alone=np.array([0.02, alone]), shared=np.array([0.1, shared]), **made)
        return room.broken(d, [], 1, 0)

    assert broken(0.3, 0.9)
    assert broken(0.1, 0.9)  # five times what was found
    assert not broken(0.07, 0.9)
    assert not broken(0.3, 0.5)
    first = Directions(alone=np.array([0.1]), shared=np.array([0.9]), **made)
    assert not room.broken(first, [], 0, 0)  # beside nothing, so much is small


@pytest.mark.parametrize(("looked_at", "shown"), [(True, True), (False, False)])
def test_long_work_shows_how_far_it_is_where_someone_looks(monkeypatch, capsys, looked_at, shown):
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(room, "LADDER", (2,))
    monkeypatch.setattr("sys.stderr.isatty", lambda: looked_at)
    x = drawn(40, 2)
    room.split(Task(x, x[:, 0, :1], "scalar", torch.arange(40)), 0)
    assert ("4/4" in capsys.readouterr().err) == shown

"""The comparison's figures: a task is drawn as its answer sees it, a cell as it came out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from liegan_book.datasets import comparison
from liegan_book.publishing.comparison_figures import cloud, matrix, seen_from
from liegan_book.publishing.figures import DATA, LEARNED, MOVED
from liegan_book.results.tables import Row


@pytest.mark.parametrize("name", comparison.TASKS)
def test_a_turn_of_the_task_turns_the_plane_and_leaves_the_height(name):
    task = comparison.task(name, seed=3, n=200)
    across, height = seen_from(task, task.x)
    g = torch.linalg.matrix_exp(0.7 * task.direction).float()
    turned, still = seen_from(task, task.x @ g.T)
    angle = torch.view_as_complex(turned) / torch.view_as_complex(across)
    torch.testing.assert_close(angle, torch.full_like(angle, np.exp(0.7j)), rtol=0, atol=1e-4)
    torch.testing.assert_close(still, height, rtol=0, atol=1e-5)
    torch.testing.assert_close(across.norm(dim=1) ** 2 + height**2, task.x.square().sum(1))


def test_points_of_label_0_lie_ahead():
    task = comparison.task("unknown-subset", n=400)
    across, _ = seen_from(task, task.x[task.y == 0])
    assert (across[:, 0] > 0.4).all()
    assert across[:, 1].abs().max() < 0.3  # their mean is only nearly in the plane


@pytest.mark.parametrize(
    ("name", "colours"), [("continuous", [DATA]), ("given-subset", [MOVED, DATA])]
)
def test_both_laws_of_a_subset_are_drawn_and_the_one_of_a_group_once(name, colours):
    plane, profile = Figure().subplots(1, 2)
    task = comparison.task(name, n=200)
    cloud(plane, profile, task, n=50)
    for ax in (plane, profile):
        assert [line.get_color() for line in ax.lines] == colours
    across, height = seen_from(task, task.x[:50])
    np.testing.assert_allclose(plane.lines[-1].get_xydata(), across)
    distance = across.norm(dim=1)
    np.testing.assert_allclose(profile.lines[-1].get_xydata(), np.stack([distance, height], 1))
    assert plane.get_aspect() == 1


def cell(passed, n, poster=None, verdict="", reason=None):
    names = {"experiment": "comparison", "task": "", "method": "", "metric": "success"}
    empty = dict.fromkeys(Row.__dataclass_fields__)
    rest = {"profile": "cpu", "values": (), "records": (), "command": ""}
    told = {"passed": passed, "n": n, "poster": poster, "on_our_data": verdict}
    return Row(**empty | names | rest | told | {"reason": reason})


def test_a_cell_is_as_green_as_seeds_succeed_and_hatched_where_none_can_be_run():
    cells = [
        [cell(5, 5, 1.0, "agrees"), cell(0, 5)],
        [cell(None, 0, 0.0, "agrees", "it cannot"), cell(None, 0, 1.0, "–")],
    ]
    ax = Figure().subplots()
    matrix(ax, pd.DataFrame(cells, ["one", "two"], ["a", "b"]))
    texts = {(t.get_position()): t.get_text() for t in ax.texts}
    assert texts == {
        (0.5, 0.4): "5/5",
        (0.5, 0.8): "poster ✓: agrees",
        (1.5, 0.4): "0/5",
        (0.5, 1.4): "cannot express",
        (0.5, 1.8): "poster ×: agrees",
        (1.5, 1.4): "–",
        (1.5, 1.8): "poster ✓: –",
    }
    mesh = ax.collections[0]
    ax.figure.draw_without_rendering()
    full, none, *missing = mesh.get_facecolors()
    np.testing.assert_allclose(none, 1)
    shade = 0.25 + 0.75 * np.array(to_rgb(LEARNED))
    np.testing.assert_allclose(full[:3], shade, atol=0.01)
    assert [colour[3] for colour in missing] == [0, 0]  # the hatched ground shows through
    assert ax.patch.get_hatch() == "///"
    assert [t.get_text() for t in ax.get_yticklabels()] == ["one", "two"]

"""Panels of chapters 5 to 7: what is drawn where, and what the legend calls it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.figure import Figure

from liegan_book.datasets.kinematics import massless
from liegan_book.publishing.figures import DATA, LEARNED, MOVED
from liegan_book.publishing.panels import courses, momenta, orbit, prongs, seeds, two_classes
from liegan_min.equivariant.jets import Jets


@pytest.fixture
def ax():
    return Figure().subplots()


def test_an_orbit_is_drawn_by_the_position_of_body_1(ax):
    states = torch.arange(120.0).reshape(3, 5, 8)
    orbit(ax, *states)
    for line, s in zip(ax.lines, states, strict=False):
        np.testing.assert_array_equal(line.get_xydata(), s[:, :2])
    assert ax.get_legend_handles_labels()[1] == ["seen", "to predict", "predicted"]
    assert ax.get_aspect() == 1


def test_each_run_is_a_line_and_all_share_one_name(ax):
    x, y = [1, 2, 4], [[3.0, 2.0, 1.0], [6.0, 5.0, 4.0]]
    seeds(ax, x, y, DATA, "runs")
    seeds(ax, x, y, MOVED, lw=3)
    for line, values in zip(ax.lines, y + y, strict=True):
        np.testing.assert_array_equal(line.get_xydata(), np.stack([x, values], 1))
    assert [line.get_color() for line in ax.lines] == [DATA] * 2 + [MOVED] * 2
    assert [line.get_linewidth() for line in ax.lines] == [1, 1, 3, 3]
    assert ax.get_legend_handles_labels()[1] == ["runs"]


def test_each_quantity_has_a_panel_and_each_panel_the_stops():
    axes = Figure().subplots(2, 1)
    named = {"distance": [[3.0, 1.0], [2.0, 4.0]], "norm": [[5.0, 6.0]]}
    courses(axes, [100, 200], named, [120, 150, 180])
    for ax, (name, runs) in zip(axes, named.items(), strict=True):
        drawn, stops = ax.lines[: len(runs)], ax.lines[len(runs) :]
        for line, run in zip(drawn, runs, strict=True):
            np.testing.assert_array_equal(line.get_xydata(), np.stack([[100, 200], run], 1))
        assert [list(line.get_xdata()) for line in stops] == [[x, x] for x in (120, 150, 180)]
        assert (ax.get_ylabel(), ax.get_xscale(), ax.get_yscale()) == (name, "log", "log")


def test_massless_momenta_lie_on_the_diagonal():
    across, energy = Figure().subplots(1, 2)
    p = torch.tensor([[3.0, 1.0, 2.0, -2.0], [7.0, 2.0, -3.0, 6.0]])
    momenta(across, energy, p, DATA, "$x$")
    np.testing.assert_array_equal(across.lines[0].get_xydata(), p[:, 1:3])
    np.testing.assert_allclose(energy.lines[0].get_xydata(), [[3, 3], [7, 7]], rtol=1e-6)
    assert across.get_legend_handles_labels()[1] == ["$x$"]
    assert across.get_aspect() == 1


def test_prongs_are_coloured_by_falling_momentum_and_seen_from_the_axis(ax):
    pytest.importorskip("fastjet")
    pt = np.array([30.0, 20.0, 10.0])
    eta, phi = np.array([0.9, 0.5, 1.0]), np.array([3.1, -3.1, 2.7])  # astride of φ = π
    p = massless(pt, eta, phi).astype(np.float32)
    jet = Jets(p, np.array([3]), np.zeros(1, np.int8), np.zeros((1, 4), np.float32))
    prongs(ax, jet)
    dots = ax.collections[0]
    x, y = np.asarray(dots.get_offsets()).T
    np.testing.assert_allclose(np.diff(x), np.diff(eta), atol=1e-5)
    np.testing.assert_allclose(np.diff(y), [2 * np.pi - 6.2, -(2 * np.pi - 5.8)], atol=1e-5)
    assert x.min() < 0 < x.max()  # the axis is at the origin
    assert y.min() < 0 < y.max()
    np.testing.assert_allclose(dots.get_sizes(), 8 * pt, rtol=1e-5)
    colours = [to_rgba(c, 0.6) for c in (DATA, MOVED, LEARNED)]
    np.testing.assert_allclose(dots.get_facecolors(), colours)
    assert ax.patches[0].get_radius() == 0.8


def test_each_class_has_its_own_density_and_nothing_falls_out(ax):
    mass = [1.0, 1.5, 9.0, 2.5]  # the 9 lies beyond the bins
    jets = pd.DataFrame({"mass": mass, "kind": ["QCD", "QCD", "QCD", "top"]})
    two_classes(ax, jets, "mass", [0.0, 2.0, 3.0], "mass in GeV")
    heights = {}
    for area in ax.collections:
        path = area.get_paths()[0]
        inside = [path.contains_point((1, y)) for y in np.linspace(0.005, 1.205, 121)]
        heights[to_rgb(area.get_facecolor()[0][:3])] = sum(inside) / 100
    assert heights == {to_rgb(DATA): pytest.approx(1 / 3, abs=0.01), to_rgb(MOVED): 0}
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["top", "QCD"]
    assert ax.get_xlabel() == "mass in GeV"
    assert ax.get_xlim() == (0, 3)

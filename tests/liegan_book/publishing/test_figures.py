"""Figures: the data behind a picture, and colours that can be told from the page."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb, to_rgba

from liegan_book.publishing import figures
from liegan_book.publishing.figures import DATA, LEARNED, MOVED, MUTED, TRUTH, heat, path, use_style

COLOURS = {"DATA": DATA, "MOVED": MOVED, "TRUTH": TRUTH, "LEARNED": LEARNED, "MUTED": MUTED}


@pytest.fixture
def ax():
    """Axes in the book's style, without a screen and without a trace."""
    backend = mpl.get_backend()
    plt.switch_backend("agg")
    with mpl.rc_context():
        use_style()
        fig, axes = plt.subplots()
        yield axes
        plt.close(fig)
    plt.switch_backend(backend)


def luminance(colour):
    """Relative luminance of a colour (WCAG 2)."""
    c = np.array(to_rgb(colour))
    return float(
        np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]
    )


def contrast(a, b):
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", COLOURS)
def test_a_line_stands_out_from_the_page(name):
    """3 : 1 is what WCAG 2 asks of graphics."""
    assert contrast(COLOURS[name], "white") >= 3


def test_figures_bring_a_light_page_of_their_own(ax):
    assert to_rgb(ax.figure.get_facecolor()) == (1, 1, 1)
    assert to_rgb(mpl.rcParams["savefig.facecolor"]) == (1, 1, 1)
    for text in ("text.color", "axes.labelcolor", "xtick.color", "ytick.color"):
        assert contrast(mpl.rcParams[text], "white") >= 7


def test_a_heat_map_shows_the_matrix_white_at_zero(ax):
    L = torch.tensor([[0.0, -2.0], [1.0, 0.0]])
    image = heat(ax, L, "title")
    np.testing.assert_array_equal(image.get_array(), L)
    assert image.get_clim() == (-2, 2)
    assert luminance(image.cmap(image.norm(0.0))) > 0.9
    assert ax.get_title() == "title"


def test_a_positive_and_a_negative_entry_differ_in_hue(ax):
    image = heat(ax, np.diag([1.0, -1.0]))
    (r, _, b), (r2, _, b2) = (to_rgb(image.cmap(image.norm(v))) for v in (0.8, -0.8))
    assert r > b
    assert b2 > r2


def written(ax):
    """The entries that are written in, by (row, column)."""
    return {(round(t.get_position()[1]), round(t.get_position()[0])): t for t in ax.texts}


def test_entries_are_written_unless_they_are_nearly_nothing(ax):
    L = np.array([[1.0, 0.04, 0.06], [-0.5, 0.0, 0.0], [0.0, 0.0, -0.06]])
    heat(ax, L)
    assert {k: t.get_text() for k, t in written(ax).items()} == {
        (0, 0): "1.00",
        (0, 2): "0.06",
        (1, 0): "-0.50",
        (2, 2): "-0.06",
    }


def test_what_is_written_can_be_read_on_its_cell(ax):
    L = np.linspace(-1, 1, 36).reshape(6, 6)
    image = heat(ax, L)
    for (i, j), text in written(ax).items():
        assert contrast(text.get_color(), image.cmap(image.norm(L[i, j]))) >= 4.5, L[i, j]


def test_a_common_limit_makes_two_maps_comparable(ax):
    image = heat(ax, np.array([[0.2, 0.0], [0.0, 0.01]]), limit=1.0)
    assert image.get_clim() == (-1, 1)
    assert set(written(ax)) == {(0, 0)}


def test_a_matrix_of_zeros_is_a_white_map_and_no_error(ax):
    image = heat(ax, np.zeros((3, 3)))
    assert image.get_clim() == (-1, 1)
    assert not ax.texts


def test_rows_and_columns_carry_the_names_of_the_state(ax):
    heat(ax, np.eye(8), labels=figures.STATE)
    for axis in (ax.get_xticklabels(), ax.get_yticklabels()):
        assert [t.get_text() for t in axis] == figures.STATE
    names = [(v, i, c) for i in "12" for v in "qp" for c in "xy"]
    for label, (vector, body, component) in zip(figures.STATE, names, strict=True):
        assert label == f"${vector}_{body}^{component}$"
    heat(ax, np.eye(2))
    assert [t.get_text() for t in ax.get_xticklabels()] == ["0", "1"]


def test_a_path_joins_its_points_in_order_and_ends_in_a_dot(ax):
    xy = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 2.0], [3.0, 2.0]])
    path(ax, xy, DATA, "orbit", lw=2)
    *segments, dot = ax.lines
    np.testing.assert_array_equal(
        [s.get_xydata() for s in segments], np.stack([xy[:-1], xy[1:]], 1)
    )
    np.testing.assert_array_equal(dot.get_xydata(), xy[-1:])
    alphas = [to_rgba(s.get_color())[3] for s in segments]
    assert alphas == sorted(alphas)
    assert 0 < alphas[0] < alphas[-1] == 1
    assert {to_rgb(s.get_color()) for s in ax.lines} == {to_rgb(DATA)}
    assert {s.get_linewidth() for s in segments} == {2}


def test_a_path_has_one_entry_in_the_legend_and_keeps_angles(ax):
    for label in ("one", "two"):
        path(ax, np.random.default_rng(0).normal(size=(5, 2)), MOVED, label)
    assert ax.get_legend_handles_labels()[1] == ["one", "two"]
    assert ax.get_aspect() == 1


@pytest.mark.parametrize("L", [[[0.0, -3.0], [3.0, 0.0]], [[0.0, 0.2], [0.2, 0.0]]])
def test_lines_of_a_flow_run_along_it(ax, L):
    figures.flow(ax, torch.tensor(L), limit=2.0)
    (lines,) = ax.collections
    a, b = np.array(lines.get_segments()).transpose(1, 0, 2)
    middle, step = (a + b) / 2, b - a
    along = middle @ np.array(L).T
    lengths = np.linalg.norm(step, axis=1) * np.linalg.norm(along, axis=1)
    told = (lengths > 0) & (np.linalg.norm(middle, axis=1) > 0.5)  # at 0 a flow stands still
    assert told.sum() > 1000
    assert ((step * along).sum(1)[told] > 0.99 * lengths[told]).all()
    assert ax.get_xlim() == ax.get_ylim() == (-2, 2)
    assert np.abs([a, b]).max() > 1.5

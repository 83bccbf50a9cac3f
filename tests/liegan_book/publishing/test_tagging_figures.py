"""The taggers' figures: what is drawn is what was measured, and each tagger keeps its look."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from liegan_book.publishing import tagging_figures
from liegan_book.publishing.tagging_figures import COLOURS, NAMES

NAMED = ["LorentzNet", "boosted trees"]


@pytest.fixture(autouse=True)
def screenless():
    backend = plt.get_backend()
    plt.switch_backend("agg")
    yield
    plt.close("all")
    plt.switch_backend(backend)


def lines():
    """The lines of the figure that was just drawn, by name, and the names of its legend."""
    ax = plt.gca()
    return ax.lines, [text.get_text() for text in ax.get_legend().get_texts()]


def test_each_tagger_has_a_colour_of_its_own():
    assert set(COLOURS) == set(NAMES.values())
    assert len({to_rgb(c) for c in COLOURS.values()}) == len(NAMES)


def test_rejection_is_one_over_the_share_and_has_no_point_where_none_passes():
    share = pd.DataFrame([[0.0, 0.1], [0.5, 0.2]], [0.3, 0.6], NAMED)
    tagging_figures.rejection(share)
    (net, trees), legend = lines()
    assert legend == NAMED
    np.testing.assert_allclose(net.get_xydata()[-1], [0.6, 2])
    assert net.get_ydata()[0] is np.ma.masked
    np.testing.assert_allclose(trees.get_ydata(), [10, 5])
    assert (net.get_linestyle(), trees.get_linestyle()) == ("-", "--")
    assert to_rgb(net.get_color()) == to_rgb(COLOURS["LorentzNet"])


def test_a_variant_has_the_colour_of_its_tagger():
    tagging_figures.rejection(pd.DataFrame({"EGNN, quick": [0.5, 1.0]}, [0.5, 1.0]))
    (line,), legend = lines()
    assert to_rgb(line.get_color()) == to_rgb(COLOURS["EGNN"])
    assert legend == ["EGNN, quick"]


def test_invariance_is_solid_with_moved_beams_and_dashed_with_fixed_ones():
    along = pd.DataFrame([[1.0, 3.0], [2.0, 4.0]], [0.0, 1.0], ["LieGNN", "EGNN"])
    tagging_figures.invariance(along, 10 * along)
    drawn, legend = lines()
    assert legend == ["LieGNN", "EGNN"]
    assert [line.get_linestyle() for line in drawn] == ["-", "-", "--", "--"]
    np.testing.assert_allclose([line.get_ydata() for line in drawn[:2]], along.T)
    np.testing.assert_allclose([line.get_ydata() for line in drawn[2:]], 10 * along.T)


def test_sample_efficiency_is_the_mean_over_seeds_with_bars_from_best_to_worst():
    runs = pd.DataFrame(
        {
            "system": ["egnn", "egnn", "egnn", "egnn", "boosted-trees", "boosted-trees"],
            "jets": [600, 2000, 2000, 2000, 600, 2000],
            "wrong": [0.07, 0.03, 0.04, 0.08, 0.03, 0.02],
        }
    )
    tagging_figures.sample_efficiency(runs)
    drawn, legend = lines()
    assert legend == ["EGNN", "boosted trees"]
    means = [line.get_ydata() for line in drawn if len(line.get_xdata()) == 2]
    assert any(np.allclose(y, [0.07, 0.05]) for y in means)
    assert any(np.allclose(y, [0.03, 0.02]) for y in means)
    bars = [path for c in plt.gca().collections for path in c.get_segments() if path.ndim == 2]
    assert any(np.allclose(bar[:, 1], [0.03, 0.08]) for bar in bars)

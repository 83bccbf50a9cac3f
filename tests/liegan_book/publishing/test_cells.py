"""The cells on a page: tables that hold every row, links that lead to records, dots in place."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from liegan_book import paths
from liegan_book.publishing import cells
from liegan_book.results import overview
from liegan_book.results.poster import TABLES
from liegan_book.results.tables import Row
from tests.liegan_book.publishing.test_figures import ax  # noqa: F401
from tests.liegan_book.results.test_tables import told_why


def cell(experiment, method, **ours):
    """A cell as `tables.table` makes it, without the columns that a picture has no use for."""
    empty = dict.fromkeys(Row.__dataclass_fields__)
    known = {"experiment": experiment, "task": TABLES[experiment].task, "method": method}
    metric = {"metric": TABLES[experiment].metric, "values": (), "n": 0, "verdict": "no records"}
    return Row(**empty | known | metric | ours)


@pytest.mark.parametrize("experiment", TABLES)
def test_a_table_has_a_line_for_each_cell_the_worst_first(experiment):
    text = cells.table(experiment).data
    assert f":name: tab-all-{experiment}\n" in text
    lines = re.findall(r"^\| `.*\|$", text, re.MULTILINE)
    rows = overview.of_poster(experiment)
    theirs = TABLES[experiment].data != "ours"
    if theirs:  # what did not reproduce comes first
        verdicts = [re.search(r"\*\*(.+?)\*\*", line)[1] for line in lines]
        assert verdicts == sorted(verdicts, key=overview.ORDER.index)
    assert ("on our data" in text) is (TABLES[experiment].data != "law")
    assert len(lines) == len(rows)
    for row in rows:
        name = f"| `{row.method}`" + f" {row.metric}" * (row.metric == "accuracy") + " |"
        (line,) = [line for line in lines if line.startswith(name)]
        assert f"| {row.n} |" in line
        assert (f"**{row.verdict}**" in line) is theirs
        if TABLES[experiment].data != "law":
            assert f"| {row.on_our_data} |" in line
        assert row.note is None or f"- `{row.method}`: {row.note}" in text
        assert row.command in text


def test_links_name_the_seed_and_lead_to_the_record():
    for row in overview.of_poster("two-body-discovery"):
        found = re.findall(
            r"\[(\d+)\]\(https://\S+?/blob/main/data/results/(\S+?)\)", cells.links(row)
        )
        assert [name for _, name in found] == list(row.records)
        for seed, name in found:
            assert name.endswith(f"-s{seed}.json")
            assert (paths.results() / name).is_file()
    assert cells.links(cell("cyclic", "liegan", records=())) == "–"


def test_a_method_that_cannot_express_the_task_is_told_with_its_reason(monkeypatch):
    told_why(monkeypatch, {"given-subset-msr": "it moves no y"})
    monkeypatch.setenv("LIEGAN_ROOT", str(paths.root() / "nowhere"))
    assert "- `given-subset-msr`: it moves no y" in cells.table("comparison").data


def test_an_error_stands_over_the_posters():
    row = cell("two-body-prediction", "mlp", poster=0.1, values=(0.2, 0.4), mean=0.3)
    ours, seeds, poster = cells.place(row)
    assert ours == pytest.approx(3)
    assert seeds == pytest.approx([2, 4])
    assert poster == 1


def test_data_of_our_own_stand_beside_the_posters_number():
    row = cell("top-tagging", "egnn", poster=0.9, values=(0.7, 0.9), mean=0.8)
    assert cells.place(row) == (0.8, [0.7, 0.9], 0.9)


@pytest.mark.parametrize(
    ("experiment", "ours", "place"),
    [
        ("cyclic", {"passed": 3, "n": 4}, (0.75, (), 1)),
        ("comparison", {"passed": 0, "n": 5, "poster": 0.0}, (0, (), 0)),
        ("comparison", {"passed": 5, "n": 5, "poster": 0.0}, (1, (), 0)),
        ("comparison", {"reason": "it cannot", "poster": 1.0}, (0, (), 1)),
    ],
)
def test_a_claim_or_a_mark_is_the_share_of_seeds_that_succeed(experiment, ours, place):
    assert cells.place(cell(experiment, "liegan", **ours)) == place


@pytest.mark.parametrize(
    ("experiment", "poster", "stroke"),
    [("two-body-prediction", 0.1, 1), ("top-tagging", 0.9, 0.9), ("cyclic", None, 1)],
)
def test_what_was_not_run_is_a_stroke_alone(experiment, poster, stroke):
    ours, seeds, where = cells.place(cell(experiment, "liegan", poster=poster))
    assert np.isnan(ours)
    assert not seeds
    assert where == stroke


def test_dots_tell_verdict_and_seeds_apart(ax):  # noqa: F811
    error = {"poster": 1.0, "values": (2.0, 3.0), "mean": 2.5, "verdict": "worse"}
    cannot = {"poster": 0.0, "reason": "it cannot", "verdict": "reproduced"}
    cells.dots(ax, [cell("two-body-prediction", "hnn", **error), cell("comparison", "m", **cannot)])
    stroke, seeds, ours, *_, hollow = ax.lines
    assert [list(line.get_xdata()) for line in (stroke, seeds, ours)] == [[1], [2, 3], [2.5]]
    assert ours.get_marker() == cells.LOOKS["worse"][1]
    assert to_rgb(hollow.get_markerfacecolor()) == (1, 1, 1)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["hnn", "m"]
    assert ax.yaxis_inverted()


def test_the_figure_shows_every_cell_once(ax):  # noqa: F811
    cells.figure()
    panels = plt.gcf().axes
    labels = [t.get_text() for panel in panels for t in panel.get_yticklabels()]
    assert len(labels) == len(set(labels)) == len(overview.cells())
    assert [len(panel.get_yticks()) for panel in panels].count(11) == 1
    (legend,) = plt.gcf().legends
    counted = [int(re.search(r"\((\d+)\)$", t.get_text())[1]) for t in legend.get_texts()]
    assert sum(counted) == len(labels)
    plt.close(plt.gcf())

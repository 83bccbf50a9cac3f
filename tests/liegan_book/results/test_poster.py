"""The poster's numbers, typed here a second time as they are printed there."""

import pytest

from liegan_book import records
from liegan_book.experiments import EXPERIMENTS, on
from liegan_book.results import tables
from liegan_book.results.poster import SAYS, TABLES

PREDICTION = """
LieGAN        6.43e-5  3.79e-5
LieGAN-ES     2.41e-4  6.17e-5
Augerino+     9.41e-4  1.47e0
SymmetryGAN   -        6.79e-4
Ground-truth  9.45e-6  1.39e-5
"""
ALONE = {"hnn": "3.63e-4", "mlp": "8.49e-2"}
TAGGING = """
LorentzNet     0.940  0.9857
LieGNN         0.938  0.9848
LorentzNet-wo  0.934  0.9832
EGNN           0.922  0.9760
"""
COMPARISON = """
                         MSR  Augerino  LieGAN
Discrete group           ✓    ×         ✓
Continuous group         ×    ×         ✓
Subset of given group    ×    ✓         ✓
Subset of unknown group  ×    ×         ✓
"""
ROWS = ("discrete", "continuous", "given-subset", "unknown-subset")
#: Methods of which the poster says that the first does the task better than the second.
ORDER = {
    "two-body-prediction": ("emlp-ground-truth", "mlp"),
    "top-tagging": ("lorentznet", "egnn"),
    "comparison": ("discrete-liegan", "discrete-augerino"),
}


def printed(text, *columns):
    """The cells of a table, by (method, column), where it has a number."""
    rows = [line.split() for line in text.strip().splitlines()]
    return {
        (name.lower().replace("+", "-plus"), column): float(value)
        for name, *values in rows
        for column, value in zip(columns, values, strict=True)
        if value != "-"
    }


#: Rows of the poster that rest on settings that only the saved matrices tell.
SAVED = {
    "emlp-liegan": "emlp-liegan-lambda-10-sigma-3",
    "aug-liegan": "aug-liegan-lambda-10-sigma-3",
    "aug-symmetrygan": "aug-symmetrygan-lambda-10",
}


def cells(experiment):
    return {(c.method, c.metric): c.value for c in TABLES[experiment].cells}


def test_the_table_of_two_body_prediction_is_the_posters():
    expected = {
        (SAVED.get(f"{how}-{method}", f"{how}-{method}"), "test_mse"): value
        for (method, how), value in printed(PREDICTION, "emlp", "aug").items()
    }
    expected |= {(method, "test_mse"): float(value) for method, value in ALONE.items()}
    assert cells("two-body-prediction") == expected


def test_the_table_of_top_tagging_is_the_posters():
    assert cells("top-tagging") == printed(TAGGING, "accuracy", "auroc")


def test_the_marks_of_the_comparison_are_the_posters():
    head, *lines = COMPARISON.strip().splitlines()
    printed_marks = {
        (SAYS.get(f"{row}-{method.lower()}", f"{row}-{method.lower()}"), "success"): mark == "✓"
        for row, line in zip(ROWS, lines, strict=True)
        for method, mark in zip(head.split(), line.split()[-3:], strict=True)
    }
    assert sum(printed_marks.values()) == 6
    assert cells("comparison") == printed_marks


def test_no_cell_is_there_twice():
    for name, table in TABLES.items():
        assert len(cells(name)) == len(table.cells)


def test_a_method_that_predicts_is_named_after_the_method_that_discovers():
    discovered = {*EXPERIMENTS["two-body-discovery"].methods, "ground-truth"}
    for cell in TABLES["two-body-prediction"].cells:
        how, _, algebra = cell.method.partition("-")
        assert (how in {"emlp", "aug"} and algebra in discovered) or cell.method in ALONE


def test_every_table_of_the_poster_has_its_experiment():
    published = {on(name, "published") for name, t in TABLES.items() if t.data == "published"}
    assert TABLES.keys() == EXPERIMENTS.keys() - published - {"gpu", "orbits"}  # it has no table of


@pytest.mark.parametrize("name", TABLES)
def test_records_measure_what_the_poster_prints_or_claims(name):
    table, cannot = TABLES[name], EXPERIMENTS[name].cannot
    theirs = on(name, "published") if table.data == "published" else name
    runs = records.frame(theirs, table.profile)
    asked = [(c.method, c.metric) for c in table.cells if c.method not in cannot]
    metric = table.largest or table.metric
    asked += [(method, metric) for method in (*table.claimed, *table.controls)]
    assert asked
    for method, metric in asked:
        assert runs.loc[[method], metric].notna().all(), (method, metric)


@pytest.mark.parametrize("name", TABLES)
def test_better_is_the_way_in_which_the_poster_orders_methods(name):
    table = TABLES[name]
    if name in ORDER:
        more, less = (cells(name)[method, table.metric] for method in ORDER[name])
        assert table.better == ("higher" if more > less else "lower")
    else:  # a share, or a cosine: 1 is perfect; or an angle
        better = "lower" if table.metric.endswith("_deg") else "higher"
        assert (table.better, table.cells) == (better, ())


@pytest.mark.parametrize("name", TABLES)
def test_a_claim_says_what_decides_it(name):
    table = TABLES[name]
    assert table.claim
    assert table.task
    if table.cells:
        assert table.metric in {c.metric for c in table.cells}
        assert not table.claimed
        assert all(c.value > 0 or (table.scale == "mark" and c.value == 0) for c in table.cells)
    if table.threshold is not None:
        assert not table.cells
        assert table.claimed
        assert 0 < table.threshold <= (90 if table.metric.endswith("_deg") else 1)
        assert table.threshold not in table.bars
    known = EXPERIMENTS[name].methods.keys()
    assert known >= {*table.notes, *table.claimed, *table.controls}


def test_the_table_shows_every_number_of_the_poster(monkeypatch, tmp_path):
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    for name in ("two-body-prediction", "top-tagging", "comparison"):
        rows = [r for r in tables.table(name) if r.verdict != "not in the poster"]
        shown = {(r.method, r.metric): r.poster for r in rows}
        assert shown == cells(name)

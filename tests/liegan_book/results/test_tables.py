"""Tables: the rule of the verdict, on records made for it."""

import math
import re
import statistics
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liegan_book import records
from liegan_book.experiments import EXPERIMENTS
from liegan_book.results import rule, tables, text
from liegan_book.results.poster import TABLES, Table
from liegan_min.base.errors import InputError
from tests.liegan_book.records.test_records import record

UNBROKEN = str.maketrans({" ": "\N{NO-BREAK SPACE}", "-": "\N{NON-BREAKING HYPHEN}"})
FOUND = Table("task", "claim", "m", "higher", "law", threshold=0.9)
NUMBER = Table("task", "claim", "m", "lower", "law")
ERROR = replace(NUMBER, scale="log")
MARK = Table("task", "claim", "success", "higher", scale="mark")
YES, NO = 1.0, 0.0


def told_why(monkeypatch, reasons):
    """Let methods of the comparison be unable to express their task."""
    changed = replace(EXPERIMENTS["comparison"], cannot=reasons)
    monkeypatch.setitem(EXPERIMENTS, "comparison", changed)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([0.95] * 10, "reproduced"),
        ([0.95] * 9 + [0.1], "mostly"),
        ([0.95] * 8 + [0.1] * 2, "not reproduced"),
        ([0.95] * 4, "too few seeds"),
        ([], "no records"),
    ],
)
def test_a_claim_is_judged_by_how_many_seeds_pass(values, verdict):
    assert rule.judge(FOUND, None, values)[1] == verdict


@pytest.mark.parametrize(
    ("poster", "verdict"),
    [(0.68, "reproduced"), (5.32, "reproduced"), (0.5, "worse"), (5.5, "better")],
)
def test_a_number_is_judged_by_where_a_new_run_would_fall(poster, verdict):
    """3 ± 2.776 · 0.7906 · √1.2 is 0.596 … 5.404; two standard deviations are 1.42 … 4.58."""
    assert rule.judge(NUMBER, poster, [2.0, 2.5, 3.0, 3.5, 4.0])[1] == verdict


def test_an_error_that_spans_decades_is_judged_by_its_logarithm():
    """A hundredth of our mean lies within the spread of the values, and is no reproduction."""
    values = [0.03, 0.07, 0.046, 0.06, 0.03]
    assert rule.judge(NUMBER, 6.8e-4, values)[1] == "reproduced"
    assert rule.judge(ERROR, 6.8e-4, values)[1] == "worse"
    assert rule.judge(ERROR, 0.05, values)[1] == "reproduced"


@pytest.mark.parametrize(("poster", "verdict"), [(1e-4, "wide"), (1e-9, "wide"), (1.0, "wide")])
def test_an_interval_of_more_than_a_factor_of_thirty_says_nothing(poster, verdict):
    assert rule.judge(ERROR, poster, [1e-5, 3e-5, 1e-4, 3e-4, 1e-3])[1] == verdict
    # log10: sd 0.24 is just too narrow for it, 2 · 2.776 · √1.2 · 0.24 = 1.46 < log10 30 = 1.477
    tight = [10 ** (0.24 * z) for z in (-1.2649, -0.6325, 0, 0.6325, 1.2649)]
    assert rule.judge(ERROR, 1.0, tight)[1] == "reproduced"


def test_numbers_on_other_jets_are_only_ordered():
    jets = replace(NUMBER, data="ours")
    assert rule.judge(jets, 3.0, [2.0, 2.5, 3.0, 3.5, 4.0]) == (None, "order only")
    assert rule.judge(jets, 3.0, [2.0, 2.5]) == (None, "too few seeds")


@pytest.mark.parametrize(
    ("poster", "succeeded", "n", "verdict"),
    [
        (YES, 9, 10, "reproduced"),
        (YES, 8, 10, "partly"),
        (YES, 1, 10, "worse"),
        (NO, 1, 10, "reproduced"),
        (NO, 2, 10, "partly"),
        (NO, 9, 10, "better"),
        (YES, 5, 5, "reproduced"),
        (YES, 4, 5, "partly"),
        (NO, 1, 5, "partly"),
        (NO, 0, 5, "reproduced"),
        (YES, 4, 4, "too few seeds"),
        (None, 5, 5, "not in the poster"),
    ],
)
def test_a_mark_is_judged_by_the_share_of_seeds_that_succeed(poster, succeeded, n, verdict):
    values = [1.0] * succeeded + [0.0] * (n - succeeded)
    assert rule.judge(MARK, poster, values) == (succeeded, verdict)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_to_fail_as_often_as_another_succeeds_is_the_opposite_mark(counts):
    passed, n = counts
    assert rule.mark(passed, n) + rule.mark(n - passed, n) == 1


def test_a_method_that_cannot_express_a_task_has_a_cross_and_a_reason(monkeypatch, tmp_path):
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    told_why(monkeypatch, {"given-subset-msr": "r1", "discrete-liegan": "r2", "discrete-x": "r3"})
    rows = {r.method: r for r in tables.table("comparison")}
    told = {m: (r.verdict, r.reason, r.n) for m, r in rows.items() if r.reason}
    assert told == {
        "given-subset-msr": ("our data", "r1", 0),
        "discrete-liegan": ("our data", "r2", 0),
        "discrete-x": ("not in the poster", "r3", 0),
    }
    assert {r.verdict for m, r in rows.items() if m not in told} == {"no records"}
    printed = text.aligned(list(rows.values()))
    assert printed.endswith("given-subset-msr: r1\ndiscrete-liegan: r2\ndiscrete-x: r3")
    assert re.search(
        r"given-subset-msr +success +× +× cannot express it +0 .* our data +agrees", printed
    )
    assert re.search(
        r"discrete-liegan +success +✓ +× cannot express it +0 .* our data +worse", printed
    )


def test_a_run_decides_where_there_is_one(monkeypatch, tmp_path):
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    told_why(monkeypatch, {"discrete-liegan": "why"})
    for seed in range(5):
        run = record(experiment="comparison", method="discrete-liegan", profile="cpu", seed=seed)
        records.save(run.model_copy(update={"metrics": {"success": seed != 3}}))
    row = tables.table("comparison")[8]
    assert (row.method, row.passed, row.n) == ("discrete-liegan", 4, 5)
    assert (row.verdict, row.on_our_data, row.reason) == ("our data", "partly", None)
    printed = text.aligned([row])
    assert re.search(r"discrete-liegan +success +✓ +neither, 4 of 5 seeds +5 +38.….96.% ", printed)


def test_a_truth_value_counts_as_zero_or_one(monkeypatch, tmp_path):
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    for seed in range(20):
        run = record(experiment="cyclic", method="liegan", profile="paper", seed=seed)
        records.save(run.model_copy(update={"metrics": {"success": seed > 1}}))
    (row,) = tables.table("cyclic")
    assert (row.mean, row.passed, row.n, row.verdict) == (0.9, 18, 20, "mostly")


def test_a_control_on_picked_seeds_has_no_verdict(monkeypatch, tmp_path):
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    for seed in range(5):
        run = record(experiment="cyclic", method="liegan-lambda-0", profile="paper", seed=seed)
        records.save(run.model_copy(update={"metrics": {"success": True}}))
    row = tables.table("cyclic")[-1]
    assert (row.method, row.passed, row.n, row.verdict) == ("liegan-lambda-0", 5, 5, "control")


def test_a_table_reads_mean_spread_and_count_from_records(monkeypatch, tmp_path):
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    for seed, value in enumerate([0.9995, 0.9996, 0.9997, 0.9998, 0.9999]):
        run = record(experiment="two-body-discovery-published", method="liegan-es", seed=seed)
        run = run.model_copy(update={"profile": "paper", "metrics": {"support_cosine": value}})
        records.save(run)
    other, row = tables.table("two-body-discovery")
    assert (other.method, other.n, other.verdict) == ("liegan-lambda-10-sigma-3", 0, "no records")
    assert (row.n, row.passed, row.verdict) == (5, 5, "reproduced")
    assert (row.low, row.high) == (pytest.approx(0.5655, abs=1e-4), 1.0)  # Wilson, 5 of 5
    assert row.mean == pytest.approx(0.9997)
    assert row.sd == pytest.approx(1.5811e-4, rel=1e-3)
    assert (row.median, row.worst) == (0.9997, 0.9995)


def test_cells_of_the_poster_without_records_say_so(monkeypatch, tmp_path):
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    rows = tables.table("two-body-prediction")
    assert {r.verdict for r in rows} == {"no records"}
    assert {r.method: r.poster for r in rows}["emlp-liegan-lambda-10-sigma-3"] == 6.43e-5


def test_methods_that_the_poster_lacks_come_after_its_cells(monkeypatch, tmp_path):
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    for method in ("emlp-liegan-gap", "mlp", "of-yesterday", "aug-liegan-cleaned"):
        run = record(experiment="two-body-prediction-published", method=method, profile="paper")
        records.save(run.model_copy(update={"metrics": {"test_mse": 1.0}}))
    rows = tables.table("two-body-prediction")
    methods = [r.method for r in rows if r.n]
    assert methods == ["mlp", "aug-liegan-cleaned", "emlp-liegan-gap", "of-yesterday"]
    assert [r.verdict for r in rows[-3:]] == ["not in the poster"] * 3


@pytest.mark.parametrize(
    ("mean", "sd", "written"),
    [
        (None, None, "–"),
        (1.39e-5, None, "1.39e-5"),
        (1.39e-5, 2e-6, "(1.39 ± 0.20)e-5"),
        (8.49e-2, 1e-3, "(8.49 ± 0.10)e-2"),
        (1.47, 0.5, "(1.47 ± 0.50)e0"),
        (0.0, 0.0, "(0.00 ± 0.00)e0"),
    ],
)
def test_errors_are_written_with_one_exponent(mean, sd, written):
    assert text.scientific(mean, sd) == written.translate(UNBROKEN)


def test_a_markdown_table_has_a_rule_below_its_head():
    plain = text.markdown(["a", "b"], [[1, "x"], [2.5, "y"]])
    assert plain == "| a | b |\n| --- | --- |\n| 1 | x |\n| 2.5 | y |"
    numbered = text.markdown(["a"], [[1]], "What it shows", "tab-x")
    assert numbered == ("```{table} What it shows\n:name: tab-x\n\n| a |\n| --- |\n| 1 |\n```")


def test_an_unknown_table_is_refused_with_the_list():
    with pytest.raises(InputError, match=r"unknown experiment 'x'; there are: two-body-discovery"):
        tables.table("x")
    with pytest.raises(InputError, match=r"the poster has no table of gpu; .* data/results/gpu"):
        tables.table("gpu")


@pytest.mark.parametrize("experiment", TABLES)
def test_a_printed_table_of_the_committed_records_has_no_hole(experiment):
    rows = tables.table(experiment)
    printed = text.aligned(rows)
    assert not re.search(r"None|nan", printed)
    told = {row.method for row in rows if row.reason or row.note}
    assert len(printed.splitlines()) == 1 + len(rows) + len(told)
    claimed = set(TABLES[experiment].claimed)
    for row in rows:
        words = text.poster_text(row)
        assert (words == "in words") is (row.poster is None and row.method in claimed)
        assert (words == "–") is (row.poster is None and row.method not in claimed)


def test_a_number_without_a_threshold_counts_no_seeds(monkeypatch, tmp_path):
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    for seed, value in enumerate([0.98, 0.99, 0.97]):
        run = record(experiment="top-tagging", method="liegnn-random", profile="cpu", seed=seed)
        records.save(run.model_copy(update={"metrics": {"auroc": value}}))
    row = tables.table("top-tagging")[-1]
    assert text.ours_text(row) == "0.9800 ± 0.0100".translate(UNBROKEN)
    assert re.search(r"liegnn-random +auroc +– .* 3 .*0\.98 +0\.97 +–", text.aligned([row]))


def test_there_is_no_command_for_a_run_that_there_is_not():
    commands = {row.method: row.command for row in tables.table("comparison", "quick")}
    assert set(commands.values()) == {""}


def errors(experiment, method, values):
    for seed, value in enumerate(values):
        run = record(experiment=experiment, method=method, profile="paper", seed=seed)
        records.save(run.model_copy(update={"metrics": {"test_mse": value}}))


def test_a_verdict_rests_on_the_published_data_and_the_control_stands_beside_it(
    monkeypatch, tmp_path
):
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    errors("two-body-prediction-published", "mlp", [0.08, 0.09, 0.085, 0.08, 0.09])
    errors("two-body-prediction", "mlp", [0.8, 0.9, 0.85, 0.8, 0.9])
    rows = {r.method: r for r in tables.table("two-body-prediction")}
    row = rows["mlp"]
    assert (row.data, row.verdict, row.on_our_data) == ("published", "reproduced", "worse")
    assert row.mean == pytest.approx(math.exp(statistics.fmean(map(math.log, row.values))))
    assert row.ratio == pytest.approx(row.mean / 8.49e-2)
    assert "--data published" in row.command
    assert {r.split("/")[0] for r in row.records} == {"two-body-prediction-published"}
    ours = {r.method: r for r in tables.table("two-body-prediction", data="ours")}["mlp"]
    assert (ours.data, ours.verdict, ours.on_our_data) == ("ours", "our data", "worse")
    assert ours.ratio is None
    assert "--data" not in ours.command


def test_a_claim_is_judged_at_its_bar_and_shown_at_others(monkeypatch, tmp_path):
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    for seed, angle in enumerate([3.0, 6.0, 12.0, 15.0, 30.0]):
        run = record(experiment="top-tagging-discovery", method="liegan", seed=seed)
        angles = {"principal_angles_deg": [1.0, angle]}
        update = {"profile": "paper", "metrics": {"cos_J": 0.5}, "arrays": angles}
        records.save(run.model_copy(update=update))
    (row,) = tables.table("top-tagging-discovery")
    assert row.values == (3.0, 6.0, 12.0, 15.0, 30.0)  # of records made before it was a metric
    assert (row.passed, row.verdict, row.on_our_data) == (3, "our data", "differs")
    assert tables.sensitivity(row) == {5.0: 1, 10.0: 2, 14.4: 3, 20.0: 4, 40.0: 5}
    assert "no stopping rule" in text.aligned([row])


def test_a_method_that_no_claim_speaks_of_passes_or_fails(monkeypatch, tmp_path):
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    for method, cosine in (("spectral", 0.9999), ("liegan", 0.5)):
        for seed in range(5):
            run = record(experiment="two-body-discovery-published", method=method, seed=seed)
            update = {"profile": "paper", "metrics": {"support_cosine": cosine}}
            records.save(run.model_copy(update=update))
    verdicts = {r.method: r.verdict for r in tables.table("two-body-discovery")}
    assert (verdicts["spectral"], verdicts["liegan"]) == ("passes", "fails")


def test_data_that_an_experiment_does_not_have_are_refused():
    with pytest.raises(InputError, match=r"cyclic has no published data; .* two-body-discovery"):
        tables.table("cyclic", data="published")

"""Verify: what a new run may differ in, what makes a comparison void; nothing is written."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from liegan_book import paths, records
from liegan_book.cli.main import app
from liegan_book.datasets import published
from liegan_book.records import DataSource
from liegan_book.results import verify
from liegan_book.tolerances import AGREES, REPEATED, SPREAD
from liegan_min.base.errors import InputError
from tests.liegan_book.records.test_records import record

CELL = ("two-body-discovery", "spectral")
SIZES = st.floats(1e-6, 1e6) | st.floats(-1e6, -1e-6)


@pytest.fixture(scope="module")
def run():
    """A committed record of a run that takes no time."""
    return records.load(records.where(*CELL, "paper", 0))


@pytest.fixture
def borrowed(monkeypatch, tmp_path):
    """A root of its own, with the committed data sets and no records."""
    (tmp_path / "data").mkdir()
    for name in ("two_body.npz", "checksums.json"):
        (tmp_path / "data" / name).symlink_to(paths.data() / name)
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    return tmp_path


def with_metrics(run, **metrics):
    return run.model_copy(update={"metrics": run.metrics | metrics})


def compared(run, now, **deviations):
    return verify.compare(run, now, deviations)


def test_a_committed_record_is_what_its_run_makes_again(run):
    outcome = verify.again(run)
    assert outcome.verdict in ("repeats", "agrees"), outcome.lines
    assert outcome.compared + len(outcome.gone) == len(run.metrics)
    assert outcome.record == "two-body-discovery/spectral/paper-s0.json"


def test_a_run_on_a_gpu_is_not_drawn(borrowed, run):
    records.save(run)
    records.save(record(experiment="gpu", method="cyclic-seeds", profile="gpu", seed=0))
    drawn, _ = verify.sample(9, seed=0)
    assert drawn == [run]
    with pytest.raises(InputError, match="no record of a run within"):
        verify.sample(9, experiment="gpu")


def test_nothing_is_written(borrowed, run):
    records.save(run)
    before = {p: p.stat().st_mtime_ns for p in borrowed.rglob("*")}
    verify.again(run)
    assert {p: p.stat().st_mtime_ns for p in borrowed.rglob("*")} == before


@given(SIZES, st.sampled_from([-1, 1]))
def test_a_number_repeats_agrees_or_differs_by_its_relative_difference(value, sign):
    run = record(metrics={"cos_J": value})
    for size, verdict in (
        (0.98 * REPEATED, "repeats"),
        (1.02 * REPEATED, "agrees"),
        (0.98 * AGREES, "agrees"),
        (1.02 * AGREES, "differs"),
    ):
        # relative to the larger of the two
        now = value / (1 - size) if sign > 0 else value * (1 - size)
        outcome = compared(run, {"cos_J": now})
        assert outcome.verdict == verdict
        assert outcome.largest == pytest.approx(size, rel=1e-6)


def test_where_seeds_differ_more_than_that_their_deviation_is_allowed():
    run = record(metrics={"cos_J": 0.4})
    assert compared(run, {"cos_J": 0.5}).verdict == "differs"
    assert compared(run, {"cos_J": 0.5}, cos_J=1.01 * 0.1 / SPREAD).verdict == "agrees"
    assert compared(run, {"cos_J": 0.5}, cos_J=0.99 * 0.1 / SPREAD).verdict == "differs"


def test_the_deviations_are_those_of_the_cell(borrowed):
    for seed, value in enumerate([1.0, 2.0, 4.0]):
        run = record(seed=seed, metrics={"cos_J": value, "epochs": seed, "J_gap": None})
        records.save(run)
        records.save(record(seed=seed, method="liegan-es", metrics={"cos_J": 100.0 * value}))
    assert verify.deviations(run) == {"cos_J": pytest.approx(np.std([1, 2, 4], ddof=1))}


@pytest.mark.parametrize(("was", "now"), [(True, False), (7, 8), (None, 0.5), (0.5, None)])
def test_what_is_no_fraction_must_be_equal(was, now):
    run = record(metrics={"a": was, "b": 1.0})
    assert compared(run, {"a": was, "b": 1.05}).verdict == "agrees"
    outcome = compared(run, {"a": now, "b": 1.0}, a=99.0)
    assert outcome.verdict == "differs"
    assert outcome.lines == (f"a was {was}, is {now}",)


def test_a_number_that_is_none_any_more_differs():
    run = record(metrics={"a": 0.5})
    assert compared(run, {"a": math.nan}).verdict == "differs"
    assert compared(run, {"a": math.inf}).verdict == "differs"


def test_numbers_that_are_rounding_agree():
    run = record(metrics={"closure_defect": 1e-17})
    assert compared(run, {"closure_defect": 3e-19}).verdict != "differs"
    assert compared(run, {"closure_defect": 1e-3}).verdict == "differs"


def test_times_are_not_compared():
    run = record(metrics={"jets_per_second": 100.0, "seconds": 1.0, "cos_J": 1.0})
    now = {"jets_per_second": 900.0, "seconds": 9.0, "cos_J": 1.0}
    assert (compared(run, now).verdict, compared(run, now).compared) == ("repeats", 1)


def test_a_metric_that_has_gone_is_named_and_is_no_mismatch():
    run = record(metrics={"old": 1.0, "cos_J": 1.0})
    outcome = compared(run, {"cos_J": 1.0, "new": 2.0})
    assert (outcome.verdict, outcome.gone) == ("repeats", ("old",))
    assert verify.text(outcome).endswith("no longer reported: old")
    outcome = compared(record(metrics={"old": 1.0}), {"cos_J": 1.0})
    assert outcome.verdict == "cannot be compared"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"config": {"channels": 2, "subsample": 0.5}}, "the settings have changed since"),
        ({"config": {"of old": 1}}, "the settings have changed since"),
        ({"data": DataSource(name="two-body", sha256="1" * 64)}, "the data set two-body is not"),
        ({"inputs": {"a/b/paper-s0.json": "1" * 64}}, "a/b/paper-s0.json that it built on"),
        ({"method": "of-old"}, "unknown method of two-body-discovery 'of-old'"),
        ({"profile": "cpu"}, "unknown profile of spectral 'cpu'"),
    ],
)
def test_a_run_that_is_not_the_same_any_more_cannot_be_compared(run, changes, message):
    changes = {"config_hash": "0" * 64} | changes if "config" in changes else changes
    outcome = verify.again(run.model_copy(update=changes))
    assert outcome.verdict == "cannot be compared"
    assert message in outcome.lines[0]
    assert verify.status([outcome]) == 1


def test_a_device_that_is_not_here_cannot_be_compared_on(run):
    machine = run.machine.model_copy(update={"device": "meta"})
    assert "device 'meta' is not available" in verify.obstacle(
        run.model_copy(update={"machine": machine})
    )


def test_settings_that_came_later_do_not_count_while_they_stand_at_their_default(run):
    old = {"config": {"subsample": 0.5}, "config_hash": "0" * 64}  # before there were channels
    assert verify.obstacle(run.model_copy(update=old)) is None


def several(cells, seconds=1.0):
    for method, seeds in cells.items():
        for seed in range(seeds):
            run = record(method=method, profile="paper", seed=seed, cpu_seconds=seconds)
            records.save(run)


def drawn(*arguments):
    picked, seed = verify.sample(*arguments)
    return [(r.method, r.seed) for r in picked], seed


def test_a_sample_takes_every_cell_once_before_any_twice(borrowed):
    several({"liegan": 5, "spectral": 2, "symmetrygan": 1})
    for seed in range(5):
        picked, _ = drawn(6, seed)
        assert len(set(picked)) == 6
        assert {m for m, _ in picked[:3]} == {"liegan", "spectral", "symmetrygan"}
        assert [m for m, _ in picked[3:]].count("spectral") == 1
    assert len(drawn(99, 0)[0]) == 8


def test_a_seed_fixes_the_sample_and_another_gives_another(borrowed):
    several({"liegan": 20, "spectral": 20})
    assert drawn(3, 4) == drawn(3, 4)
    assert len({tuple(drawn(3, seed)[0]) for seed in range(10)}) > 5
    picked, seed = drawn(3)
    assert drawn(3, seed) == (picked, seed)


def test_the_dearest_record_says_what_a_cell_costs(borrowed):
    several({"liegan": 2}, seconds=50.0)
    several({"spectral": 1}, seconds=9.0)
    records.save(record(profile="paper", seed=7, cpu_seconds=0.1))  # the end of a resumed run
    assert drawn(9, 0, 10.0)[0] == [("spectral", 0)]


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"budget": 1.0}, r"no record of a run within 1 CPU seconds; the quickest .* take 1.5"),
        ({"experiment": "x"}, "unknown experiment 'x'; there are: "),
        ({"method": "x"}, "unknown method 'x'; there are: "),
        ({"experiment": "cyclic", "method": "hnn"}, "unknown method of cyclic 'hnn'"),
        ({"method": "hnn"}, "no record of a run within 60 CPU seconds$"),
    ],
)
def test_a_sample_that_cannot_be_drawn_is_refused(borrowed, how, message):
    records.save(record(profile="paper"))
    with pytest.raises(InputError, match=message):
        verify.sample(1, 0, **how)


def test_the_command_exits_with_1_and_a_line_for_each_mismatch(borrowed, run):
    changed = with_metrics(run, support_cosine=0.5, support_rank=run.metrics["support_rank"] + 1)
    records.save(changed)
    result = CliRunner().invoke(app, ["verify", "--seed", "0"])
    first, second, last = result.stdout.strip().splitlines()
    assert first.startswith("two-body-discovery/spectral/paper-s0.json: differs: support_cosine")
    assert f"support_rank was {changed.metrics['support_rank']}, is 4" in second
    assert last == "0 repeat, 0 agree, 1 differ, 0 cannot be compared (sample of --seed 0)"
    assert result.exit_code == 1


def test_the_command_exits_with_0_where_all_agrees(borrowed, run):
    records.save(run)
    result = CliRunner().invoke(app, ["verify", "--method", "spectral", "--json"])
    assert result.exit_code == 0
    assert ' agree, 0 differ, 0 cannot be compared"' in result.stdout


def test_records_on_orbits_that_are_not_here_are_not_drawn(borrowed):
    away = "two-body-discovery-published"
    theirs = {"name": published.NAME, "sha256": "0" * 64}
    records.save(record(experiment=away, method="spectral", profile="paper", data=theirs))
    records.save(record(method="liegan", profile="paper"))
    assert drawn(9, 0)[0] == [("liegan", 3)]
    (named,), _ = verify.sample(9, 0, experiment=away)
    assert named.experiment == away
    assert "fetch it with: liegan data two-body-published" in verify.obstacle(named)

"""The page on a GPU: what it shows of records, and that it shows nothing without them."""

import matplotlib.pyplot as plt
import pytest

from liegan_book.publishing import gpu_page
from tests.liegan_book.records.test_records import record

SHARE = {"seeds": 200, "successes": 80, "rate": 0.4, "rate_low": 0.334, "rate_high": 0.469}
RATES = {
    "accuracy": 0.93,
    "auroc": 0.98,
    "rejection_50": 250.4,
    "rejection_30": None,
    "jets_per_second": 6000.2,
    "epochs": 7,
    "training_jets": 80_000,
}


@pytest.fixture
def runs():
    def run(method, metrics, **more):
        return record(experiment="gpu", method=method, profile="gpu", metrics=metrics, **more)

    equal = {"holds": True, "game.repeats": True}
    kinds = ("float64", "float32", "float32 on the CPU", "tf32")
    equal |= {f"game.{kind}": 10.0**-i for i, kind in enumerate(kinds, 7)}
    speed = {"card.copy, GB/s": 3000.0, "two-body-64.float32.ms": 1.25}
    speed |= {"two-body-64.float32.times the floor": 40.0, "two-body-64.tf32.ms": 1.5}
    speed["two-body-64.tf32.failed"] = 1.0
    speed |= {"lorentznet-32.bfloat16.ms": 9.0, "lorentznet-32.bfloat16.peak GB": 2.0}
    history = [[0.5, 0.4, 0.8], [0.4, 0.3, 0.9]]
    return {
        "equal": run("equal", equal),
        "speed": run("speed", speed),
        "cyclic-seeds": run("cyclic-seeds", SHARE | {"epochs": 100}),
        "liegnn": run("liegnn", RATES, config={"epochs": 35}, arrays={"history": history}),
    }


def cells(shown):
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in shown.data.splitlines()
        if line.startswith("|") and "---" not in line
    ]


def test_without_records_it_shows_nothing():
    assert gpu_page.tables({}) == []


def test_there_is_a_table_for_each_kind_of_record(runs):
    names = [shown.data.splitlines()[1] for shown in gpu_page.tables(runs)]
    assert names == [f":name: tab-gpu-{n}" for n in ("card", "equal", "speed", "seeds", "taggers")]
    few = gpu_page.tables({"equal": runs["equal"]})
    assert [s.data.splitlines()[1] for s in few] == [":name: tab-gpu-card", ":name: tab-gpu-equal"]


def test_the_tables_say_what_the_records_hold(runs):
    _, row = cells(gpu_page.equal(runs["equal"]))
    assert row == ["game", "1.0e-07", "1.0e-08", "1.0e-09", "1.0e-10", "yes", "–"]
    assert gpu_page.equal(runs["equal"]).data.splitlines()[0].endswith(" are held")
    _, *rows = cells(gpu_page.speed(runs["speed"]))
    assert rows == [
        ["two-body game, batch 64", "float32", "1.25", "40", "–", "–", "–"],
        ["two-body game, batch 64", "tf32", "1.5", "–", "failed", "failed", "–"],
        ["LorentzNet, batch 32", "bfloat16", "9", "–", "–", "–", "2"],
    ]
    _, row = cells(gpu_page.seeds(runs))
    assert row == ["a rotation of order 7", "200", "80", "0.400", "0.334 to 0.469", "100"]
    _, row = cells(gpu_page.taggers(runs))
    assert row == ["LieGNN", "7 of 35", "0.9300", "0.9800", "250", "–", "6000"]


def test_a_bar_that_does_not_hold_is_said(runs):
    broken = runs["equal"].model_copy(update={"metrics": runs["equal"].metrics | {"holds": False}})
    assert "are not held" in gpu_page.equal(broken).data


def test_a_step_is_named_by_what_its_numbers_are():
    assert [
        gpu_page.named(step)
        for step in ("jets-4096", "cyclic-256-restarts", "lorentznet-128-blocks-of-300000")
    ] == [
        "jet game, batch 4096",
        "256 restarts in one stack",
        "LorentzNet, batch 128, blocks of 300,000 edges",
    ]


def test_the_curves_are_those_of_the_records(runs):
    gpu_page.curves(runs)
    left, right = plt.gcf().axes
    assert [list(line.get_ydata()) for line in left.lines] == [[0.5, 0.4], [0.4, 0.3]]
    assert [list(line.get_ydata()) for line in right.lines] == [[0.8, 0.9]]
    plt.close("all")

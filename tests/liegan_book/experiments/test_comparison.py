"""The comparison: its cells, their budget, and that each one plays."""

import itertools

import pytest
import torch

from liegan_book import experiments
from liegan_book.baselines.augerino import AugerinoConfig
from liegan_book.baselines.carried import Carried
from liegan_book.baselines.msr import MSRConfig
from liegan_book.datasets import comparison
from liegan_book.experiments import comparison_plays
from liegan_book.experiments.comparison import COMPARISON
from liegan_book.results import poster
from liegan_min.base.options import RunOptions
from liegan_min.game.game import Game
from liegan_min.game.restarts import RestartsConfig

ROWS = poster.KINDS
METHODS = ("msr", "augerino", "symmetrygan", "liegan")

#: Settings that play for a moment.
SHORT = {
    RestartsConfig: {"epochs": 1, "restarts": 2, "hidden": (8,)},
    AugerinoConfig: {"steps": 5},
    MSRConfig: {"steps": 5},
}


def test_each_cell_is_played_or_says_why_it_cannot_be():
    cells = set(itertools.product(ROWS, METHODS))
    played = {tuple(name.rsplit("-", 1)) for name in COMPARISON.methods} & cells
    cannot = {tuple(name.rsplit("-", 1)) for name in COMPARISON.cannot}
    assert played | cannot == cells
    assert not played & cannot
    assert all(len(reason) > 20 for reason in COMPARISON.cannot.values())


def test_the_poster_has_a_mark_for_each_cell_of_its_methods():
    named = {cell.method for cell in poster.TABLES["comparison"].cells}
    cells = {f"{r}-{m}" for r, m in itertools.product(ROWS, METHODS) if m != "symmetrygan"}
    assert named == {poster.SAYS.get(cell, cell) for cell in cells}
    assert named <= COMPARISON.methods.keys() | COMPARISON.cannot.keys()


def test_the_games_have_one_budget():
    configs = [m.profiles["cpu"] for m in COMPARISON.methods.values()]
    games = [c for c in configs if isinstance(c, RestartsConfig)]
    assert len(games) == 2 * len(ROWS) + 2  # and two of one law
    assert {(c.restarts * c.epochs, c.batch, c.hidden) for c in games} == {(300, 256, (64, 64))}


def test_the_range_at_the_start_is_not_the_true_one():
    for row in ("given-subset", "unknown-subset"):
        c = COMPARISON.methods[f"{row}-liegan"].profiles["cpu"]
        assert c.learn_coefficients
        assert c.high < 0.8 * torch.pi / 4


@pytest.mark.parametrize("name", COMPARISON.methods)
def test_each_cell_plays_and_is_judged_by_the_same_figures(name, monkeypatch):
    method = COMPARISON.methods[name]
    config = method.profiles["cpu"]
    short = config.changed(**SHORT[type(config)])
    draw = comparison.task
    monkeypatch.setattr(comparison, "task", lambda row, seed=0: draw(row, seed, 600))
    row = max((task for task in comparison.TASKS if name.startswith(task)), key=len)
    kind, _, _ = name.removeprefix(f"{row}-").partition("-")
    found = method.play(short, RunOptions(seed=100, device="cpu", progress=False))
    metrics, arrays = method.judge(found)
    assert found.seconds > 0
    assert found.task.name == row
    assert {"success", "valid", "covered", "draws"} <= metrics.keys()
    assert ("low_deg" in metrics) is ("subset" in row)
    assert ("plane_deg" in metrics) is (kind == "liegan")
    assert len(arrays["angles_deg"]) == min(200, metrics["draws"])
    if kind in ("liegan", "symmetrygan"):
        assert len(arrays["restarts_loss"]) == len(arrays["restarts_moved"]) == 2
    again = method.judge(method.play(short, RunOptions(seed=100, device="cpu", progress=False)))
    assert again == (metrics, arrays)


@pytest.mark.parametrize("row", ROWS)
def test_the_data_of_a_run_have_a_name_and_a_checksum(row):
    source = experiments.method_of("comparison", f"{row}-liegan").source("cpu", 100)
    assert source.name == f"comparison-{row}"
    assert source.sha256 == comparison.task(row, 100).fingerprint()


def test_told_the_plane_liegan_stays_in_it(monkeypatch):
    method = COMPARISON.methods["given-subset-liegan"]
    config = method.profiles["cpu"].changed(**SHORT[RestartsConfig])
    found = method.play(config, RunOptions(seed=100, device="cpu", progress=False))
    assert method.judge(found)[0]["plane_deg"] == pytest.approx(0, abs=1e-3)


def told(monkeypatch, name, player):
    """What a method hands to its learner: the arguments of the first call."""
    seen = []

    class ToldError(Exception):
        pass

    def spy(*given, **more):
        seen.append((given, more))
        raise ToldError

    monkeypatch.setattr(comparison_plays, player, spy)
    method = COMPARISON.methods[name]
    with pytest.raises(ToldError):
        method.play(method.profiles["cpu"], RunOptions(seed=100, device="cpu", progress=False))
    return seen[0]


@pytest.mark.parametrize("row", ["given-subset", "unknown-subset"])
def test_a_game_of_one_law_sees_the_seen_points_alone(monkeypatch, row):
    task = comparison.task(row, 100)
    (pairs, *_), more = told(monkeypatch, f"{row}-liegan-one-law", "play_game")
    assert torch.equal(pairs.x[:, 0], task.seen)
    assert torch.equal(pairs.y, task.y)
    assert more["rules"] is Game
    (pairs, *_), more = told(monkeypatch, f"{row}-liegan", "play_game")
    assert torch.equal(pairs.x, torch.stack([task.x, task.seen], 1))
    assert more["rules"] is Carried


def test_augerino_may_be_given_the_points_of_both_laws(monkeypatch):
    task = comparison.task("given-subset", 100)
    (pairs, given, _), _ = told(monkeypatch, "given-subset-augerino-two-laws", "augerino")
    assert torch.equal(pairs.x[:, 0], torch.cat([task.x, task.seen]))
    assert torch.equal(pairs.y, torch.cat([task.y, task.y]))
    assert torch.equal(given.basis, task.given.basis)
    (pairs, *_), _ = told(monkeypatch, "given-subset-augerino", "augerino")
    assert torch.equal(pairs.x[:, 0], task.x)


def test_an_upright_axis_is_one_that_augerino_is_given():
    upright, oblique = (comparison.task(n, 100) for n in ("continuous-upright", "continuous"))
    assert torch.allclose(upright.direction, comparison.SO3.basis[2])
    assert (oblique.direction.abs() > 0.1).sum() > 2

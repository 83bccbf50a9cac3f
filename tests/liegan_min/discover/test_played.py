"""The game's answers: judged by the same tests, and honest about games that failed."""

import numpy as np
import pytest

from liegan_book.datasets.laws import LAWS, exponential, ring
from liegan_min.algebra import linalg
from liegan_min.discover import discover, played
from liegan_min.discover.frame import frame
from liegan_min.discover.observables import Samples


@pytest.mark.parametrize("name", ["sphere shell", "two planes", "plane in three dimensions"])
def test_a_known_symmetry_is_found(name):
    x, basis = LAWS[name].seen(3000, 2)
    answer = discover(x, ask=["law"], method="game")["law"]
    assert (answer.verdict, answer.name) == ("found", LAWS[name].algebra)
    assert frame(x).angle(answer.basis, basis) < 6
    assert answer.violation <= answer.certificate.delta <= 0.25
    assert np.isnan(answer.standard_errors).all()
    assert " within " in answer.why


@pytest.mark.parametrize("name", ["three clusters", "exponential, 3 columns", "uniform square"])
def test_a_generator_that_shrank_to_nothing_is_no_discovery(name):
    x, _ = LAWS[name].seen(3000, 2)
    answer = discover(x, ask=["law"], method="game")["law"]
    assert (answer.verdict, answer.dimension) == ("none", 0)
    assert answer.why.startswith("of 16 games ")
    assert " 0 ended at a symmetry" in answer.why
    assert answer.p_value < 0.002


def test_a_game_that_finds_nothing_does_not_show_that_there_is_nothing(rng, monkeypatch):
    """All generators shrink, where they start at nothing; the rank test knows of one."""
    still = played.SETTINGS.changed(init_scale=0.0, epochs=1)
    monkeypatch.setattr(played, "SETTINGS", still)
    answer = discover(ring(rng, 2000), ask=["law"], method="game")["law"]
    assert answer.verdict == "undecided"
    assert answer.why.startswith("of 16 games 16 shrank to nothing, 0 ended at a symmetry")
    assert answer.next_step == "ask the closed form too (method auto)"


def test_what_the_law_carries_along_is_seen_by_the_game_too(rng):
    x = ring(rng, 3000)[:, 0]
    inside, above = np.linalg.norm(x, axis=1) < 1, x[:, 1] > 0
    how = {"ask": ["law"], "method": "game"}
    assert discover(x, inside, **how)["law"].verdict == "found"
    assert discover(x, above, **how)["law"].verdict == "none"
    assert discover(x, x[:, 0] ** 2, **how)["law"].verdict == "none"


def test_few_rows_are_enough_to_play_on(rng):
    answer = discover(ring(rng, 200)[:, 0], ask=["law"], method="game")["law"]
    assert answer.why.startswith("of 16 games ")
    assert answer.verdict in ("found", "undecided")


def test_a_seed_plays_one_game(rng):
    x = LAWS["sphere shell"].draw(rng, 400)
    one, same, other = (discover(x, ask=["law"], method="game", seed=s)["law"] for s in (1, 1, 2))
    np.testing.assert_array_equal(one.basis, same.basis)
    assert not np.array_equal(one.basis, other.basis)


def test_labels_are_shown_as_numbers(rng):
    z = rng.normal(size=(6, 1, 2))
    labels = np.array([0, 1, 2, 0, 1, 2])
    pairs = played._pairs(Samples(z, np.ones((6, 1)), labels, np.arange(6)))
    assert pairs.y_kind == "scalar"
    np.testing.assert_array_equal(pairs.y[:3], [[1, 0, 0], [1, 1, 0], [1, 0, 1]])


def test_the_span_comes_with_the_directions_that_most_hold_first(rng):
    plane = np.linalg.qr(rng.normal(size=(9, 2)))[0]
    L = rng.normal(size=(12, 2)) @ plane.T + 0.01 * rng.normal(size=(12, 9))
    span = played._span(L.reshape(12, 3, 3), np.full(12, 0.1))
    assert span.shape == (9, 3, 3)
    assert np.degrees(linalg.angles_between(span[:2].reshape(2, 9), plane.T)[-1]) < 2


def test_what_is_violated_least_comes_first(rng):
    one, other = np.linalg.qr(rng.normal(size=(4, 2)))[0].T.reshape(2, 2, 2)
    span = played._span(np.array([one, other, other]), np.array([0.02, 0.2, 0.2]))
    np.testing.assert_allclose(abs((span[0] * one).sum()), 1, atol=1e-9)


def test_too_few_rows_are_refused_as_by_the_closed_form():
    x = exponential(np.random.default_rng(0), 60, 3)
    auto, game = (discover(x, ask=["law"], method=m)["law"] for m in ("auto", "game"))
    assert (game.verdict, game.why) == (auto.verdict, auto.why)

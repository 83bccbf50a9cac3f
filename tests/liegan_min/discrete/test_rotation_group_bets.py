"""What bets decide: which turns win, about which axis, which order, and how rarely they err."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from liegan_book import experiments
from liegan_min.algebra import groups
from liegan_min.discrete import rotation_group, rotations
from liegan_min.discrete.rotation_group import limit

SETTINGS = experiments.settings("cyclic", "liegan-restarts", "paper")


class Sixfold:
    """Bets as on a law of order 6 about z: lost where all matrices keep it, else won by `won`."""

    blur = 0.01

    def __init__(self, won):
        self.won = won

    def log_e_value(self, g):
        steps = torch.atan2(g[:, 1, 0], g[:, 0, 0]) * 6 / (2 * math.pi)
        kept = ((steps - steps.round()).abs() < 0.01) & (g[:, 2, 2] > 1 - 1e-9)
        return -1.0 if kept.all() else self.won


R_Z = groups.so(3).basis[2]
STEPS = torch.tensor([0.0, 1.0, -2.0, 3.0, 0.5, 2.4], dtype=torch.float64)


def bets(won, *, alpha=1e-3, largest=12, book=None, axis=R_Z, tilted=(), series=0):
    L = STEPS[:, None, None] * 2 * math.pi / 6 * R_Z
    for i in tilted:
        L[i] = 0.5 * groups.so(3).basis[0]
    book = book or Sixfold(won)
    config = SETTINGS.changed(alpha=alpha, largest=largest)
    return rotation_group._ask(book, book, axis, L, STEPS != 0, config, series)


def test_the_order_is_the_largest_that_is_not_refuted():
    found = bets(1e3)
    assert {n for n, e in found.of_orders.items() if e < 0} == {2, 3, 6}
    assert found.order == 6
    assert bets(1e3, largest=5).order == 3


class Lenient(Sixfold):
    """The same, but for C_n itself, n of `blind`, which it never tells from a symmetry."""

    def __init__(self, won, blind):
        super().__init__(won)
        self.blind = blind

    def log_e_value(self, g):
        return -1.0 if len(g) + 1 in self.blind else super().log_e_value(g)


def test_a_group_goes_with_its_subgroup_even_where_no_bet_of_its_own_is_won():
    found = bets(1e3, book=Lenient(1e3, {8, 12}))
    assert {n for n, e in found.of_orders.items() if e < 0} == {2, 3, 6, 8, 12}
    assert found.order == 6  # C_4 is refuted, and with it C_8 and C_12
    assert bets(1e3, book=Lenient(1e3, {11})).order == 11  # no subgroup speaks against it


def test_the_games_are_tried_with_one_evidence_and_the_orders_with_the_other():
    L = STEPS[:, None, None] * 2 * math.pi / 6 * R_Z
    moving, config = STEPS != 0, SETTINGS.changed(largest=12)
    shrewd, dull = Sixfold(1e3), Sixfold(-1.0)
    found = rotation_group._ask(shrewd, dull, R_Z, L, moving, config)
    assert (found.winners, found.order) == ((1, 2, 3), 12)
    found = rotation_group._ask(dull, shrewd, R_Z, L, moving, config)
    assert (found.winners, found.order) == ((1, 2, 3, 4, 5), 6)


def test_the_orders_are_asked_about_the_axis_of_the_winners():
    """The axis that the discriminator learned on is off, as a trap among the games can make it."""
    off = rotations.axis_of((R_Z + 0.2 * groups.so(3).basis[0])[None])
    found = bets(1e3, axis=off, tilted=[4, 5])
    assert found.winners == (1, 2, 3)
    torch.testing.assert_close(found.axis, R_Z)
    assert found.order == 6
    nothing = bets(1e3, axis=off, tilted=[1, 2, 3, 4, 5])
    assert nothing.winners == ()
    assert torch.equal(nothing.axis, off)


def test_the_winners_move_and_are_not_refuted_and_make_the_lattice():
    found = bets(1e3)
    assert found.winners == (1, 2, 3)
    torch.testing.assert_close(found.L, 2 * math.pi / 6 * groups.so(3).basis[2])


@pytest.mark.parametrize("series", [0, 1, 2])
@pytest.mark.parametrize("alpha", [1e-3, 0.1])
def test_to_refute_takes_more_where_more_is_asked(alpha, series):
    """All bets of a series together: six on matrices, eleven on orders, half of α for either."""

    def asked(bar, slack):
        log_e = math.log(bar * 2 ** (series + 2) / alpha) + slack
        return bets(log_e, alpha=alpha, series=series)

    assert asked(6, 0.01).winners == (1, 2, 3)
    assert asked(6, -0.01).winners == (1, 2, 3, 4, 5)
    assert asked(11, 0.01).order == 6
    assert asked(11, -0.01).order == 12


@given(st.integers(0, 40), st.integers(2, 30), st.floats(1e-4, 0.5))
def test_all_series_and_both_questions_together_err_with_a_chance_of_alpha_at_most(c, n, alpha):
    """By Markov each e-value passes its bar with a chance of exp(-bar) at most."""
    chance = sum(
        asked * math.exp(-limit(asked, alpha, series))
        for series in range(rotation_group.SERIES)
        for asked in (c, n - 1)
    )
    assert chance <= alpha
    assert chance > (0.8 if c else 0.4) * alpha  # and little of it is left unspent


class Blind:
    """Bets on a law that everything keeps: e is fair, and as wild as Markov's inequality allows."""

    blur = 0.01

    def __init__(self, rng, bar):
        self.rng, self.bar = rng, bar

    def log_e_value(self, g):
        return self.bar + 1e-9 if self.rng.random() < math.exp(-self.bar) else -100.0


def test_a_law_with_a_symmetry_is_refuted_as_rarely_as_alpha_says():
    """600 searches of three series each, at the worst e-values there are and alpha of 0.3."""
    rng, config = np.random.default_rng(0), SETTINGS.changed(alpha=0.3, largest=12)
    L = STEPS[1:, None, None] * 2 * math.pi / 6 * R_Z
    moving = torch.ones(len(L), dtype=torch.bool)

    def refutes(series):
        bar = limit(11, config.alpha, series)
        games, orders = Blind(rng, limit(len(L), config.alpha, series)), Blind(rng, bar)
        found = rotation_group._ask(games, orders, R_Z, L, moving, config, series)
        return len(found.winners) < len(L) or max(found.of_orders.values()) >= bar

    wrong = sum(any(refutes(i) for i in range(rotation_group.SERIES)) for _ in range(600))
    deviation = math.sqrt(600 * 0.3 * 0.7)
    assert 0.2 * 600 - 3 * deviation < wrong < 0.3 * 600 + 2 * deviation

"""The group of turns from end to end: on small laws, after a kill, and where it cannot be."""

import math
from dataclasses import dataclass

import pytest
import torch

from liegan_book.datasets import cyclic
from liegan_min.algebra import groups
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.discrete import rotation_group
from liegan_min.discrete.evidence import Evidence, fit_evidence
from liegan_min.discrete.rotation_group import (
    RotationGroupConfig,
    find_rotation_group,
    implied,
    limit,
)
from liegan_min.game.pairs import as_pairs
from liegan_min.game.restarts import Search, moves
from liegan_min.game.stack import StackConfig, StackedGame
from tests.helpers.interrupting import interrupted_after

WAVES = {"count": 24, "fastest": 6.0}
SEARCH = StackConfig(
    channels=6,
    coefficients="integer-grid",
    low=-1,
    high=1,
    zero=False,
    init_scale=1.6,
    hidden=(32, 32),
    waves=WAVES,
    standardise=True,
    batch=64,
    epochs=14,
    lr_generator=1e-2,
    lr_discriminator=5e-3,
    anneal=True,
    reject=1e-3,
    ema=0.99,
)
SMALL = RotationGroupConfig(
    search=SEARCH,
    refine=SEARCH.changed(low=-4, high=4, epochs=6, lr_generator=2e-3),
    evidence={
        "stack": 2,
        "hidden": (32, 32),
        "waves": WAVES,
        "batch": 64,
        "epochs": 8,
        "held_out": 1000,
    },
    trial=500,
    largest=8,
)


@pytest.fixture(scope="module")
def threefold():
    return find_rotation_group(
        cyclic.pairs(4000, 3, 100), SMALL, options=RunOptions(seed=100, device="cpu")
    )


def test_a_threefold_law_is_found_without_its_order(threefold):
    assert threefold.order == 3
    assert threefold.e_values.winners
    assert threefold.e_values.confidence > 0.999
    step = float(threefold.L[1, 0] - threefold.L[0, 1]) / 2
    assert abs(step) == pytest.approx(2 * math.pi / 3, rel=0.05)
    assert min((s * threefold.e_values.axis - groups.so(3).basis[2]).norm() for s in (-1, 1)) < 0.2
    bar, orders = limit(7, SMALL.alpha), threefold.e_values.of_orders
    assert {n for n in orders if implied(orders, n) < bar} == {3}
    assert threefold.e_values.weakest == implied(orders, 6)
    assert list(threefold.e_values.of_orders) == list(range(2, SMALL.largest + 1))


def test_what_won_moves_and_was_not_refuted(threefold):
    ended = threefold.refined.L
    assert len(threefold.e_values.of_games) == len(ended) == int(moves(threefold.searched.L).sum())
    for i in range(len(ended)):
        unrefuted = threefold.e_values.of_games[i] < limit(len(ended), SMALL.alpha)
        assert (i in threefold.e_values.winners) == bool(unrefuted and moves(ended[i][None]))


def test_a_law_without_symmetry_has_none():
    found = find_rotation_group(
        cyclic.pairs(4000, 1, 100), SMALL, options=RunOptions(seed=100, device="cpu")
    )
    assert (found.order, found.e_values.winners) == (1, ())
    assert torch.equal(found.L, torch.zeros(3, 3).double())
    orders = found.e_values.of_orders
    assert list(orders) == list(range(2, SMALL.largest + 1))
    assert min(implied(orders, n) for n in orders) > limit(7, SMALL.alpha)
    assert found.e_values.confidence > 0.999


TINY = RotationGroupConfig(
    search=SEARCH.changed(channels=3, epochs=2, hidden=(8,), batch=32, waves={"count": 4}),
    refine=SEARCH.changed(epochs=2, hidden=(8,), batch=32, waves={"count": 4}),
    evidence={"stack": 1, "hidden": (8,), "waves": {"count": 4}, "batch": 32, "epochs": 1},
    largest=3,
)
FEW = cyclic.pairs(200, 3, seed=100)


def tiny(**how):
    config = TINY.changed(**how.pop("changed", {}))
    options = RunOptions(**{"seed": 100, "device": "cpu"} | how)
    return find_rotation_group(FEW, config, options)


def test_a_seed_decides_all():
    one, same, other = tiny(), tiny(), tiny(seed=101)
    assert torch.equal(one.refined.bases, same.refined.bases)
    assert one.e_values.of_orders == same.e_values.of_orders != other.e_values.of_orders


def test_no_sample_is_used_twice(monkeypatch):
    """Games and discriminator learn, the ends are tried, the orders are asked: each on its own."""
    shown, learned, asked = [], [], []
    search, log_e_value = rotation_group.restarts.side_by_side, Evidence.log_e_value

    def played(pairs, *a, **k):
        shown.append(pairs.x)
        return search(pairs, *a, **k)

    def book(pairs, *a, **k):
        learned.append(pairs.x)
        return fit_evidence(pairs, *a, **k)

    def valued(self, g):
        asked.append((len(g), self.held.x))
        return log_e_value(self, g)

    monkeypatch.setattr(rotation_group.restarts, "side_by_side", played)
    monkeypatch.setattr(rotation_group, "fit_evidence", book)
    monkeypatch.setattr(Evidence, "log_e_value", valued)
    found = tiny(changed={"evidence": TINY.evidence.changed(held_out=30), "trial": 50})
    assert len(shown) == 2
    assert all(torch.equal(x, learned[0]) for x in shown + learned)
    games = asked[: len(found.e_values.of_games)]
    (_, tried), (n, held) = games[0], asked[-1]
    assert n == TINY.largest - 1
    assert all(torch.equal(x, tried) for _, x in games)
    parts = [learned[0], tried, held]
    assert [len(x) for x in parts] == [120, 50, 30]
    assert len(torch.cat(parts).flatten(1).unique(dim=0)) == 200


def test_where_no_game_moved_nothing_is_asked():
    found = tiny(changed={"search": TINY.search.changed(init_scale=0.0, lr_generator=1e-9)})
    assert (found.order, found.refined, found.e_values.winners) == (1, None, ())
    assert (found.e_values.of_orders, found.e_values.weakest, found.e_values.confidence) == (
        {},
        None,
        None,
    )


def test_games_that_all_vanish_leave_their_axes_to_ask_about(monkeypatch):
    """Two games on their way to the identity, from turns about z."""
    sizes = torch.tensor([[1.0, 2.0], [0.0, 0.0]])
    gone = Search(sizes[..., None, None] * groups.so(3).basis[2].float(), torch.zeros(2), 0.0)
    monkeypatch.setattr(rotation_group.restarts, "side_by_side", lambda *a, **k: gone)
    found = tiny()
    torch.testing.assert_close(found.e_values.axis, groups.so(3).basis[2], rtol=1e-5, atol=1e-5)
    assert found.refined is None
    assert list(found.e_values.of_orders) == [2, 3]
    assert len(found.e_values.of_games) == 0


@pytest.mark.parametrize(("epochs", "stage"), [(1, "search"), (3, "refine")])
def test_a_run_killed_in_either_stage_goes_on_to_the_same_end(tmp_path, monkeypatch, epochs, stage):
    steps, step = [], StackedGame.step
    monkeypatch.setattr(StackedGame, "step", lambda *a: steps.append(1) or step(*a))
    whole, path = tiny(), tmp_path / "c.ckpt"
    in_all = len(steps)
    with interrupted_after(epochs):
        tiny(checkpoint=path, checkpoint_seconds=-1)
    assert [p.name for p in tmp_path.iterdir()] == [f"c-{stage}.ckpt"]
    steps.clear()
    resumed = tiny(checkpoint=path)
    assert len(steps) == in_all * 3 // 4  # one of four epochs is not played again
    assert torch.equal(resumed.searched.bases, whole.searched.bases)
    assert torch.equal(resumed.refined.bases, whole.refined.bases)
    assert resumed.e_values.of_orders == whole.e_values.of_orders
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("k", [2, 4])
def test_only_in_three_dimensions_is_a_turn_known_by_axis_and_order(k, rng):
    other = as_pairs(rng.normal(size=(200, k)))
    with pytest.raises(InputError, match=rf"^x lives in R\^{k}; only in R\^3 is a turn known"):
        find_rotation_group(other, TINY, options=RunOptions(device="cpu"))


@pytest.mark.parametrize(
    ("field", "value"), [("largest", 1), ("alpha", 0.0), ("alpha", 1.0), ("order", 7)]
)
def test_a_wrong_field_is_named(field, value):
    given_ = {"search": SEARCH, "refine": SEARCH, field: value}
    with pytest.raises(InputError, match=rf"^{field}: .*\(got {value!r}\)"):
        RotationGroupConfig.of(**given_)


def test_a_wrong_field_of_a_stage_is_named_with_its_stage():
    with pytest.raises(InputError, match=r"^search\.batch: .*\(got 1\)"):
        RotationGroupConfig.of(search=SEARCH.model_dump() | {"batch": 1}, refine=SEARCH)


@dataclass
class Tilted:
    """Bets that refute everything until they are blurred enough, or only what games ended with."""

    blur: float
    games_only: bool
    held: object = None

    def log_e_value(self, g):
        kept = self.blur > 0.05 or (self.games_only and self.held is None)
        return -1.0 if kept else 1e3


@pytest.fixture(params=[False, True])
def blurs(monkeypatch, request):
    """The blurs of the evidence that was fitted, which is Tilted's."""
    seen = []

    def fitted(pairs, axis, config, **how):
        seen.append(config.blur)
        return Tilted(config.blur, request.param)

    monkeypatch.setattr(rotation_group, "fit_evidence", fitted)
    return seen


def test_where_the_axis_may_be_off_the_bets_are_made_again_at_twice_the_blur(blurs):
    found = tiny(changed={"evidence": TINY.evidence.changed(blur=0.015).model_dump()})
    assert blurs == [0.015, 0.03, 0.06]
    assert (found.order, found.e_values.blur) == (TINY.largest, 0.06)


def test_where_nothing_moves_the_first_series_is_all(blurs, monkeypatch):
    still = lambda L, least=0.2: torch.zeros(len(L), dtype=bool)  # noqa: E731
    monkeypatch.setattr(rotation_group.restarts, "moves", still)
    assert tiny().e_values.blur is None  # and no axis to ask about
    assert blurs == []

"""How long an epoch is, and the rule that ends a game where one channel takes over."""

import math
from itertools import chain, combinations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from liegan_min.base.checkpoint import Resumable
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.game import loop
from liegan_min.game.config import GameConfig
from liegan_min.game.discovery import play_game
from liegan_min.game.game import TERMS, Game
from liegan_min.game.pairs import as_pairs
from tests.helpers.interrupting import interrupted_after

TINY = GameConfig(hidden=(8,), batch=16, epochs=4)
PAIRS = as_pairs(np.random.default_rng(0).normal(size=(64, 2)))


class Listing(Game):
    """Plays nothing, and lists the rows of each step: sample i is the vector (i, i)."""

    def __init__(self, config, **options):
        super().__init__(config, 2, 4, **options)
        self.seen = []

    def step(self, x, y):
        if y is not None:
            assert torch.equal(x, y)
        self.seen[-1].append(x[:, 0, 0].int().tolist())
        return super().step(x / 100, None if y is None else y / 100)

    def epoch(self, x, y):
        self.seen.append([])
        return super().epoch(x, y)


def rows(n):
    return torch.arange(n, dtype=torch.float32)[:, None, None].expand(n, 1, 2).contiguous()


@pytest.mark.parametrize(
    ("epoch_size", "n", "sizes"),
    [
        (None, 64, [16] * 4),
        (32, 64, [16, 16]),
        (16, 64, [16]),
        (40, 64, [16, 16, 8]),  # half a batch is played
        (39, 64, [16, 16]),  # less is not
        (64, 64, [16] * 4),
        (1000, 40, [16, 16, 8]),  # no more than there are
    ],
)
def test_an_epoch_has_so_many_samples(epoch_size, n, sizes):
    g = Listing(TINY.model_copy(update={"epoch_size": epoch_size}))
    g.epoch(rows(n), rows(n))
    assert [len(step) for step in g.seen[0]] == sizes
    assert g.steps == len(sizes)
    assert g.epochs == 1


def test_each_epoch_is_a_new_draw_without_repeats():
    g = Listing(TINY.model_copy(update={"epoch_size": 32}))
    for _ in range(20):
        g.epoch(rows(64), rows(64))
    drawn = [list(chain.from_iterable(epoch)) for epoch in g.seen]
    assert all(len(set(epoch)) == 32 for epoch in drawn)
    assert all(a != b for a, b in combinations(drawn, 2))
    assert set().union(*drawn) == set(range(64))  # one that stays away 20 times: 64 in 2^20


def test_a_seed_decides_the_draws():
    one, same, other = (Listing(TINY.model_copy(update={"epoch_size": 32}), seed=s)
                        for s in (1, 1, 2))  # fmt: skip
    for g in (one, same, other):
        g.epoch(rows(64), rows(64))
    assert one.seen == same.seen
    assert one.seen != other.seen


@pytest.mark.parametrize(
    ("field", "value"),
    [("epoch_size", 0), ("epoch_size", 2.5), ("stop_ratio", 1.0), ("stop_ratio", -2.0),
     ("stop_ratio", math.inf), ("stop_ratio", math.nan)],
)  # fmt: skip
def test_a_wrong_setting_is_named(field, value):
    with pytest.raises(InputError, match=rf"^{field}: .*\(got {value!r}\)"):
        GameConfig.of(**{field: value})


def test_an_epoch_without_a_batch_is_refused():
    """Left alone it would be a step on no samples, whose mean is no number."""
    with pytest.raises(InputError, match="epoch_size"):
        play_game(
            PAIRS,
            GameConfig.of(hidden=(8,), batch=16, epoch_size=7),
            options=RunOptions(device="cpu"),
        )


def test_both_settings_change_the_outcome_and_so_the_digest():
    changed = [{}, {"epoch_size": 64}, {"epoch_size": 65}, {"stop_ratio": 2.0}]
    assert len({GameConfig(**c).digest() for c in changed}) == len(changed)


class Scripted(Resumable):
    """A game whose channels have told norms after each epoch."""

    keeps = ("done", "steps")

    def __init__(self, norms, **config):
        self.norms = np.asarray(norms, dtype=float)
        self.config = TINY.model_copy(update={"epochs": len(norms)} | config)
        self.done = self.steps = 0

    def epoch(self, x, y):
        self.done += 1
        self.steps += 4
        return torch.full((len(TERMS),), float(self.done))

    @property
    def L(self):  # noqa: N802 - the paper's symbol
        norms = torch.tensor(self.norms[self.done - 1], dtype=torch.float32)
        return norms[:, None, None] * torch.tensor([[0.6, 0.0], [0.0, -0.8]])


def play(norms, checkpoint=None, **config):
    # A negative time between checkpoints: one after every epoch, however fast the clock.
    game = Scripted(norms, **config)
    return loop.play(
        game, PAIRS, "key", options=RunOptions(checkpoint=checkpoint, checkpoint_seconds=-1.0)
    )


GROWING = [[1, 1, 1], [1, 1, 1.9], [1, 1, 2.5], [1, 1, 1.5], [1, 1, 9], [1, 1, 9]]


@pytest.mark.parametrize(("ratio", "epochs"), [(1.5, 2), (2.0, 3), (2.6, 5)])
def test_it_ends_at_the_first_epoch_where_the_longest_is_so_many_times_the_median(ratio, epochs):
    course = play(GROWING, stop_ratio=ratio)
    assert course.rested
    assert len(course.bases) == len(course.history) == epochs


@pytest.mark.parametrize("ratio", [9.5, None])
def test_it_plays_to_the_end_where_none_takes_over(ratio):
    course = play(GROWING, stop_ratio=ratio)
    assert not course.rested
    assert len(course.bases) == len(GROWING)


def test_it_is_the_median_that_counts_and_not_the_mean_or_the_shortest():
    """One channel asleep, one long: the rule is about the other three."""
    norms = [[1e-6, 1, 1, 1, 1.9], [1e-6, 1, 1, 1, 2.1], [1, 1, 1, 1, 1]]
    assert len(play(norms, stop_ratio=2.0).bases) == 2


def test_one_channel_cannot_take_over():
    course = play([[1], [100], [10_000]], stop_ratio=1.5)
    assert not course.rested


@given(
    st.integers(0, 2).flatmap(
        lambda h: st.lists(
            st.lists(st.integers(1, 9), min_size=2 * h + 1, max_size=2 * h + 1),
            min_size=1,
            max_size=8,
        )
    ),
    st.sampled_from([1.25, 2.25, 3.75]),  # no quotient of two of these norms
)
def test_the_rule_is_that_of_a_loop_over_the_epochs(norms, ratio):
    over = [i + 1 for i, n in enumerate(norms) if max(n) > ratio * np.median(n)]
    course = play(norms, stop_ratio=ratio)
    assert len(course.bases) == (over[0] if over else len(norms))
    assert course.rested is (bool(over) and over[0] < len(norms))


@pytest.mark.parametrize("epochs", [1, 2, 4, 5])
def test_a_resumed_run_stops_at_the_same_epoch(tmp_path, epochs):
    """Killed after the fifth epoch, the last of the run, it plays no sixth."""
    path = tmp_path / "c.ckpt"
    whole = play(GROWING, stop_ratio=2.6)
    with interrupted_after(epochs):
        play(GROWING, path, stop_ratio=2.6)
    resumed = play(GROWING, path, stop_ratio=2.6)
    assert resumed.rested
    assert len(resumed.bases) == 5
    assert torch.equal(resumed.bases, whole.bases)
    assert torch.equal(resumed.history, whole.history)
    assert not path.exists()


def test_a_discovery_says_that_it_stopped_and_where():
    """Norms of random matrices differ: a ratio next to 1 is passed at once."""
    config = TINY.model_copy(update={"channels": 3, "stop_ratio": 1.0001})
    found = play_game(PAIRS, config, options=RunOptions(device="cpu"))
    assert found.stopped_early
    assert len(found.bases) == 1


def test_channels_held_at_one_norm_never_stop_it():
    config = TINY.model_copy(update={"channels": 3, "stop_ratio": 1.0001, "strength": 0.5})
    found = play_game(PAIRS, config, options=RunOptions(device="cpu"))
    assert not found.stopped_early
    assert len(found.bases) == TINY.epochs

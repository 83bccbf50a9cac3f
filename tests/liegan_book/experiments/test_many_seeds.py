"""Many seeds at once: each of them is the game that it is alone, and none minds the others."""

import pytest
import torch

from liegan_book.datasets import cyclic
from liegan_book.experiments import BLOCKS, two_body_pairs
from liegan_book.experiments.discriminators import Discriminators
from liegan_book.experiments.many_seeds import play_many
from liegan_book.experiments.method import Pairs
from liegan_min import GameConfig, InputError, RunOptions, play_game
from liegan_min.game.discriminator import Discriminator
from tests.helpers.interrupting import interrupted_after

CPU = RunOptions(device="cpu", checkpoint_seconds=-1)

#: Twelve batches and a half, the last of which counts.
ORBITS = GameConfig(hidden=(24, 16), epochs=3, epoch_size=12 * 64 + 32, cosine=2.0)
POWERS = GameConfig(
    coefficients="integer-grid",
    low=-10,
    high=9,
    cosine=0.01,
    init_scale=0.5,
    hidden=(24,),
    epochs=2,
)
#: Two losses that differ by rounding, after a few dozen steps of Adam.
ROUNDING = 1e-4

SEEDS = range(4, 7)


def orbits(seed):
    return two_body_pairs().take(torch.arange(1500))


def turns(seed):
    return cyclic.pairs(700, 7, seed)


@pytest.mark.parametrize(
    ("source", "config", "mask"),
    [
        (orbits, ORBITS, BLOCKS),
        (orbits, ORBITS.changed(standardise=True, anneal=True, reject=0.1), BLOCKS),
        (orbits, ORBITS.changed(strength=0.5, batch=48, epoch_size=None), None),
        (orbits, ORBITS.changed(batch=50, epoch_size=430), BLOCKS),
        (turns, POWERS, None),
        (turns, POWERS.changed(batch=37, ema=0.9), None),
    ],
    ids=["orbits", "standardised", "held", "orbits, odd", "turns", "turns, odd"],
)
def test_a_seed_among_others_is_the_seed_alone(source, config, mask):
    many = play_many(source, config, SEEDS, mask=mask, options=CPU)
    assert not many.lost.any()
    assert many.bases.shape[:2] == (config.epochs, len(SEEDS))
    for i, seed in enumerate(SEEDS):
        options = RunOptions(seed=seed, device="cpu")
        alone = play_game(source(seed), config, mask=mask, options=options)
        assert torch.allclose(many.bases[:, i], alone.bases[:, 0], atol=ROUNDING), seed
        assert many.algebras[i].basis.shape == alone.algebra.basis.shape
    # Their draws are their own.
    assert not torch.allclose(many.bases[0, 0], many.bases[0, 1], atol=0.1)


def test_a_step_is_adams_also_where_gradients_are_as_small_as_its_epsilon():
    """The stack's gradients are as many times smaller as it has games; so is its ε."""
    config = ORBITS.changed(cosine=0.0, init_scale=1e-6, epochs=1)
    still = Pairs(1e-4 * orbits(0).x, orbits(0).y * 1e-4, "vector")
    many = play_many(lambda seed: still, config, range(8), mask=BLOCKS, options=CPU)
    alone = play_game(still, config, mask=BLOCKS, options=RunOptions(device="cpu"))
    size = alone.bases.abs().max()
    assert float((many.bases[0, 0] - alone.bases[0, 0]).abs().max() / size) < 1e-3


def test_a_game_that_explodes_is_lost_and_the_others_do_not_notice():
    def source(seed):
        pairs = orbits(seed)
        return Pairs(pairs.x * 1e38, pairs.y, "vector") if seed == 5 else pairs

    many = play_many(source, ORBITS, SEEDS, mask=BLOCKS, options=CPU)
    usual = play_many(orbits, ORBITS, SEEDS, mask=BLOCKS, options=CPU)
    assert many.lost.tolist() == [False, True, False]
    assert many.bases.isfinite().all()
    for i in (0, 2):
        assert torch.allclose(many.bases[:, i], usual.bases[:, i], atol=ROUNDING)


@pytest.mark.parametrize("stop", [1, 2])
def test_cut_off_it_resumes_to_the_very_same_end(tmp_path, stop):
    file = tmp_path / "many.ckpt"
    options = RunOptions(device="cpu", checkpoint=file, checkpoint_seconds=-1)
    with interrupted_after(stop):
        play_many(turns, POWERS.changed(epochs=3), SEEDS, options=options)
    again = play_many(turns, POWERS.changed(epochs=3), SEEDS, options=options)
    whole = play_many(turns, POWERS.changed(epochs=3), SEEDS, options=CPU)
    assert torch.equal(again.bases, whole.bases)
    assert not file.exists()


def test_a_checkpoint_of_other_seeds_is_refused(tmp_path):
    options = RunOptions(device="cpu", checkpoint=tmp_path / "many.ckpt", checkpoint_seconds=-1)
    with interrupted_after(1):
        play_many(turns, POWERS, range(3), options=options)
    with pytest.raises(InputError, match="belongs to other settings, data, or another seed"):
        play_many(turns, POWERS, range(1, 4), options=options)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"channels": 2}, "channels other than 1"),
        ({"norm": 0.1, "stop_angle": 0.1}, "norm, stop_angle; run them one by one"),
        ({"stop_ratio": 2.0}, "stop_ratio"),
        ({"learn_coefficients": True}, "learn_coefficients"),
    ],
)
def test_what_a_stack_cannot_do_is_refused(changes, message):
    with pytest.raises(InputError, match=message):
        play_many(orbits, ORBITS.changed(**changes), range(2), options=CPU)


def test_a_game_that_runs_away_is_lost_before_it_blurs_the_others():
    """What exp loses to one huge matrix of a stack, all of the stack lose."""

    def source(seed):
        pairs = orbits(seed)
        return Pairs(pairs.x * 1e-9, pairs.y * 1e9, "vector") if seed == 5 else pairs

    wild = ORBITS.changed(lr_generator=300.0, epochs=1)
    many = play_many(source, wild, SEEDS, mask=BLOCKS, options=CPU)
    assert many.lost.any()
    assert (many.bases.abs().amax((0, 2, 3)) < 10 * 1e3).all()
    assert many.bases.isfinite().all()


def test_no_seeds_and_seeds_of_different_sizes_are_refused():
    with pytest.raises(InputError, match="there are no seeds to play; give at least one"):
        play_many(orbits, ORBITS, range(0), options=CPU)
    message = r"samples of one number and shape for all; .*\(1400, 1, 8\), \(1500, 1, 8\)"
    with pytest.raises(InputError, match=message):
        play_many(
            lambda s: orbits(s).take(torch.arange(1400 + 100 * s)), ORBITS, range(2), options=CPU
        )


def test_labels_are_refused():
    def source(seed):
        return Pairs(orbits(seed).x, torch.arange(1500) % 2, "label")

    with pytest.raises(InputError, match="many seeds at once cannot do a label y"):
        play_many(source, ORBITS, range(2), options=CPU)


@pytest.mark.parametrize("scaled", [False, True])
def test_a_stack_of_discriminators_shows_each_its_rows(scaled):
    torch.manual_seed(0)
    scale = torch.rand(5) + 0.5 if scaled else None
    each = [Discriminator(5, (7, 6), scale=scale) for _ in range(3)]
    x, y = torch.randn(4 * 3, 1, 3), torch.randn(4 * 3, 2)
    logits = Discriminators(each)(x, y)
    for r, one in enumerate(each):
        assert torch.allclose(logits[r::3], one(x[r::3], y[r::3]), atol=1e-6)

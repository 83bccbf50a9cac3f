"""The settings of a tagger's training: its learning rate against torch's own, and what is refused.

At a restart the rate jumps from 0 to its full height; torch's gives the height, ours the 0, so both
are compared a moment later.
"""

import math

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from liegan_book.training.tagging_config import TaggingConfig
from liegan_min.base.errors import InputError

LATER = 1e-9  # of an epoch
EXACT = 1e-12

#: Parts of an epoch, so that sums are exact.
eighths = st.integers(0, 80).map(lambda n: n / 8)


@st.composite
def settings(draw):
    warmup, tail, restart = draw(eighths), draw(eighths), draw(eighths.filter(bool))
    epochs = max(1, math.ceil(warmup + tail) + draw(st.integers(0, 40)))
    return TaggingConfig(
        warmup=warmup, tail=tail, restart=restart, epochs=epochs, lr=draw(st.floats(1e-6, 10))
    )


def restarts(config):
    """Return the times at which a cosine ends and the next begins."""
    times, t, length = [], config.warmup, config.restart
    while t < config.epochs:
        t, length = t + length, 2 * length
        times.append(t)
    return times


def test_the_defaults_are_the_published_ones():
    c = TaggingConfig()
    assert (c.hidden, c.layers, c.dropout, c.c) == (72, 6, 0.2, 5e-3)
    assert (c.batch, c.epochs, c.lr, c.weight_decay) == (4 * 32, 35, 1e-3, 0.01)
    assert (c.warmup, c.restart, c.tail) == (5, 4, 4)
    assert c.beams
    assert not c.rest
    assert (c.jets, c.constituents) == (None, None)


@pytest.mark.parametrize("restart", [1, 4, 7])
def test_after_the_warm_up_it_is_torchs_cosine_with_restarts(restart):
    config = TaggingConfig(restart=restart, lr=0.3)
    weight = torch.nn.Parameter(torch.zeros(1))
    optimiser = torch.optim.SGD([weight], lr=config.lr)
    theirs = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimiser, restart, T_mult=2)
    for epoch in range(int(config.epochs - config.warmup - config.tail)):
        expected = theirs.get_last_lr()[0]
        assert config.rate(config.warmup + epoch + LATER) == pytest.approx(expected, abs=1e-7)
        optimiser.step()
        theirs.step()


def test_it_restarts_where_the_published_one_does():
    config = TaggingConfig(tail=0)
    falls = [t for t in range(1, 35) if config.rate(t + LATER) > config.rate(t) + 0.5 * config.lr]
    assert falls == [9, 17, 33]


@given(settings(), st.floats(0, 1))
def test_the_warm_up_is_a_line_from_zero_to_the_full_rate(config, share):
    assume(config.warmup)
    t = share * config.warmup
    assert config.rate(t) == pytest.approx(config.lr * share, rel=EXACT)
    assert config.rate(config.warmup) == pytest.approx(
        config.lr if config.epochs > config.warmup or not config.tail else 0, rel=EXACT
    )


@given(settings(), st.floats(0, 1))
def test_each_epoch_of_the_tail_halves_it(config, share):
    end = config.epochs - config.tail
    assume(config.tail >= 1)
    t = end + share * (config.tail - 1)
    assert config.rate(t + 1) == pytest.approx(config.rate(t) / 2, rel=1e-9)
    assert config.rate(t) == pytest.approx(config.rate(end) * 0.5 ** (t - end), rel=1e-9)


@given(settings(), st.floats(0, 1), st.floats(1e-6, 0.1))
def test_it_makes_no_jumps_but_at_restarts(config, share, step):
    """Between two moments without a restart it changes by no more than its steepest part can."""
    t = share * config.epochs
    later = min(t + step, config.epochs)
    end = config.epochs - config.tail
    assume(not any(t - LATER <= r <= later + LATER and r <= end + LATER for r in restarts(config)))
    steepest = max(
        math.pi / (2 * config.restart), math.log(2), 1 / config.warmup if config.warmup else 0
    )
    change = abs(config.rate(later) - config.rate(t))
    assert change <= config.lr * (2 * steepest * (later - t) + EXACT)


@given(settings(), st.floats(0, 1))
def test_it_is_never_negative_nor_above_lr(config, share):
    assert 0 <= config.rate(share * config.epochs) <= config.lr


@given(settings())
def test_the_settings_survive_being_written(config):
    again = TaggingConfig.model_validate_json(config.model_dump_json())
    assert again == config
    assert again.digest() == config.digest()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"epochs": 8},
            r"^configuration: .*warmup 5 and tail 4 are longer than 8 epochs together",
        ),
        ({"warmup": 0.5, "tail": 2.75, "epochs": 3}, r"warmup 0\.5 and tail 2\.75 are longer"),
        ({"batch": 1}, r"^batch: "),
        ({"epochs": 0}, r"^epochs: "),
        ({"lr": 0}, r"^lr: "),
        ({"lr": float("inf")}, r"^lr: "),
        ({"dropout": 1}, r"^dropout: "),
        ({"restart": 0}, r"^restart: "),
        ({"warmup": -1}, r"^warmup: "),
        ({"constituents": 0}, r"^constituents: "),
        ({"jets": 1}, r"^jets: "),
        ({"hidden": 0}, r"^hidden: "),
        ({"layers": 0}, r"^layers: "),
        ({"momentum": 0.9}, r"^momentum: "),
    ],
)
def test_a_wrong_setting_is_named(fields, message):
    with pytest.raises(InputError, match=message):
        TaggingConfig.of(**fields)


def test_warm_up_and_tail_may_fill_the_epochs():
    config = TaggingConfig(warmup=2, tail=3, epochs=5, lr=1)
    assert [config.rate(t) for t in range(6)] == [0, 0.5, 1, 0.5, 0.25, 0.125]

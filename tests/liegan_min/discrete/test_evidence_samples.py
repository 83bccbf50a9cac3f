"""Which samples the discriminator learns from and which it bets on; they are never the same."""

import inspect
import math

import pytest
import torch

from liegan_book.datasets import cyclic
from liegan_min.algebra import groups
from liegan_min.algebra.moments import kept_by_moments
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.discrete import evidence
from liegan_min.discrete.evidence import EvidenceConfig, fit_evidence, set_apart
from liegan_min.discrete.rotation_group import powers
from liegan_min.game.pairs import Pairs

R_Z = groups.so(3).basis[2]
BRIEF = EvidenceConfig(stack=2, hidden=(8,), waves={"count": 8}, batch=32, epochs=1, held_out=40)
HALF_TURN = powers(math.pi * R_Z, [1])
PAIRS = cyclic.pairs(200, 3, seed=100)


def brief(pairs=PAIRS, *, held=None, seed=100, **changes):
    config = BRIEF.changed(**changes)
    return fit_evidence(pairs, R_Z, config, held=held, options=RunOptions(seed=seed, device="cpu"))


@pytest.fixture
def learned(monkeypatch):
    """What each discriminator learned from."""
    seen, descend = [], evidence.descend

    def spy(optimiser, look, *a, **k):
        seen.append(inspect.getclosurevars(look).nonlocals["train"])
        return descend(optimiser, look, *a, **k)

    monkeypatch.setattr(evidence, "descend", spy)
    return seen


def rows(*parts):
    return torch.cat([p.x for p in parts]).flatten(1)


def numbered(n):
    """Samples that tell their number, in x and in y."""
    numbers = torch.arange(n).float()
    return Pairs(numbers[:, None, None], 2 * numbers[:, None], "scalar")


@pytest.mark.parametrize(("n", "bets", "kept"), [(10, 3, 3), (10, 5, 5), (10, 6, 5), (11, 99, 5)])
def test_each_sample_is_learned_from_or_bet_on_and_half_at_most(n, bets, kept):
    rest, held = set_apart(numbered(n), bets, torch.Generator().manual_seed(0))
    assert len(held.x) == kept
    assert rows(rest, held).flatten().sort().values.tolist() == list(range(n))
    for part in (rest, held):
        assert torch.equal(part.y, 2 * part.x.flatten(1))
        assert part.y_kind == "scalar"


def test_which_are_set_apart_is_drawn():
    draws = [set_apart(numbered(100), 20, torch.Generator().manual_seed(s))[1] for s in (0, 0, 1)]
    assert torch.equal(draws[0].x, draws[1].x)
    assert not torch.equal(draws[0].x.sort(0).values, draws[2].x.sort(0).values)
    assert draws[0].x.max() >= 20  # not the first ones


def test_a_seed_decides_all_and_the_bets_are_on_half_at_most():
    one, same, other = brief(), brief(), brief(seed=101)
    assert one.log_e_value(HALF_TURN) == same.log_e_value(HALF_TURN) != other.log_e_value(HALF_TURN)
    assert len(one.held.x) == 40
    assert len(brief(held_out=4000).held.x) == 100


def test_what_it_bets_on_it_has_not_learned_from(learned):
    book = brief()
    both = rows(learned[0], book.held)
    assert len(both) == len(both.unique(dim=0)) == 200


def test_where_the_bets_samples_are_given_all_others_are_learned_from(learned):
    held = cyclic.pairs(7, 3, seed=101)
    book = brief(held=held)
    assert torch.equal(learned[0].x, PAIRS.x)
    assert torch.equal(learned[0].y, PAIRS.y)
    assert torch.equal(book.held.x, held.x)
    assert torch.equal(book.held.y, held.y)


def test_scale_and_blur_come_from_what_is_learned_from_alone(learned):
    books = brief(), brief(held=cyclic.pairs(50, 3, seed=101))
    for book, some in zip(books, learned, strict=True):
        torch.testing.assert_close(book.near, kept_by_moments(some.x).basis.float())
        torch.testing.assert_close(book.discriminator.scale, some.rms())


def test_the_samples_that_are_bet_on_teach_nothing():
    near, far = cyclic.pairs(50, 3, seed=101), cyclic.pairs(50, 7, seed=102)
    far = Pairs(100 * far.x, -far.y, far.y_kind)
    one, other = brief(held=near), brief(held=far)
    assert torch.equal(one.near, other.near)
    for name, value in one.discriminator.state_dict().items():
        assert torch.equal(value, other.discriminator.state_dict()[name])
    assert one.log_e_value(HALF_TURN) != other.log_e_value(HALF_TURN)


def test_fewer_samples_than_two_batches_are_refused():
    message = (
        r"^63 samples are fewer than two batches of 32, one to learn from and one to hold out;"
    )
    with pytest.raises(InputError, match=message):
        brief(cyclic.pairs(63, 3))
    assert len(brief(cyclic.pairs(64, 3)).held.x) == 32


def test_where_the_bets_samples_are_given_one_batch_will_do():
    held = cyclic.pairs(7, 3, seed=101)
    with pytest.raises(InputError, match=r"^31 samples are fewer than .*; bring more data or"):
        brief(cyclic.pairs(31, 3), held=held)
    before = brief(cyclic.pairs(32, 3), held=held, lr=1e-12).discriminator.state_dict()
    after = brief(cyclic.pairs(32, 3), held=held, lr=1e-1).discriminator.state_dict()
    assert any(not torch.allclose(before[name], after[name]) for name in before)  # it did learn

"""The game between two laws: it is the old game where both are one, and tells them apart else."""

import pytest
import torch
from torch.nn import functional as F

from liegan_book.baselines.carried import Carried, CarriedElement
from liegan_book.baselines.symmetrygan import SymmetryGAN, discover_element
from liegan_min.algebra import groups
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.game.config import GameConfig
from liegan_min.game.discovery import play_game
from liegan_min.game.pairs import as_pairs

SMALL = GameConfig(hidden=(8,), batch=32, epochs=2, standardise=True)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def points(n=200, k=3, seed=0):
    return torch.randn(n, k, generator=seeded(seed)) * torch.arange(1, k + 1)


LABELS = torch.randint(3, (200,), generator=seeded(5))
NUMBERS = torch.randn(200, 2, generator=seeded(5))


@pytest.mark.parametrize(
    ("y", "kind"), [(LABELS, "label"), (NUMBERS, "scalar"), (None, None)], ids=["l", "s", "none"]
)
def test_between_a_law_and_itself_it_is_the_game_of_one_law(y, kind):
    x = points()
    one = play_game(
        as_pairs(x, y, kind), SMALL, options=RunOptions(seed=3, device="cpu"), held_out=0.2
    )
    both = as_pairs(torch.stack([x, x], 1), y, kind)
    two = play_game(
        both, SMALL, rules=Carried, options=RunOptions(seed=3, device="cpu"), held_out=0.2
    )
    # Not to the bit: the vectors lie otherwise in memory, and are summed in another order.
    torch.testing.assert_close(one.bases, two.bases, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(one.history, two.history, rtol=1e-4, atol=1e-5)
    assert one.discriminator_advantage == pytest.approx(
        two.discriminator_advantage, abs=0.051
    )  # 2 of 40


def test_the_same_holds_for_one_element():
    x = points()
    one = discover_element(as_pairs(x, LABELS), SMALL, options=RunOptions(device="cpu"))
    both = as_pairs(torch.stack([x, x], 1), LABELS)
    two = discover_element(both, SMALL, rules=CarriedElement, options=RunOptions(device="cpu"))
    torch.testing.assert_close(one.g, two.g, rtol=1e-4, atol=1e-5)
    assert issubclass(CarriedElement, SymmetryGAN)


def test_the_discriminator_sees_one_vector_in_units_of_the_seen_ones():
    x = torch.stack([points(), 10 * points(seed=1)], 1)
    pairs = as_pairs(x, LABELS)
    g = Carried(SMALL, 3, pairs.inputs, classes=3, scale=pairs.rms())
    rms = x[:, 1].square().mean(0).sqrt()
    torch.testing.assert_close(g.discriminator.scale, rms)


def test_the_discriminator_calls_seen_points_real_and_moved_ones_not():
    x = torch.stack([points(64), points(64, seed=1)], 1)
    g = Carried(SMALL, 3, 6, y_kind="scalar")
    before = [p.detach().clone() for p in g.discriminator.parameters()]
    moved, _ = g.generator(x[:, :1], None, seeded())
    loss = F.softplus(-g.discriminator(x[:, 1:])).mean() + F.softplus(g.discriminator(moved)).mean()
    expected = torch.autograd.grad(loss / 2, g.discriminator_params)
    g.rng.manual_seed(0)
    g.step(x, None)
    for p, start, grad in zip(g.discriminator_params, before, expected, strict=True):
        torch.testing.assert_close(p.grad, grad, rtol=1e-4, atol=1e-6)
        assert not torch.equal(p.detach(), start)


def test_it_finds_the_one_turn_that_carries_one_law_to_the_other():
    """Seen points are others of the law turned by 30°, and the law has no symmetry of its own."""
    turn = groups.so(2).exp(torch.tensor([torch.pi / 6])).float()
    x, other = torch.empty(2, 3000, 2).exponential_(generator=seeded(100))
    config = GameConfig(
        hidden=(32, 32), batch=100, epochs=30, lr_generator=1e-2, lr_discriminator=1e-2,
        anneal=True, standardise=True, cosine=0.0, reject=0.0, ema=0.99, init_scale=0.1,
    )  # fmt: skip
    pairs = as_pairs(torch.stack([x, other @ turn.T], 1))
    found = discover_element(
        pairs, config, rules=CarriedElement, options=RunOptions(device="cpu", seed=100)
    )
    assert (found.g - turn.double()).abs().max() < 0.1
    assert (found.g - torch.eye(2)).abs().max() > 0.3


def test_its_checkpoints_are_not_those_of_the_game_of_one_law(tmp_path):
    pairs = as_pairs(points(n=200)[:, None].expand(-1, 2, -1).clone(), LABELS)
    file = tmp_path / "c.ckpt"

    class Stop(Exception):  # noqa: N818 - it is no error
        pass

    class Killed(Carried):
        def epoch(self, x, y):
            if self.epochs == 1:
                raise Stop
            return super().epoch(x, y)

    Killed.__name__ = "Carried"
    with pytest.raises(Stop):
        play_game(
            pairs, SMALL, rules=Killed, options=RunOptions(checkpoint=file, checkpoint_seconds=0)
        )
    with pytest.raises(InputError, match="another"):
        play_game(pairs, SMALL, options=RunOptions(checkpoint=file))
    whole = play_game(pairs, SMALL, rules=Carried)
    resumed = play_game(pairs, SMALL, rules=Carried, options=RunOptions(checkpoint=file))
    assert torch.equal(whole.bases, resumed.bases)


def test_a_vector_y_is_refused():
    pairs = as_pairs(torch.stack([points(), points()], 1), points(), "vector")
    with pytest.raises(
        InputError,
        match=r"^y is a vector; between two laws make it a label or a number, or leave it out$",
    ):
        play_game(pairs, SMALL, rules=Carried)


@pytest.mark.parametrize(("y", "kind"), [(LABELS, "label"), (NUMBERS, "scalar"), (None, None)])
@pytest.mark.parametrize("t", [1, 3])
def test_samples_of_other_than_two_vectors_are_refused(t, y, kind):
    pairs = as_pairs(points()[:, None].expand(-1, t, -1).clone(), y, kind)
    with pytest.raises(
        InputError,
        match=rf"^x must be \(n, 2, 3\), .* a sample holds {3 * t} numbers; stack the two$",
    ):
        play_game(pairs, SMALL, rules=Carried)

"""The settings: what is refused, and that they stand for one outcome each."""

import math
import subprocess
import sys

import pytest
import torch

from liegan_min.base.errors import InputError
from liegan_min.base.options import pick_device
from liegan_min.game.coefficients import IntegerGrid, Normal, Uniform
from liegan_min.game.config import GameConfig


def test_the_defaults_are_the_published_ones():
    c = GameConfig()
    assert (c.batch, c.epochs, c.hidden) == (64, 100, (512, 512))
    assert (c.lr_generator, c.lr_discriminator, c.beta1_generator) == (1e-3, 2e-4, 0.5)
    assert (c.cosine, c.coefficients, c.scale) == (1.0, "normal", 1.0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("channels", 0),
        ("coefficients", "cauchy"),
        ("scale", 0.0),
        ("scale", math.nan),
        ("scale", math.inf),
        ("init_scale", -1.0),
        ("batch", 1),
        ("epochs", 0),
        ("epochs", 2.5),
        ("lr_generator", 0.0),
        ("lr_discriminator", math.nan),
        ("beta1_generator", 1.0),
        ("cosine", -1.0),
        ("ema", 1.0),
        ("patience", 0),
        ("stop_angle", 0.0),
        ("reject", 1.0),
        ("learning_rate", 1.0),
    ],
)
def test_a_wrong_field_is_named_with_what_was_given(field, value):
    with pytest.raises(InputError, match=rf"^{field}: .*\(got {value!r}\)"):
        GameConfig.of(**{field: value})


def test_an_inverted_range_is_refused():
    with pytest.raises(InputError, match=r"low must be below high, not 2.0 and 1.0"):
        GameConfig.of(coefficients="uniform", low=2, high=1)


@pytest.mark.parametrize("zero", [True, False])
@pytest.mark.parametrize(("low", "high"), [(-1.5, 1), (-1, 1.5), (0.25, 0.75)])
def test_an_integer_grid_needs_whole_ends(low, high, zero):
    message = f"an integer grid needs whole ends, not {float(low)} and {float(high)}"
    with pytest.raises(InputError, match=message):
        GameConfig.of(coefficients="integer-grid", low=low, high=high, zero=zero)


@pytest.mark.parametrize("zero", [True, False])
@pytest.mark.parametrize(("low", "high"), [(3, -3), (0, 0)])
def test_an_integer_grid_needs_more_than_one_point(low, high, zero):
    message = f"low must be below high, not {float(low)} and {float(high)}"
    with pytest.raises(InputError, match=message):
        GameConfig.of(coefficients="integer-grid", low=low, high=high, zero=zero)


def test_the_settings_say_whether_a_grid_holds_0():
    grid = GameConfig(coefficients="integer-grid", low=-2, high=1)
    assert grid.distribution().grid.tolist() == [-2, -1, 0, 1]
    without = grid.changed(zero=False)
    assert without.distribution().grid.tolist() == [-2, -1, 1]
    assert without.digest() != grid.digest()


@pytest.mark.parametrize("kind", ["normal", "uniform"])
def test_only_an_integer_grid_can_do_without_0(kind):
    message = f"zero=False is for an integer grid, not for {kind} ones"
    with pytest.raises(InputError, match=message):
        GameConfig.of(coefficients=kind, zero=False)


def test_settings_cannot_be_changed_in_play():
    with pytest.raises(ValueError, match="frozen"):
        GameConfig().batch = 3


@pytest.mark.parametrize("learnable", [False, True])
def test_the_settings_choose_the_distribution(learnable):
    common = {"channels": 2, "learn_coefficients": learnable}
    normal = GameConfig(coefficients="normal", scale=3.0, **common).distribution()
    uniform = GameConfig(coefficients="uniform", low=0, high=2, **common).distribution()
    grid = GameConfig(coefficients="integer-grid", low=-2, high=2, **common).distribution()
    assert isinstance(normal, Normal)
    assert torch.equal(normal.scale, 3 * torch.eye(2))
    assert isinstance(uniform, Uniform)
    assert float(uniform.range[1][0].detach()) == pytest.approx(2)
    assert isinstance(grid, IntegerGrid)
    assert grid.grid.tolist() == [-2, -1, 0, 1, 2]
    for each in (normal, uniform, grid):
        assert each.channels == 2
        assert all(p.requires_grad == learnable for p in each.parameters())


def test_the_digest_changes_with_any_field_and_with_nothing_else():
    assert GameConfig().digest() == GameConfig(batch=64).digest()
    changed = {"batch": 65, "scale": 2.0, "ema": 0.9, "amp": True, "hidden": (8,)}
    digests = {GameConfig(**{k: v}).digest() for k, v in changed.items()}
    assert len(digests | {GameConfig().digest()}) == len(changed) + 1


def test_the_digest_is_the_same_in_another_process():
    code = "from liegan_min.game.config import GameConfig; print(GameConfig().digest())"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == GameConfig().digest()


def test_auto_is_a_device_that_is_there():
    torch.ones(1, device=pick_device("auto"))
    assert pick_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize("device", ["gpu", "cuda:99", "", "meta"])
def test_a_device_that_is_not_there_is_named(device):
    with pytest.raises(InputError, match=rf"device '{device}' is not available"):
        pick_device(device)


def test_changed_settings_are_checked_again_and_leave_the_old_ones():
    config = GameConfig(batch=32)
    assert config.changed(batch=8, epochs=3) == GameConfig(batch=8, epochs=3)
    assert config.batch == 32
    with pytest.raises(InputError, match=r"batch: .*greater than or equal to 2"):
        config.changed(batch=1)
    with pytest.raises(InputError, match="low must be below high"):
        config.changed(coefficients="uniform", low=2.0)

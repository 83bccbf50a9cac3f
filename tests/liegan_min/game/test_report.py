"""The report on the user's own data: what it promises, on discoveries whose answer is known."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from liegan_min.algebra import groups
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.game.config import GameConfig
from liegan_min.game.discovery import Discovery, discover_file, report
from liegan_min.game.pairs import as_pairs


def discovery(algebra, support=None, epochs=3):
    """A discovery of `algebra`, as if a game had ended with it."""
    return Discovery(
        algebra=algebra,
        last=algebra,
        bases=algebra.basis.float().expand(epochs, *algebra.basis.shape),
        history=torch.zeros(epochs, 3),
        support=np.eye(algebra.k) if support is None else support,
        discriminator_advantage=0.25,
        seconds=1.5,
        seed=7,
        config=GameConfig(),
    )


def field(scale=1.0, n=256):
    """Points x in the plane, and y = x turned by 90 degrees."""
    rng = np.random.default_rng(0)
    angle, radius = rng.uniform(0, 2 * np.pi, n), rng.choice([1.0, 2.0], n)
    x = scale * radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    return as_pairs(x[:, None], np.stack([-x[:, 1], x[:, 0]], 1)[:, None], "vector")


def test_the_lorentz_algebra_is_reported_as_what_it_is(eta):
    said = report(discovery(groups.so13()))
    assert said["algebra"] == "so(1,3)"
    assert said["dimension"] == 6
    assert said["closure_defect"] == pytest.approx(0, abs=1e-12)
    assert said["support_rank"] == 4
    np.testing.assert_allclose(said["invariant_form"], eta / 2, atol=1e-12)
    assert said["invariant_form_gap"] == pytest.approx(1)
    assert said["basis"] == groups.so13().basis.tolist()


def test_what_was_measured_is_passed_on():
    said = report(replace(discovery(groups.so(3)), stopped_early=True))
    kept = {
        k: said[k]
        for k in ("discriminator_advantage", "epochs", "stopped_early", "seconds", "seed")
    }
    assert kept == {
        "discriminator_advantage": 0.25,
        "epochs": 3,
        "stopped_early": True,
        "seconds": 1.5,
        "seed": 7,
    }


def test_json_holds_the_report_exactly():
    said = report(discovery(groups.so(3)))
    assert json.loads(json.dumps(said, allow_nan=False)) == said


def test_what_a_matrix_does_where_there_is_no_data_does_not_change_the_name():
    """Data in a tilted plane of R^3: L turns the plane, and does anything off it."""
    tilt = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    plane, normal = tilt[:, :2], tilt[:, 2:]
    turn = plane @ np.array([[0.0, -1.0], [1.0, 0.0]]) @ plane.T
    off = np.array([[2.0], [-1.0], [3.0]]) @ normal.T
    found = LieAlgebra(torch.from_numpy(turn + off)[None])
    said = report(discovery(found, support=plane))
    assert said["algebra"] == "so(2)"
    assert said["dimension"] == 1
    assert said["support_rank"] == 2
    assert report(discovery(found))["algebra"] != "so(2)"


def test_a_fifth_is_held_out_so_that_the_discriminator_can_be_judged():
    found = discover_file(field(), epochs=1, batch=32, options=RunOptions(seed=3, device="cpu"))
    assert found.discriminator_advantage is not None
    assert found.seed == 3
    with pytest.raises(InputError, match="80 samples to train on are fewer than a batch of 81"):
        discover_file(field(n=100), batch=81, options=RunOptions(device="cpu"))


def test_the_unit_of_the_data_does_not_matter():
    """A power of two scales float32 exactly; a discriminator that did not standardise would see
    it."""
    one, other = (
        discover_file(field(scale), epochs=3, batch=32, options=RunOptions(device="cpu")).bases
        for scale in (1.0, 2.0**12)
    )
    torch.testing.assert_close(one, other)


def test_it_stops_when_the_basis_has_come_to_rest():
    found = discover_file(field(), epochs=300, batch=64, options=RunOptions(device="cpu"))
    assert found.stopped_early
    assert report(found)["epochs"] < 300

"""A discovery finds what is there, resumes exactly, and refuses what it cannot use."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from liegan_min.algebra import groups
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.errors import DamagedFileError, InputError
from liegan_min.base.options import RunOptions, pick_device
from liegan_min.base.progress import quiet
from liegan_min.game.config import GameConfig
from liegan_min.game.discovery import play_game, set_up
from liegan_min.game.pairs import as_pairs
from tests.helpers.discoveries import discovery
from tests.helpers.interrupting import interrupted_after

TINY = GameConfig(hidden=(16,), batch=32, epochs=6)


#: Cosine from which a few epochs on a toy count as having found its symmetry.
NEAR = 0.99


def cloud(n=600, seed=0):
    """A law that only SO(2) keeps: a smooth radial profile at a uniform angle, and y = |x|."""
    rng = np.random.default_rng(seed)
    r, phi = rng.uniform(1.0, 2.0, n), rng.uniform(-np.pi, np.pi, n)
    return np.stack([r * np.cos(phi), r * np.sin(phi)], -1), r


@pytest.fixture
def pairs():
    return as_pairs(*cloud())


def test_it_finds_so2_in_a_cloud_that_only_so2_keeps():
    config = GameConfig(
        hidden=(64, 64), batch=128, epochs=40, lr_generator=1e-2, lr_discriminator=5e-3, anneal=True
    )
    found = play_game(
        as_pairs(*cloud(4000)), config, options=RunOptions(seed=0, device="cpu"), held_out=0.2
    )
    assert found.algebra.cosine(groups.so(2)) > NEAR
    assert found.dimension == 1
    assert found.discriminator_advantage is not None
    assert abs(found.discriminator_advantage) < 0.5


def test_the_same_seed_gives_the_same_answer_and_another_does_not(pairs):
    a, b, c = (
        play_game(pairs, TINY, options=RunOptions(seed=s, device="cpu")).algebra.basis
        for s in (1, 1, 2)
    )
    assert torch.equal(a, b)
    assert not torch.allclose(a, c)


def test_the_global_generator_is_left_as_it_was(pairs):
    before = torch.random.get_rng_state()
    play_game(pairs, TINY, options=RunOptions(seed=1, device="cpu"))
    assert torch.equal(before, torch.random.get_rng_state())


def test_a_killed_run_resumes_to_the_very_same_answer(tmp_path, pairs):
    whole = play_game(pairs, TINY, options=RunOptions(seed=4, device="cpu"))
    x, y = cloud()
    np.savez(tmp_path / "d.npz", x=x, y=y)
    code = (
        "import os, signal, sys, pathlib\n"
        "from liegan_min.base import files\n"
        "from liegan_min.base.options import RunOptions\n"
        "from liegan_min.game import discovery\n"
        "from liegan_min.game.config import GameConfig\n"
        "from liegan_min.game.pairs import read_npz\n"
        "save, seen = files.save_state, []\n"
        "def kill(*a):\n"
        "    save(*a); seen.append(1)\n"
        "    if len(seen) == 3: os.kill(os.getpid(), signal.SIGKILL)\n"
        "files.save_state = kill\n"
        "here = pathlib.Path(sys.argv[1])\n"
        "config = GameConfig(hidden=(16,), batch=32, epochs=6)\n"
        "discovery.play_game(read_npz(here / 'd.npz'), config, \n"
        "    options=RunOptions(4, 'cpu', here / 'c.ckpt', 0))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert done.returncode < 0
    checkpoint = tmp_path / "c.ckpt"
    resumed = play_game(
        pairs, TINY, options=RunOptions(seed=4, device="cpu", checkpoint=checkpoint)
    )
    assert torch.equal(whole.bases, resumed.bases)
    assert torch.equal(whole.last.basis, resumed.last.basis)
    assert torch.equal(whole.history, resumed.history)
    assert not checkpoint.exists()


def stopped(path, pairs, config, seed):
    """Leave the checkpoint of two epochs behind."""
    options = RunOptions(seed=seed, device="cpu", checkpoint=path, checkpoint_seconds=0.0)
    with interrupted_after(2):
        play_game(pairs, config, options=options)


def test_a_checkpoint_of_another_run_is_refused(tmp_path, pairs):
    path = tmp_path / "c.ckpt"
    stopped(path, pairs, TINY, 1)
    with pytest.raises(InputError, match=r"c\.ckpt belongs to other settings"):
        play_game(pairs, TINY, options=RunOptions(seed=2, device="cpu", checkpoint=path))


def test_a_checkpoint_of_another_search_space_is_refused(tmp_path, pairs):
    path, mask = tmp_path / "c.ckpt", torch.eye(2)
    stopped(path, pairs, TINY, 1)
    with pytest.raises(InputError, match="belongs to other settings"):
        play_game(pairs, TINY, options=RunOptions(seed=1, device="cpu", checkpoint=path), mask=mask)


def test_what_a_run_may_look_within_is_part_of_its_checkpoints_key(pairs):
    spaces = None, groups.so(2), groups.gl(2)
    assert len({set_up(pairs, TINY, within=space).key for space in spaces}) == 3


def test_within_an_algebra_only_its_elements_are_found(pairs):
    found = play_game(pairs, TINY, within=groups.so(2), options=RunOptions(device="cpu"))
    for L in (*found.bases[:, 0].double(), found.last.basis[0]):
        torch.testing.assert_close(L, -L.T)
    assert found.algebra.cosine(groups.so(2)) == pytest.approx(1)


@pytest.mark.parametrize("fraction", [-0.1, 1.0, float("nan")])
def test_a_held_out_part_that_is_no_fraction_is_refused(pairs, fraction):
    with pytest.raises(InputError, match="held_out must be a fraction"):
        play_game(pairs, TINY, options=RunOptions(device="cpu"), held_out=fraction)


def test_a_damaged_checkpoint_is_refused(tmp_path, pairs):
    path = tmp_path / "c.ckpt"
    stopped(path, pairs, TINY, 1)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DamagedFileError, match=r"c\.ckpt"):
        play_game(pairs, TINY, options=RunOptions(seed=1, device="cpu", checkpoint=path))


def test_it_stops_when_the_span_has_come_to_rest(pairs):
    config = TINY.model_copy(update={"stop_angle": 3.0, "patience": 1, "epochs": 50})
    found = play_game(pairs, config, options=RunOptions(device="cpu"))
    assert found.stopped_early
    assert len(found.bases) == 2


def test_fewer_points_than_a_batch_are_refused(pairs):
    few = pairs.take(torch.arange(20))
    with pytest.raises(InputError, match="20 samples to train on are fewer than a batch of 32"):
        play_game(few, TINY, options=RunOptions(device="cpu"))


def test_a_basis_that_explodes_is_reported(pairs):
    config = TINY.model_copy(update={"lr_generator": 1e30})
    with pytest.raises(InputError, match=r"no longer finite .* lower lr_generator"):
        play_game(pairs, config, options=RunOptions(device="cpu"))


@pytest.mark.parametrize("device", ["gpu", "tpu:9", "cuda:99"])
def test_a_device_that_is_not_here_is_refused(device):
    with pytest.raises(InputError, match=f"device '{device}' is not available here"):
        pick_device(device)


def test_auto_picks_the_cpu_where_there_is_no_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert pick_device("auto") == torch.device("cpu")


def test_bfloat16_finds_the_same_direction(pairs):
    config = TINY.model_copy(update={"epochs": 15})
    exact = play_game(pairs, config, options=RunOptions(seed=0, device="cpu")).algebra
    amp = config.model_copy(update={"amp": True})
    assert (
        play_game(pairs, amp, options=RunOptions(seed=0, device="cpu")).algebra.cosine(exact) > 0.98
    )


@pytest.mark.parametrize(
    ("told", "ci", "hidden"), [(True, "1", False), (False, "", True), (None, "1", True)]
)
def test_progress_is_silent_under_ci_unless_asked_for(monkeypatch, told, ci, hidden):
    monkeypatch.setenv("CI", ci)
    assert quiet(told) is hidden


def test_the_dimension_is_that_of_what_acts_on_the_data():
    """Data in a tilted plane of R^3: L turns the plane, and does anything off it."""
    tilt = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    plane, normal = tilt[:, :2], tilt[:, 2:]
    turn = plane @ np.array([[0.0, -1.0], [1.0, 0.0]]) @ plane.T
    off = np.array([[2.0], [-1.0], [3.0]]) @ normal.T
    both = LieAlgebra(torch.from_numpy(np.array([turn, off])))
    assert discovery(both, support=plane).dimension == 1
    assert discovery(both).dimension == 2
    assert discovery(groups.so13()).dimension == 6

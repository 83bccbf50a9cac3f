"""A training that is killed, at any moment and more than once, goes on as if it had not been."""

import os
import signal
import subprocess
import sys

import pytest
import torch

from liegan_book.training.tagging import Splits
from liegan_min.base import files
from liegan_min.base.errors import DamagedFileError, InputError
from tests.helpers.interrupting import interrupted_after
from tests.helpers.tagging_worker import CONFIG, STEPS, few, killed, network, same, trained

pytest.importorskip("accelerate")


@pytest.fixture(scope="module")
def whole():
    """A training with dropout that nothing disturbed."""
    return trained()


@pytest.mark.parametrize("number", range(1, STEPS * CONFIG.epochs + 1))
def test_a_run_that_ends_after_any_step_goes_on_to_the_same(whole, tmp_path, number):
    path = tmp_path / "fit.ckpt"
    with interrupted_after(number):
        trained(checkpoint=path)
    assert files.load_state(path)["state"]["done"] == number
    assert same(trained(checkpoint=path), whole)
    assert not path.exists()


def test_a_run_that_is_killed_twice_goes_on_to_the_same(whole, tmp_path):
    """In an epoch, just after a step was noted; and in the next, while one was being noted."""
    path = tmp_path / "fit.ckpt"
    for number, moment, steps in ((3, "after", 3), (7, "before", 9)):
        command = [sys.executable, "-W", "error", killed.__code__.co_filename, "killed"]
        done = subprocess.run(
            [*command, str(path), str(number), moment],
            env=os.environ | {"OMP_NUM_THREADS": str(torch.get_num_threads())},
            capture_output=True,
            check=False,
        )
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert files.load_state(path)["state"]["done"] == steps
    assert same(trained(checkpoint=path), whole)
    assert not path.exists()


def test_a_checkpoint_is_written_after_each_epoch_however_short(whole, tmp_path, monkeypatch):
    path, noted, original = tmp_path / "fit.ckpt", [], files.save_state

    def save(path, content):
        noted.append(content["state"]["done"])
        original(path, content)

    monkeypatch.setattr(files, "save_state", save)
    assert same(trained(checkpoint=path, checkpoint_seconds=1e9), whole)
    assert noted == [STEPS, 2 * STEPS]


@pytest.fixture(scope="module")
def cut_off(tmp_path_factory):
    """The bytes of a checkpoint."""
    path = tmp_path_factory.mktemp("cut off") / "fit.ckpt"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(path), "unlink", lambda *a, **k: None)
        trained(checkpoint=path)
    return path.read_bytes()


def fewer():
    jets = few()
    return Splits(jets.train.take(slice(190)), jets.validation, jets.test)


@pytest.mark.parametrize(
    "other",
    [
        lambda: {"seed": 1},
        lambda: {"config": CONFIG.changed(lr=2e-3)},
        lambda: {"model": network(CONFIG, seed=1)},
        lambda: {"model": network(CONFIG, J=torch.eye(4))},
        lambda: {"model": network(CONFIG, sees="distance")},
        lambda: {"splits": fewer()},
    ],
    ids=["seed", "settings", "start", "form", "view", "jets"],
)
def test_a_checkpoint_of_another_run_is_refused(cut_off, tmp_path, other):
    path = tmp_path / "fit.ckpt"
    path.write_bytes(cut_off)
    with pytest.raises(InputError, match=r"fit\.ckpt belongs to other settings, data, or"):
        trained(checkpoint=path, **other())
    assert path.read_bytes() == cut_off


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda whole: b"not a checkpoint", "fails its checksum"),
        (lambda whole: whole[: len(whole) // 2], "fails its checksum"),
        (lambda whole: whole[:-8] + bytes(7) + b"\1", "fails its checksum"),
        (lambda whole: b"0" * 64 + whole[64:], "fails its checksum"),
    ],
)
def test_a_damaged_checkpoint_is_refused(cut_off, tmp_path, damage, message):
    path = tmp_path / "fit.ckpt"
    path.write_bytes(damage(cut_off))
    with pytest.raises(DamagedFileError, match=rf"fit\.ckpt {message}.*; delete it"):
        trained(checkpoint=path)


@pytest.mark.parametrize(
    "name", ["state history", "state losses", "state model J", "state done", "seconds", "state"]
)
def test_a_checkpoint_that_lacks_something_is_refused(cut_off, tmp_path, name):
    path = tmp_path / "fit.ckpt"
    path.write_bytes(cut_off)
    content = files.load_state(path)
    *within, last = name.split()
    part = content
    for key in within:
        part = part[key]
    del part[last]
    files.save_state(path, content)
    with pytest.raises(DamagedFileError, match=r"fit\.ckpt does not fit the run"):
        trained(checkpoint=path)

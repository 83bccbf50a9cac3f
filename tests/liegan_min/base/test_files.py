"""Files are whole or absent, and damage is noticed."""

import errno
import hashlib
import io
import os
import pickle
import subprocess
import sys

import pytest
import torch

from liegan_min.base import files
from liegan_min.base.errors import DamagedFileError, LieganError
from tests.helpers.states import same


def test_a_write_replaces_the_file_and_leaves_nothing_beside_it(tmp_path):
    target = tmp_path / "deep" / "a.json"
    files.write_atomic(target, b"old")
    files.write_atomic(target, b"new")
    assert target.read_bytes() == b"new"
    assert [p.name for p in target.parent.iterdir()] == ["a.json"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_keeps_the_old_file_and_says_what_to_do(tmp_path, monkeypatch, step):
    target = tmp_path / "a.json"
    target.write_bytes(b"old")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(LieganError, match=r"cannot write .*a\.json: No space left on device"):
        files.write_atomic(target, b"new")
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_a_kill_in_the_middle_of_a_write_keeps_the_old_file(tmp_path):
    target = tmp_path / "a.json"
    target.write_bytes(b"old")
    code = (
        "import os, signal, pathlib, sys\n"
        "from liegan_min.base import files\n"
        "os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "files.write_atomic(pathlib.Path(sys.argv[1]), b'new')\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(target)], check=False)
    assert done.returncode < 0
    assert target.read_bytes() == b"old"


def test_nested_tensors_and_plain_values_come_back(tmp_path):
    path = tmp_path / "c.ckpt"
    state = {
        "key": "k",
        "seconds": 1.5,
        "net": {"a": torch.randn(3, 2), "rng": torch.Generator().get_state()},
        "curve": [torch.tensor(3.0), torch.tensor([1, 2])],
        "groups": [{"betas": (0.5, 0.9), "fused": True, "params": [0, 1]}],
    }
    files.save_state(path, state)
    assert same(files.load_state(path), state)


@pytest.mark.parametrize("at", [5, 70, -5])
def test_one_flipped_bit_in_a_checkpoint_is_noticed(tmp_path, at):
    path = tmp_path / "c.ckpt"
    files.save_state(path, {"a": torch.zeros(100)})
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedFileError, match=r"c\.ckpt fails its checksum; delete it"):
        files.load_state(path)


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x80\x04pickle", b"0" * 200])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path, content):
    path = tmp_path / "c.ckpt"
    path.write_bytes(content)
    with pytest.raises(DamagedFileError, match=r"c\.ckpt fails its checksum"):
        files.load_state(path)


def test_a_checkpoint_that_is_a_folder_is_refused(tmp_path):
    with pytest.raises(DamagedFileError, match="cannot be read"):
        files.load_state(tmp_path)


class Harmful:
    """Unpickled, it makes a folder."""

    def __init__(self, place):
        self.place = place

    def __reduce__(self):
        return os.mkdir, (str(self.place),)


def zipped(thing):
    """Return the bytes of a thing as torch writes it today."""
    buffer = io.BytesIO()
    torch.save(thing, buffer)
    return buffer.getvalue()


def sealed(path, content):
    """Write a content behind the checksum that it has."""
    path.write_bytes(hashlib.sha256(content).hexdigest().encode() + content)


@pytest.mark.parametrize("write", [zipped, lambda thing: pickle.dumps(thing, 2)])
@pytest.mark.parametrize("wrap", [lambda thing: thing, lambda thing: {"a": [{"b": thing}]}])
def test_of_what_is_not_tensors_and_plain_values_nothing_is_run(tmp_path, write, wrap):
    path, proof = tmp_path / "c.ckpt", tmp_path / "ran"
    sealed(path, write(wrap(Harmful(proof))))
    with pytest.raises(DamagedFileError, match=r"c\.ckpt holds no plain tensors \(Unpickling"):
        files.load_state(path)
    assert not proof.exists()


@pytest.mark.parametrize(
    "content",
    [b"", b".", b"garbage", pickle.dumps([], 2)[:-1], zipped({"a": torch.zeros(9)})[:-200]]
    + [zipped(thing) for thing in (torch.zeros(3), torch.tensor(0.0), [1, 2], None, "state")],
)
def test_a_right_checksum_makes_no_state_of_something_else(tmp_path, content):
    path = tmp_path / "c.ckpt"
    sealed(path, content)
    with pytest.raises(DamagedFileError, match=r"c\.ckpt holds no plain tensors"):
        files.load_state(path)


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_a_state_that_is_damaged_anywhere_and_sealed_again_is_refused_or_read(tmp_path):
    """Whatever the reader of torch stumbles over, the error is the promised one."""
    path, content = tmp_path / "c.ckpt", zipped({"key": "k", "state": {"a": torch.zeros(2)}})
    refused = 0
    for at in range(len(content)):
        damaged = bytearray(content)
        damaged[at] ^= 0x2A
        sealed(path, bytes(damaged))
        try:
            files.load_state(path)
        except DamagedFileError:
            refused += 1
    assert refused > 100


def test_a_changed_value_is_noticed(tmp_path):
    path = tmp_path / "c.ckpt"
    files.save_state(path, {"a": torch.zeros(3), "steps": "1234"})
    assert path.read_bytes().count(b"1234") == 1
    path.write_bytes(path.read_bytes().replace(b"1234", b"1235"))
    with pytest.raises(DamagedFileError, match="fails its checksum"):
        files.load_state(path)


def test_a_file_that_can_be_written_leaves_no_trace_and_one_that_cannot_is_named(tmp_path):
    files.check_writable(tmp_path / "new" / "x.json")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(LieganError, match=r"x\.json"):
        files.check_writable(tmp_path / "file" / "x.json")

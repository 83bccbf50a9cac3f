"""What `fetch` sees to besides the network; here the bytes come from a file on this machine."""

import errno
import hashlib
import os
import shutil
import sys
from pathlib import Path

import pytest

from liegan_book.datasets import download, resuming, top_tagging
from liegan_book.datasets.download import Public, fetch
from liegan_min.base.errors import DamagedFileError, InputError, LieganError, MissingExtraError
from tests.helpers.jet_files import some_jets

for package in ("requests", "h5py", "tables"):
    pytest.importorskip(package)


@pytest.fixture(autouse=True)
def downloads(monkeypatch):
    """Put a copy in the place of each download; list what was asked for."""
    asked = []

    def copy(url, part, progress):
        asked.append(url)
        shutil.copyfile(url, part)

    monkeypatch.setattr(resuming, "download", copy)
    return asked


@pytest.fixture
def served(tmp_path):
    """A folder with a small file of the benchmark's layout, under the names of the public files."""
    folder = tmp_path / "served"
    top_tagging.write(folder / "test.h5", some_jets(10), top_tagging.TTV["test"])
    shutil.copy(folder / "test.h5", folder / "val.h5")
    return folder


@pytest.fixture
def get(served, monkeypatch):
    """Return a function that fetches from the folder into one beside it."""
    monkeypatch.setattr(download, "URL", f"{served}/{{}}")

    def fetched(split="test"):
        files = {}
        for name, path in (("test", served / "test.h5"), ("validation", served / "val.h5")):
            content = path.read_bytes()
            files[name] = Public(path.name, hashlib.md5(content).hexdigest(), len(content))  # noqa: S324
        monkeypatch.setattr(download, "FILES", files)
        return fetch(split, target(served))

    return fetched


def target(served):
    return served.parent / "target"


@pytest.mark.parametrize(
    ("split", "name"), [("test", "test.h5"), ("validation", "val.h5"), ("val", "val.h5")]
)
def test_each_split_is_a_file_fetched_once(served, get, downloads, split, name):
    for _ in range(2):
        assert get(split) == target(served) / name
    assert downloads == [f"{served}/{name}"]
    assert top_tagging.check(target(served) / name) == 10


def test_another_file_of_that_name_is_not_written_over(served, get, downloads):
    target(served).mkdir()
    (target(served) / "test.h5").write_bytes(b"mine")
    with pytest.raises(DamagedFileError, match=r"test\.h5 is not the public file.*rename it"):
        get()
    assert (target(served) / "test.h5").read_bytes() == b"mine"
    assert downloads == []


def test_a_file_of_another_layout_is_refused_even_with_the_right_checksum(served, get):
    (served / "test.h5").write_bytes(b"no jets")
    with pytest.raises(DamagedFileError, match=r"target/test\.h5 is not HDF5; fetch"):
        get()


def test_a_full_disk_is_noticed_before_the_download(get, downloads, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 10))
    with pytest.raises(LieganError, match=r"has 0 MB free, and test\.h5 needs .* more; free or"):
        get()
    assert downloads == []


@pytest.mark.parametrize(("module", "name"), [(os, "replace"), (resuming, "download")])
def test_a_disk_that_fills_up_is_one_sentence(served, get, monkeypatch, module, name):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, name, full)
    with pytest.raises(
        LieganError, match=r"cannot write .*test\.h5: No space left on device; free"
    ):
        get()
    assert not (target(served) / "test.h5").exists()


def test_a_folder_that_cannot_be_made_is_one_sentence(served, get):
    target(served).write_bytes(b"a file where the folder should be")
    with pytest.raises(LieganError, match=r"cannot write .*test\.h5: .*; free or choose another"):
        get()


def test_a_split_that_is_not_there():
    with pytest.raises(InputError, match="unknown split 'dev'; there are: train, validation, test"):
        fetch("dev", Path("nowhere"))


@pytest.mark.parametrize("package", ["requests", "h5py", "blosc2"])
def test_a_missing_package_is_named_with_its_extra_before_the_download(
    get, downloads, monkeypatch, package
):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"{package}; .*pip install 'liegan-min\[jets\]'"):
        get()
    assert downloads == []


def test_the_public_files_have_a_checksum_each():
    assert {split: public.name for split, public in download.FILES.items()} == {
        "train": "train.h5",
        "validation": "val.h5",
        "test": "test.h5",
    }
    assert len({public.md5 for public in download.FILES.values()}) == 3
    assert all(len(bytes.fromhex(public.md5)) == 16 for public in download.FILES.values())

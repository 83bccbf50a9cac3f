"""The committed data sets are what their seeds make, and damage is noticed."""

import shutil

import pytest

from liegan_book.datasets import store
from liegan_book.records import paths
from liegan_min.base.errors import DamagedFileError, InputError


@pytest.mark.parametrize("name", store.RECIPES)
def test_a_committed_data_set_is_what_its_recipe_makes(name):
    if name.startswith("jets"):
        for package in ("pythia8mc", "fastjet", "awkward"):
            pytest.importorskip(package)
    assert store.verify(name) < store.RECIPES[name].limit


def test_a_changed_file_fails_its_checksum(monkeypatch, tmp_path):
    shutil.copytree(paths.data(), tmp_path / "data", ignore=shutil.ignore_patterns("results"))
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    path = store.path_of("two-body")
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedFileError, match=r"two_body\.npz fails its checksum; .*liegan data"):
        store.load("two-body")
    store.make("two-body")
    assert store.verify("two-body") < 1e-5


def test_a_missing_file_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    with pytest.raises(DamagedFileError, match=r"two_body\.npz is missing"):
        store.load("two-body")


def test_an_unknown_data_set_is_refused():
    with pytest.raises(InputError, match="unknown data set 'x'; there are: two-body"):
        store.path_of("x")

"""The files of the committed data sets: damage is noticed, and told with its remedy."""

import shutil

import pytest

from liegan_book import paths
from liegan_book.datasets import recipes, store
from liegan_min.base.errors import DamagedFileError, InputError


def test_a_changed_file_fails_its_checksum(monkeypatch, tmp_path):
    shutil.copytree(paths.data(), tmp_path / "data", ignore=shutil.ignore_patterns("results"))
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    path = store.path_of("two-body")
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedFileError, match=r"two_body\.npz fails its checksum; .*liegan data"):
        store.load("two-body")
    recipes.make("two-body")
    assert recipes.verify("two-body") < 1e-5


def test_a_missing_file_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    with pytest.raises(DamagedFileError, match=r"two_body\.npz is missing"):
        store.load("two-body")


def test_an_unknown_data_set_is_refused():
    for ask in (store.path_of, store.load, recipes.make, recipes.verify):
        with pytest.raises(InputError, match="unknown data set 'x'; there are: two-body"):
            ask("x")

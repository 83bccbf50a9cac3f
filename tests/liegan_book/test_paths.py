"""Paths: from the package or the environment, never from the folder that a user stands in."""

import importlib.util
import shutil
from pathlib import Path

import pytest

from liegan_book import paths, records

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """A user who stands in some other folder, with nothing set."""
    monkeypatch.delenv("LIEGAN_ROOT", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def copy_of(place):
    """The module as if it were installed in `place`."""
    place.mkdir(parents=True)
    shutil.copy(paths.__file__, place / "paths.py")
    spec = importlib.util.spec_from_file_location("copied_paths", place / "paths.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_root_is_the_checkout_wherever_one_stands(elsewhere):
    assert paths.root() == CHECKOUT
    assert paths.data() == CHECKOUT / "data"
    assert paths.results() == CHECKOUT / "data" / "results"


@pytest.mark.parametrize("value", ["", None])
def test_a_variable_that_is_empty_counts_as_not_set(elsewhere, monkeypatch, value):
    if value is not None:
        monkeypatch.setenv("LIEGAN_ROOT", value)
    assert paths.root() == CHECKOUT


def test_the_variable_decides_for_everything_and_is_read_every_time(elsewhere, monkeypatch):
    for place in (elsewhere / "a", elsewhere / "b"):
        monkeypatch.setenv("LIEGAN_ROOT", str(place))
        assert paths.root() == place
        record = records.where("two-body-discovery", "liegan", "paper", 1)
        for path in (paths.data(), paths.results(), paths.checkpoints(), record):
            assert path.is_relative_to(place)


def test_a_package_without_the_book_beside_it_works_in_the_current_folder(elsewhere):
    installed = copy_of(elsewhere / "site-packages" / "liegan_book")
    assert installed.root() == elsewhere


def test_a_package_beside_a_book_finds_it(elsewhere):
    (elsewhere / "clone" / "book").mkdir(parents=True)
    assert copy_of(elsewhere / "clone" / "liegan_book").root() == elsewhere / "clone"


def test_checkpoints_are_not_committed(elsewhere):
    ignored = (CHECKOUT / ".gitignore").read_text().split()
    assert paths.checkpoints().name in {line.strip("/") for line in ignored}

"""The shape of the house: how much there is to read, and where."""

import re
from pathlib import Path

import pytest

import liegan_book
import liegan_min

ROOT = Path(__file__).resolve().parents[1]
FILES = [*ROOT.glob("liegan_min/**/*.py"), *ROOT.glob("liegan_book/**/*.py")]


def lines(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def test_the_evening_is_thirteen_files_that_are_there():
    named = re.findall(r"^    (\w+/\w+\.py) ", liegan_min.__doc__, re.MULTILINE)
    assert 10 <= len(set(named)) == len(named) <= 13
    assert sum(lines(ROOT / "liegan_min" / name) for name in named) <= 2000


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_file_is_one_idea(path):
    assert lines(path) <= 250


@pytest.mark.parametrize("package", ["liegan_min", "liegan_book"])
def test_rooms_not_heaps(package):
    """At the root stand a few files; each room says in its docstring what it is for."""
    assert len(list((ROOT / package).glob("*.py"))) <= 6
    for room in ROOT.glob(f"{package}/**/__init__.py"):
        assert room.read_text(encoding="utf-8").startswith('"""'), room


def test_the_rooms_that_the_docstring_names_are_the_rooms():
    named = set(re.findall(r"^    (\w+) ", liegan_book.__doc__, re.MULTILINE))
    assert named == {p.parent.name for p in ROOT.glob("liegan_book/*/__init__.py")}


def test_the_method_is_small():
    """And what asks a reader's data for their symmetry, which no other room imports, is smaller."""
    files = [p for p in FILES if "liegan_min" in p.parts]
    asking = [p for p in files if "discover" in p.parts]
    assert sum(map(lines, files)) <= 7700
    assert sum(map(lines, asking)) <= sum(map(lines, files)) / 3

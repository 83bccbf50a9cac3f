"""Files of the benchmark's layout for tests to read, and to damage."""

import pandas as pd
import pytest

from liegan_book.datasets import top_tagging
from tests.helpers.jet_files import save_frame, two_constituents


@pytest.fixture
def good(tmp_path):
    """A file of 100 jets that a test may damage."""
    path = tmp_path / "test.h5"
    top_tagging.write(path, two_constituents(100), 1)
    return path


@pytest.fixture(scope="module")
def frame(tmp_path_factory):
    """The table of such a file."""
    path = tmp_path_factory.mktemp("good") / "test.h5"
    top_tagging.write(path, two_constituents(100), 1)
    return pd.read_hdf(path, key="table")


@pytest.fixture
def save(tmp_path):
    """Return a function that writes a table as the benchmark's were written."""
    return lambda frame: save_frame(frame, tmp_path / "bad.h5")

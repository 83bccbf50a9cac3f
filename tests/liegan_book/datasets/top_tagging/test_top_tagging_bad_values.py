"""Columns and cells that cannot be jets: the error names the file, the row and the column."""

import numpy as np
import pytest

from liegan_book.datasets import top_tagging
from liegan_min.base.errors import DamagedFileError
from tests.helpers.jet_files import frame, good, save  # noqa: F401

h5py = pytest.importorskip("h5py")
tables = pytest.importorskip("tables")


# What is in the cells


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("PX_0", np.nan, "row 77: column PX_0 is nan, not a finite momentum; fetch or"),
        ("E_19", np.inf, "row 77: column E_19 is inf, not a finite momentum"),
        ("E_1", -3.0, r"row 77: column E_1 is -3\.0, a negative energy; fetch"),
        ("E_0", 0.0, "row 77: column E_0 is 0, so the jet has no constituent; fetch"),
        ("is_signal_new", 2, r"row 77: column is_signal_new is 2, and a label is 0 \(QCD\) or 1"),
        ("is_signal_new", -1, "row 77: column is_signal_new is -1, and a label"),
    ],
)
@pytest.mark.parametrize("chunk", [10, 1000])
def test_a_value_that_cannot_be_a_jets_is_found(frame, save, column, value, message, chunk):
    bad = frame.copy()
    bad.loc[[77, 90], column] = value
    path = save(bad)
    with pytest.raises(DamagedFileError, match=rf"bad\.h5, {message}"):
        top_tagging.read(path, 20, chunk=chunk)
    x, _ = top_tagging.read(path, 20, slice(0, 77))
    assert len(x) == 77


def test_a_64_bit_momentum_beyond_32_bits_is_not_a_number_to_the_reader(frame, save):
    bad = frame.astype(dict.fromkeys(frame.columns[:804], np.float64))
    bad.loc[5, "PZ_0"] = 1e300
    with pytest.raises(DamagedFileError, match="row 5: column PZ_0 is inf"):
        top_tagging.read(save(bad), 2)


# What the columns are


@pytest.mark.parametrize(
    ("drop", "message"),
    [
        (["PX_3"], r"missing columns PX_3; fetch"),
        (["truthE", "PX_3", "E_9", "E_10"], r"missing columns PX_3, E_9, E_10 and 1 more;"),
        (["ttv"], r"missing columns ttv;"),
        (["is_signal_new", "ttv"], r"it holds index, values_block_0, not values_block_0 and"),
    ],
)
def test_missing_columns_are_named(frame, save, drop, message):
    with pytest.raises(DamagedFileError, match=rf"bad\.h5, table/table: {message}"):
        top_tagging.read(save(frame.drop(columns=drop)))


def test_columns_in_another_order_are_noticed(frame, save):
    names = list(frame.columns)
    names[4:6] = names[5], names[4]
    with pytest.raises(DamagedFileError, match="column 4 of values_block_0 is PX_1, where E_1"):
        top_tagging.read(save(frame[names]))


def test_columns_too_many_are_noticed(frame, save):
    with pytest.raises(DamagedFileError, match="columns mass are not the benchmark's"):
        top_tagging.read(save(frame.assign(mass=np.float32(1))))


def test_without_names_the_shapes_must_do(good, frame, save):
    with h5py.File(good, "a") as f:
        for block in (0, 1):
            del f["table/table"].attrs[f"values_block_{block}_kind"]
    assert len(top_tagging.read(good)[0]) == 100
    bad = save(frame.drop(columns="PX_3"))
    with h5py.File(bad, "a") as f:
        del f["table/table"].attrs["values_block_0_kind"]
    with pytest.raises(
        DamagedFileError, match=r"values_block_0 is \(803,\) float32, and the bench"
    ):
        top_tagging.read(bad)

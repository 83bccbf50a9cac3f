"""The benchmark's table: which filters, names, columns and values it may hold; no pickle is run."""

import os
import pickle
import struct

import numpy as np
import pandas as pd
import pytest

from liegan_book.datasets import top_tagging
from liegan_book.datasets.top_tagging.table import names_in
from liegan_min.base.errors import DamagedFileError

h5py = pytest.importorskip("h5py")
tables = pytest.importorskip("tables")


def test_a_filter_that_cannot_be_read_is_named(frame, tmp_path):
    with pd.HDFStore(tmp_path / "a.h5", complib="bzip2", complevel=5) as store:
        store.append("table", frame)
    with pytest.raises(DamagedFileError, match=r"the filter 307 \(bzip2\).*with blosc or zlib"):
        top_tagging.read(tmp_path / "a.h5")


@pytest.mark.parametrize(("at", "value"), [(4, 10), (4, 2**31), (12, 2**20), (0, 255)])
def test_a_chunk_whose_header_lies_is_refused(good, at, value):
    with h5py.File(good) as f:
        place = f["table/table"].id.get_chunk_info(0).byte_offset
    content = bytearray(good.read_bytes())
    struct.pack_into("<I", content, place + at, value)
    good.write_bytes(content)
    with pytest.raises(DamagedFileError, match=r"test\.h5: rows 0 to 99 cannot be read \("):
        top_tagging.read(good)


# What must not run


class Payload:
    """A pickle that makes a folder when it is loaded."""

    def __init__(self, folder):
        self.folder = str(folder)

    def __reduce__(self):
        return os.mkdir, (self.folder,)


@pytest.mark.parametrize("attribute", ["FLAVOR", "values_block_0_kind", "values_block_0_meta"])
def test_no_pickle_of_a_file_is_run(good, tmp_path, attribute):
    proof = tmp_path / "ran"
    with h5py.File(good, "a") as f:
        f["table/table"].attrs[attribute] = np.bytes_(pickle.dumps(Payload(proof), protocol=0))
    if attribute == "values_block_0_kind":
        with pytest.raises(DamagedFileError, match="names of the columns in values_block_0 cannot"):
            top_tagging.read(good)
    else:
        assert len(top_tagging.read(good)[0]) == 100
    assert not proof.exists()
    with tables.open_file(good) as f:  # the pickle is a live one, and the choice of h5py matters
        getattr(f.root.table.table.attrs, attribute)
    assert proof.is_dir()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_names_are_read_from_a_pickle_as_text(protocol):
    names = [f"PX_{i}" for i in range(300)]
    assert names_in(pickle.dumps(names, protocol=protocol)) == names
    with pytest.raises(ValueError, match="in a list of names"):
        names_in(pickle.dumps([*names, 1.5], protocol=protocol))


def test_names_of_python_2_are_read():
    assert names_in(b"(lp0\nS'E_0'\np1\naS'PX_0'\np2\na.") == ["E_0", "PX_0"]


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


def dropped(*names):
    return lambda frame: frame.drop(columns=list(names))


def exchanged(frame):
    names = list(frame.columns)
    names[4:6] = names[5], names[4]
    return frame[names]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dropped("PX_3"), r"missing columns PX_3; fetch"),
        (dropped("truthE", "PX_3", "E_9", "E_10"), "missing columns PX_3, E_9, E_10 and 1 more;"),
        (dropped("ttv"), r"missing columns ttv;"),
        (
            dropped("is_signal_new", "ttv"),
            r"it holds index, values_block_0, not values_block_0 and",
        ),
        (exchanged, "column 4 of values_block_0 is PX_1, where E_1"),
        (lambda frame: frame.assign(mass=np.float32(1)), "columns mass are not the benchmark's"),
    ],
)
def test_columns_that_are_not_the_benchmarks_are_named(frame, save, change, message):
    with pytest.raises(DamagedFileError, match=rf"bad\.h5, table/table: {message}"):
        top_tagging.read(save(change(frame)))


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

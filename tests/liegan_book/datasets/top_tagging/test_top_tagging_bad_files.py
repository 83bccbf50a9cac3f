"""Files that are no files of jets, pickles that must not run, and arguments out of range."""

import os
import pickle
import struct
import sys

import numpy as np
import pandas as pd
import pytest

from liegan_book.datasets import top_tagging
from liegan_book.datasets.top_tagging.table import names_in
from liegan_min.base.errors import DamagedFileError, InputError, MissingExtraError
from tests.helpers.jet_files import frame, good  # noqa: F401

h5py = pytest.importorskip("h5py")
tables = pytest.importorskip("tables")

MISSING = r"pip install 'liegan-min\[jets\]'"


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"no file .*a\.h5; .*: liegan data top-tagging"):
        top_tagging.read(tmp_path / "a.h5")


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x89HDF\r\n\x1a"])
def test_a_file_of_another_format(tmp_path, content):
    path = tmp_path / "a.h5"
    path.write_bytes(content)
    with pytest.raises(DamagedFileError, match=r"a\.h5 is not HDF5; fetch"):
        top_tagging.read(path)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.99, 0.9999])
def test_a_file_cut_short(good, share):
    content = good.read_bytes()
    good.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(DamagedFileError, match=r"test\.h5 is cut short or damaged \("):
        top_tagging.read(good)


def test_a_file_of_another_benchmark_is_told_by_what_it_holds(tmp_path):
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as f:
        for name in ("jets/features", "jets/constituents", "labels", "weights"):
            f[name] = np.zeros(3)
    expected = r"other\.h5 is of another .*: it holds jets/constituents, .* and 1 more, and no"
    with pytest.raises(DamagedFileError, match=expected):
        top_tagging.read(path)
    with h5py.File(path, "w"):
        pass
    with pytest.raises(DamagedFileError, match="it holds nothing"):
        top_tagging.read(path)


def test_a_table_in_pandas_other_format_is_of_another_layout(frame, tmp_path):
    frame.to_hdf(tmp_path / "fixed.h5", key="table", format="fixed")
    with pytest.raises(
        DamagedFileError, match="of another benchmark or layout: it holds table/axis"
    ):
        top_tagging.read(tmp_path / "fixed.h5")


def test_an_empty_table(good):
    with h5py.File(good, "a") as f:
        f["table/table"].resize((0,))
    with pytest.raises(DamagedFileError, match=r"test\.h5 holds no jets"):
        top_tagging.read(good)


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


# What is asked for


@pytest.mark.parametrize("n", [-1, 0, 201])
def test_n_out_of_range(good, n):
    with pytest.raises(InputError, match=f"n, the number .*, must be 1 to 200, not {n}"):
        top_tagging.read(good, n)


def test_other_arguments_out_of_range(good):
    with pytest.raises(InputError, match=r"chunk, .*, must be at least 1, not 0"):
        top_tagging.read(good, chunk=0)
    with pytest.raises(InputError, match="rows must be a slice without a step"):
        top_tagging.read(good, rows=slice(0, 10, 2))


@pytest.mark.parametrize("package", ["h5py", "blosc2"])
def test_a_missing_package_is_named_with_its_extra(good, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=f"needs {package}; .*{MISSING}"):
        top_tagging.read(good)


def test_more_jets_than_fit_into_memory(good):
    with h5py.File(good, "a") as f:
        f["table/table"].resize((2**50,))  # HDF5 makes no room for rows that nobody wrote
    with pytest.raises(InputError, match=rf"{2**50} jets of 20 .* do not fit into memory; choose"):
        top_tagging.read(good)
    with pytest.raises(DamagedFileError, match=r"rows 96 to 151 cannot be read"):
        top_tagging.read(good, rows=slice(96, 152))

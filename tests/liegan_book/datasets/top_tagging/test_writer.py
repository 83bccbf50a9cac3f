"""Writing the benchmark's layout, judged by pandas; a file is whole or is not there."""

import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from liegan_book.datasets import top_tagging
from liegan_min.base.errors import InputError, LieganError, MissingExtraError
from liegan_min.equivariant.jets import Jets
from tests.helpers.jet_files import COLUMNS, some_jets

h5py = pytest.importorskip("h5py")
tables = pytest.importorskip("tables")


def test_pandas_reads_what_it_wrote_as_the_benchmark(tmp_path):
    path, jets = tmp_path / "deep" / "train.h5", some_jets(100)
    top_tagging.write(path, jets, top_tagging.TTV["train"], chunk=30)
    frame = pd.read_hdf(path, key="table")
    assert list(frame.columns) == [*COLUMNS, "ttv", "is_signal_new"]
    assert set(frame.dtypes[:804]) == {np.dtype(np.float32)}
    assert set(frame.dtypes[804:]) == {np.dtype(np.int64)}
    np.testing.assert_array_equal(frame.index, np.arange(100))
    # as the published code takes it
    values = frame.to_numpy()
    np.testing.assert_array_equal(values[:, : 4 * 20].reshape(-1, 20, 4), jets.leading(20))
    np.testing.assert_array_equal(values[:, -1], jets.label)
    np.testing.assert_array_equal(frame[COLUMNS[800:]], jets.truth)
    assert set(frame["ttv"]) == {0}
    assert [p.name for p in path.parent.iterdir()] == ["train.h5"]


def test_the_file_is_laid_out_as_pandas_lays_out_the_same_table(tmp_path):
    path, other = tmp_path / "train.h5", tmp_path / "other.h5"
    top_tagging.write(path, some_jets(300), 1)
    pd.read_hdf(path, key="table").to_hdf(
        other, key="table", format="table", complib="blosc", complevel=5
    )
    with h5py.File(path) as ours, h5py.File(other) as theirs:
        ours, theirs = ours["table/table"], theirs["table/table"]
        assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
        names = set(theirs.attrs) | set(ours.attrs)
        assert all(ours.attrs[name] == theirs.attrs[name] for name in names - {"TITLE"})
        filters = [d.id.get_create_plist().get_filter(0) for d in (ours, theirs)]
        assert [(code, values[4], name) for code, _, values, name in filters] == [
            (32001, 5, b"blosc")  # level 5
        ] * 2


def test_jets_come_back_and_those_beyond_200_constituents_are_cut(tmp_path):
    path, parts = tmp_path / "a.h5", [some_jets(20, seed, most=300) for seed in range(3)]
    with top_tagging.writer(path, 2) as w:
        for part in [*parts, some_jets(0)]:
            w.add(part)
    assert w.rows == 60
    whole = Jets.join(parts)
    x, label = top_tagging.read(path, 200)
    np.testing.assert_array_equal(x, whole.leading(200))
    np.testing.assert_array_equal(label, whole.label)


def add(path, kept, *parts):
    with top_tagging.writer(path, 0) as w:
        kept.append(w)
        for part in parts:
            w.add(part)


def test_a_failure_half_way_keeps_the_old_file(tmp_path):
    path = tmp_path / "a.h5"
    top_tagging.write(path, some_jets(5), 0)
    old = path.read_bytes()
    bad = some_jets(5)
    bad.constituents[0, 2] = np.nan
    kept = []
    with pytest.raises(InputError, match=r"a\.h5, row 5: column PY_0 is nan, .*; repair or drop"):
        add(path, kept, some_jets(5), bad)
    assert kept[0].rows == 5
    assert path.read_bytes() == old
    assert [p.name for p in tmp_path.iterdir()] == ["a.h5"]


def test_a_kill_half_way_keeps_the_old_file(tmp_path):
    path = tmp_path / "a.h5"
    path.write_bytes(b"old")
    code = (
        "import os, pathlib, signal, sys, numpy as np\n"
        "from liegan_book.datasets import top_tagging\n"
        "from liegan_min.equivariant.jets import Jets\n"
        "ones = np.ones((5, 4), np.float32)\n"
        "jets = Jets(ones, np.full(5, 1), np.ones(5, np.int8), ones)\n"
        "os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "top_tagging.write(pathlib.Path(sys.argv[1]), jets, 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("method", ["append", "close"])
def test_a_full_disk_is_one_sentence(tmp_path, monkeypatch, method):
    right = getattr(pd.HDFStore, method)

    def full(self, *arguments, **options):
        right(self, *arguments, **options)
        raise tables.HDF5ExtError("no space left")

    with top_tagging.writer(tmp_path / "a.h5", 0) as w:
        w.add(some_jets(5))
    old = (tmp_path / "a.h5").read_bytes()
    monkeypatch.setattr(pd.HDFStore, method, full)
    with pytest.raises(LieganError, match=r"cannot write .*a\.h5: .*; free or choose another"):
        top_tagging.write(tmp_path / "a.h5", some_jets(6), 0)
    assert (tmp_path / "a.h5").read_bytes() == old
    assert [p.name for p in tmp_path.iterdir()] == ["a.h5"]


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(LieganError, match=r"cannot write .*a\.h5: .*; free or choose another"):
        top_tagging.write(tmp_path / "file" / "deep" / "a.h5", some_jets(5), 0)


@pytest.mark.parametrize(
    ("jets", "ttv", "message"),
    [
        (some_jets(0), 0, r"was given no jets"),
        (some_jets(3), 3, r"ttv must be 0 \(train\), .*not 3"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path, jets, ttv, message):
    with pytest.raises(InputError, match=message):
        top_tagging.write(tmp_path / "a.h5", jets, ttv)
    assert not any(tmp_path.iterdir())


def test_writing_without_pytables_is_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tables", None)
    with pytest.raises(
        MissingExtraError, match=r"writing HDF5 needs tables; .*pip install 'liegan-min\[jets\]'"
    ):
        top_tagging.write(tmp_path / "a.h5", some_jets(3), 0)
    assert not any(tmp_path.iterdir())

"""Reading the benchmark's layout, judged by what pandas wrote; and what is no file of jets."""

import sys
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liegan_book.datasets import top_tagging
from liegan_min.base.errors import DamagedFileError, InputError, MissingExtraError
from tests.helpers.jet_files import COLUMNS, save_frame, some_jets

h5py = pytest.importorskip("h5py")
pytest.importorskip("tables")


def some_frame(n, seed=0, dtype=np.float32):
    """The benchmark's table, put together by column names."""
    jets = some_jets(n, seed)
    numbers = np.zeros((n, 804), dtype)
    end = np.cumsum(jets.counts)
    for i in range(n):
        own = jets.constituents[end[i] - jets.counts[i] : end[i]]
        numbers[i, : own.size] = own.ravel()
    numbers[:, 800:] = jets.truth
    frame = pd.DataFrame(numbers, columns=COLUMNS)
    frame["ttv"] = 1
    frame["is_signal_new"] = jets.label.astype(np.int64)
    return frame


@pytest.fixture(scope="module")
def many():
    return some_frame(300)


@pytest.fixture(scope="module")
def original(many, tmp_path_factory):
    return save_frame(many, tmp_path_factory.mktemp("benchmark") / "test.h5")


def momenta(frame, n):
    return frame.to_numpy()[:, : 4 * n].reshape(-1, n, 4)


@pytest.mark.parametrize("n", [1, 20, 200])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"complib": "blosc:zstd"},
        {"complib": "blosc:lz4"},
        {"complib": "zlib"},
        {"complevel": 0},
    ],
    ids=["blosc", "zstd", "lz4", "zlib", "plain"],
)
def test_it_reads_what_pandas_wrote(many, tmp_path, options, n):
    x, label = top_tagging.read(save_frame(many, tmp_path / "test.h5", **options), n)
    assert (x.dtype, x.shape, label.dtype) == (np.float32, (300, n, 4), np.int8)
    np.testing.assert_array_equal(x, momenta(many, n))
    np.testing.assert_array_equal(label, many["is_signal_new"])


def test_a_table_of_64_bit_numbers_is_read_as_32(tmp_path):
    frame = some_frame(50, dtype=np.float64)
    x, _ = top_tagging.read(save_frame(frame, tmp_path / "test.h5"), 3)
    np.testing.assert_array_equal(x, momenta(frame, 3).astype(np.float32))


def test_a_block_that_did_not_shrink_is_stored_as_it_is(tmp_path):
    rng = np.random.default_rng(0)
    frame = some_frame(80)
    noise = rng.integers(0x3F800000, 0x5F800000, size=(80, 804), dtype=np.uint32)
    frame[COLUMNS] = noise.view(np.float32)
    path = save_frame(frame, tmp_path / "test.h5")
    with h5py.File(path) as f:
        masks = {f["table/table"].id.get_chunk_info(i).filter_mask for i in range(2)}
    np.testing.assert_array_equal(top_tagging.read(path, 200)[0], momenta(frame, 200))
    assert masks == {1}  # blosc was left out, as it would have saved nothing


@settings(max_examples=20)
@given(
    start=st.integers(-310, 310) | st.none(),
    stop=st.integers(-310, 310) | st.none(),
    chunk=st.integers(1, 400),
)
def test_any_rows_in_any_chunks_are_those_of_the_whole(original, many, start, stop, chunk):
    rows = slice(start, stop)
    x, label = top_tagging.read(original, 2, rows, chunk)
    np.testing.assert_array_equal(x, momenta(many, 2)[rows])
    np.testing.assert_array_equal(label, many["is_signal_new"][rows])


@pytest.mark.parametrize("complevel", [0, 5])
def test_only_a_chunk_is_in_memory(tmp_path, complevel):
    path = save_frame(some_frame(4000), tmp_path / "train.h5", complevel=complevel)
    top_tagging.read(path, 2, slice(0, 10))  # imports are not what is measured
    tracemalloc.start()
    top_tagging.read(path, 2, chunk=100)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4000 * 806 * 4 / 4


# What is no file of jets


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


# What is asked for


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        *(({"n": n}, f"n, the number .*, must be 1 to 200, not {n}") for n in (-1, 0, 201)),
        ({"chunk": 0}, r"chunk, .*, must be at least 1, not 0"),
        ({"rows": slice(0, 10, 2)}, "rows must be a slice without a step"),
    ],
)
def test_an_argument_out_of_range_is_named(good, asked, message):
    with pytest.raises(InputError, match=message):
        top_tagging.read(good, **asked)


@pytest.mark.parametrize("package", ["h5py", "blosc2"])
def test_a_missing_package_is_named_with_its_extra(good, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(
        MissingExtraError, match=rf"needs {package}; .*pip install 'liegan-min\[jets\]'"
    ):
        top_tagging.read(good)


def test_more_jets_than_fit_into_memory(good):
    with h5py.File(good, "a") as f:
        f["table/table"].resize((2**50,))  # HDF5 makes no room for rows that nobody wrote
    with pytest.raises(InputError, match=rf"{2**50} jets of 20 .* do not fit into memory; choose"):
        top_tagging.read(good)
    with pytest.raises(DamagedFileError, match=r"rows 96 to 151 cannot be read"):
        top_tagging.read(good, rows=slice(96, 152))

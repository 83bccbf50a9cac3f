"""Reading the benchmark's layout, judged by what pandas wrote."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liegan_book.datasets import top_tagging
from tests.helpers.jet_files import COLUMNS, some_jets

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


def save(frame, path, **options):
    frame.to_hdf(
        path, key="table", format="table", **{"complib": "blosc", "complevel": 5} | options
    )
    return path


@pytest.fixture(scope="module")
def frame():
    return some_frame(300)


@pytest.fixture(scope="module")
def original(frame, tmp_path_factory):
    return save(frame, tmp_path_factory.mktemp("benchmark") / "test.h5")


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
def test_it_reads_what_pandas_wrote(frame, tmp_path, options, n):
    x, label = top_tagging.read(save(frame, tmp_path / "test.h5", **options), n)
    assert (x.dtype, x.shape, label.dtype) == (np.float32, (300, n, 4), np.int8)
    np.testing.assert_array_equal(x, momenta(frame, n))
    np.testing.assert_array_equal(label, frame["is_signal_new"])


def test_a_table_of_64_bit_numbers_is_read_as_32(tmp_path):
    frame = some_frame(50, dtype=np.float64)
    x, _ = top_tagging.read(save(frame, tmp_path / "test.h5"), 3)
    np.testing.assert_array_equal(x, momenta(frame, 3).astype(np.float32))


def test_a_block_that_did_not_shrink_is_stored_as_it_is(tmp_path):
    rng = np.random.default_rng(0)
    frame = some_frame(80)
    noise = rng.integers(0x3F800000, 0x5F800000, size=(80, 804), dtype=np.uint32)
    frame[COLUMNS] = noise.view(np.float32)
    path = save(frame, tmp_path / "test.h5")
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
def test_any_rows_in_any_chunks_are_those_of_the_whole(original, frame, start, stop, chunk):
    rows = slice(start, stop)
    x, label = top_tagging.read(original, 2, rows, chunk)
    np.testing.assert_array_equal(x, momenta(frame, 2)[rows])
    np.testing.assert_array_equal(label, frame["is_signal_new"][rows])


@pytest.mark.parametrize("complevel", [0, 5])
def test_only_a_chunk_is_in_memory(tmp_path, complevel):
    path = save(some_frame(4000), tmp_path / "train.h5", complevel=complevel)
    top_tagging.read(path, 2, slice(0, 10))  # imports are not what is measured
    tracemalloc.start()
    top_tagging.read(path, 2, chunk=100)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4000 * 806 * 4 / 4

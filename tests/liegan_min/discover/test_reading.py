"""Files and tables of a reader's own."""

import numpy as np
import pandas as pd
import pytest
import torch

from liegan_min.base.errors import DamagedFileError, InputError, MissingExtraError
from liegan_min.discover.reading import read
from liegan_min.game.pairs import as_pairs

RNG = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {
        "a": RNG.standard_normal(60),
        "b": RNG.standard_normal(60),
        "run": np.repeat(range(6), 10)[::-1],
        "kind": ["x", "y", "z"] * 20,
    }
)


def test_an_array_and_a_tensor_are_one_vector_a_row():
    x = RNG.standard_normal((20, 3))
    for data in (x, torch.from_numpy(x), x[:, None]):
        given = read(data)
        assert given.x.shape == (20, 1, 3)
        assert given.x.dtype == np.float64
        assert (given.kind, given.columns) == (None, ("x0", "x1", "x2"))
    assert len(set(given.trajectories)) == 20


def test_pairs_know_how_their_y_answers():
    x = RNG.standard_normal((20, 2)).astype(np.float32)
    given = read(as_pairs(x, x, "vector"))
    assert (given.kind, given.y.shape) == ("vector", (20, 1, 2))


@pytest.mark.parametrize("end", ["npz", "npy", "csv"])
def test_a_file_is_read_by_its_end(tmp_path, end):
    path, x = tmp_path / f"data.{end}", RNG.standard_normal((30, 2))
    if end == "npz":
        np.savez(path, x=x, y=x[:, 0])
    elif end == "npy":
        np.save(path, x)
    else:
        pd.DataFrame(x, columns=["u", "v"]).to_csv(path, index=False)
    given = read(path)
    np.testing.assert_allclose(given.x[:, 0], x)
    assert given.kind == ("scalar" if end == "npz" else None)
    assert given.columns == (("u", "v") if end == "csv" else ("x0", "x1"))
    np.testing.assert_allclose(read(str(path)).x, given.x)


def test_columns_are_chosen():
    given = read(TABLE, x_columns=("b", "a"), y_columns=("kind",))
    assert given.columns == ("b", "a")
    np.testing.assert_array_equal(given.x[:, 0], TABLE[["b", "a"]])
    assert given.kind == "label"
    assert read(TABLE.drop(columns="kind"), y_columns=("run",)).kind == "label"
    assert read(TABLE, x_columns=("a",), y_columns=("a", "b")).y.shape == (60, 2)


def test_rows_of_a_trajectory_follow_one_another():
    given = read(TABLE.drop(columns="kind"), trajectory="run")
    assert given.x.shape == given.y.shape == (54, 1, 2)
    assert given.kind == "vector"
    assert np.bincount(given.trajectories).tolist() == [9] * 6
    last = TABLE[TABLE["run"] == 0][["a", "b"]].to_numpy()
    np.testing.assert_array_equal(given.x[:9, 0], last[:-1])
    np.testing.assert_array_equal(given.y[:9, 0], last[1:])


def test_a_trajectory_beside_a_y_says_which_rows_belong_together():
    given = read(TABLE, x_columns=("a", "b"), y_columns=("kind",), trajectory="run")
    assert len(given.x) == 60
    assert np.bincount(given.trajectories).tolist() == [10] * 6


def broken(**columns):
    return TABLE.assign(**columns)


@pytest.mark.parametrize(
    ("table", "how", "message"),
    [
        (TABLE, {}, r"^column 'kind' holds no numbers; choose the columns of x \(--x\), or make "),
        (TABLE, {"x_columns": ("q",)}, r"^there is no column 'q'; there are: a, b, run, kind$"),
        (TABLE, {"trajectory": "q"}, r"^there is no column 'q'"),
        (
            broken(b=TABLE["b"].where(TABLE.index != 7)),
            {"x_columns": ("a", "b")},
            r"^column 'b' has no value in row 7; drop such rows, or fill them in$",
        ),
        (
            broken(b=pd.array([1, None] + [2] * 58, dtype="Int64")),
            {"x_columns": ("a", "b")},
            r"^column 'b' has no value in row 1; drop",
        ),
        (
            broken(kind=pd.array(["x", "y", None] * 20, dtype="string")),
            {"x_columns": ("a", "b"), "y_columns": ("kind",)},
            r"^column 'kind' has no value in row 2; drop such rows$",
        ),
        (
            broken(run=range(60)),
            {"x_columns": ("a", "b"), "trajectory": "run"},
            r"^no two rows share a value of 'run': nothing follows anything$",
        ),
        (
            broken(run=[np.nan] + [1.0] * 59),
            {"x_columns": ("a", "b"), "trajectory": "run"},
            r"^column 'run' has no value in row 0$",
        ),
    ],
)
def test_a_table_that_cannot_be_used_names_column_and_row(table, how, message):
    with pytest.raises(InputError, match=message):
        read(table, **how)


def test_a_table_and_an_array_do_not_mix():
    with pytest.raises(InputError, match=r"^a table has its y in a column; name it as y_columns"):
        read(TABLE, np.zeros(60))
    with pytest.raises(InputError, match=r"^arrays have no columns with names; cut x and y from"):
        read(np.zeros((5, 2)), x_columns=("a",))
    with pytest.raises(
        InputError, match=r"^y_kind must be auto, vector, scalar, label, not 'class'"
    ):
        read(np.zeros((5, 2)), y_kind="class")


def test_files_that_cannot_be_read_are_named(tmp_path):
    (tmp_path / "text.npz").write_text("a,b\n1,2\n")
    (tmp_path / "text.npy").write_text("a,b\n1,2\n")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "data.txt").write_text("1 2")
    np.savez(tmp_path / "other.npz", z=np.zeros(3))
    for name, kind, message in (
        ("missing.npz", InputError, r"missing\.npz: there is no such file$"),
        ("", InputError, r": it is a directory; give a file ending in \.npz, \.npy, \.csv"),
        ("data.txt", InputError, r"data\.txt: its name must end in \.npz, .*, to say what it "),
        ("other.npz", InputError, r"other\.npz: it has no array x \(it has z\); name the samples"),
        ("empty.csv", InputError, r"empty\.csv: it cannot be read as a table \("),
        ("text.npz", DamagedFileError, r"text\.npz is no \.npz of plain arrays"),
        ("text.npy", DamagedFileError, r"text\.npy is no \.npy of a plain array"),
    ):
        with pytest.raises(kind, match=message):
            read(tmp_path / name)


def test_what_parquet_needs_is_told(tmp_path, monkeypatch):
    def without(path):
        raise ImportError

    monkeypatch.setattr(pd, "read_parquet", without)
    (tmp_path / "t.parquet").write_text("")
    with pytest.raises(MissingExtraError, match=r"^reading \.parquet needs pyarrow: pip install "):
        read(tmp_path / "t.parquet")


def test_pickled_arrays_are_not_read(tmp_path):
    np.save(tmp_path / "o.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(DamagedFileError):
        read(tmp_path / "o.npy")

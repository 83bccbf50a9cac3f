"""What the user brings: shapes, kinds of y, and clear words where it does not fit."""

import numpy as np
import pytest
import torch

from liegan_min.base.errors import DamagedFileError, InputError
from liegan_min.game.pairs import as_pairs, guess_kind, read_npz

X = np.arange(24.0).reshape(4, 2, 3)


def test_vectors_get_an_axis_of_one_where_they_come_alone():
    assert as_pairs(X[:, 0]).x.shape == (4, 1, 3)
    assert as_pairs(X).x.shape == (4, 2, 3)
    assert as_pairs(X, X[:, 0]).y.shape == (4, 1, 3)


def test_the_values_arrive_as_float32():
    pairs = as_pairs(X, X[:, 0])
    assert torch.equal(pairs.x, torch.arange(24.0).reshape(4, 2, 3))
    assert pairs.x.dtype == pairs.y.dtype == torch.float32


@pytest.mark.parametrize(
    ("y", "kind", "shape"),
    [
        (X[:, 0], "vector", (4, 1, 3)),
        (X, "vector", (4, 2, 3)),
        (np.ones(4), "scalar", (4, 1)),
        (np.ones((4, 2)), "scalar", (4, 2)),
        (np.arange(4), "label", (4,)),
        (np.arange(4)[:, None], "label", (4,)),
        (np.array([True, False, True, True]), "label", (4,)),
    ],
)
def test_the_kind_of_y_is_guessed_from_its_type_and_shape(y, kind, shape):
    assert guess_kind(X, y) == kind
    pairs = as_pairs(X, y)
    assert (pairs.y_kind, tuple(pairs.y.shape)) == (kind, shape)


def test_the_guess_can_be_overruled():
    assert as_pairs(X, X[:, 0], "scalar").y.shape == (4, 3)
    assert as_pairs(X, np.array([0.0, 1.0, 2.0, 1.0]), "label").y.dtype == torch.int64


def test_the_discriminator_sees_x_and_y_unless_y_is_a_label():
    assert as_pairs(X, X[:, 0]).inputs == 9
    assert as_pairs(X, np.ones(4)).inputs == 7
    assert as_pairs(X, np.arange(4)).inputs == 6
    assert as_pairs(X).inputs == 6


def test_labels_are_counted_from_0_to_the_largest():
    assert as_pairs(X, np.array([0, 2, 5, 2])).classes == 6
    assert as_pairs(X, np.ones(4)).classes == 0


def test_the_spread_is_the_root_mean_square_of_each_input(rng):
    x, y = rng.normal(size=(50, 1, 2)) * [1, 10], rng.normal(size=(50, 1, 2))
    x[:, 0, 0] = 0
    slow = np.sqrt((np.concatenate([x, y], axis=-1)[:, 0] ** 2).mean(0))
    slow[0] = 1  # where an input is always 0, there is nothing to divide
    np.testing.assert_allclose(as_pairs(x, y).rms(), slow, rtol=1e-5)


def test_some_samples_can_be_taken():
    pairs = as_pairs(X, np.arange(4)).take(torch.tensor([2, 0]))
    assert pairs.y.tolist() == [2, 0]
    assert torch.equal(pairs.x, torch.from_numpy(X[[2, 0]]).float())


@pytest.mark.parametrize(
    "x",
    [
        np.ones(4),
        np.ones((4, 2, 3, 1)),
        np.ones((0, 3)),
        np.ones((4, 0)),
        np.array([["a", "b"]]),
        np.ones((4, 3), dtype=complex),
        np.ones((4, 3), dtype=object),
    ],
    ids=lambda x: f"{x.shape} {x.dtype}",
)
def test_x_must_be_real_numbers_in_two_or_three_axes(x):
    with pytest.raises(InputError, match=r"x must be .*numbers of shape"):
        as_pairs(x)


def test_rows_of_unequal_length_are_refused():
    with pytest.raises(InputError, match="x"):
        as_pairs([[1.0, 2.0], [3.0]])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300])
@pytest.mark.parametrize("name", ["x", "y"])
def test_a_number_that_is_not_finite_in_float32_is_located(name, bad):
    arrays = {"x": X.copy(), "y": X.copy()}
    arrays[name][2, 0, 1] = bad
    with pytest.raises(InputError, match=f"{name} holds .* in 1 of 4 samples, first in sample 2"):
        as_pairs(**arrays)


@pytest.mark.parametrize("x", [np.ones((4, 3)), 1e9 + 1e-3 * X])
def test_x_that_is_constant_in_float32_is_refused(x):
    with pytest.raises(InputError, match="x is constant"):
        as_pairs(x)


@pytest.mark.parametrize("y", [np.ones(3), np.ones((5, 3)), np.float64(1)])
def test_x_and_y_of_different_lengths_are_refused_with_both_lengths(y):
    n = len(y) if y.ndim else 1
    with pytest.raises(InputError, match=f"x has 4 samples and y has {n}"):
        as_pairs(X, y)


@pytest.mark.parametrize("y", [np.ones((4, 2)), np.ones(4), np.ones((4, 3, 2))])
def test_y_as_vectors_must_be_as_long_as_x(y):
    with pytest.raises(InputError, match=r"y as vectors must end in an axis of 3 like x"):
        as_pairs(X, y, "vector")


@pytest.mark.parametrize(
    "y",
    [
        np.array([0.5, 1, 2, 3]),
        np.array([-1, 0, 1, 2]),
        np.zeros((4, 2), int),
        np.array([0, 1, np.nan, 2]),
        np.array(["a", "b", "c", "d"]),
    ],
    ids=str,
)
def test_labels_must_be_one_whole_number_from_0_each(y):
    with pytest.raises(InputError, match="y as a label must be one integer from 0"):
        as_pairs(X, y, "label")


def test_y_must_be_numbers():
    with pytest.raises(InputError, match=r"y must be .*numbers"):
        as_pairs(X, np.array(["a", "b", "c", "d"]))


def test_an_unknown_kind_is_refused():
    with pytest.raises(InputError, match=r"y_kind .*vector.*scalar.*label.*'tensor'"):
        as_pairs(X, np.ones(4), "tensor")


def test_a_file_gives_what_its_arrays_give(tmp_path):
    np.savez(tmp_path / "d.npz", x=X, y=np.arange(4), note=np.ones(1))
    pairs = read_npz(tmp_path / "d.npz")
    assert torch.equal(pairs.x, as_pairs(X).x)
    assert pairs.y_kind == "label"
    assert read_npz(tmp_path / "d.npz", "scalar").y.dtype == torch.float32


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none\.npz is not a file"):
        read_npz(tmp_path / "none.npz")


def test_a_file_without_x_says_what_it_has(tmp_path):
    np.savez(tmp_path / "d.npz", data=X)
    with pytest.raises(InputError, match=r"d\.npz has no array x \(it has data\)"):
        read_npz(tmp_path / "d.npz")


def test_arrays_that_do_not_fit_are_reported_with_their_file(tmp_path):
    np.savez(tmp_path / "d.npz", x=np.full((4, 3), np.nan))
    with pytest.raises(InputError, match=r"d\.npz: x holds NaN"):
        read_npz(tmp_path / "d.npz")


def test_pickled_objects_are_not_read(tmp_path):
    np.savez(tmp_path / "d.npz", x=np.array([{"a": 1}], dtype=object))
    with pytest.raises(DamagedFileError, match=r"d\.npz is n.* \.npz of plain arrays"):
        read_npz(tmp_path / "d.npz")


def test_a_file_that_is_no_npz_is_damaged(tmp_path):
    (tmp_path / "text.npz").write_text("x")
    np.save(tmp_path / "one.npy", X)
    for name in ("text.npz", "one.npy"):
        with pytest.raises(DamagedFileError, match=name):
            read_npz(tmp_path / name)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_a_file_cut_short_or_with_a_wrong_byte_is_damaged(save, tmp_path, rng):
    whole, path = tmp_path / "whole.npz", tmp_path / "d.npz"
    save(whole, x=rng.normal(size=(100, 3)))
    content = whole.read_bytes()
    for cut in range(1, len(content), len(content) // 20):
        path.write_bytes(content[:cut])
        with pytest.raises(DamagedFileError, match=r"d\.npz"):
            read_npz(path)
    for at in range(150, len(content) - 300, 97):  # inside the array's own bytes
        path.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        with pytest.raises(DamagedFileError, match=r"d\.npz"):
            read_npz(path)

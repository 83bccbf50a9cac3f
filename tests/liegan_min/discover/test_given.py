"""What a reader may give, how it is understood, and what is refused."""

import numpy as np
import pytest
import torch

from liegan_min.base.errors import InputError
from liegan_min.discover.given import checked, numbers

X = np.random.default_rng(0).standard_normal((120, 3))
FEW, MANY = np.arange(120) % 4, np.arange(120) * 17_000_003


def settled(y, kind="auto", x=X):
    return checked(x, y, kind, ("a", "b", "c"))


@pytest.mark.parametrize(
    ("y", "kind", "how"),
    [
        (FEW, "label", "y is a label: whole numbers with 4 values, 4 labels"),
        (FEW.astype(float), "label", "y is a label: whole numbers with 4 values, 4 labels"),
        (FEW > 1, "label", "y is a label: it is no number, 2 labels"),
        (np.array(["qcd", "top"] * 60), "label", "y is a label: it is no number, 2 labels"),
        (FEW * 1_000_000_011, "label", "y is a label: whole numbers with 4 values, 4 labels"),
        (MANY, "scalar", "y is a number: 120 different values"),
        (X[:, 0], "scalar", "y is a number"),
        (X[:, :2], "scalar", "y is 2 numbers"),
        (X[:, None], "vector", "y is vectors: its last axis is that of x"),
    ],
)
def test_y_is_read_as_what_it_is(y, kind, how):
    given = settled(y)
    assert (given.kind, given.how) == (kind, how)


def test_labels_count_from_zero_whatever_they_were():
    codes = np.array([-11, 11, 2212, 1_000_822_080])[FEW]
    np.testing.assert_array_equal(settled(codes).y, FEW)


def test_what_is_asked_for_is_done():
    assert settled(X, "vector").y.shape == (120, 1, 3)
    assert settled(X, "scalar").y.shape == (120, 3)
    assert settled(MANY % 13, "scalar").kind == "scalar"
    assert settled(X[:, 0].round(), "label").kind == "label"


@pytest.mark.parametrize(
    ("y", "kind", "message"),
    [
        (X, "auto", r"^y has 3 columns like x: say y_kind='vector' .* y_kind='scalar' if it does "),
        (X[:, None, :2], "auto", r"^y of shape \(120, 1, 2\) must end in an axis of 3 like x$"),
        (X[:, :2], "vector", r"^y as vectors must end in an axis of 3 like x, not \(120, 2\); say"),
        (X[:, :2], "label", r"^y as a label must be one value for each row, not \(120, 2\)$"),
        (MANY, "label", r"^y as a label has 120 values, more than 50; say y_kind='scalar'"),
        (np.ones(120), "auto", r"^y has the same value in all rows, so nothing depends on x$"),
        (np.ones((120, 1)) * 0.5, "scalar", r"^y has the same value in all rows"),
        (FEW[:100], "auto", r"^x has 120 rows and y has 100; cut to match$"),
        (3.0, "auto", r"^x has 120 rows and y has 1; cut to match$"),
        (np.array(["a", None] * 60, dtype=object), "auto", r"^y has no value in row 1; drop such"),
        (
            X[:, 0] * 1e80,
            "auto",
            r"^column of y has values of up to .*, and float64 cannot hold",
        ),
        (np.full((120, 2), "a"), "auto", r"^y must be numbers, or one word for each row, not"),
        (np.where(FEW == 2, np.nan, X[:, 0]), "auto", r"^y holds NaN .* 30 of 120 .* in row 2; "),
    ],
)
def test_what_cannot_be_understood_is_refused(y, kind, message):
    with pytest.raises(InputError, match=message):
        settled(y, kind)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((120, 3)), r"^all rows of x are equal, so nothing can be told apart$"),
        (X[:1], r"^all rows of x are equal"),
        (X[0], r"^x must have shape \(n, k\) or \(n, t, k\), not \(3,\)$"),
    ],
)
def test_x_without_a_shape_or_a_spread_is_refused(x, message):
    with pytest.raises(InputError, match=message):
        settled(None, x=x)


@pytest.mark.parametrize(
    ("a", "message"),
    [
        (
            np.ma.masked_greater(X, 2.5),
            r"^x is masked in row \d+; drop such rows, or fill them in$",
        ),
        (
            np.where(X > 2.5, np.inf, X),
            r"^x holds NaN or infinity in \d+ of 120 rows, first in row",
        ),
        (X.astype(str), r"^x must be real numbers, not <U32 of shape \(120, 3\)$"),
        (X + 1j, r"^x must be real numbers, not complex128"),
        ([[1, 2], [3]], r"^x has rows of unequal length; give each the same$"),
        (np.zeros((0, 3)), r"^x must be real numbers, not float64 of shape \(0, 3\)$"),
    ],
)
def test_what_is_no_number_is_refused(a, message):
    with pytest.raises(InputError, match=message):
        numbers("x", a)


@pytest.mark.parametrize("unit", [1e-320, 1e-80, 1e80, 1e307])
def test_a_unit_whose_squares_float64_cannot_hold_is_refused(unit):
    with pytest.raises(InputError, match=r"^column b has values of up to .* in another unit$"):
        settled(None, x=X * [1, unit, 1])


def test_an_unmasked_masked_array_and_a_tensor_are_arrays():
    np.testing.assert_array_equal(numbers("x", np.ma.masked_array(X)), X)
    np.testing.assert_array_equal(numbers("x", torch.from_numpy(X).requires_grad_()), X)

"""What is separated: by hand on small numbers, and against taggers that are drawn many times."""

import numpy as np
import pandas as pd
import pytest

from liegan_book.results.separation import Difference, compare
from liegan_min.base.errors import InputError


def frame(**methods):
    """Return runs as of `records.frame`: for each method its AUROCs, and the error of each."""
    rows = {
        (method.replace("_", "-"), seed): {"auroc": value, "auroc_error": error}
        for method, (values, errors) in methods.items()
        for seed, (value, error) in enumerate(np.broadcast(values, errors))
    }
    return pd.DataFrame(rows.values(), pd.MultiIndex.from_tuples(rows, names=["method", "seed"]))


def test_a_case_by_hand():
    # Three seeds with variance 1, four with variance 4; test errors of 2 and 1.
    runs = frame(a=([9.0, 10.0, 11.0], 2.0), b=([1.0, 1.0, 1.0, 5.0], 1.0))
    found = compare(runs, "a", "b")
    assert found.value == pytest.approx(10 - 2)
    assert found.error**2 == pytest.approx((1 / 3 + 4) + (4 / 4 + 1))
    assert found.verdict == "above"
    assert compare(runs, "a", "b", sample=False).error ** 2 == pytest.approx(1 / 3 + 1)
    back = compare(runs, "b", "a")
    assert (back.value, back.error, back.verdict) == (-found.value, found.error, "below")


def test_the_error_of_a_sample_is_the_mean_of_that_of_the_runs():
    runs = frame(a=([1.0, 2.0, 3.0], [0.1, 0.2, 0.6]), b=([0.0, 0.0], 0.0))
    assert compare(runs, "a", "b").error ** 2 == pytest.approx(1 / 3 + 0.3**2)


def test_the_error_is_the_spread_of_differences_that_are_drawn_again_and_again():
    """Seeds draw each run, and the test jets shift all runs of a method by one and the same."""
    rng = np.random.default_rng(0)
    n, drawn, taken = (3, 5), (0.03, 0.01), (0.02, 0.005)  # seeds, their sd, the sample's sd
    found = []
    for _ in range(2000):
        one, other = (
            rng.normal(0.9, sd, k) + rng.normal(0, shift)
            for k, sd, shift in zip(n, drawn, taken, strict=True)
        )
        found.append(compare(frame(a=(one, taken[0]), b=(other, taken[1])), "a", "b"))
    seen = np.var([f.value for f in found])
    told = np.mean([f.error**2 for f in found])
    assert told == pytest.approx(seen, rel=0.1)  # a variance of 2000 draws is known to 3 %


@pytest.mark.parametrize(
    ("value", "error", "verdict", "text"),
    [
        (0.0045, 0.0014, "above", "**+0.0045 ± 0.0028**"),
        (-0.0045, 0.0014, "below", "**−0.0045 ± 0.0028**"),
        (0.5, 0.25, "not separated", "+0.5000 ± 0.5000"),  # twice the error, and no more
        (-0.0001, 0.0022, "not separated", "−0.0001 ± 0.0044"),
        (0.0, 0.0, "not separated", "+0.0000 ± 0.0000"),
        (0.5, None, "one seed", "+0.5000"),
    ],
)
def test_verdict_and_text(value, error, verdict, text):
    found = Difference(value, error)
    assert found.verdict == verdict
    assert str(found) == text.replace(" ", "\N{NO-BREAK SPACE}")


def test_one_seed_has_no_verdict():
    runs = frame(a=([0.9, 0.9], 0.01), b=([0.5], 0.01))
    assert compare(runs, "a", "b").verdict == compare(runs, "b", "a").verdict == "one seed"
    assert compare(runs, "b", "a").error is None


@pytest.mark.parametrize(("values", "other"), [([0.9, np.nan], "b"), ([0.9, 0.8], "c")])
def test_what_is_missing_is_said(values, other):
    runs = frame(a=(values, 0.1), b=([0.5, 0.6], 0.1))
    with pytest.raises(InputError, match="no auroc in the records of"):
        compare(runs, "a", other)

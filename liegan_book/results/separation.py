"""What is separated: would the order of two taggers hold on other seeds and on other test jets?

A mean over n seeds has the variance sd²/n from the seeds. The test jets are a sample too, the same
one for all seeds, and add the square of their own error. A pair is separated if its means differ by
more than twice the root of all four.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from liegan_min.base.errors import InputError


@dataclass(frozen=True)
class Difference:
    """The mean of one method less that of another.

    Attributes:
        value: of the difference, in the metric's own units.
        error: its standard error, or None where a method has one seed.
    """

    value: float
    error: float | None

    @property
    def verdict(self) -> str:
        """Where the first stands: above, below, not separated; or that there is but one seed."""
        if self.error is None:
            return "one seed"
        if abs(self.value) <= 2 * self.error:
            return "not separated"
        return "above" if self.value > 0 else "below"

    def __str__(self) -> str:
        """Return "+0.0045 ± 0.0028", with twice the error, in bold if it is separated."""
        wide = "" if self.error is None else f" ± {2 * self.error:.4f}"
        text = f"{self.value:+.4f}{wide}".replace("-", "−").replace(" ", "\N{NO-BREAK SPACE}")
        return f"**{text}**" if self.verdict in ("above", "below") else text


def compare(
    runs: pd.DataFrame, one: str, other: str, metric: str = "auroc", *, sample: bool = True
) -> Difference:
    """Return the difference of the means of two methods over their seeds.

    Args:
        runs: as of `records.frame`, with a column of the metric and one of its `_error` from the
            test sample.
        one: the first method.
        other: the second, which is subtracted.
        metric: that is compared.
        sample: whether the error of the test sample counts, or that of the seeds alone.

    Raises:
        InputError: if there is no record of a method, or one without the metric.
    """
    means, variances = zip(*(_mean(runs, m, metric, sample) for m in (one, other)), strict=True)
    error = None if None in variances else math.sqrt(sum(variances))
    return Difference(means[0] - means[1], error)


def _mean(runs: pd.DataFrame, method: str, metric: str, sample: bool) -> tuple[float, float | None]:
    """Return a method's mean and its variance, which one seed cannot tell."""
    if method not in runs.index or runs.loc[method][metric].isna().any():
        raise InputError(f"no {metric} in the records of {method}, or not in all of them")
    values = runs.loc[method][metric]
    seeds = float(values.var()) / len(values)
    error = float(runs.loc[method][f"{metric}_error"].mean())
    return float(values.mean()), None if math.isnan(seeds) else seeds + sample * error**2

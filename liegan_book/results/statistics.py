"""What a few seeds say of the next one: a prediction interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev

from scipy.stats import t

#: Share of new runs that fall into the interval.
LEVEL = 0.95

#: An interval of an error that spans more than this factor takes in too much to say anything.
WIDE = 30.0


def prediction_interval(
    values: Sequence[float], *, log: bool = False, level: float = LEVEL
) -> tuple[float, float] | None:
    """Return where one new draw from the law of some draws falls, with a probability of `level`.

    For normal draws, m ± t s √(1 + 1/n) holds a new one exactly so often, with t the quantile of
    Student's law of n - 1 degrees of freedom (Hahn and Meeker, Statistical Intervals, 1991). A
    mean of m ± 2 s, which leaves out that m and s were estimated, does in 86 % at n = 5.

    Args:
        values: the draws.
        log: take them, and the interval, to be normal on the scale of their logarithms.
        level: the probability.

    Returns:
        Its ends, or None for fewer than two draws.
    """
    if len(values) < 2:
        return None
    x = [math.log(v) for v in values] if log else list(values)
    n = len(x)
    half = float(t.ppf((1 + level) / 2, n - 1)) * stdev(x) * math.sqrt(1 + 1 / n)
    ends = fmean(x) - half, fmean(x) + half
    return (math.exp(ends[0]), math.exp(ends[1])) if log else ends

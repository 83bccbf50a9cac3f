"""Named tolerances, in one place, so that no test or chapter invents its own.

Each says what it bounds. Those that depend on the arithmetic are given per dtype: a product of a
few dozen k x k matrices with k <= 8 loses two to three digits.
"""

import torch

#: Relative error of an algebraic identity (a bracket, an exponential, an invariant form).
IDENTITY: dict[torch.dtype, float] = {torch.float32: 2e-5, torch.float64: 1e-12}

#: Equivariance error relative to the size of the transformation, for compositions of layers.
EQUIVARIANCE: dict[torch.dtype, float] = {torch.float32: 1e-5, torch.float64: 1e-11}

#: Singular values below this fraction of the largest count as zero when a rank is decided.
RANK = 1e-8

#: Directions whose spread is below this fraction of the widest are off the support of the data.
SUPPORT = 1e-6

#: A set of matrices closes under the bracket when its relative closure defect is below this.
CLOSURE = 0.1

#: Smallest support cosine that a learned algebra must reach to count as found.
FOUND = 0.99

#: Smallest cosine of a learned form J to the metric η at which the metric counts as found.
METRIC_FOUND = 0.99

#: Distance |g - s|_F / √2, for small turns the angle, up to which two matrices count as the same.
NEAR = 0.1

#: Share of what a method draws that must be near the true set, and of that set near a draw.
ENOUGH = 0.95

#: Error of an angle, in units of the step 2π/n of C_n, below which the angle counts as found …
STEP = 0.01

#: … if all that is not a turn about the axis is smaller than this.
OTHERS = 0.02

#: Relative difference of a metric between a record and the same run made again, up to which the
#: run counts as repeated: on one machine it does so to the last bit.
REPEATED = 1e-6

#: … up to which it agrees. Other kernels round otherwise in the seventh digit, and a game carries
#: that on for thousands of steps: with other kernels on one machine, angles and gaps moved by 5 %.
AGREES = 0.1

#: … or this many standard deviations over the seeds of its cell, if that is more: where a method
#: ends at random, a run on another machine is another draw.
SPREAD = 2.0

#: Size of a number in a record below which it is rounding and nothing else.
NOISE = 1e-14

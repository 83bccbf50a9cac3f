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

#: Distance |g - s|_F / √2, for small turns the angle, up to which two matrices count as the same.
NEAR = 0.1

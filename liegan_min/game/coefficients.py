"""The coefficient distributions γ_β: how far, and how evenly, the generator walks along each L_i.

A continuous γ_β gives a continuous group, or a subset of one; integers give a discrete group
(poster, "Learning distributions over Lie group"). Draws are made on the CPU from the caller's
generator and then moved, so that a seed means the same on every device.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from liegan_min.base.errors import InputError


class Coefficients(nn.Module, ABC):
    """A distribution of w, (c,): fixed unless `learnable`, and drawn so that it can learn.

    Args:
        channels: number of coefficients c.

    Raises:
        InputError: if channels < 1.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        if channels < 1:
            raise InputError(f"channels must be at least 1, not {channels}")
        self.channels = channels

    @abstractmethod
    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """Draw w, (n, c), on the device of the parameters."""


class Normal(Coefficients):
    """w = z S + m with z ~ N(0, 1): the poster's default, with S = scale · 1 and m = 0.

    Raises:
        InputError: if scale is not a positive number.
    """

    def __init__(self, channels: int = 1, scale: float = 1.0, learnable: bool = False) -> None:
        super().__init__(channels)
        if not 0 < scale < math.inf:  # also refuses NaN
            raise InputError(f"scale must be a positive number, not {scale}: w would not vary")
        self.scale = nn.Parameter(scale * torch.eye(channels), requires_grad=learnable)
        self.mean = nn.Parameter(torch.zeros(channels), requires_grad=learnable)

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """Draw w, (n, c)."""
        z = torch.randn(n, self.channels, generator=rng).to(self.mean)
        return z @ self.scale + self.mean


class Uniform(Coefficients):
    """w ~ U(low, high) in each channel; a learnable range can only shrink to a point, not invert.

    Raises:
        InputError: if low is not below high, or one of them is not finite.
    """

    def __init__(
        self, channels: int = 1, low: float = -1.0, high: float = 1.0, learnable: bool = False
    ) -> None:
        super().__init__(channels)
        if not -math.inf < low < high < math.inf:
            raise InputError(f"low must be below high, both finite, not {low} and {high}")
        centre, log_half = torch.tensor((low + high) / 2), torch.tensor((high - low) / 2).log()
        self.centre = nn.Parameter(centre.expand(channels).clone(), requires_grad=learnable)
        self.log_half = nn.Parameter(log_half.expand(channels).clone(), requires_grad=learnable)

    @property
    def range(self) -> tuple[Tensor, Tensor]:
        """The ends (low, high), each (c,)."""
        half = self.log_half.exp()
        return self.centre - half, self.centre + half

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """Draw w, (n, c)."""
        u = torch.rand(n, self.channels, generator=rng).to(self.centre)
        return self.centre + (2 * u - 1) * self.log_half.exp()


class IntegerGrid(Coefficients):
    """w from the integers low … high, both included: exp(wL) is then a power of exp(L).

    Without the zero no draw leaves the data as it is, and what a discriminator sees is what the
    others do.

    Learnable means the probabilities: the draw is a one-hot Gumbel-softmax, hard forwards and soft
    backwards (Jang et al. 2017; Maddison et al. 2017).

    Raises:
        InputError: if an end is not whole, low > high, or the grid is the single point 0.
    """

    grid: Tensor

    def __init__(
        self,
        channels: int = 1,
        low: int = -10,
        high: int = 9,
        learnable: bool = False,
        *,
        zero: bool = True,
    ) -> None:
        super().__init__(channels)
        if not (float(low).is_integer() and float(high).is_integer()):
            raise InputError(f"an integer grid needs whole ends, not {low} and {high}")
        if low > high or low == high == 0:
            raise InputError(f"the grid {low} … {high} holds no integer but 0; widen it")
        self.learnable = learnable
        grid = torch.arange(low, high + 1, dtype=torch.float32)
        self.register_buffer("grid", grid if zero else grid[grid != 0])
        self.logits = nn.Parameter(torch.zeros(channels, len(self.grid)), requires_grad=learnable)

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """Draw w, (n, c)."""
        u = torch.rand(n, *self.logits.shape, generator=rng).to(self.logits)
        gumbel = -torch.log(-torch.log(u.clamp(1e-20, 1 - 1e-7)))
        score = F.log_softmax(self.logits, dim=-1) + gumbel
        hard = F.one_hot(score.argmax(-1), len(self.grid)).to(score)
        if not self.learnable:
            return hard @ self.grid
        soft = score.softmax(-1)
        return (hard + soft - soft.detach()) @ self.grid

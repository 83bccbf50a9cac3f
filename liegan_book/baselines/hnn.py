"""Hamiltonian network (Greydanus et al. 2019, arXiv:1906.01563): learn the energy, not the motion.

A network H(q, p) gives the motion by Hamilton's equations,

    dq/dt = ∂H/∂p,   dp/dt = -∂H/∂q,

so H is conserved whatever it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from liegan_min.game.discriminator import perceptron

#: Row vector times this: (q1, p1, q2, p2) components of dH to those of dz/dt.
_TURN = torch.kron(torch.eye(2), torch.tensor([[0.0, -1.0], [1.0, 0.0]]))
SYMPLECTIC = torch.kron(_TURN, torch.eye(2))


class HNN(nn.Module):
    """Rolls the last state of x out with one Runge-Kutta step of order 4 for each state of y.

    Args:
        outputs: number of states to predict.
        dt: time between states. For the orbits of this book one step of that length is exact to
            1e-6 of the distance travelled, so no step is split.
        hidden: widths of H.
    """

    def __init__(
        self, outputs: int = 5, dt: float = 20 / 49, hidden: Sequence[int] = (200, 200)
    ) -> None:
        super().__init__()
        self.outputs, self.dt = outputs, dt
        self.H = perceptron((8, *hidden, 1), nn.Tanh)

    def velocity(self, z: Tensor) -> Tensor:
        """Return dz/dt, (b, 8), of states z, (b, 8)."""
        learning = torch.is_grad_enabled()
        with torch.enable_grad():
            z = z if z.requires_grad else z.detach().requires_grad_()
            (dH,) = torch.autograd.grad(self.H(z).sum(), z, create_graph=learning)
        return dH @ SYMPLECTIC.to(dH)

    def advance(self, z: Tensor) -> Tensor:
        """Return the states, (b, 8), one time step later."""
        h = self.dt
        a = self.velocity(z)
        b = self.velocity(z + h / 2 * a)
        c = self.velocity(z + h / 2 * b)
        d = self.velocity(z + h * c)
        return z + h / 6 * (a + 2 * b + 2 * c + d)

    def forward(self, x: Tensor) -> Tensor:
        """Map x, (b, t, 8), to y, (b, outputs, 8); only the last state of x counts."""
        z, states = x[:, -1], []
        for _ in range(self.outputs):
            z = self.advance(z)
            states.append(z)
        return torch.stack(states, dim=1)

"""The figures that a discovery on the cyclic task is judged by.

A generator of C_n about the axis z is L = α (E_21 - E_12), α = 2πk/n, with k prime to n: then the
powers exp(wL), w an integer, are all of C_n. Angles are compared modulo a full turn, in units of
the step 2π/n.
"""

from __future__ import annotations

from math import gcd, pi
from typing import NamedTuple

import torch
from torch import Tensor

from liegan_book import tolerances
from liegan_book.experiments.metrics.discovery import Judged, rounded
from liegan_min.algebra import groups
from liegan_min.discrete.rotation_group import RotationGroup
from liegan_min.game.discovery import Discovery

#: Turns about the axis z, by one radian for each unit of the coefficient.
R_Z = groups.so(3).basis[2]


class Rotation(NamedTuple):
    """How a 3 x 3 matrix L lies to the generators of C_n about z.

    Attributes:
        angle: in radians, by which exp(L) turns about z.
        steps: the same in units of 2π/n.
        k: the nearest whole number of steps.
        angle_error: the distance to it, in steps.
        others: largest entry of L - angle R_z: all that is not a turn about z.
    """

    angle: float
    steps: float
    k: int
    angle_error: float
    others: float


def rotation_of(L: Tensor, order: int) -> Rotation:
    """Compare L, (3, 3), with the generators of C_n, n = `order`."""
    L = L.detach().cpu().double()
    angle = float(L[1, 0] - L[0, 1]) / 2
    steps = angle * order / (2 * pi)
    k = round(steps)
    others = float((L - angle * R_Z).abs().max())
    return Rotation(angle, steps, k, abs(steps - k), others)


def generates(found: Rotation, order: int) -> bool:
    """Whether the powers of exp(L) are C_n, within the task's tolerances."""
    return (
        found.angle_error < tolerances.STEP
        and found.others < tolerances.OTHERS
        and gcd(found.k, order) == 1
    )


def rotation_metrics(
    L: Tensor, order: int, suffix: str = ""
) -> dict[str, float | int | bool | None]:
    """Return the metrics of one basis matrix, (3, 3)."""
    found = rotation_of(L, order)
    named = found._asdict() | {"success": generates(found, order)}
    return {f"{name}{suffix}": value for name, value in named.items()}


def cyclic_metrics(found: Discovery, order: int) -> Judged:
    """Compare a discovery of one channel with the generators of C_n.

    Returns:
        metrics, of the averaged basis unless they end in `_last`; and arrays: the bases, the angle
        in steps after each epoch, and the discriminator's loss.
    """
    metrics = (
        rotation_metrics(found.algebra.basis[0], order)
        | rotation_metrics(found.last.basis[0], order, "_last")
        | {"norm": float(torch.linalg.norm(found.algebra.basis)), "epochs": len(found.bases)}
    )
    arrays = {
        "basis": rounded(found.algebra.basis),
        "last": rounded(found.last.basis),
        "curve": rounded([rotation_of(L[0], order).steps for L in found.bases]),
        "discriminator_curve": rounded(found.history[:, 0]),
    }
    return metrics, arrays


def rotation_group_metrics(found: RotationGroup, order: int) -> Judged:
    """Compare a group of turns, found without being told its order, with C_n.

    An order of 1 is the control: there the answer is that there is no turn.

    Returns:
        metrics of L, of the order, and of the bets; and arrays: what the games ended with, in
        steps, the evidence against each, and that against each order.
    """
    named = rotation_metrics(found.L, order) if order > 1 else {"success": True}
    e = found.e_values
    metrics = named | {
        "success": bool(named["success"]) and found.order == order,
        "order": found.order,
        "log_e": e.of_orders.get(found.order),
        "weakest": e.weakest,
        "confidence": e.confidence,
        "winners": len(e.winners),
        "games": len(found.searched.L),
        "blur": e.blur,
    }

    def steps(bases: Tensor) -> list[float]:
        return rounded([rotation_of(L, order).steps for L in bases])

    refined = found.refined
    arrays = {
        "L": rounded(found.L),
        "axis": rounded(e.axis),
        "searched": steps(found.searched.L),
        "course": [steps(L) for L in found.searched.bases],
        "refined": steps(refined.L) if refined else [],
        "losses": rounded(refined.losses) if refined else [],
        "log_e_of_games": rounded(e.of_games),
        "winning_games": list(e.winners),
        "log_e_of_orders": rounded(list(e.of_orders.values())),
    }
    return metrics, arrays

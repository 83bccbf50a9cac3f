"""Which turns of R³ keep a law, and of what order is their group? No order is told.

1. Search: a stack of games moves the data by exp(±L) from random turns L. That leaves wide basins:
   half a step of the group to each side.
2. Refine: those that have not shrunk to the identity go on with exp(wL), w = ±1 … ±10, under which
   an error of the angle counts ten times.
3. What is left turns about one axis, also where the angle is a trap. Train a discriminator against
   all turns about it (`evidence`), and take the e-value of each L: those not refuted win, and the
   axis is theirs.
4. Take the e-value of every C_n about the axis, n = 2, 3, …, on samples that nothing has seen, as
   the choice of the axis must not know of them: the order is the largest n such that neither C_n
   nor one of its subgroups is refuted.
5. What the games found lies on a lattice: L_i = k_i L, L the turn by 2π/n; L follows from all.

The order comes from the e-values and L from the games; L is not rounded to 2π/n.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from time import perf_counter

import torch
from pydantic import Field
from torch import Tensor

from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.base.settings import Settings
from liegan_min.discrete.evidence import Evidence, EvidenceConfig, fit_evidence, set_apart
from liegan_min.discrete.rotations import axis_of, lattice, powers
from liegan_min.game import restarts
from liegan_min.game.pairs import Pairs
from liegan_min.game.restarts import Search
from liegan_min.game.stack import StackConfig

#: The powers of an L that are asked about: higher ones would refute it for a tilt of a degree.
NEARBY = (-1, 1)

#: Series of e-values, each at twice the blur of the one before.
SERIES = 3


def _zero() -> Tensor:
    return torch.zeros(3, 3, dtype=torch.float64)


class RotationGroupConfig(Settings):
    """Settings of the search for a group of rotations."""

    search: StackConfig
    refine: StackConfig
    evidence: EvidenceConfig = EvidenceConfig()
    trial: int = Field(
        2000,
        ge=1,
        description="samples that the games' ends are tried on, half of the rest at most",
    )
    largest: int = Field(24, ge=2, description="largest order that is asked for")
    alpha: float = Field(
        1e-2, gt=0, lt=1, description="chance that anything at all which keeps the law is refuted"
    )


@dataclass(frozen=True)
class EValues:
    """What one series of e-values says of the games' ends, and of the orders about their axis.

    Attributes:
        axis: (3, 3), the direction of the rotations, exp(2π axis) = 1; 0 if none was found.
        of_games: (c,), log e against each game's L; empty if there were none.
        winners: which of these L move and were not refuted.
        of_orders: {n: log e} against each C_n about the axis; empty if there is none.
        order: of the group; 1 if there is none but the identity.
        L: (3, 3), float64, the spacing of the winners' lattice; 0 if there are none on it.
        blur: that the series was taken at; None if none was.
    """

    axis: Tensor = field(default_factory=_zero)
    of_games: Tensor = field(default_factory=lambda: torch.zeros(0))
    winners: tuple[int, ...] = ()
    of_orders: dict[int, float] = field(default_factory=dict)
    order: int = 1
    L: Tensor = field(default_factory=_zero)
    blur: float | None = None

    @property
    def weakest(self) -> float | None:
        """The least log e against a finer group: for order 1, any. None where none was asked."""
        finer = (n for n in self.of_orders if n > self.order and not n % self.order)
        return min((implied(self.of_orders, n) for n in finer), default=None)

    @property
    def confidence(self) -> float | None:
        """1 - the largest chance of so much evidence against a finer group that keeps the law.

        None where none was asked for, or where the order is 1 and some L was not refuted: then the
        e-values contradict each other, and the axis may be wrong.
        """
        if self.weakest is None or (self.order == 1 and self.winners):
            return None
        return 1 - math.exp(-max(self.weakest, 0.0))


@dataclass(frozen=True)
class RotationGroup:
    """What was found.

    Attributes:
        searched: what the first games ended with.
        refined: what the second games ended with; None if all of the first had vanished.
        e_values: the series that decided.
        seconds: wall time.
    """

    searched: Search
    refined: Search | None
    e_values: EValues
    seconds: float
    seed: int
    config: RotationGroupConfig

    @property
    def order(self) -> int:
        """Order of the group of rotations; 1 if there is none but the identity."""
        return self.e_values.order

    @property
    def L(self) -> Tensor:  # noqa: N802 - the paper's symbol
        """Its generator, (3, 3), float64: the spacing of the winners' lattice."""
        return self.e_values.L


def limit(asked: int, alpha: float, series: int = 0) -> float:
    """Return the log e from which on one of so many sets that are asked about is refuted.

    A series asks twice, about the games' ends and about the orders, and each gets half of what the
    series may spend: α/2, α/4, … Together they stay below α.
    """
    return math.log(max(asked, 1) * 2 ** (series + 2) / alpha)


def implied(log_e: dict[int, float], n: int) -> float:
    """Return the most log e against C_n or one of its subgroups: what refutes these, refutes it."""
    return max(e for d, e in log_e.items() if not n % d)


def _last_moving(bases: Tensor) -> Tensor:
    """Return each game's L, (≤ c, 3, 3), at the last of its epochs, (epochs, c, 3, 3), to move."""
    epochs = [L[restarts.moves(L)] for L in bases.double().transpose(0, 1)]
    return torch.cat([L[-1:] for L in epochs])


def find_rotation_group(
    pairs: Pairs, config: RotationGroupConfig, options: RunOptions | None = None
) -> RotationGroup:
    """Find the group of rotations that keeps a law on R³.

    Args:
        pairs: the samples: x, (n, t, 3), and y as vectors or numbers.
        config: the settings.
        options: seed, device, checkpoint and progress. The file of a checkpoint has the name of a
            stage added; killed in the second, the first is played again to the same end.

    Raises:
        InputError: if x is not of R³; see also `restarts.side_by_side` and `fit_evidence`.
        DamagedFileError: if the checkpoint is damaged.
    """
    options = options or RunOptions()
    if pairs.x.shape[-1] != 3:
        raise InputError(
            f"x lives in R^{pairs.x.shape[-1]}; only in R^3 is a turn known by axis and order"
        )
    begun = perf_counter()
    # What e-values are taken on must be new to the games as well, or they would not be fair; and
    # what the orders are asked on must be new to whatever chose the axis.
    rng = torch.Generator().manual_seed(options.seed)
    rest, held = set_apart(pairs, config.evidence.held_out, rng)
    rest, trial = set_apart(rest, config.trial, rng)
    searched = restarts.side_by_side(rest, config.search, options=_stage(options, "search"))
    left = searched.L[restarts.moves(searched.L)]
    refined = None
    if len(left):
        refined = restarts.side_by_side(
            rest,
            config.refine.changed(channels=len(left)),
            starts=left,
            options=_stage(options, "refine"),
        )
    ended = left if refined is None else refined.L
    moving = restarts.moves(ended)
    # Where all have vanished, the axes on their way there are the ones to ask about.
    turning = ended[moving] if moving.any() else _last_moving(searched.bases)
    e_values = EValues()
    if len(turning):
        axis = axis_of(turning)
        for series in range(SERIES):
            # An L that moves the data and came to rest all the same, though it is refuted or in no
            # group about its axis, may be a symmetry about an axis a little beside it: ask again
            # with twice the blur.
            settings = config.evidence.changed(blur=config.evidence.blur * 2**series)
            orders = fit_evidence(rest, axis, settings, held=held, options=options)
            games = replace(orders, held=trial.to(options.where))
            e_values = _ask(games, orders, axis, ended, moving, config, series)
            if (e_values.order > 1 and e_values.winners) or not moving.any():
                break
    return RotationGroup(searched, refined, e_values, perf_counter() - begun, options.seed, config)


def _stage(options: RunOptions, name: str) -> RunOptions:
    """Give a stage a checkpoint of its own."""
    file = options.checkpoint
    return replace(options, checkpoint=file and file.with_stem(f"{file.stem}-{name}"))


def _ask(
    games: Evidence,
    orders: Evidence,
    axis: Tensor,
    L: Tensor,
    moving: Tensor,
    config: RotationGroupConfig,
    series: int = 0,
) -> EValues:
    """Take the e-value of each L, (c, 3, 3), with one evidence, and of each C_n with the other."""
    of_games = torch.tensor([games.log_e_value(powers(A, NEARBY)) for A in L], dtype=torch.float64)
    unrefuted = of_games < limit(len(L), config.alpha, series)
    winners = (moving & unrefuted).nonzero().flatten()
    if len(winners):  # a trap's axis is off
        axis = axis_of(L[winners])
    asked = range(2, config.largest + 1)
    of_orders = {n: orders.log_e_value(powers(2 * math.pi / n * axis, range(1, n))) for n in asked}
    bar = limit(len(asked), config.alpha, series)
    order = max((n for n in asked if implied(of_orders, n) < bar), default=1)
    return EValues(
        axis=axis,
        of_games=of_games,
        winners=tuple(winners.tolist()),
        of_orders=of_orders,
        order=order,
        L=lattice(L[winners], axis, order) if order > 1 else _zero(),
        blur=orders.blur,
    )

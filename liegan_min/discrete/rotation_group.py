"""Which turns of R³ keep a law, and of what order is their group? No order is told.

1. Search: a stack of games moves the data by exp(±L) from random turns L. That leaves wide basins:
   half a step of the group to each side.
2. Refine: those that have not shrunk to the identity go on with exp(wL), w = ±1 … ±10, under which
   an error of the angle counts ten times.
3. What is left turns about one axis, also where the angle is a trap. Train a critic against all
   turns about it (`evidence`), and let it bet against each L: those that lose win.
4. Let it bet against every C_n about the axis, n = 2, 3, …: the order is the largest n such that
   the bets refute neither C_n nor one of its subgroups.
5. What the games found lies on a lattice: L_i = k_i L, L the turn by 2π/n; L follows from all.

The order comes from the bets and L from the games; L is not rounded to 2π/n.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import torch
from pydantic import Field
from torch import Tensor

from liegan_min.base.errors import InputError
from liegan_min.base.settings import Settings
from liegan_min.discrete.evidence import Bookmaker, EvidenceConfig, set_apart
from liegan_min.discrete.turns import axis_of, lattice, powers
from liegan_min.game import restarts
from liegan_min.game.pairs import Pairs
from liegan_min.game.restarts import RestartsConfig, Search

#: The powers of an L that are bet against: higher ones would refute it for a tilt of a degree.
NEARBY = (-1, 1)

#: Series of bets, each at twice the blur of the one before.
SERIES = 3


def _zero() -> Tensor:
    return torch.zeros(3, 3, dtype=torch.float64)


class RotationGroupConfig(Settings):
    """Settings of the search for a group of turns.

    Raises:
        InputError: through `RotationGroupConfig.of`, naming the field; pydantic's error when built
            directly.
    """

    search: RestartsConfig
    refine: RestartsConfig
    bet: EvidenceConfig = EvidenceConfig()
    largest: int = Field(24, ge=2, description="largest order that is asked for")
    alpha: float = Field(
        1e-2, gt=0, lt=1, description="chance that a law with a symmetry loses one bet of a series"
    )


@dataclass(frozen=True)
class RotationGroup:
    """What was found.

    Attributes:
        searched: what the first games ended with.
        seconds: wall time.
        refined: what the second games ended with; None if all of the first had vanished.
        against: (c,), log e against each of the second games' L; empty if there were none.
        winners: which of these L the bets did not refute.
        axis: (3, 3), the direction of the turns, exp(2π axis) = 1; 0 if none was found.
        against_order: {n: log e} against each C_n about the axis; empty if there is none.
        order: of the group of turns; 1 if there is none but the identity.
        blur: of the bets that decided; None if there were none.
        L: (3, 3), float64, the spacing of the winners' lattice; 0 if there are none on it.
    """

    searched: Search
    seconds: float
    seed: int
    config: RotationGroupConfig
    refined: Search | None = None
    against: Tensor = field(default_factory=lambda: torch.zeros(0))
    winners: tuple[int, ...] = ()
    axis: Tensor = field(default_factory=_zero)
    against_order: dict[int, float] = field(default_factory=dict)
    order: int = 1
    blur: float | None = None
    L: Tensor = field(default_factory=_zero)

    @property
    def weakest(self) -> float | None:
        """The least log e against a finer group: for order 1, any. None where none was asked."""
        finer = (n for n in self.against_order if n > self.order and not n % self.order)
        return min((implied(self.against_order, n) for n in finer), default=None)

    @property
    def confidence(self) -> float | None:
        """1 - the largest chance of so much evidence against a finer group that keeps the law.

        None where none was asked for, or where the order is 1 and some L was not refuted: then the
        bets contradict each other, and the axis may be wrong.
        """
        if self.weakest is None or (self.order == 1 and self.winners):
            return None
        return 1 - math.exp(-max(self.weakest, 0.0))


def implied(against: dict[int, float], n: int) -> float:
    """Return the most log e against C_n or one of its subgroups: what refutes these, refutes it."""
    return max(e for d, e in against.items() if not n % d)


def _last_moving(bases: Tensor) -> Tensor:
    """Return each game's L, (≤ c, 3, 3), at the last of its epochs, (epochs, c, 3, 3), to move."""
    epochs = [L[restarts.moves(L)] for L in bases.double().transpose(0, 1)]
    return torch.cat([L[-1:] for L in epochs])


def find_rotation_group(
    pairs: Pairs,
    config: RotationGroupConfig,
    *,
    seed: int = 0,
    device: str | torch.device = "auto",
    checkpoint: Path | None = None,
    progress: bool | None = None,
) -> RotationGroup:
    """Find the group of turns that keeps a law on R³.

    Args:
        pairs: the samples: x, (n, t, 3), and y as vectors or numbers.
        config: the settings.
        seed: of every draw.
        device: "auto", or a torch device.
        checkpoint: file that a killed run's games resume from, with the name of the stage added;
            removed when they end. Killed in the second, the first is played again to the same end.
        progress: see `loop.play`.

    Raises:
        InputError: if x is not of R³; see also `restarts.search` and `evidence.Bookmaker`.
        DamagedFileError: if the checkpoint is damaged.
    """
    if pairs.x.shape[-1] != 3:
        raise InputError(
            f"x lives in R^{pairs.x.shape[-1]}; only in R^3 is a turn known by axis and order"
        )
    begun = perf_counter()
    # What is bet on must be new to the games as well, or the bets would not be fair.
    rest, held = set_apart(pairs, config.bet.bets, torch.Generator().manual_seed(seed))

    def games(settings: RestartsConfig, starts: Tensor | None = None) -> Search:
        stage = "search" if starts is None else "refine"
        return restarts.search(
            rest,
            settings,
            starts=starts,
            seed=seed,
            device=device,
            checkpoint=checkpoint and checkpoint.with_stem(f"{checkpoint.stem}-{stage}"),
            progress=progress,
        )

    searched = games(config.search)
    found: dict[str, Any] = {"searched": searched, "seed": seed, "config": config}
    left = searched.L[restarts.moves(searched.L)]
    ended = left
    if len(left):
        found["refined"] = games(config.refine.changed(channels=len(left)), left)
        ended = found["refined"].L
    moving = restarts.moves(ended)
    # Where all have vanished, the axes on their way there are the ones to ask about.
    turning = ended[moving] if moving.any() else _last_moving(searched.bases)
    if len(turning):
        axis = axis_of(turning)
        for blur, alpha in _series(config):
            bet = config.bet.changed(blur=blur)
            book = Bookmaker(rest, axis, bet, held=held, seed=seed, device=device)
            found |= _bets(book, axis, ended, moving, alpha, config.largest) | {"blur": blur}
            if found["order"] > 1 or not moving.any():
                break
    return RotationGroup(seconds=perf_counter() - begun, **found)


def _series(config: RotationGroupConfig) -> list[tuple[float, float]]:
    """Return (blur, α) of the series of bets: the next is for the case that the axis is off.

    An L that moves the data and came to rest all the same, in no group of turns about its axis, may
    be a symmetry about an axis that is a little beside it. α halves, so that all lose 2α at most.
    """
    return [(config.bet.blur * 2**i, config.alpha / 2**i) for i in range(SERIES)]


def _bets(
    book: Bookmaker, axis: Tensor, L: Tensor, moving: Tensor, alpha: float, largest: int
) -> dict[str, Any]:
    """Bet against each L, (c, 3, 3), and against each C_n about the axis."""

    def limit(bets: int) -> float:
        """Return the log e from which on one of so many bets refutes."""
        return math.log(max(bets, 1) / alpha)

    against = torch.tensor([book.against(powers(A, NEARBY)) for A in L], dtype=torch.float64)
    winners = (moving & (against < limit(len(L)))).nonzero().flatten()
    if len(winners):  # a trap's axis is off
        axis = axis_of(L[winners])
    asked = range(2, largest + 1)
    by_order = {n: book.against(powers(2 * math.pi / n * axis, range(1, n))) for n in asked}
    kept = (n for n in asked if implied(by_order, n) < limit(len(asked)))
    return {
        "axis": axis,
        "against": against,
        "winners": tuple(winners.tolist()),
        "against_order": by_order,
        "order": (order := max(kept, default=1)),
        "L": lattice(L[winners], axis, order) if order > 1 else _zero(),
    }

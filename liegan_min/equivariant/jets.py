"""Jets as ragged arrays: each holds as many constituents as it has, and none is padding.

All constituents of all jets stand end to end; `counts` says where one jet ends. A jet of 50 among
jets of up to 200 then costs 50 rows, and sums over jets are `np.add.reduceat`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from liegan_min.base.errors import InputError

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


def starts_of(counts: I64) -> I64:
    """Return the first row of each of several runs that stand end to end, (n,)."""
    return np.cumsum(counts) - counts


@dataclass(frozen=True, eq=False)
class Jets:
    """Jets, their labels, and the top quark behind each; four-momenta are (E, px, py, pz) in GeV.

    Attributes:
        constituents: (m, 4), of all jets end to end; those of a jet by falling transverse momentum.
        counts: (n,), constituents in each jet, at least 1.
        label: (n,), 1 for a top quark's jet, 0 for one of a lighter quark or a gluon (QCD).
        truth: (n, 4), the top quark before its decay; zeros for QCD.

    Raises:
        InputError: if the lengths do not fit together, or a jet has no constituent.
    """

    constituents: F32
    counts: I64
    label: NDArray[np.int8]
    truth: F32

    def __post_init__(self) -> None:
        """Check that the arrays describe the same jets."""
        n = len(self.counts)
        if self.label.shape != (n,) or self.truth.shape != (n, 4):
            raise InputError(
                f"{n} counts need label ({n},) and truth ({n}, 4), not {self.label.shape} and "
                f"{self.truth.shape}"
            )
        if n and int(self.counts.min()) < 1:
            raise InputError(f"jet {int(self.counts.argmin())} has no constituent; drop it")
        if self.constituents.shape != (int(self.counts.sum()), 4):
            raise InputError(
                f"counts add up to {int(self.counts.sum())} constituents, not to the "
                f"{self.constituents.shape} given"
            )

    def __len__(self) -> int:
        """Number of jets."""
        return len(self.counts)

    def __repr__(self) -> str:
        """Sizes, without the arrays."""
        tops = int(self.label.sum())
        return f"Jets({tops} top, {len(self) - tops} QCD, {len(self.constituents)} constituents)"

    @property
    def starts(self) -> I64:
        """Row of each jet's first constituent, (n,)."""
        return starts_of(self.counts)

    @property
    def owner(self) -> I64:
        """Number of the jet that each constituent belongs to, (m,)."""
        return np.repeat(np.arange(len(self)), self.counts)

    @property
    def rank(self) -> I64:
        """Place of each constituent in its jet, (m,), from 0."""
        return np.arange(len(self.constituents)) - np.repeat(self.starts, self.counts)

    def leading(self, n: int) -> F32:
        """Return the n constituents of highest transverse momentum, (len, n, 4), zero-padded.

        Raises:
            InputError: if n < 1.
        """
        if n < 1:
            raise InputError(f"the number of leading constituents must be at least 1, not {n}")
        out = np.zeros((len(self), n, 4), np.float32)
        rank = self.rank
        kept = rank < n
        out[self.owner[kept], rank[kept]] = self.constituents[kept]
        return out

    def keep(self, most: int) -> Jets:
        """Return the jets without all but their `most` leading constituents."""
        counts = np.minimum(self.counts, most)
        return Jets(self.constituents[self.rank < most], counts, self.label, self.truth)

    def condense(self, most: int) -> Jets:
        """Return the jets with their `most` leading constituents, and the sum of the others as one.

        What is left out of a jet changes its mass; as one more four-momentum, not massless, it does
        not. Jets of at most `most` constituents stay as they are.

        Raises:
            InputError: if most < 1.
        """
        if most < 1:
            raise InputError(f"the number of leading constituents must be at least 1, not {most}")
        rank, owner = self.rank, self.owner
        kept, more = rank < most, self.counts > most
        rest = np.zeros((len(self), 4))
        np.add.at(rest, owner[~kept], self.constituents[~kept].astype(np.float64))
        counts = np.minimum(self.counts, most) + more
        out = np.zeros((int(counts.sum()), 4), np.float32)
        first = starts_of(counts)
        out[first[owner[kept]] + rank[kept]] = self.constituents[kept]
        out[first[more] + most] = rest[more]
        return Jets(out, counts, self.label, self.truth)

    def momentum(self) -> F64:
        """Return the four-momentum of each jet: the sum of its constituents', (len, 4)."""
        if not len(self):
            return np.zeros((0, 4))
        return np.asarray(np.add.reduceat(self.constituents.astype(np.float64), self.starts))

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Jets:
        """Return some of the jets, in the order of `rows`."""
        index = np.arange(len(self))[rows]
        counts = self.counts[index]
        shift = np.repeat(self.starts[index] - starts_of(counts), counts)
        which = np.arange(int(counts.sum())) + shift
        return Jets(self.constituents[which], counts, self.label[index], self.truth[index])

    @classmethod
    def join(cls, parts: Sequence[Jets]) -> Jets:
        """Put sets of jets one after the other.

        Raises:
            InputError: if there is nothing to join.
        """
        if not parts:
            raise InputError("there are no jets to join")
        return cls(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(cls)))

"""The generator's full record of events, and the top quarks in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liegan_book.datasets.kinematics import cylindrical, wrap
from liegan_book.extras import needed
from liegan_min.equivariant.jets import F64, I64, starts_of

_TOP, _W, _B = 6, 24, 5


@dataclass(frozen=True)
class Events:
    """The full record of many events, particle after particle.

    Attributes:
        p: (m, 4), in GeV.
        pdg: (m,).
        final: (m,), whether it is stable.
        daughter: (m,), row of its first daughter; its own row if it has none.
        starts: (n,), row of the first particle of each event.
        pt_hat: (n,), pt of the hard process.
    """

    p: F64
    pdg: I64
    final: NDArray[np.bool_]
    daughter: I64
    starts: I64
    pt_hat: F64

    @classmethod
    def of(cls, batch: Any) -> Events:
        """Read a batch of `Pythia.nextBatch`."""
        ak = needed("awkward", "simulating jets")
        counts = np.asarray(ak.num(batch.prt))
        flat = ak.flatten(batch.prt)
        starts = starts_of(counts.astype(np.int64))
        p = np.stack([np.asarray(flat.p[c]) for c in ("e", "px", "py", "pz")], axis=1)
        pdg, first = (np.asarray(x).astype(np.int64) for x in (flat.id, flat.daughter1))
        daughter = np.where(first > 0, first + np.repeat(starts, counts), np.arange(len(p)))
        pt_hat = np.sqrt(np.asarray(batch.info.pT2Hat))
        return cls(p, pdg, np.asarray(flat.status) > 0, daughter, starts, pt_hat)

    def event_of(self, rows: I64) -> I64:
        """Return the event that each of these particles belongs to."""
        return np.searchsorted(self.starts, rows, side="right") - 1

    def last_copy(self, rows: I64) -> I64:
        """Follow particles through their recoils to the copy that decays."""
        while True:
            after = self.daughter[rows]
            same = (self.pdg[after] == self.pdg[rows]) & (after != rows)
            if not same.any():
                return rows
            rows = np.where(same, after, rows)

    def tops(self) -> tuple[I64, I64]:
        """Return the rows of top quarks that decay, (t,), and of their three quarks, (t, 3)."""
        copies = np.flatnonzero(np.abs(self.pdg) == _TOP)
        top = copies[self.last_copy(copies) == copies]
        d = self.daughter[top]
        pair = np.stack([d, d + 1], axis=1)
        is_w = np.abs(self.pdg[pair]) == _W
        to_b = (is_w.sum(1) == 1) & (np.abs(self.pdg[pair]) == _B).any(1)
        top, pair, is_w = top[to_b], pair[to_b], is_w[to_b]
        w = self.last_copy(pair[is_w])
        quark = self.daughter[w]
        return top, np.stack([pair[~is_w], quark, quark + 1], axis=1)


def _distance(a: F64, b: F64) -> F64:
    """Return ΔR between four-momenta."""
    (_, eta_a, phi_a), (_, eta_b, phi_b) = cylindrical(a), cylindrical(b)
    return np.hypot(eta_a - eta_b, wrap(phi_a - phi_b))


def matched_top(record: Events, axes: F64, events: I64, radius: float) -> I64:
    """Return the row of the top quark inside each jet, with its three quarks; -1 if none, (n,)."""
    top, quarks = record.tops()
    jet, i = np.nonzero(events[:, None] == record.event_of(top))  # pairs of the same event
    four = record.p[np.column_stack([top, quarks])[i]]
    inside = (_distance(four, axes[jet, None]) < radius).all(axis=1)
    result = np.full(len(axes), -1, np.int64)
    result[jet[inside]] = top[i[inside]]
    return result

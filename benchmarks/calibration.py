"""How often is an answer about a law right? Laws with known answers, many seeds each.

    liegan bench calibration [--seeds 200] [--rows 1000 4000] [--laws ring ...] [--json]

For each law of `liegan_book/datasets/laws.py` and each number of rows: how often the verdict was
"found", "none" and "undecided"; how often dimension and name were right; how often a true symmetry
was refused at 5 %, with the binomial interval of that rate (Clopper and Pearson); the median angle
to the truth where the data are white; and the CPU seconds of an answer, of one thread.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass, field

import numpy as np
import torch
from _timing import cpu
from scipy import stats

from liegan_book.datasets.laws import LAWS, Law
from liegan_min.discover import Answer, discover
from liegan_min.discover.frame import frame


@dataclass
class Tally:
    """What came out for a law and a number of rows."""

    law: str
    rows: int
    truth: str
    seeds: int = 0
    right: int = 0
    refused: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    angles: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def add(self, law: Law, seed: int) -> None:
        """Draw samples, ask, and count."""
        x, basis = law.seen(self.rows, seed)
        answers: list[Answer] = []
        self.seconds.append(cpu(lambda: answers.append(discover(x, ask=["law"], seed=seed)["law"])))
        (answer,) = answers
        self.seeds += 1
        self.verdicts[answer.verdict] = self.verdicts.get(answer.verdict, 0) + 1
        if law.algebra is None:
            self.right += answer.verdict == "none"
            return
        named = (answer.dimension, answer.name) == (len(basis), law.algebra)
        self.right += answer.verdict == "found" and named
        # The claim "there are at least c" is refused if fewer are counted, at whatever level.
        fewer = answer.verdict == "none" or answer.dimension < len(basis)
        self.refused += answer.p_value is not None and (fewer or answer.p_value < 0.05)
        if answer.dimension == len(basis):
            self.angles.append(frame(x).angle(answer.basis, basis))

    def row(self) -> dict[str, object]:
        """Return the counts with their interval, medians for lists."""
        plain = asdict(self)
        interval = stats.binomtest(self.refused, self.seeds).proportion_ci()
        plain["refused_interval"] = [round(interval.low, 4), round(interval.high, 4)]
        plain["angles"] = round(float(np.median(self.angles)), 2) if self.angles else None
        plain["seconds"] = round(float(np.median(self.seconds)), 3)
        return plain

    def __str__(self) -> str:
        """Say it on a line."""
        row = self.row()
        refused = f"{self.refused / self.seeds:.1%} refused" if self.truth != "none" else ""
        verdicts = ", ".join(f"{v} {n}" for v, n in sorted(self.verdicts.items()))
        angle = f"{row['angles']}°" if self.angles else ""
        right = f"right {self.right} of {self.seeds}"
        what = f"{self.law} ({self.truth})"
        counts = f"{right}; {verdicts}; {refused} {angle}"
        return f"{what:42} {self.rows:6} rows: {counts} {row['seconds']} s"


def main() -> None:
    """Parse the command line, and print a line for each law and number of rows."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--rows", type=int, nargs="+", default=[300, 1000, 4000, 16000])
    parser.add_argument("--laws", nargs="+", choices=list(LAWS), default=list(LAWS))
    parser.add_argument("--json", action="store_true", help="a JSON object for each line")
    a = parser.parse_args()
    torch.set_num_threads(1)
    for rows in a.rows:
        for name in a.laws:
            tally = Tally(name, rows, LAWS[name].algebra or "none")
            for seed in range(a.seeds):
                tally.add(LAWS[name], seed)
            print(json.dumps(tally.row()) if a.json else tally, flush=True)


if __name__ == "__main__":
    main()
